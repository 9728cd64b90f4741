"""Runs catalog9 over the files of a task and returns its summary."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROGRAM = os.environ.get("CATALOG9", "catalog9")
TIME_LIMIT = int(os.environ.get("CATALOG9_TIME_LIMIT", "1500"))
"""Seconds for a task."""
MEMORY_LIMIT = int(os.environ.get("CATALOG9_MEMORY_LIMIT", str(8 << 30)))
"""Bytes of address space for each process."""
BETWEEN_PROGRESS = 2.0
SCRATCH = ".catalog9-"


class TaskFailed(RuntimeError):
    """The task has no result that can be trusted."""


def run(arguments: list[str], manifest: list[str], folder: Path, progress: Callable[[], None]) -> dict[str, Any]:
    """Scan the files of the manifest into `folder`: catalog9.jsonl, catalog9.log and what `--output` names.

    Raises TaskFailed unless the program ends as it should and its summary counts all files.
    """
    manifest_file = folder / "manifest"
    # A file, not a pipe: two full pipes wait for each other.
    manifest_file.write_text("".join(line + "\n" for line in manifest))
    command = [PROGRAM, "scan", "--quiet", "--files-from", str(manifest_file), "--format", "jsonl", *arguments]
    with open(folder / "catalog9.jsonl", "wb") as output, open(folder / "catalog9.log", "wb") as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
            preexec_fn=_limit,
        )
        try:
            _wait(process, progress)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    if process.returncode not in (0, 1, 3):
        reason = (folder / "catalog9.log").read_bytes()[-1000:].decode(errors="replace").strip()
        raise TaskFailed(f"expected catalog9 to end with 0, 1 or 3, found {process.returncode}: {reason}")
    summary = _summary(folder / "catalog9.jsonl")
    if summary["inputs"] != len(manifest):
        raise TaskFailed(f"expected a summary of {len(manifest)} files, found one of {summary['inputs']}")
    return summary


def _limit() -> None:
    """For the child: it does not outlive the worker, nor take all memory."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


def _wait(process: subprocess.Popen[bytes], progress: Callable[[], None]) -> None:
    end = time.monotonic() + TIME_LIMIT
    while True:
        try:
            process.wait(timeout=max(0.0, min(BETWEEN_PROGRESS, end - time.monotonic())))
            return
        except subprocess.TimeoutExpired:
            if time.monotonic() >= end:
                raise TaskFailed(f"expected an end within {TIME_LIMIT} seconds; send fewer files in a task") from None
            progress()


def _summary(path: Path) -> dict[str, Any]:
    with open(path, "rb") as file:
        last = b""
        for line in file:
            last = line
    try:
        record = json.loads(last) if last.endswith(b"\n") else {}
    except ValueError:
        record = {}
    if not isinstance(record, dict) or record.get("record") != "summary":
        raise TaskFailed("expected a summary in the last line, found none: the records are not complete")
    summary: dict[str, Any] = record["summary"]
    return summary


def clean(output_path: Path) -> None:
    """Remove what workers that were killed more than a day ago have left."""
    for folder in output_path.glob(f"{SCRATCH}*"):
        if folder.stat().st_mtime < time.time() - 86400:
            shutil.rmtree(folder, ignore_errors=True)
