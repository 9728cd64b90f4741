"""Redis and workers on this machine, with real evidence files: nothing is lost, nothing comes twice.

Only processes that were started here are ended.
"""

import ast
import base64
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid

import pytest
from celery import Celery

from src import manifest, run
from src.report import report

WORKER = pathlib.Path(__file__).resolve().parents[1]
PROGRAMS = WORKER.parents[1] / "target" / "debug"
CATALOG9 = PROGRAMS / "catalog9"
QUEUE = "openrelik-worker-catalog9"
PIECES = 600
BATCH = 20
VISIBILITY_TIMEOUT = 10


def digest(records):
    """Of records in any order. The paths of the files are not in them: labels are original paths."""
    lines = sorted(json.dumps(record, sort_keys=True) for record in records)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def units(text):
    records = [json.loads(line) for line in text.splitlines()]
    assert records[-1]["record"] == "summary"
    return records[:-1]


def input_file(path, display_name, original_path=None):
    """As the server hands it over."""
    name = pathlib.PurePath(path)
    return {
        "id": 1,
        "uuid": name.stem,
        "display_name": display_name,
        "extension": name.suffix,
        "data_type": "file:generic",
        "mime_type": "application/octet-stream",
        "path": str(path),
        "original_path": original_path,
    }


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """600 pieces of evidence under UUIDs."""
    written, stored = tmp_path_factory.mktemp("written"), tmp_path_factory.mktemp("stored")
    for kind, count in (("cases", 100), ("hives", 200), ("reg", 150), ("nfo", 149)):
        subprocess.run([PROGRAMS / "examples" / "write-evidence", kind, written / kind, "0", str(count)], check=True)
    result = []
    for path in sorted(path for path in written.rglob("*") if path.is_file()):
        target = stored / f"{uuid.uuid4().hex}{path.suffix}"
        shutil.move(path, target)
        result.append(input_file(target, path.name, f"{path.parent.name}/{path.name}"))
    assert len(result) == PIECES
    random.Random(1).shuffle(result)
    return result


@pytest.fixture(scope="session")
def expected(files, tmp_path_factory):
    """The records of one local scan."""
    listed = tmp_path_factory.mktemp("local") / "manifest"
    listed.write_text("".join(line + "\n" for line in manifest.lines(files)))
    command = [CATALOG9, "scan", "--quiet", "--format", "jsonl", "--files-from", listed]
    records = units(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    assert len(records) == PIECES
    return records


@pytest.fixture(scope="session")
def redis(tmp_path_factory):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("redis")
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen([*command, "--dir", folder], stdout=subprocess.DEVNULL)
    for _ in range(100):
        with socket.socket() as connection:
            if connection.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"redis://127.0.0.1:{port}/0"
    process.terminate()
    process.wait()


class Workers:
    def __init__(self, redis, folder):
        self.redis, self.folder, self.processes = redis, folder, {}

    def start(self, name, **settings):
        environment = {
            **os.environ,
            "REDIS_URL": self.redis,
            "CATALOG9": str(CATALOG9),
            "VISIBILITY_TIMEOUT": str(VISIBILITY_TIMEOUT),
            **settings,
        }
        command = [sys.executable, "-m", "celery", "--app=src.app", "worker", "--task-events", "--concurrency=1"]
        with open(self.folder / f"{name}.log", "wb") as log:
            process = subprocess.Popen(
                [*command, "-Q", QUEUE, "-n", f"{name}@test"],
                cwd=WORKER,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes[name] = process

    def kill(self, name):
        """The worker and its pool, at once."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self):
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(timeout=60)
        self.processes.clear()


@pytest.fixture
def workers(redis, tmp_path):
    workers = Workers(redis, tmp_path)
    yield workers
    workers.stop()


@pytest.fixture
def client(redis):
    client = Celery(broker=redis, backend=redis)
    client.control.purge()
    return client


def wait_for(client, count):
    for _ in range(60):
        if len(client.control.ping(timeout=1)) >= count:
            return
    raise AssertionError(f"{count} workers did not start")


def send(client, files, output, task="scan", **arguments):
    arguments = {"input_files": files, "output_path": str(output), "workflow_id": "1", **arguments}
    return client.send_task(f"{QUEUE}.tasks.{task}", kwargs=arguments, queue=QUEUE)


def result(task, timeout=120):
    return json.loads(base64.b64decode(task.get(timeout=timeout)))


def records_of(results):
    return [record for each in results for record in units(pathlib.Path(each["output_files"][0]["path"]).read_text())]


def test_the_server_finds_the_tasks(workers, client):
    workers.start("one")
    wait_for(client, 1)
    registered = client.control.inspect().registered("metadata")["one@test"]
    assert len(registered) == 2
    # As the server reads them.
    for text in registered:
        metadata = ast.literal_eval(re.findall(r"{.+}", text)[0])
        assert metadata["display_name"].startswith("catalog9") and metadata["description"] and metadata["task_config"]
        assert text.split(".")[0] == QUEUE


def test_nothing_is_lost_if_a_worker_is_killed(workers, client, files, expected, tmp_path):
    workers.start("one")
    workers.start("two")
    wait_for(client, 2)
    output = tmp_path / "output"
    output.mkdir()
    tasks = [send(client, files[start : start + BATCH], output) for start in range(0, PIECES, BATCH)]
    while sum(task.ready() for task in tasks) < 4:
        time.sleep(0.02)
    # In the middle of a task: it has begun, and most of the work is still to do.
    while not client.control.inspect(destination=["one@test"], timeout=0.3).active().get("one@test"):
        pass
    workers.kill("one")
    assert sum(task.ready() for task in tasks) < len(tasks) - 2
    # A supervisor starts it again after the visibility timeout: then it finds the task of the dead one at once.
    time.sleep(VISIBILITY_TIMEOUT + 2)
    workers.start("again")
    records = records_of([result(task, timeout=200) for task in tasks])
    assert len(records) == PIECES
    assert digest(records) == digest(expected)
    labels = [record["unit"]["label"] for record in records]
    assert len(set(labels)) == PIECES


def test_order_and_batches_make_no_difference(workers, client, files, expected, tmp_path):
    workers.start("one")
    wait_for(client, 1)
    shuffled = random.Random(2).sample(files, len(files))
    results = [result(send(client, batch, tmp_path)) for batch in (shuffled[:1], shuffled[1:11], shuffled[11:])]
    assert digest(records_of(results)) == digest(expected)
    first = units(pathlib.Path(results[1]["output_files"][0]["path"]).read_text())
    assert [record["unit"]["label"] for record in first] == [file["original_path"] for file in shuffled[1:11]]


def test_outputs_logs_and_lists_of_results(workers, client, files, tmp_path):
    workers.start("one")
    wait_for(client, 1)
    earlier = [base64.b64encode(json.dumps({"output_files": [file]}).encode()).decode() for file in files[:2]]
    config = {"html": True, "csv": True, "timesketch": True}
    done = result(send(client, None, tmp_path, "examine", pipe_result=earlier, task_config=config))
    assert done["meta"]["summary"]["inputs"] == 2
    kinds = [(file["display_name"], file["data_type"]) for file in done["output_files"]]
    assert kinds == [
        ("catalog9.jsonl", "openrelik:catalog9:jsonl"),
        ("catalog9.html", "openrelik:catalog9:html"),
        ("catalog9.findings.csv", "openrelik:catalog9:csv"),
        ("catalog9.timesketch.jsonl", "openrelik:timesketch:jsonl"),
    ]
    assert all(pathlib.Path(file["path"]).exists() for file in done["output_files"] + done["task_files"])
    assert str(tmp_path) not in done["command"]
    assert records_of([done])[0]["full"]


def test_hostile_names_stay_names(workers, client, files, tmp_path):
    workers.start("one")
    wait_for(client, 1)
    names = ["../../x", "SYSTEM\n", "\x1b[31mred", "a|b`c", "--help", '{"path": "/etc/passwd"}']
    hostile = [{**files[0], "display_name": name, "original_path": None} for name in names]
    hostile += [{**files[0], "original_path": name} for name in names]
    output = tmp_path / "output"
    output.mkdir()
    done = result(send(client, hostile, output))
    assert len(records_of([done])) == len(hostile)
    assert {path.parent for path in tmp_path.rglob("*") if path.is_file()} == {tmp_path, output}
    content = done["task_report"]["content"]
    assert not any(name in content for name in names) and "\x1b" not in content


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exit 4", "found 4"),
        ("exit 0", "expected a summary"),
        ('printf \'{"record": "summ\'', "expected a summary"),
        ('echo \'{"record": "summary", "summary": {"inputs": 7}}\'', "expected a summary of 1 files, found one of 7"),
        ("sleep 60", "expected an end within 2 seconds"),
    ],
)
def test_a_program_that_fails_fails_the_task(script, reason, tmp_path, monkeypatch):
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho $$ >{tmp_path}/pid\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(run, "PROGRAM", str(program))
    monkeypatch.setattr(run, "TIME_LIMIT", 2)
    with pytest.raises(run.TaskFailed, match=re.escape(reason)):
        run.run([], ["{}"], tmp_path, lambda: None)
    assert not pathlib.Path("/proc", (tmp_path / "pid").read_text().strip()).exists()


def test_a_task_that_fails_leaves_no_files(workers, client, files, tmp_path):
    workers.start("one", CATALOG9="/bin/false")
    wait_for(client, 1)
    output = tmp_path / "output"
    output.mkdir()
    with pytest.raises(Exception, match="found 1|expected a summary"):
        result(send(client, files[:1], output))
    assert list(output.iterdir()) == []


def test_hives_find_their_logs_only_if_it_is_clear_whose_they_are():
    def names(*files):
        return [json.loads(line)["original_path"] for line in manifest.lines(files)]

    def shown(name, original=None):
        return input_file("/data/0123.bin", name, original)

    assert names(shown("SYSTEM"), shown("SYSTEM.LOG1")) == ["SYSTEM", "SYSTEM.LOG1"]
    ambiguous = names(shown("SYSTEM"), shown("system"), shown("SYSTEM.LOG1"))
    assert len({name.rsplit("/", 1)[0] for name in ambiguous}) == 3
    windows = r"C:\Windows\System32\config\SYSTEM"
    assert names(shown("SYSTEM", windows), shown("SYSTEM")) == [windows, "SYSTEM"]


def test_the_priority_follows_the_summary():
    states = {state: 0 for state in ("partial", "failed", "limited", "skipped", "stale")}
    clean = {"units": 1, "complete": True, "verdicts": {"intact": 1}, "findings": [], **states}
    finding = {"rule": "layered-provider-effective", "severity": "warning", "findings": 2}
    for change, priority in [
        ({}, 5),
        ({"complete": False, "partial": 1}, 40),
        ({"findings": [finding]}, 40),
        ({"findings": [{**finding, "severity": "note"}]}, 5),
        ({"verdicts": {"not-judged": 1}}, 20),
        ({"verdicts": {"hijacked": 1}}, 80),
    ]:
        assert report({**clean, **change}).to_dict()["priority"] == priority, change
    assert "not known to be clean" in report({**clean, "complete": False}).to_dict()["summary"]
