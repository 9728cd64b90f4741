"""Offline forensic analyzer for the Winsock catalogs of Windows.

>>> import catalog9
>>> catalog9.examine("SYSTEM")["verdict"]
'hijacked'
"""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
import tempfile
from typing import TYPE_CHECKING, Any, Iterable, Iterator, Sequence, Union, cast

from . import _native

if TYPE_CHECKING:
    from .types import Document, Record, Rule

__all__ = ["EvidenceError", "ScanError", "examine", "examine_json", "rules", "scan"]

Path = Union[str, "os.PathLike[str]"]
Log = Union[Path, "tuple[str, bytes]"]


class EvidenceError(ValueError):
    """The evidence cannot be examined."""

    def __init__(self, place: str, reason: str, code: str | None, help: str | None) -> None:
        super().__init__(place, reason, code, help)
        self.place = place
        """The name of the evidence."""
        self.reason = reason
        """What was expected, and what was found."""
        self.code = code
        """The kind of obstacle, such as `catalog9::not_evidence`."""
        self.help = help
        """The way out."""

    def __str__(self) -> str:
        text = f"{self.place}: {self.reason}"
        return f"{text} ({self.help})" if self.help else text


class ScanError(RuntimeError):
    """The scan has ended early, so its records are not complete."""


def examine(evidence: Path | bytes, **options: Any) -> Document:
    """Examine one piece of evidence: a SYSTEM hive, a registration file, an msinfo32 report, a listing, an event log.

    The options, and what is raised, are those of `examine_json`.
    """
    return cast("Document", json.loads(examine_json(evidence, **options)))


def examine_json(
    evidence: Path | bytes,
    *,
    name: str | None = None,
    logs: Sequence[Log] | None = None,
    hash: bool = True,
    carve: bool = True,
    control_set: str = "current",
    ansi_codepage: int | None = None,
    windows: str | None = None,
    as_stored: bool = False,
) -> str:
    """The same as JSON: the bytes that `catalog9 examine --format json` writes.

    name: what the evidence is called in the result; by default its path.
    logs: transaction logs of the hive, as paths or as pairs of name and bytes. By default the logs that lie beside the
        file; an empty list ignores them.
    hash: whether the SHA-256 of the evidence is computed.
    carve: whether deleted entries, values and keys are looked for in a hive.
    control_set: `current`, `all`, or a name such as `ControlSet002`.
    ansi_codepage: code page of texts that do not name theirs.
    windows: the version of Windows, where you know better than the evidence.
    as_stored: whether a dirty hive is accepted as stored.

    Other threads run meanwhile. The DLLs in the files of the computer are not looked for; `scan` does that.

    Raises EvidenceError where this is not evidence, OSError where a file cannot be read.
    """
    try:
        return _native.examine(
            evidence,
            name,
            None if logs is None else list(logs),
            hash=hash,
            carve=carve,
            control_set=control_set,
            ansi_codepage=ansi_codepage,
            windows=windows,
            as_stored=as_stored,
        )
    except _native.Refused as refused:
        raise EvidenceError(*refused.args) from None


def rules() -> list[Rule]:
    """All rules: id, severity, what they look for, and their pages."""
    return cast("list[Rule]", json.loads(_native.rules())["rules"])


def scan(
    paths: Iterable[Path], *, full: bool = False, carve: bool = False, options: Sequence[str] = ()
) -> Iterator[Record]:
    """Examine everything in folders, archives and files: yield a record for each unit, and the summary last.

    The command `catalog9 scan`, which is a part of this package, examines each unit in a worker process, so evidence
    that crashes one does not end the scan.

    full: whether the records have everything, as from `examine`.
    carve: whether deleted entries, values and keys are looked for in hives.
    options: more options of `catalog9 scan`, such as `["--exclude", "*.bak"]`.

    Raises ScanError where the scan does not come to its end. It does so after the records that there are.
    """
    command = [_program(), "scan", "--quiet", "--format", "jsonl", *(["--full"] if full else [])]
    command += [*(["--carve"] if carve else []), *options, "--", *(os.fspath(path) for path in paths)]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors)
        record: dict[str, Any] = {}
        try:
            for line in cast("Iterable[bytes]", process.stdout):
                if not line.endswith(b"\n"):
                    break
                record = json.loads(line)
                yield cast("Record", record)
            if process.wait() not in (0, 1, 3) or record.get("record") != "summary":
                errors.seek(0)
                reason = errors.read(2000).decode(errors="replace").strip()
                raise ScanError(f"catalog9 scan ended with {process.returncode} and without a summary: {reason}")
        finally:
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()


def _program() -> str:
    """The command of this package."""
    name = "catalog9.exe" if os.name == "nt" else "catalog9"
    user = "nt_user" if os.name == "nt" else "posix_user"
    for folder in (sysconfig.get_path("scripts"), sysconfig.get_path("scripts", scheme=user)):
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            return path
    raise ScanError(
        f"expected the program {name} in {sysconfig.get_path('scripts')}, found none: install the package again"
    )
