"""DLLs, read by catalog9 and by pefile: the imphash and the texts of the version resource must be the same."""

import subprocess

import pefile

TEXTS = {
    "company": "CompanyName",
    "product": "ProductName",
    "original name": "OriginalFilename",
    "description": "FileDescription",
    "version": "FileVersion",
}

# What pefile gives for a file that imports nothing.
NOTHING = {"", "d41d8cd98f00b204e9800998ecf8427e"}


def ours(tools, path):
    result = subprocess.run([tools.facts, path], stdout=subprocess.PIPE, check=True)
    lines = [line.partition("\t") for line in result.stdout.decode().splitlines()]
    facts = {name: value for name, _, value in lines}
    return {name: facts.get(name, "") for name in ["imphash", *TEXTS]}


def theirs(path):
    with pefile.PE(path) as file:
        infos = [info for several in getattr(file, "FileInfo", []) for info in several]
        tables = [table for info in infos if info.Key == b"StringFileInfo" for table in info.StringTable]
        imphash = file.get_imphash()
    entries = {key.decode(): text.decode() for table in tables for key, text in table.entries.items()}
    # catalog9 shows what changes the direction of writing as an escape.
    texts = {name: entries.get(key, "").replace("\u202e", "\\u{202e}") for name, key in TEXTS.items()}
    return {"imphash": "" if imphash in NOTHING else imphash, **texts}


def run(tools, scratch, count):
    folder = scratch / "dlls"
    subprocess.run([tools.write, "dlls", folder, "0", str(count)], check=True)
    problems = []
    paths = sorted(folder.iterdir())
    for path in paths:
        our, their = ours(tools, path), theirs(path)
        problems += [f"{path.name}: {name}: {our[name]!r}, pefile {their[name]!r}" for name in our if our[name] != their[name]]
    # The comparison must see a difference.
    broken = ours(tools, paths[0]) | {"imphash": "0"}
    if broken == theirs(paths[0]):
        problems.append("a wrong imphash goes unnoticed")
    print(f"dlls: {len(paths)} compared with pefile")
    return problems
