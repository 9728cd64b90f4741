"""The tasks of the worker."""

from __future__ import annotations

import base64
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from openrelik_worker_common.file_utils import create_output_file
from openrelik_worker_common.task_utils import create_task_result

from src import manifest
from src.app import celery
from src.report import report
from src.run import SCRATCH, clean, run

QUEUE = "openrelik-worker-catalog9"

OPTIONS = [
    {
        "name": "html",
        "label": "HTML report",
        "description": "A report for a browser",
        "type": "checkbox",
        "required": False,
    },
    {"name": "csv", "label": "CSV", "description": "One line per finding", "type": "checkbox", "required": False},
    {
        "name": "timesketch",
        "label": "Timesketch timeline",
        "description": "All times that hives record, as JSON lines",
        "type": "checkbox",
        "required": False,
    },
]

OUTPUTS = {
    "html": ("html", "openrelik:catalog9:html"),
    "csv": ("findings.csv", "openrelik:catalog9:csv"),
    "timesketch": ("timesketch.jsonl", "openrelik:timesketch:jsonl"),
}

# The server reads these as literals of Python.
SCAN = {
    "display_name": "catalog9: scan Winsock catalogs",
    "description": "Finds LSPs, hijacked providers and damage in hives, registration files, reports and archives",
    "task_config": OPTIONS,
}
EXAMINE = {
    "display_name": "catalog9: examine Winsock catalogs in depth",
    "description": "As scan, and searches hives for deleted entries; records have everything",
    "task_config": OPTIONS,
}


@celery.task(bind=True, name=f"{QUEUE}.tasks.scan", metadata=SCAN)
def scan(
    self: Any,
    pipe_result: str | list[str] | None = None,
    input_files: list[dict[str, Any]] | None = None,
    output_path: str = "",
    workflow_id: str = "",
    task_config: dict[str, Any] | None = None,
) -> str:
    """Scan all files of a workflow."""
    return _work(self, [], pipe_result, input_files, output_path, workflow_id, task_config or {})


@celery.task(bind=True, name=f"{QUEUE}.tasks.examine", metadata=EXAMINE)
def examine(
    self: Any,
    pipe_result: str | list[str] | None = None,
    input_files: list[dict[str, Any]] | None = None,
    output_path: str = "",
    workflow_id: str = "",
    task_config: dict[str, Any] | None = None,
) -> str:
    """Examine all files of a workflow, with everything that hives still have of deleted entries."""
    return _work(self, ["--carve", "--full"], pipe_result, input_files, output_path, workflow_id, task_config or {})


def _work(
    task: Any,
    arguments: list[str],
    pipe_result: str | list[str] | None,
    input_files: list[dict[str, Any]] | None,
    output_path: str,
    workflow_id: str,
    config: dict[str, Any],
) -> str:
    files = _files(pipe_result) or input_files or []
    if not files:
        return str(create_task_result([], workflow_id, command=""))
    clean(Path(output_path))
    # The files get their final names when all is well, so a task that fails leaves none.
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=output_path) as name:
        folder = Path(name)
        wanted = [("jsonl", "openrelik:catalog9:jsonl"), *(OUTPUTS[key] for key in OUTPUTS if config.get(key))]
        for ending, _ in wanted[1:]:
            arguments = [*arguments, "--output", str(folder / f"catalog9.{ending}")]
        summary = run(arguments, manifest.lines(files), folder, lambda: task.send_event("task-progress", data=None))
        outputs = [_keep(folder / f"catalog9.{ending}", output_path, kind) for ending, kind in wanted]
        log = _keep(folder / "catalog9.log", output_path, "openrelik:catalog9:log")
    return str(
        create_task_result(
            outputs,
            workflow_id,
            task_files=[log],
            command=" ".join(["catalog9 scan", *(argument for argument in arguments if not argument.startswith("/"))]),
            meta={"summary": summary},
            task_report=report(summary).to_dict(),
        )
    )


def _files(pipe_result: str | list[str] | None) -> list[dict[str, Any]]:
    """The files of earlier tasks. After a group there are several results, and all of their files count."""
    if not pipe_result:
        return []
    results = [pipe_result] if isinstance(pipe_result, str) else pipe_result
    return [file for result in results for file in json.loads(base64.b64decode(result)).get("output_files", [])]


def _keep(path: Path, output_path: str, kind: str) -> dict[str, Any]:
    output = create_output_file(output_path, display_name=path.name, data_type=kind)
    os.replace(path, output.path)
    return dict(output.to_dict())
