"""The plugin on disk images that these tests make, and on folders: it yields what catalog9 says of the same files."""

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PROJECT = HERE.parents[2]
PROGRAM = PROJECT / "target/debug/catalog9"
HIVE = PROJECT / "fixtures/layered-provider-effective/SYSTEM"
PROXY = "Program Files/Proxy/proxy.dll"
PLUGIN = ("--plugin-path", HERE.parent / "plugins", "-f", "winsock", "-j")
SYSTEM_FILES = ("ntdll.dll", "kernel32.dll", "ws2_32.dll", "mswsock.dll")


@pytest.fixture(autouse=True)
def program(monkeypatch):
    monkeypatch.setenv("CATALOG9", str(PROGRAM))


def windows(root: Path, proxy: bytes | None) -> Path:
    """The files of a Windows with a layered provider, with its DLL or without it."""
    files = {"Windows/System32/config/SYSTEM": HIVE.read_bytes(), "Program Files/readme.txt": b"x"}
    for folder in ("System32", "SysWOW64"):
        files |= {f"Windows/{folder}/{name}": b"MZ" for name in SYSTEM_FILES}
    if proxy is not None:
        files[PROXY] = proxy
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def fat_image(tree: Path, image: Path) -> Path:
    if not (shutil.which("mkfs.vfat") and shutil.which("mcopy")):
        pytest.skip("FAT32: mkfs.vfat (dosfstools) or mcopy (mtools) cannot be had")
    with image.open("wb") as file:
        file.truncate(64 << 20)
    subprocess.run(["mkfs.vfat", "-F", "32", image], check=True, capture_output=True)
    environment = {**os.environ, "MTOOLS_SKIP_CHECK": "1"}
    subprocess.run(["mcopy", "-s", "-i", image, *tree.iterdir(), "::"], check=True, env=environment)
    return image


def ntfs_image(tree: Path, image: Path, mount: Path) -> Path:
    if not (shutil.which("mkntfs") and shutil.which("ntfs-3g") and os.path.exists("/dev/fuse")):
        pytest.skip("NTFS: mkntfs and ntfs-3g (ntfs-3g) or /dev/fuse cannot be had")
    with image.open("wb") as file:
        file.truncate(64 << 20)
    subprocess.run(["mkntfs", "-F", "-Q", image], check=True, capture_output=True)
    mount.mkdir()
    if subprocess.run(["ntfs-3g", image, mount], capture_output=True).returncode:
        pytest.skip("NTFS: FUSE cannot be had")
    try:
        shutil.copytree(tree, mount, dirs_exist_ok=True)
    finally:
        subprocess.run(["fusermount", "-u", mount], check=True)
    return image


def query(target: Path, *arguments: str) -> list[dict]:
    command = ["target-query", target, "-q", *PLUGIN, *arguments]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    records = [json.loads(line) for line in result.stdout.splitlines()]
    assert records, result.stderr
    return records


def of_kind(records: list[dict], kind: str) -> list[dict]:
    # Each record names its descriptor by its fields.
    marks = {"verdict": "assessment", "finding": "rule", "entry": "chain", "library": "wow64"}
    return [record for record in records if marks[kind] in record]


def examined(tree: Path) -> dict:
    hive = tree / "Windows/System32/config/SYSTEM"
    result = subprocess.run([PROGRAM, "examine", "--format", "json", "--root", f"C={tree}", hive], capture_output=True)
    return json.loads(result.stdout)


def check(records: list[dict], tree: Path) -> None:
    """The records are what catalog9 says of the same files."""
    document = examined(tree)
    (verdict,) = of_kind(records, "verdict")
    assert (verdict["verdict"], verdict["assessment"]) == (document["verdict"], document["assessment"])
    assert verdict["hostname"] == "EXAMPLE"
    rules = [(finding["rule"], finding["message"]) for finding in of_kind(records, "finding")]
    assert rules == [(finding["rule"], finding["message"]) for finding in document["findings"]]
    assert len(of_kind(records, "entry")) == len(document["entries"])
    states = [(library["state"], library["reason"]) for library in of_kind(records, "library")]
    expected = document["libraries"]
    assert states == [
        (library["state"], library["reason"] or library["obstacle"] or (library["content"] or {}).get("damage"))
        for library in expected
    ]


@pytest.mark.parametrize("proxy", [b"MZ proxy", None], ids=["present", "missing"])
@pytest.mark.parametrize("kind", ["FAT32", "NTFS", "folder"])
def test_a_target_gives_what_catalog9_says_of_its_files(tmp_path, kind, proxy):
    tree = windows(tmp_path / "tree", proxy)
    target = {
        "FAT32": lambda: fat_image(tree, tmp_path / "image.raw"),
        "NTFS": lambda: ntfs_image(tree, tmp_path / "image.raw", tmp_path / "mount"),
        "folder": lambda: tree,
    }[kind]()
    records = query(target)
    check(records, tree)
    (library,) = [one for one in of_kind(records, "library") if "proxy.dll" in one["library"].lower()]
    rules = [finding["rule"] for finding in of_kind(records, "finding")]
    if proxy is None:
        assert library["state"] == "missing"
        assert "library-missing" in rules
    else:
        assert library["state"] == "present"
        assert library["digest"]["sha256"] == hashlib.sha256(proxy).hexdigest()
        assert library["reason"].startswith("expected a DLL")


def test_a_triage_collection_says_nothing_of_dlls(tmp_path):
    tree = windows(tmp_path / "tree", None)
    for folder in ("System32", "SysWOW64"):
        for name in SYSTEM_FILES:
            (tree / "Windows" / folder / name).unlink()
    records = query(tree)
    check(records, tree)
    assert {library["state"] for library in of_kind(records, "library")} == {"not-judged"}


def test_security_catalogs_are_copied_on_request(tmp_path):
    tree = windows(tmp_path / "tree", b"MZ")
    folder = tree / "Windows/System32/CatRoot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE}"
    folder.mkdir(parents=True)
    (folder / "damaged.cat").write_bytes(b"0")
    # No file is a DLL here, so nobody asks who signed it: what counts is that nothing breaks.
    check(query(tree, "--signers"), tree)


def test_what_cannot_be_copied_is_never_missing(tmp_path):
    tree = windows(tmp_path / "tree", None)
    proxy = tree / PROXY
    proxy.parent.mkdir()
    proxy.symlink_to("nowhere")
    (library,) = [one for one in of_kind(query(tree), "library") if "proxy.dll" in one["library"].lower()]
    assert library["state"] == "not-judged"
    proxy.unlink()
    with proxy.open("wb") as file:
        file.truncate((512 << 20) + 1)
    (library,) = [one for one in of_kind(query(tree), "library") if "proxy.dll" in one["library"].lower()]
    assert (library["state"], library["reason"]) == ("present", "expected at most 536870912 bytes, found 536870913")


def test_without_the_program_the_plugin_says_so(tmp_path, monkeypatch):
    monkeypatch.delenv("CATALOG9")
    monkeypatch.setenv("PATH", str(Path(shutil.which("target-query")).parent))
    tree = windows(tmp_path / "tree", None)
    result = subprocess.run(["target-query", tree, *PLUGIN], capture_output=True, text=True)
    assert "expected catalog9 on PATH or in the variable CATALOG9" in result.stderr
