"""Compares catalog9 with other programs: `run.py TARGET [--short]`, where TARGET holds the built programs.

docs/differential.md says what is compared, and why some of the others may differ.
"""

import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import catalogs
import events
import libraries
import replay

PROJECT = Path(__file__).resolve().parent.parent.parent


def main():
    target, is_short = Path(sys.argv[1]).resolve(), "--short" in sys.argv
    tools = SimpleNamespace(
        catalog9=target / "catalog9",
        facts=target / "examples/library-facts",
        recover=target / "examples/recover-hive",
        write=target / "examples/write-evidence",
    )
    evidence = PROJECT.parent / "shared/evidence"
    if not evidence.is_dir():
        print("skipped: the real evidence: ../shared/evidence is not there")
        evidence = None
    counts = {"hives": 300, "reg": 150, "nfo": 150} if is_short else {"hives": 10_000, "reg": 3_000, "nfo": 3_000}
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        problems += replay.run(tools, scratch, 400 if is_short else 4_000, evidence)
        for kind, count in counts.items():
            problems += catalogs.run(tools, scratch, kind, count)
        problems += libraries.run(tools, scratch, 100 if is_short else 1_000)
        if evidence:
            problems += events.run_real(tools, evidence)
            problems += catalogs.run_real(tools, scratch, evidence)
    for problem in problems[:50]:
        print(f"differs: {problem}")
    print(f"{len(problems)} differences that nothing explains")
    sys.exit(1 if problems else 0)


main()
