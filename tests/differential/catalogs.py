"""Hives, registration files and NFO files, read by catalog9 and by other programs: the catalogs must be the same."""

import json
import re
import subprocess
import sys
from collections import Counter

import importer
import registry
from lxml import etree

READERS = {"dissect.regf": registry.with_dissect, "python-registry": registry.with_python_registry}


def scanned(tools, folder):
    """What catalog9 says of each file of a folder."""
    output = folder.with_suffix(".jsonl")
    command = [tools.catalog9, "scan", "--full", "--control-set", "all", "--as-stored", "--output", output, folder]
    result = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if result.returncode not in (0, 1, 3):
        sys.exit(f"catalog9 ended with {result.returncode}: {result.stderr}")
    for line in output.open():
        record = json.loads(line)
        if record["record"] == "examination":
            put_entries_in_their_lists(record)
            yield record
    output.unlink()


# The list of entries of each catalog, by its name in a record.
LISTS = {
    "protocol": ("protocol_catalog", "entries"),
    "protocol-32": ("protocol_catalog", "entries"),
    "protocol-64": ("protocol_catalog", "entries64"),
    "name-space": ("name_space_catalog", "entries"),
    "name-space-32": ("name_space_catalog", "entries"),
    "name-space-64": ("name_space_catalog", "entries64"),
}


def put_entries_in_their_lists(record):
    for told in record["control_sets"]:
        for catalog in filter(None, (told["protocol_catalog"], told["name_space_catalog"])):
            for entries in "entries", "entries64":
                catalog[entries] = [] if catalog[f"has_{entries}"] else None
        for entry in record["entries"]:
            if entry["control_set"] == told["name"]:
                catalog, entries = LISTS[entry["catalog"]]
                told[catalog][entries].append(entry)


def compare_hive(record, path, problems, seen):
    data = path.read_bytes()
    for reader, read in READERS.items():
        try:
            root = read(data)
            theirs = {told["name"]: registry.catalogs(root.at(told["name"])) for told in record["control_sets"]}
        except Exception as error:  # noqa: BLE001 - it raises what it likes
            # On damage that catalog9 reports a reader may give up.
            if record["defects"]:
                seen[f"{reader} gives up on damage"] += 1
            else:
                problems.append(f"{path}: {reader}: {error!r}")
            continue
        for told in record["control_sets"]:
            found = list(registry.differences(registry.ours(told), theirs[told["name"]]))
            problems.extend(f"{path}: {reader}: {told['name']}{each}" for each in found[:3])
            seen[reader] += 1
    count_entries(record, seen)


def compare_export(record, path, problems, seen):
    tree = importer.read(path.read_bytes())
    for told in record["control_sets"]:
        system = tree.at("HKEY_LOCAL_MACHINE\\SYSTEM")
        theirs = registry.catalogs(system and system.at(told["name"]))
        if theirs is None:
            problems.append(f"{path}: the importer finds no {told['name']}")
            continue
        found = list(registry.differences(registry.ours(told), theirs))
        problems.extend(f"{path}: importer: {told['name']}{each}" for each in found[:3])
        seen["importer"] += 1
    count_entries(record, seen)


FLAGS = [None, 0x1, 0x2, 0x4, None, None, 0x8, None, 0x10, 0x200, 0x80, 0x100, 0x2000, 0x40, 0x20, None, 0x400]
SIZES = {"max_address_length": 4, "message_size": 5, "min_address_length": 7}


def sections(data):
    """Name, sizes and flags of the sections of a report, by position and in any language."""
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    found = []
    for category in root.iter("Category"):
        # Seventeen properties a section, and an empty row between two sections; no other category has that.
        rows = [["".join(cell.itertext()) for cell in row] for row in category.findall("Data")]
        groups = [rows[begin : begin + 17] for begin in range(0, len(rows), 18)]
        if not rows or any(len(group) != 17 for group in groups) or len({group[0][0] for group in groups}) != 1:
            continue
        words = Counter(group[index][1] for group in groups for index, bit in enumerate(FLAGS) if bit)
        if len(words) > 2 or found:
            continue
        found = groups
    return found


def size(text):
    """The number of bytes, which stands in parentheses where there is another number before it."""
    inner = re.search(r"\((.*)\)", text)
    return int(re.sub(r"\D", "", inner[1] if inner else text))


def compare_report(record, path, problems, seen):
    groups = sections(path.read_bytes())
    lists = [
        told["protocol_catalog"][entries]
        for told in record["control_sets"]
        for entries in ("entries", "entries64")
        if told["protocol_catalog"] and told["protocol_catalog"][entries] is not None
    ]
    entries = lists[0] if lists else []
    if len(entries) != len(groups):
        problems.append(f"{path}: {len(entries)} sections, and {len(groups)} by lxml")
        return
    # The word for yes is the one of "Guarantees Delivery" where a TCP entry has it, so a flag is compared by whether
    # all entries that have it show the same word and all that lack it show the other.
    words = {}
    for entry, group in zip(entries, groups):
        if entry["stored_name"] != group[0][1]:
            problems.append(f"{path}: name {entry['stored_name']!r} and {group[0][1]!r} by lxml")
        for field, index in SIZES.items():
            if entry[field] != size(group[index][1]):
                problems.append(f"{path}: {field} {entry[field]} and {group[index][1]!r} by lxml")
        for index, bit in enumerate(FLAGS):
            if bit and entry["service_flags"] is not None:
                words.setdefault(bool(entry["service_flags"] & bit), set()).add(group[index][1])
    if any(len(said) > 1 for said in words.values()) or words.get(True, {0}) & words.get(False, {1}):
        problems.append(f"{path}: flags {words}")
    seen["lxml"] += 1
    count_entries(record, seen)


def count_entries(record, seen):
    for told in record["control_sets"]:
        for name in "protocol_catalog", "name_space_catalog":
            for entries in "entries", "entries64":
                seen["entries"] += len((told[name] or {}).get(entries) or [])


KINDS = {"hives": compare_hive, "reg": compare_export, "nfo": compare_report}
# Which kinds of evidence of catalog9 these are.
NAMES = {"hives": "hive", "reg": "reg", "nfo": "nfo"}


def run(tools, scratch, kind, count, batch=500):
    """`count` pieces of that kind, written and compared a batch at a time; gives the problems."""
    problems, seen = [], Counter()
    for first in range(0, count, batch):
        folder = scratch / kind
        subprocess.run([tools.write, kind, folder, str(first), str(min(batch, count - first))], check=True)
        read = 0
        for record in scanned(tools, folder):
            KINDS[kind](record, scratch.joinpath(record["evidence"]["path"]), problems, seen)
            read += 1
        written = list(folder.iterdir())
        if read != len(written):
            problems.append(f"{kind}: catalog9 examined {read} of {len(written)} from {first} on")
        if first == 0:
            assert_that_it_can_fail(tools, kind, written)
        for path in written:
            path.unlink()
    print(f"{kind}: {count} pieces, {seen.pop('entries')} entries; compared: {dict(seen)}")
    return problems


def assert_that_it_can_fail(tools, kind, written):
    """What catalog9 said is broken in one place: that must be seen."""
    folder = written[0].parent
    for record in scanned(tools, folder):
        for told in record["control_sets"]:
            for entries in "entries", "entries64":
                for entry in (told["protocol_catalog"] or {}).get(entries) or []:
                    entry["message_size"] = (entry["message_size"] or 0) ^ 1
                    problems = []
                    KINDS[kind](record, folder.parent.joinpath(record["evidence"]["path"]), problems, Counter())
                    if not problems:
                        sys.exit(f"{kind}: a broken byte was not seen")
                    return
    sys.exit(f"{kind}: there is no entry to break")


def run_real(tools, scratch, evidence):
    """The real evidence, copied: a hive without its logs shows what is stored, and beside it what was recovered."""
    problems, seen = [], Counter()
    folder = scratch / "evidence"
    folder.mkdir()
    for path in sorted(evidence.rglob("*")):
        head = path.read_bytes()[:4] if path.is_file() else b""
        name = str(path.relative_to(evidence)).replace("/", "+")
        is_hive = head == b"regf" and not re.search(r"\.LOG\d?$", path.name, re.IGNORECASE)
        if is_hive or path.suffix in (".reg", ".nfo"):
            (folder / name).write_bytes(path.read_bytes())
        if is_hive and path.with_name(path.name + ".LOG1").exists():
            # Written beside the copy, without its logs.
            for ending in ("", ".LOG1", ".LOG2"):
                (scratch / f"one{ending}").write_bytes(path.with_name(path.name + ending).read_bytes())
            subprocess.run([tools.recover, scratch / "one"], check=True, stdout=subprocess.DEVNULL)
            recovered = scratch / "one.recovered"
            if recovered.exists():
                recovered.rename(folder / f"{name}+recovered")
    by_name = {kind: name for name, kind in NAMES.items()}
    for record in scanned(tools, folder):
        kind = by_name.get(record["evidence"]["kind"])
        if kind:
            KINDS[kind](record, scratch.joinpath(record["evidence"]["path"]), problems, seen)
    print(f"real evidence: {seen.pop('entries')} entries; compared: {dict(seen)}")
    return problems
