"""Replays random dirty hives with catalog9, python-registry and regipy and compares the bins byte by byte.

What the logs hold is known, since the hives were made from it: catalog9 must recover exactly that, in every case. The
two other readers must give the same bytes, but for the classes below. A class is a rule of the format that a reader
does not follow; it is recognized by the files alone, and docs/differential.md has the reasons.
"""

import struct
import subprocess
import sys
from io import BytesIO
from pathlib import Path

from Registry.RegistryLog import RegistryLog
from regipy.recovery import apply_transaction_logs

ENDINGS = (".LOG", ".LOG1", ".LOG2")
FAILED = "failed"


# ---- The files, read here once more so that no reader decides about its own mistakes.


def number(data, offset):
    return struct.unpack_from("<I", data, offset)[0] if offset + 4 <= len(data) else 0


def is_before(one, other):
    """Whether a number comes before another; numbers go on with 0 after the largest."""
    return one != other and (other - one) & 0xFFFFFFFF < 1 << 31


def checksum_is_right(block):
    total = 0
    for word in struct.unpack("<127I", block[:508]):
        total ^= word
    return {0: 1, 0xFFFFFFFF: 0xFFFFFFFE}.get(total, total) == number(block, 508)


def marvin32(data):
    low, high, mask = 0x7A4E55C5, 0x82EF4D88, 0xFFFFFFFF
    for (word,) in struct.iter_unpack("<I", data + b"\x80\0\0\0\0\0\0\0"):
        low = (low + word) & mask
        high ^= low
        low = ((low << 20 | low >> 12) + high) & mask
        high = (high << 9 | high >> 23) & mask ^ low
        low = ((low << 27 | low >> 5) + high) & mask
        high = (high << 19 | high >> 13) & mask
    return high << 32 | low


class Log:
    """A transaction log as the specification describes it."""

    def __init__(self, ending, data):
        self.ending, self.data = ending, data
        self.is_block = len(data) >= 512 and data[:4] == b"regf"
        self.number = number(data, 4)
        self.has_sound_block = self.is_block and checksum_is_right(data) and number(data, 8) == self.number
        self.is_new = self.has_sound_block and number(data, 28) == 6
        self.is_old = self.has_sound_block and number(data, 28) in (1, 2)
        self.written = struct.unpack_from("<Q", data, 12)[0] if self.is_block else 0
        self.entries, self.has_wrong_hash, self.has_cut_entry, self.has_entry_out_of_turn = [], False, False, False
        self.has_cut_head = False
        due, offset = self.number, 512
        while data[offset : offset + 4] == b"HvLE":
            size = number(data, offset + 4)
            entry = data[offset : offset + size]
            if len(entry) < size or size < 512:
                self.has_cut_entry, self.has_cut_head = True, len(entry) < 40
                break
            hashes = struct.unpack_from("<QQ", entry, 24)
            self.has_wrong_hash |= hashes != (marvin32(entry[40:]), marvin32(entry[:32]))
            self.has_entry_out_of_turn |= number(entry, 12) != due
            if self.is_new and not self.has_wrong_hash and not self.has_entry_out_of_turn:
                self.entries.append((due, number(entry, 16)))
            due = (due + 1) & 0xFFFFFFFF
            offset += size


# ---- The other readers, each used as its documentation shows.


def in_order(logs):
    """A pair of logs, the earlier one first; where no log of the pair holds anything, the single log."""
    pair = [log for log in logs if log.ending != ".LOG" and log.data]
    pair = pair or [log for log in logs if log.data]
    if len(pair) == 2 and is_before(pair[1].number, pair[0].number):
        pair.reverse()
    return pair


def with_python_registry(path, logs):
    hive = BytesIO(path.read_bytes())
    usable = []
    for role in (".LOG1", ".LOG2"), (".LOG",):
        for log in (log for log in logs if log.ending in role and not usable[1:]):
            try:
                hive.seek(0)
                found = RegistryLog(hive, BytesIO(log.data))
                # It has no answer to a log without entries.
                if found.is_eligible_log() and list(found._regf.log_entries()):
                    usable.append(found)
            except Exception:  # noqa: BLE001 - it raises what it likes on what it cannot use
                continue
        if usable:
            break
    if not usable:
        return None
    if len(usable) == 2 and usable[1].is_starting_log(usable[0]):
        usable.reverse()
    if usable[0]._primary_regf.recovery_required().recover_header:
        usable = usable[-1:]
    try:
        last = usable[0].recover_hive()
        if usable[1:] and last is not None:
            usable[1].recover_hive_continue((last + 1) & 0xFFFFFFFF)
    except Exception:  # noqa: BLE001
        return FAILED
    return hive.getvalue()


def with_regipy(path, logs):
    pair = [str(path.with_name(path.name + log.ending)) for log in in_order(logs)]
    if not pair:
        return None
    restored = path.with_name("restored")
    try:
        apply_transaction_logs(str(path), pair[-1], pair[0] if pair[1:] else None, str(restored))
        return restored.read_bytes()
    except Exception:  # noqa: BLE001
        return FAILED
    finally:
        restored.unlink(missing_ok=True)


# ---- Where they may differ.


class Case:
    def __init__(self, path):
        self.hive = path.read_bytes()
        files = [(ending, path.with_name(path.name + ending)) for ending in ENDINGS]
        self.logs = [Log(ending, file.read_bytes()) for ending, file in files if file.exists()]
        self.secondary = number(self.hive, 8)
        self.is_damaged = not checksum_is_right(self.hive)
        self.is_dirty = self.is_damaged or number(self.hive, 4) != self.secondary
        self.bins = number(self.hive, 40)
        self.written = struct.unpack_from("<Q", self.hive, 12)[0]
        if self.is_damaged:
            self.written = struct.unpack_from("<Q", self.hive, 4096 + 20)[0]
        self.used = in_order(self.logs)

    def is_stale(self, log):
        return not self.is_damaged and is_before(log.number, self.secondary)

    def does_not_follow(self):
        first, second = self.used[0], self.used[-1]
        return len(self.used) == 2 and second.number != (first.number + len(first.entries)) & 0xFFFFFFFF


PYTHON_REGISTRY = {
    "reads-no-old-logs": lambda case: any(log.is_old for log in case.logs),
    "compares-numbers-without-wrap": lambda case: any(
        log.is_new and (log.number >= case.secondary) == is_before(log.number, case.secondary) for log in case.logs
    ),
    "raises-on-a-cut-head": lambda case: any(log.has_cut_head for log in case.used),
    "single-log-in-place-of-a-stale-pair": lambda case: all(case.is_stale(log) for log in case.used),
}

REGIPY = {
    "checks-no-hashes": lambda case: any(log.has_wrong_hash for log in case.used),
    "checks-no-numbers": lambda case: any(log.has_entry_out_of_turn or case.is_stale(log) for log in case.used)
    or case.does_not_follow(),
    "checks-no-base-block": lambda case: any(not log.has_sound_block for log in case.used),
    "applies-both-beside-a-damaged-hive": lambda case: case.is_damaged and len(case.used) == 2,
    "mixes-both-formats": lambda case: len({log.is_old for log in case.used}) == 2,
    "does-not-wrap-numbers": lambda case: any(due == 0xFFFFFFFF for log in case.used for due, _ in log.entries),
    "does-not-let-a-hive-grow": lambda case: any(bins > case.bins for log in case.used for _, bins in log.entries),
    "applies-cut-entries": lambda case: any(log.has_cut_entry for log in case.used),
    "refuses-logs-without-entries": lambda case: any(log.is_new and len(log.data) == 512 for log in case.used),
    "expects-old-pages-at-1024": lambda case: any(log.is_old for log in case.used) and 516 + case.bins // 4096 > 1024,
    "compares-no-times": lambda case: any(log.is_old and log.written < case.written for log in case.used),
    "checks-no-length-of-old-logs": lambda case: any(log.is_old and is_cut(log) for log in case.used),
    "applies-both-old-logs": lambda case: sum(1 for log in case.used if log.is_old) == 2,
    "looks-at-no-single-log-beside-a-pair": lambda case: len(case.logs) > len(case.used),
}

READERS = {
    "python-registry": (with_python_registry, PYTHON_REGISTRY),
    "regipy": (with_regipy, REGIPY),
}


def is_cut(log):
    """Whether a log of the old format lacks pages that its bitmap names."""
    bitmap = log.data[516 : 516 + number(log.data, 40) // 4096]
    begin = (516 + number(log.data, 40) // 4096 + 511) // 512 * 512
    return len(log.data) < begin + 512 * sum(byte.bit_count() for byte in bitmap)


def bins(hive):
    """The bins; a reader that refuses recovers nothing."""
    return None if hive is None or hive is FAILED else hive[4096:]


def compare(case, path, recovered, seen, problems):
    for reader, (read, classes) in READERS.items():
        theirs = read(path, case.logs) if case.is_dirty else None
        if bins(theirs) == case.hive[4096:]:
            theirs = None
        ours = None if bins(recovered) == case.hive[4096:] else recovered
        if bins(theirs) == bins(ours):
            seen[reader, "agrees"] = seen.get((reader, "agrees"), 0) + 1
            continue
        reasons = [name for name, applies in classes.items() if applies(case)]
        for name in reasons:
            seen[reader, name] = seen.get((reader, name), 0) + 1
        if not reasons:
            problems.append(f"{path}: {reader} gives other bins")


def check(folder, recover, seen, problems):
    """All hives of a folder; `recover` is the program that writes what catalog9 recovers."""
    paths = sorted(folder.glob("*/SYSTEM"))
    for begin in range(0, len(paths), 200):
        subprocess.run([recover, *paths[begin : begin + 200]], check=True, stdout=subprocess.DEVNULL)
    for path in paths:
        written = path.with_name("SYSTEM.recovered")
        recovered = written.read_bytes() if written.exists() else None
        newest = path.with_name("newest")
        if bins(recovered) != bins(newest.read_bytes() if newest.exists() else None):
            problems.append(f"{path}: not the newest state that the logs hold: {path.with_name('said').read_text()}")
        compare(Case(path), path, recovered, seen, problems)
    return len(paths)


def check_real(folder, recover, seen, problems, scratch):
    """Real dirty hives, copied so that nothing is written beside evidence."""
    count = 0
    for log in sorted(folder.rglob("*.LOG1")):
        hive = log.with_suffix("")
        if not hive.is_file() or hive.read_bytes()[:4] != b"regf":
            continue
        place = scratch / str(count)
        place.mkdir(parents=True)
        for ending in ("", *ENDINGS):
            source = hive.with_name(hive.name + ending)
            if source.exists():
                (place / f"SYSTEM{ending}").write_bytes(source.read_bytes())
        path = place / "SYSTEM"
        subprocess.run([recover, path], check=True, stdout=subprocess.DEVNULL)
        written = place / "SYSTEM.recovered"
        recovered = written.read_bytes() if written.exists() else None
        compare(Case(path), path, recovered, seen, problems)
        count += 1
    return count


def assert_that_it_can_fail(folder, recover):
    """One byte of a recovered hive is broken: that must be seen."""
    for path in sorted(folder.glob("*/SYSTEM")):
        written = path.with_name("SYSTEM.recovered")
        case = Case(path)
        applicable = [name for _, classes in READERS.values() for name, applies in classes.items() if applies(case)]
        if written.exists() and not applicable:
            problems, broken = [], bytearray(written.read_bytes())
            broken[4096 + 9000] ^= 1
            compare(case, path, bytes(broken), {}, problems)
            if len(problems) != len(READERS):
                sys.exit("replay: a broken byte was not seen")
            return
    sys.exit("replay: there is no case in which all readers must agree")


def run(tools, scratch, count, evidence):
    """Compares `count` random dirty hives and the real ones; gives the problems."""
    seen, problems = {}, []
    folder = scratch / "dirty"
    subprocess.run([tools.write, "dirty", folder, "0", str(count)], check=True)
    total = check(folder, tools.recover, seen, problems)
    assert_that_it_can_fail(folder, tools.recover)
    real = check_real(evidence, tools.recover, seen, problems, scratch / "real") if evidence else 0
    print(f"replay: {total} random and {real} real dirty hives")
    page = (Path(__file__).parent / "../../docs/differential.md").read_text()
    for reader, (_, classes) in READERS.items():
        agreed = seen.get((reader, "agrees"), 0)
        print(f"  {reader} agrees on {agreed}")
        if agreed < total // 4:
            problems.append(f"{reader} agrees too rarely to prove anything")
        for name in classes:
            print(f"    {seen.get((reader, name), 0):5}  {name}")
            if not seen.get((reader, name)) and count >= 4000:
                problems.append(f"{reader}: {name} was never met")
            if f"`{name}`" not in page:
                problems.append(f"docs/differential.md does not explain {name}")
    return problems
