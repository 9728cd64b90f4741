"""Winsock catalogs, examined by catalog9, of every target that dissect can open.

catalog9 reads files. So the hive with its logs, the SOFTWARE hive, the event log of Winsock, and the DLLs that the
catalogs name are copied into a temporary folder, laid out as on their drives. What cannot be copied leaves a mark
there, so that it never counts as missing.
"""

from __future__ import annotations

import json
import ntpath
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dissect.target.exceptions import UnsupportedPluginError
from dissect.target.helpers.record import TargetRecordDescriptor
from dissect.target.plugin import Plugin, arg, export

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dissect.target.helpers.fsutil import TargetPath
    from dissect.target.target import Target
    from flow.record import Record

VerdictRecord = TargetRecordDescriptor(
    "windows/winsock/verdict",
    [
        ("string", "verdict"),
        ("string[]", "assessment"),
        ("string", "windows"),
        ("boolean", "complete"),
        ("boolean", "stale"),
        ("varint", "findings"),
        ("varint", "defects"),
    ],
)

FindingRecord = TargetRecordDescriptor(
    "windows/winsock/finding",
    [
        ("datetime", "last_written"),
        ("string", "rule"),
        ("string", "severity"),
        ("string", "confidence"),
        ("string", "message"),
        ("string", "catalog"),
        ("varint", "entry_id"),
        ("string", "entry_name"),
        ("string", "provider_id"),
        ("path", "library"),
        ("string", "what_to_do"),
        ("string", "finding_id"),
    ],
)

EntryRecord = TargetRecordDescriptor(
    "windows/winsock/entry",
    [
        ("datetime", "last_written"),
        ("string", "catalog"),
        ("string", "name"),
        ("string", "provider_id"),
        ("varint", "entry_id"),
        ("string", "chain"),
        ("path", "library"),
    ],
)

LibraryRecord = TargetRecordDescriptor(
    "windows/winsock/library",
    [
        ("datetime", "modified"),
        ("path", "library"),
        ("boolean", "wow64"),
        ("boolean", "of_windows"),
        ("string", "state"),
        ("string", "reason"),
        ("filesize", "size"),
        ("digest", "digest"),
        ("string", "imphash"),
        ("string", "machine"),
        ("string", "company"),
        ("string", "version"),
        ("string", "signature"),
        ("string", "signer"),
    ],
)

WINDOWS_FOLDERS = ("windows", "winnt")
HIVES = tuple(f"system32/config/{name}" for name in ("SYSTEM", "SYSTEM.LOG", "SYSTEM.LOG1", "SYSTEM.LOG2", "SOFTWARE"))
EVENT_LOG = "system32/winevt/logs/Microsoft-Windows-Winsock-WS2HELP%4Operational.evtx"
# What shows catalog9 that a system folder is there as a whole.
SYSTEM_FILES = ("ntdll.dll", "kernel32.dll", "ws2_32.dll")
SYSTEM_FOLDERS = ("system32", "syswow64")
CAT_ROOT = "system32/catroot/{f750e6c3-38ee-11d1-85e5-00c04fc295ee}"

# catalog9 reads no longer DLL, so none is copied: a file of the same length without content takes its place.
LONGEST = 512 << 20
# Bytes that are copied of one target.
MOST_BYTES = 4 << 30

VARIABLES = {
    "%systemdrive%": ("{drive}",),
    "%programfiles%": (r"{drive}\Program Files", r"{drive}\Program Files (x86)"),
    "%programfiles(x86)%": (r"{drive}\Program Files (x86)",),
    "%programw6432%": (r"{drive}\Program Files",),
    "%commonprogramfiles%": (r"{drive}\Program Files\Common Files", r"{drive}\Program Files (x86)\Common Files"),
    "%commonprogramfiles(x86)%": (r"{drive}\Program Files (x86)\Common Files",),
    "%programdata%": (r"{drive}\ProgramData",),
    "%allusersprofile%": (r"{drive}\ProgramData",),
    "%systemroot%": (r"{drive}\{windows}",),
    "%windir%": (r"{drive}\{windows}",),
    r"\systemroot": (r"{drive}\{windows}",),
}


class Copy:
    """The files of a target that catalog9 needs, in a folder for each drive."""

    def __init__(self, target: Target, folder: Path, windows: str):
        self.target = target
        self.folder = folder
        self.windows = windows
        self.drive = target.props.get("sysvol_drive") or "c:"
        self.left = MOST_BYTES

    def roots(self) -> list[str]:
        """The drives, as catalog9 takes them."""
        letters = [mount for mount in self.target.fs.mounts if len(mount) == 2 and mount.endswith(":")]
        others = {letter.lower() for letter in letters} - {self.drive.lower()}
        roots = [f"{self.drive[0]}={self.place('sysvol')}"]
        for letter in sorted(others):
            self.place(letter[0]).mkdir(exist_ok=True)
            roots.append(f"{letter[0]}={self.place(letter[0])}")
        return roots

    def place(self, drive: str) -> Path:
        return self.folder / drive

    def of_windows(self, path: str) -> Path:
        """Copies a file of the Windows folder, and says where the copy is."""
        return self.add("sysvol", f"{self.windows}/{path}".split("/"))

    def library(self, path: str) -> None:
        """Copies a DLL that the catalogs name from every place that it may mean."""
        for candidate in self.candidates(path):
            drive, rest = ntpath.splitdrive(candidate)
            names = [name for name in rest.split("\\") if name]
            if len(drive) == 2 and names and drive.lower() in self.target.fs.mounts:
                self.add("sysvol" if drive.lower() == self.drive.lower() else drive[0].lower(), names)

    def candidates(self, path: str) -> Iterator[str]:
        path = path.replace("/", "\\")
        for prefix in ("\\\\?\\", "\\??\\"):
            path = path.removeprefix(prefix)
        expanded = [path]
        for variable, folders in VARIABLES.items():
            if path.lower().startswith(variable):
                rest = path[len(variable) :]
                expanded = [folder.format(drive=self.drive, windows=self.windows) + rest for folder in folders]
        for candidate in map(ntpath.normpath, expanded):
            yield candidate
            parts = candidate.split("\\")
            # What Windows redirects for 32-bit programs.
            for name, others in (("system32", ("SysWOW64",)), ("sysnative", ("System32",))):
                if len(parts) > 2 and parts[2].lower() == name:
                    yield from ("\\".join([*parts[:2], other, *parts[3:]]) for other in others)

    def add(self, drive: str, names: list[str]) -> Path:
        """Copies a file with the folders above it, as far as they are there."""
        source = self.target.fs.path(drive if drive == "sysvol" else f"{drive}:")
        copy = self.place(drive)
        copy.mkdir(parents=True, exist_ok=True)
        for depth, name in enumerate(names, start=1):
            # Names of Windows have none of these; on this system they would lead elsewhere.
            if name in (".", "..") or any(character in name for character in '/\\\0:<>"|?*'):
                return copy / "nothing"
            source, copy = source / name, copy / name
            if os.path.lexists(copy):
                if depth < len(names) and not copy.is_dir():
                    return copy
                continue
            try:
                if depth < len(names):
                    if source.is_dir():
                        copy.mkdir()
                    else:
                        if source.is_symlink() or source.exists():
                            self.mark(copy)
                        return copy
                elif source.is_file():
                    self.write(source, copy)
                elif source.is_symlink() or source.exists():
                    self.mark(copy)
            except Exception as error:
                self.target.log.warning("%s cannot be copied: %s", source, error)
                self.mark(copy)
        return copy

    def write(self, source: TargetPath, copy: Path) -> None:
        status = source.stat()
        with copy.open("xb") as file:
            if status.st_size > min(LONGEST, self.left):
                self.target.log.warning("%s is not copied: it has %d bytes", source, status.st_size)
                file.truncate(LONGEST + 1)
            else:
                self.left -= status.st_size
                with source.open("rb") as original:
                    shutil.copyfileobj(original, file)
        os.utime(copy, (status.st_mtime, status.st_mtime))

    @staticmethod
    def mark(copy: Path) -> None:
        """Something is there that cannot be read: for catalog9 it is a link, which it does not follow."""
        if copy.exists():
            copy.unlink()
        try:
            copy.symlink_to(copy.name)
        except OSError:
            copy.mkdir(exist_ok=True)


class WinsockPlugin(Plugin):
    """Winsock catalogs and the DLLs that they name, examined by catalog9."""

    def check_compatible(self) -> None:
        if not program():
            raise UnsupportedPluginError("expected catalog9 on PATH or in the variable CATALOG9, found none")
        if not windows_folder(self.target):
            raise UnsupportedPluginError("expected a SYSTEM hive in the Windows folder, found none")

    @export(record=[VerdictRecord, FindingRecord, EntryRecord, LibraryRecord])
    @arg("--signers", action="store_true", help="also copy the security catalogs (CatRoot), which show who signed DLLs")
    def winsock(self, signers: bool = False) -> Iterator[Record]:
        """Return the verdict on the Winsock catalogs, the findings, the entries and their DLLs.

        catalog9 examines the SYSTEM hive with its transaction logs, together with the SOFTWARE hive, the event log of
        Winsock and the DLLs that the catalogs name. See docs/rules.md of catalog9 for the rules.
        """
        with tempfile.TemporaryDirectory(prefix="catalog9-") as folder:
            document = self._examine(Path(folder), signers)
        if document is not None:
            yield from self._records(document)

    def _examine(self, folder: Path, signers: bool) -> dict[str, Any] | None:
        copy = Copy(self.target, folder, windows_folder(self.target))
        hive, *beside = [copy.of_windows(path) for path in HIVES]
        software = beside.pop()
        for system in SYSTEM_FOLDERS:
            for file in SYSTEM_FILES:
                copy.of_windows(f"{system}/{file}")
        roots = [option for root in copy.roots() for option in ("--root", root)]
        # First only which DLLs the catalogs name.
        document = self._run([str(hive), "--no-hash", "--no-carve", *roots])
        if document is None:
            return None
        for library in document.get("libraries", []):
            copy.library(library["path"])
        if signers:
            catalogs = self.target.fs.path(f"sysvol/{copy.windows}/{CAT_ROOT}")
            for catalog in catalogs.iterdir() if catalogs.is_dir() else ():
                if catalog.name.lower().endswith(".cat"):
                    copy.of_windows(f"{CAT_ROOT}/{catalog.name}")
        others = [str(path) for path in (software, copy.of_windows(EVENT_LOG)) if path.is_file()]
        together = ["--together", *others] if others else []
        return self._run([str(hive), *together, *roots]) or self._run([str(hive), *roots])

    def _run(self, arguments: list[str]) -> dict[str, Any] | None:
        command = [program(), "examine", "--format", "json", "--quiet", *arguments]
        result = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)
        try:
            return json.loads(result.stdout)
        except ValueError:
            message = result.stderr.decode(errors="replace").strip()
            self.target.log.error("catalog9 ended with %d: %s", result.returncode, message)
            return None

    def _records(self, document: dict[str, Any]) -> Iterator[Record]:
        yield VerdictRecord(
            verdict=document["verdict"],
            assessment=document["assessment"],
            windows=(document["system"]["windows"] or {}).get("version"),
            complete=document["complete"],
            stale=document["stale"],
            findings=len(document["findings"]),
            defects=len(document["defects"]),
            _target=self.target,
        )
        for finding in document["findings"]:
            yield FindingRecord(
                last_written=finding["last_written"],
                rule=finding["rule"],
                severity=finding["severity"],
                confidence=finding["confidence"],
                message=finding["message"],
                catalog=finding["catalog"],
                entry_id=finding["entry_id"],
                entry_name=finding["entry_name"],
                provider_id=finding["provider_id"],
                library=self._path(finding["entry_library"]),
                what_to_do=finding["what_to_do"],
                finding_id=finding["finding_id"],
                _target=self.target,
            )
        for entry in document["entries"]:
            yield EntryRecord(
                last_written=entry.get("last_written"),
                catalog=entry["catalog"],
                name=entry.get("name"),
                provider_id=entry.get("provider_id"),
                entry_id=entry.get("catalog_entry_id"),
                chain=">".join(map(str, entry.get("chain") or [])),
                library=self._path(entry.get("library_path")),
                _target=self.target,
            )
        for library in document.get("libraries", []):
            content = library["content"] or {}
            yield LibraryRecord(
                modified=content.get("modified"),
                library=self._path(library["path"]),
                wow64=library["wow64"],
                of_windows=library["of_windows"],
                state=library["state"],
                reason=library["reason"] or library["obstacle"] or content.get("damage"),
                size=content.get("size"),
                digest=(content.get("md5"), content.get("sha1"), content.get("sha256")),
                imphash=content.get("imphash"),
                machine=content.get("machine"),
                company=content.get("company"),
                version=content.get("version"),
                signature=content.get("signature"),
                signer=content.get("signer"),
                _target=self.target,
            )

    def _path(self, path: str | None) -> TargetPath | None:
        return self.target.fs.path(path) if path else None


def program() -> str | None:
    return os.environ.get("CATALOG9") or shutil.which("catalog9")


def windows_folder(target: Target) -> str | None:
    for folder in WINDOWS_FOLDERS:
        if target.fs.path(f"sysvol/{folder}/{HIVES[0]}").is_file():
            return folder
    return None
