"""The package gives what the command gives, on every case of `fixtures` in every carrier that `write-evidence` writes.

The environment names the programs: CATALOG9_PROGRAMS, the folder of catalog9 and examples/write-evidence.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading

import pytest

import catalog9

PROJECT = pathlib.Path(__file__).resolve().parents[3]
PROGRAMS = pathlib.Path(os.environ.get("CATALOG9_PROGRAMS", PROJECT / "target" / "debug")).resolve()
FIXTURE = PROJECT / "fixtures" / "layered-provider-effective" / "SYSTEM"


@pytest.fixture(scope="session")
def evidence(tmp_path_factory):
    """Hives, registration files and reports of all cases, hives of something else, and a hive beside logs."""
    folder = tmp_path_factory.mktemp("evidence")
    cases = str(len(list((PROJECT / "fixtures").glob("*/case.txt"))))
    for kind in ("cases", "reg", "nfo", "dirty"):
        write = [PROGRAMS / "examples" / "write-evidence", kind, folder / kind, "0", cases]
        subprocess.run(write, check=True)
    logged = folder / "logged"
    logged.mkdir()
    shutil.copy(FIXTURE, logged)
    for log in (folder / "dirty").glob("*/SYSTEM.LOG[12]"):
        shutil.copy(log, logged)
    assert len(list(logged.iterdir())) == 3
    return folder


def command(folder, *arguments):
    result = subprocess.run(
        [PROGRAMS / "catalog9", *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False
    )
    return result.stdout


def test_examinations_are_those_of_the_command_byte_for_byte(evidence, monkeypatch):
    monkeypatch.chdir(evidence)
    paths = sorted(str(path.relative_to(evidence)) for path in evidence.rglob("*") if path.is_file())
    examined = 0
    for path in paths:
        expected = command(evidence, "examine", "--format", "json", path).decode()
        if expected:
            assert catalog9.examine_json(path) == expected, path
            examined += 1
        else:
            with pytest.raises(catalog9.EvidenceError) as raised:
                catalog9.examine(path)
            assert raised.value.place == path
            assert raised.value.help
    assert examined >= 45, paths


def test_options_are_those_of_the_command(evidence, monkeypatch):
    monkeypatch.chdir(evidence)
    for options, arguments in [
        ({"hash": False}, ["--no-hash"]),
        ({"carve": False}, ["--no-carve"]),
        ({"control_set": "all"}, ["--control-set", "all"]),
        ({"windows": "7"}, ["--windows", "7"]),
        ({"ansi_codepage": 1251}, ["--ansi-codepage", "1251"]),
        ({"logs": [], "as_stored": True}, ["--no-logs", "--as-stored"]),
    ]:
        for path in ["logged/SYSTEM", "cases/000000.SYSTEM"]:
            expected = command(evidence, "examine", "--format", "json", *arguments, path).decode()
            assert catalog9.examine_json(path, **options) == expected, options


def test_bytes_are_examined_as_the_file_is(evidence):
    path = evidence / "logged" / "SYSTEM"
    logs = [(log.name, log.read_bytes()) for log in sorted(path.parent.glob("SYSTEM.LOG*"))]
    document = catalog9.examine(path)
    assert [log["path"] for log in document["recovery"]["logs"]] == ["SYSTEM.LOG1", "SYSTEM.LOG2"]
    assert catalog9.examine(path.read_bytes(), name=str(path), logs=logs) == document
    assert catalog9.examine(path, logs=[str(path) + ".LOG1", str(path) + ".LOG2"]) == document
    assert catalog9.examine(path, logs=[])["recovery"] is None


def test_records_of_a_scan_are_those_of_the_command(evidence, monkeypatch):
    monkeypatch.chdir(evidence)
    expected = [json.loads(line) for line in command(evidence, "scan", "--format", "jsonl", ".").splitlines()]
    assert list(catalog9.scan(["."])) == expected
    assert expected[-1]["record"] == "summary"
    assert len(expected) > 45
    assert all(record["full"] for record in catalog9.scan(["cases"], full=True) if record["record"] == "examination")


def test_a_scan_that_fails_says_so(tmp_path):
    with pytest.raises(catalog9.ScanError, match="no-such-option"):
        list(catalog9.scan([tmp_path], options=["--no-such-option"]))


def test_a_scan_that_is_given_up_ends_its_process(evidence):
    records = catalog9.scan([evidence])
    assert next(records)["record"] == "examination"
    records.close()


def test_rules_are_those_of_the_command():
    assert catalog9.rules() == json.loads(command(None, "rules", "--format", "json"))["rules"]


def test_what_is_no_evidence_has_a_place_and_a_way_out():
    with pytest.raises(catalog9.EvidenceError) as raised:
        catalog9.examine(b"PK\x03\x04 and so on")
    error = raised.value
    assert (error.place, error.code) == ("evidence", "catalog9::not_evidence")
    assert error.reason.startswith("expected a SYSTEM hive")
    assert str(error).startswith("evidence: expected") and error.help in str(error)


def test_files_that_cannot_be_read_raise_as_files_do(tmp_path):
    with pytest.raises(FileNotFoundError) as raised:
        catalog9.examine(tmp_path / "SYSTEM")
    assert pathlib.Path(raised.value.filename) == tmp_path / "SYSTEM"
    with pytest.raises(OSError):
        catalog9.examine(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(OSError, match="found a pipe"):
            catalog9.examine(tmp_path / "pipe")


def test_options_that_do_not_exist_are_refused():
    for options in [{"windows": "windows-12"}, {"ansi_codepage": 7}]:
        with pytest.raises(ValueError, match="expected"):
            catalog9.examine(FIXTURE, **options)


def test_evidence_is_not_written(evidence):
    before = FIXTURE.stat(), FIXTURE.read_bytes()
    catalog9.examine(FIXTURE)
    after = FIXTURE.stat(), FIXTURE.read_bytes()
    assert (before[0].st_mtime_ns, before[1]) == (after[0].st_mtime_ns, after[1])


def test_other_threads_run_while_evidence_is_examined():
    # The interpreter hands over only every minute unless the extension releases it.
    interval = sys.getswitchinterval()
    sys.setswitchinterval(60)
    try:
        go, ran = threading.Event(), threading.Event()
        thread = threading.Thread(target=lambda: go.wait() and ran.set())
        data = FIXTURE.read_bytes()
        thread.start()
        go.set()
        assert not ran.is_set()
        for _ in range(100):
            if not ran.is_set():
                catalog9.examine_json(data)
        assert ran.is_set()
        thread.join()
    finally:
        sys.setswitchinterval(interval)


def test_the_types_are_those_of_the_schema():
    sys.path.insert(0, str(PROJECT / "integrations" / "python"))
    import stubs

    schema = json.loads(command(None, "schema"))
    types = PROJECT / "integrations" / "python" / "catalog9" / "types.py"
    assert stubs.written(schema) == types.read_text(), "run stubs.py"
    assert set(catalog9.rules()[0]) == set(stubs.RULE["required"])
