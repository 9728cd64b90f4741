"""The files for other programs name fields, options and events that exist, and the Sigma rules find their events."""

import json
import pathlib
import re
import shlex
import sqlite3
import subprocess
import xml.etree.ElementTree

import pytest
import yaml
from sigma.backends.sqlite import sqliteBackend
from sigma.collection import SigmaCollection

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent
PROGRAM = PROJECT / "target" / "debug" / "catalog9"
REAL_LOG = PROJECT / ".." / "shared" / "evidence" / "evtx" / "winsock-lsp-install-id1.evtx"
RULES = {path: yaml.safe_load(path.read_text()) for path in sorted((HERE / "sigma").glob("*.yml"))}
PROVIDER = "Microsoft-Windows-Winsock-WS2HELP"
NUMBERS = {"installed": 1, "removed": 2, "disabled": 3, "reset": 4}


def catalog9(*arguments, folder=PROJECT):
    return subprocess.run([PROGRAM, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def matches(path, rows):
    """The rows that a rule finds."""
    backend = sqliteBackend(collect_errors=False)
    (query,) = backend.convert(SigmaCollection.from_yaml(path.read_text()))
    connection = sqlite3.connect(":memory:")
    columns = ["Provider_Name", "EventID", "LSPName", "Installer", "GUID", "Category"]
    connection.execute(f"CREATE TABLE logs ({', '.join(columns)})")
    connection.executemany(
        f"INSERT INTO logs VALUES ({', '.join('?' * len(columns))})",
        [[row.get(column) for column in columns] for row in rows],
    )
    return connection.execute(query.replace("<TABLE_NAME>", "logs")).fetchall()


def test_each_rule_finds_its_event_and_no_other():
    assert len(RULES) == 4
    rows = [{"Provider_Name": PROVIDER, "EventID": number, "LSPName": "An LSP"} for number in range(1, 6)]
    rows += [{"Provider_Name": "Microsoft-Windows-Kernel-General", "EventID": number} for number in range(1, 5)]
    found = {path.stem: [row[:3] for row in matches(path, rows)] for path in RULES}
    for path, rule in RULES.items():
        event = rule["detection"]["selection"]["EventID"]
        assert found[path.stem] == [(PROVIDER, event, "An LSP")]
    assert sorted(rule["detection"]["selection"]["EventID"] for rule in RULES.values()) == [1, 2, 3, 4]


@pytest.mark.skipif(not REAL_LOG.exists(), reason="the real event log is not there")
def test_installations_of_a_real_log_are_found():
    document = json.loads(catalog9("examine", "--format", "json", REAL_LOG).stdout)
    rows = [
        {
            "Provider_Name": PROVIDER,
            "EventID": NUMBERS[event["change"]],
            "LSPName": event["name"],
            "Installer": event["program"],
            "GUID": event["provider_id"],
            "Category": event["entry_id"],
        }
        for event in document["events"]
    ]
    found = {path.stem: len(matches(path, rows)) for path in RULES}
    assert found == {
        "winsock_catalog_reset": 0,
        "winsock_lsp_disabled": 0,
        "winsock_lsp_installed": len(rows),
        "winsock_lsp_removed": 0,
    }
    assert len(rows) > 1


def test_rules_have_what_sigma_asks_for():
    ids = set()
    for path, rule in RULES.items():
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", rule["id"]), path
        ids.add(rule["id"])
        assert rule["level"] in ("low", "medium") and rule["status"] == "experimental"
        assert all(re.fullmatch(r"attack\.[a-z0-9.-]+", tag) for tag in rule["tags"])
    assert len(ids) == len(RULES)


def options():
    return set(re.findall(r"--[a-z][a-z-]+", catalog9("scan", "--help").stdout))


@pytest.mark.parametrize("name, kind", [("Windows.Winsock.Catalog9", "CLIENT"), ("Server.Winsock.Catalog9", "SERVER")])
def test_the_artifacts_name_fields_and_options_that_exist(name, kind):
    text = (HERE / "velociraptor" / f"{name}.yaml").read_text()
    artifact = yaml.safe_load(text)
    assert artifact["name"] == name and artifact["type"] == kind
    (tool,) = artifact["tools"]
    assert f'ToolName="{tool["name"]}"' in text
    (source,) = artifact["sources"]
    query = source["query"]
    # Outside of texts and comments, brackets are in pairs.
    code = re.sub(r'"(\\.|[^"\\])*"|^\s*--.*$', "", query, flags=re.MULTILINE)
    for one, other in ("()", "[]", "{}"):
        assert code.count(one) == code.count(other), one
    definitions = json.loads(catalog9("schema").stdout)["$defs"]
    for field in re.findall(r"Record\.unit\.(\w+)", query):
        assert field in definitions["Unit"]["properties"], field
    for field in re.findall(r"Record\.unit\.failure\.(\w+)", query):
        assert field in definitions["Failure"]["properties"], field
    for field in re.findall(r"Record\.summary\.(\w+)", query):
        assert field in definitions["Summary"]["properties"], field
    for field in re.findall(r"^\s+([a-z_]+) AS ", query, re.MULTILINE):
        assert field in definitions["Finding"]["properties"], field
    assert set(re.findall(r'"(--[a-z-]+)"', query)) <= options()
    defined = set(re.findall(r"LET (\w+)", query)) | {parameter["name"] for parameter in artifact["parameters"]}
    for used in re.findall(r"FROM ([A-Z]\w+)(?![\w.])", query):
        assert used in defined, used


def test_both_artifacts_have_the_same_columns():
    columns = []
    for name in ("Windows", "Server"):
        query = (HERE / "velociraptor" / f"{name}.Winsock.Catalog9.yaml").read_text()
        columns.append(re.findall(r"^\s+(?:Record\.unit\.[\w.]+|[a-z_]+) AS (\w+)", query, re.MULTILINE))
    assert columns[0] == columns[1] and len(columns[0]) > 10


def test_the_command_lines_of_the_module_work(tmp_path):
    module = yaml.safe_load((HERE / "kape" / "catalog9.mkape").read_text())
    assert {"Description", "Category", "Author", "Version", "Id", "BinaryUrl", "ExportFormat"} <= set(module)
    source = PROJECT / "fixtures" / "layered-provider-effective"
    for processor in module["Processors"]:
        line = processor["CommandLine"].replace("\\", "/").replace("%destinationDirectory%", str(tmp_path))
        result = catalog9(*shlex.split(line.replace("%sourceDirectory%", str(source))))
        assert result.returncode == 0, result.stderr
    written = sorted(path.name for path in tmp_path.iterdir())
    assert written == ["catalog9.csv", "catalog9.findings.csv", "catalog9.html", "catalog9.jsonl"]
    assert "layered-provider-effective" in (tmp_path / "catalog9.findings.csv").read_text()


def test_the_configuration_collects_what_the_documentation_names():
    tree = xml.etree.ElementTree.parse(HERE / "dfir-orc" / "Catalog9_config.xml")
    paths = {find.get("path") for find in tree.iter("ntfs_find")}
    names = {path.rsplit("\\", 1)[-1] for path in paths}
    assert {"SYSTEM", "SYSTEM.LOG1", "SYSTEM.LOG2", "SOFTWARE"} <= names
    assert all(path.startswith("\\Windows\\System32\\") for path in paths)
    assert f"{PROVIDER}%4Operational.evtx" in names
