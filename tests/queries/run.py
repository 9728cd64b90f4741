"""Runs every query of docs/queries.md over a scan of the cases in fixtures, and compares the rows with expected.txt.

`run.py FOLDER [--bless]`: FOLDER has the programs; --bless writes the rows that are expected from now on.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

import duckdb

HERE = pathlib.Path(__file__).parent
PAGE = HERE.parent.parent / "docs" / "queries.md"
EXPECTED = HERE / "expected.txt"
CASES = len(list((HERE.parent.parent / "fixtures").glob("*/case.txt")))


def queries():
    """The view, then the queries, each with its heading."""
    parts = re.split(r"^## (.+)$", PAGE.read_text(), flags=re.MULTILINE)
    block = re.compile(r"^```sql\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    (view,) = block.findall(parts[0])
    return view, [(heading, query) for heading, text in zip(parts[1::2], parts[2::2]) for query in block.findall(text)]


def scan(programs, folder, arguments):
    evidence = folder / "evidence"
    subprocess.run([programs / "examples" / "write-evidence", "cases", evidence, "0", str(CASES)], check=True)
    scan = [programs / "catalog9", "scan", *arguments, "--format", "jsonl", "evidence"]
    result = subprocess.run(scan, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    (folder / "scan.jsonl").write_bytes(result.stdout)


def answers(programs, arguments):
    view, all_queries = queries()
    assert len(all_queries) == 10, f"{len(all_queries)} queries"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        scan(programs, folder, arguments)
        connection = duckdb.connect()
        connection.execute(f"SET file_search_path = '{folder}'")
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(view)
        for heading, query in all_queries:
            rows = connection.execute(query).fetchall()
            assert rows, f"{heading}: no rows of scan {arguments}"
            yield f"## {heading}\n" + "".join("\t".join(map(str, row)) + "\n" for row in rows)


def main():
    programs = pathlib.Path(sys.argv[1]).resolve()
    slim = "\n".join(answers(programs, []))
    for _ in answers(programs, ["--full"]):
        pass
    if "--bless" in sys.argv:
        EXPECTED.write_text(slim)
    elif slim != EXPECTED.read_text():
        sys.exit(f"the rows differ from {EXPECTED}:\n{slim}")
    print("10 queries give the expected rows, of slim and of full records")


main()
