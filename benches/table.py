#!/usr/bin/env python3
"""Measures catalog9 beside other programs, and writes the tables of docs/performance.md.

Each row runs catalog9 and its peer in turns. What is compared is the time of the processor, user and system, since other
programs may use the machine at the same time: the median of the ratios of neighbouring runs. A peer that cannot be had
is left out by name. `just bench` starts this; `table.py --quick` runs each pair 5 times instead of 21.
"""

import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "target/bench"
BINS = ROOT / "target/benches/release"
INPUTS = ROOT / "target/benches/debug/inputs"
CATALOG9 = ROOT / "target/release/catalog9"
DOCUMENT = ROOT / "docs/performance.md"
RUNS = 5 if "--quick" in sys.argv else 21
SCANNED = 60 if "--quick" in sys.argv else 200
MIXED = 600 if "--quick" in sys.argv else 10_000
HIVE = "in/clean/SYSTEM"
EXAMINE = [str(CATALOG9), "examine", "--no-hash"]
QUICK = [*EXAMINE, "--no-carve"]


def run(command, stdin=None):
    """Seconds of the processor, seconds, and blocks of 512 bytes that were read from the disk."""
    feed = open(WORK / stdin, "rb") if stdin else subprocess.DEVNULL
    begin = time.perf_counter()
    child = subprocess.Popen(command, cwd=WORK, stdin=feed, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1):
        sys.exit(f"{command} ended with {child.returncode}")
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - begin, usage.ru_inblock


def forget(path):
    """Drops a file from the cache of the system."""
    with open(WORK / path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def in_turns(ours, theirs, repeat=1, cold=None, ours_in=None, theirs_in=None):
    """Median ratio of the processor's time, ours to theirs, and both medians in milliseconds."""
    ratios, ours_all, theirs_all = [], [], []
    which = 1 if cold else 0
    for _ in range(RUNS):
        pair = []
        for command, stdin in ((ours, ours_in), (theirs, theirs_in)):
            spent = 0.0
            for _ in range(repeat):
                if cold:
                    forget(cold)
                spent += run(command, stdin)[which]
            pair.append(spent / repeat)
        ours_all.append(pair[0])
        theirs_all.append(pair[1])
        ratios.append(pair[0] / max(pair[1], 1e-6))
    return statistics.median(ratios), *(1000 * statistics.median(all) for all in (ours_all, theirs_all))


def instructions(command):
    """Instructions of a command under callgrind."""
    out = WORK / "callgrind.table"
    valgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}"]
    subprocess.run([*valgrind, *command], cwd=WORK, env={"HOME": "/"}, stdin=subprocess.DEVNULL, capture_output=True)
    return int(re.search(r"^(?:summary|totals): (\d+)", out.read_text(), re.M)[1])


def has(*programs):
    return all(shutil.which(program) for program in programs)


def hivexsh_script():
    """The commands of hivexsh that list the values of the keys that catalog9 reads."""
    keys = subprocess.run([BINS / "walk-nt-hive", HIVE, "--paths"], cwd=WORK, capture_output=True, text=True, check=True)
    lines = [f"load {HIVE}"]
    for key in keys.stdout.splitlines():
        lines += ["cd \\" + key, "lsval"]
    (WORK / "hivexsh.txt").write_text("\n".join(lines) + "\n")


def rows():
    """What is measured: the work, the peer, how it is measured, the goal, and the figure."""
    bare, notatin = ([str(BINS / name), HIVE] for name in ("walk-nt-hive", "walk-notatin"))
    if has("valgrind", bare[0]):
        ours, theirs = instructions([*QUICK, HIVE]), instructions(bare)
        yield "one clean hive, quick", "nt-hive and a map, the same keys", "instructions", "≤ 1.5 ×, ≤ 6 M", (
            f"{ours / theirs:.1f} × ({ours / 1e6:.1f} M and {theirs / 1e6:.1f} M)"
        )
    if has(bare[0]):
        work = "one clean hive, quick", "nt-hive and a map, the same keys", "≤ 1.5 ×"
        yield compared(*work, [*QUICK, HIVE], bare, repeat=10)
    if has(notatin[0]):
        yield compared("the same", "notatin", "≤ 0.2 ×", [*QUICK, HIVE], notatin, repeat=5)
    if has("hivexsh", bare[0]):
        hivexsh_script()
        hivexsh = ["hivexsh", "-f", "hivexsh.txt"]
        yield compared("the same", "hivexsh", "≤ 0.2 ×", [*QUICK, HIVE], hivexsh, repeat=5)
    if has("reglookup"):
        reglookup = ["reglookup", "-p", r"/ControlSet001/Services/WinSock2", HIVE]
        yield compared("the same", "reglookup, the key `WinSock2`", "≤ 0.2 ×", [*QUICK, HIVE], reglookup, repeat=5)
    examine = [str(CATALOG9), "examine", HIVE]
    if has("openssl"):
        openssl = ["openssl", "dgst", "-sha256", HIVE]
        yield compared("default `examine`, warm", "openssl dgst -sha256", "≤ 1.2 ×", examine, openssl, repeat=3)
    yield compared("default `examine`, cold", "sha256sum", "≤ 1.2 ×", examine, ["sha256sum", HIVE], cold=HIVE)
    forget(HIVE)
    read = run([*QUICK, HIVE])[2] * 512
    yield "one clean hive, quick, cold", "–", "bytes from the disk", "≤ 200 kB", f"{read / 1000:.0f} kB"
    for name, logs in (("clean", False), ("dirty, with its log", True)):
        folder = scanned(logs)
        scan = [str(CATALOG9), "scan", "--quick", "--format", "jsonl", folder]
        spent = statistics.median(run(scan)[0] for _ in range(3)) * 1000 / SCANNED
        goal = "≤ 1.5 ms" if logs else "≤ 0.4 ms"
        yield f"`scan` of {SCANNED} hives, {name}", "–", "processor's time a hive", goal, f"{spent:.2f} ms"
    for name, megabytes in (("report", "2"), ("long", "40")):
        if has("xmllint"):
            xmllint = ["xmllint", "--stream", "--noout", f"in/{name}.nfo"]
            yield compared(f"NFO, {megabytes} MB", "xmllint --stream", "≤ 0.33 ×", [*EXAMINE, f"in/{name}.nfo"], xmllint)
    iconv = ["iconv", "-f", "UTF-16", "-t", "UTF-8", "in/report.txt"]
    yield compared("text report, 4 MB", "iconv", "≤ 1.5 ×", [*EXAMINE, "in/report.txt"], iconv, repeat=3)
    if has("zstd"):
        archive = packed()
        scan = [str(CATALOG9), "scan", "--quick", "--format", "jsonl", archive]
        yield compared("`scan` of a tar.zst of hives", "zstd -dc", "≤ 2 ×", scan, ["zstd", "-dc", archive])
    for name in ("jsonl", "table"):
        peer = "two with one job on half of them each"
        yield f"`scan` of {MIXED} mixed pieces, two jobs, {name}", peer, "pieces in the same time", "≥ 0.93 ×", two_jobs(name)
    yield compared("start: `--version`", "/bin/true", "≤ 1.5 ×", [str(CATALOG9), "--version"], ["/bin/true"], repeat=50)


def floors():
    """What the least program takes that could do a work: the work, what it does, its peer, the goal, and the figure."""
    nothing, walk, decode = ([str(BINS / name)] for name in ("nothing", "walk-nt-hive", "decode"))
    if not has(nothing[0], walk[0], decode[0]):
        return
    bare, start = [*walk, HIVE], "a program in Rust that does nothing"
    yield floor("start", start, "/bin/true", "≤ 1.5 ×", nothing, ["/bin/true"], repeat=50)
    sum_of = [str(CATALOG9), "--version"]
    yield floor("one clean hive, quick", "`catalog9 --version`, to start", "the bare walk", "≤ 1.5 ×", sum_of, bare, repeat=20)
    what = "the bare walk"
    if has(str(BINS / "walk-notatin")):
        yield floor("the same", what, "notatin", "≤ 0.2 ×", bare, [str(BINS / "walk-notatin"), HIVE], repeat=5)
    if has("hivexsh"):
        yield floor("the same", what, "hivexsh", "≤ 0.2 ×", bare, ["hivexsh", "-f", "hivexsh.txt"], repeat=5)
    if has("reglookup"):
        reglookup = ["reglookup", "-p", r"/ControlSet001/Services/WinSock2", HIVE]
        yield floor("the same", what, "reglookup, the key `WinSock2`", "≤ 0.2 ×", bare, reglookup, repeat=5)
    forget(HIVE)
    yield "the same, cold", what, "–", "≤ 200 kB", f"{run(bare)[2] * 512 / 1000:.0f} kB"
    hives = [str(file.relative_to(WORK)) for file in sorted((WORK / scanned(False)).glob("*/SYSTEM"))]
    spent = statistics.median(run([*walk, *hives])[0] for _ in range(5)) * 1000 / len(hives)
    yield f"`scan` of {len(hives)} hives, clean", "the bare walk of each", "–", "≤ 0.4 ms", f"{spent:.2f} ms a hive"
    # The bare walk ends at the damage of a dirty hive, so it walks the clean ones twice.
    logs = [str(file.relative_to(WORK)) for file in sorted((WORK / scanned(True)).glob("*/SYSTEM.LOG1"))]
    walks, hashes = [*walk, *hives, *hives], [*decode, "log", *logs]
    spent = statistics.median(run(walks)[0] + run(hashes)[0] for _ in range(5)) * 1000 / len(logs)
    what = "two bare walks of a clean one, the hashes of its log"
    yield f"`scan` of {len(logs)} hives, dirty", what, "–", "≤ 1.5 ms", f"{spent:.2f} ms a hive"
    if has("xmllint"):
        report = "in/report.nfo"
        xmllint = ["xmllint", "--stream", "--noout", report]
        yield floor("NFO, 2 MB", "decoding, events of quick-xml", "xmllint", "≤ 0.33 ×", [*decode, "nfo", report], xmllint, repeat=3)
    if has("zstd"):
        archive = packed()
        yield floor("tar.zst of hives", "ruzstd, once", "zstd -dc", "≤ 2 ×", [*decode, "zst", archive], ["zstd", "-dc", archive])


def floor(work, what, peer, goal, least, theirs, **how):
    ratio, mine, other = in_turns(least, theirs, **how)
    return work, what, peer, goal, f"{ratio:.2f} × ({mine:.1f} and {other:.1f} ms)"


def compared(work, peer, goal, ours, theirs, **how):
    ratio, mine, other = in_turns(ours, theirs, **how)
    unit = "time, cold cache" if how.get("cold") else "processor's time"
    return work, peer, unit, goal, f"{ratio:.2f} × ({mine:.1f} and {other:.1f} ms)"


def two_jobs(form):
    """Throughput of one process with two jobs, relative to two processes that do half of the work each at the same time."""
    halves = mixed()
    scan = [CATALOG9, "scan", "--quick", "--format", form]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}

    def spent(commands):
        begin = time.perf_counter()
        children = [subprocess.Popen(command, cwd=WORK, **quiet) for command in commands]
        for child in children:
            child.wait()
        return time.perf_counter() - begin

    pairs = []
    for _ in range(5):
        apart = spent([[*scan, "--jobs", "1", half] for half in halves])
        pairs.append((apart, spent([[*scan, "--jobs", "2", *halves]])))
    apart, together = (statistics.median(all) for all in zip(*pairs))
    ratio = statistics.median(apart / together for apart, together in pairs)
    return f"{ratio:.2f} × ({together:.1f} and {apart:.1f} s)"


def mixed():
    """Two folders with half of the pieces each: of ten a hive, a dirty one, an export, a text, and listings and reports."""
    kinds = ["clean/SYSTEM", "dirty", "export.reg", "report.txt", *["scan/PC-0/report.nfo"] * 3, *["listing.txt"] * 3]
    for number in range(MIXED):
        source = WORK / "in" / kinds[number // 2 % len(kinds)]
        place = WORK / f"mixed-{number % 2}" / f"{number:05}"
        if not place.exists():
            place.mkdir(parents=True)
            for file in source.iterdir() if source.is_dir() else [source]:
                os.link(file, place / file.name)
    return ["mixed-0", "mixed-1"]


def scanned(with_logs):
    """A folder of hives, which are links to one file."""
    source, folder = ("dirty", "many-dirty") if with_logs else ("clean", "many-clean")
    for number in range(SCANNED):
        place = WORK / folder / f"{number:04}"
        if not place.exists():
            place.mkdir(parents=True)
            for file in (WORK / "in" / source).iterdir():
                os.link(file, place / file.name)
    return folder


def packed():
    archive = WORK / "hives.tar.zst"
    if not archive.exists():
        names = [f"many-clean/{number:04}" for number in range(min(SCANNED, 40))]
        subprocess.run(["tar", "--hard-dereference", "-cf", "hives.tar", *names], cwd=WORK, check=True)
        subprocess.run(["zstd", "-q", "--rm", "hives.tar"], cwd=WORK, check=True)
    return archive.name


GROWING = {
    "keys": ("keys of the catalogs", 500),
    "values": ("values of a key", 2000),
    "entries": ("entries of a list", 100),
    "control-sets": ("control sets", 4),
    "transports": ("transports", 500),
    "reg-keys": ("keys of a registration file", 500),
    "defects": ("defects", 500),
}


def growth():
    """For twice as many more than one of each: the ratio of the instructions more than evidence with one costs."""
    for name, (what, count) in GROWING.items():
        counts = []
        for number in (1, 1 + count, 1 + 2 * count, 1 + 4 * count):
            subprocess.run([INPUTS, WORK / "grown", name, str(number)], check=True)
            (file,) = (WORK / "grown").glob(f"{name}-{number}.*")
            counts.append(instructions([*QUICK, str(file)]))
        counts = [found - counts[0] for found in counts[1:]]
        ratios = [after / before for before, after in zip(counts, counts[1:])]
        yield what, count, counts, ratios


def curve(rows):
    """A plot of the growth: instructions over size, both relative to the smallest."""
    colours = ["#1b6ca8", "#c0392b", "#218c53", "#8e44ad", "#b9770e", "#2c3e50", "#d35400"]
    lines = []
    for index, (what, _, counts, _) in enumerate(rows):
        points = " ".join(f"{60 + 120 * step},{230 - 100 * (count / counts[0] - 1) / 1.5:.0f}" for step, count in enumerate(counts))
        colour = colours[index % len(colours)]
        lines.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        lines.append(f'<text x="330" y="{40 + 20 * index}" fill="{colour}">{what}</text>')
    marks = "".join(f'<text x="{52 + 120 * step}" y="255">{2**step} ×</text>' for step in range(3))
    style = 'font-family="sans-serif" font-size="13"'
    ideal = '<polyline points="60,230 180,163 300,30" fill="none" stroke="#999" stroke-dasharray="4"/>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 540 270" {style}>'
    title = '<text x="60" y="16">Instructions; dashed: in proportion to the size</text>'
    return "\n".join([head, '<rect width="540" height="270" fill="#fff"/>', title, ideal, *lines, marks, "</svg>"]) + "\n"


def table(head, body):
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def machine():
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    rustc = subprocess.run(["rustc", "--version"], capture_output=True, text=True).stdout.split()[1]
    name = cpu[1].strip() if cpu else os.uname().machine
    return f"{os.cpu_count()} processors ({name}), Linux, rustc {rustc}; {RUNS} runs of each pair."


def main():
    subprocess.run(["cargo", "build", "--release", "--locked", "--quiet"], cwd=ROOT, check=True)
    programs = ["walk-nt-hive", "walk-notatin", "nothing", "decode"]
    for options in (["--bin", "inputs"], ["--release", *(word for name in programs for word in ("--bin", name))]):
        build = ["cargo", "build", "--locked", "--quiet", "--target-dir", ROOT / "target/benches", *options]
        # What cannot be built is left out.
        subprocess.run(build, cwd=ROOT / "benches", check=False)
    inputs = WORK / "in"
    if not inputs.exists() or inputs.stat().st_mtime < INPUTS.stat().st_mtime:
        shutil.rmtree(WORK, ignore_errors=True)
        subprocess.run([INPUTS, inputs], check=True)
    text = DOCUMENT.read_text()
    parts = {"table": machine() + "\n\n" + table(["work", "beside", "what", "goal", "now"], list(rows()))}
    parts["floors"] = table(["work", "the least program", "beside", "goal", "its figure"], list(floors()))
    if has("valgrind"):
        grown = list(growth())
        body = [[what, str(count), *(f"{ratio:.2f}" for ratio in ratios)] for what, count, _, ratios in grown]
        parts["growth"] = table(["what grows", "from", "twice as many", "twice again"], body)
        (ROOT / "docs/growth.svg").write_text(curve(grown))
    for name, part in parts.items():
        pattern = re.compile(f"(<!-- {name} -->\n).*(<!-- /{name} -->)", re.S)
        text = pattern.sub(lambda match, part=part: f"{match[1]}{part}\n{match[2]}", text)
    DOCUMENT.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
