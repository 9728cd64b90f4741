"""An importer of registration files, written by the documented format alone.

It takes the dialects of regedit (both versions), reged and hivexregedit. Text of version 4 is in a code page.
"""

import codecs
import re
import struct

from registry import Key

LINE = re.compile(r'^(@|"(?:[^"\\]|\\.)*")=(.*)$', re.DOTALL)


def decode(data):
    for mark, encoding in (
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF8, "utf-8"),
    ):
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def unescape(text):
    return re.sub(r"\\(.)", r"\1", text)


def value(text, is_version_4):
    """Type and bytes of what stands behind the equals sign."""
    if text.startswith("str("):
        # hivexregedit escapes nothing.
        data_type, inner = re.fullmatch(r'str\((\d+)\):"(.*)"', text).groups()
        return int(data_type), (inner + "\0").encode("utf-16-le")
    if text.startswith('"'):
        return 1, (unescape(text[1 : text.rindex('"')]) + "\0").encode("utf-16-le")
    if text.lower().startswith("dword:"):
        return 4, struct.pack("<I", int(text[6:], 16))
    if text.lower().startswith("hex"):
        head, digits = text.split(":", 1)
        data_type = int(head[4:-1], 16) if "(" in head else 3
        data = bytes(int(pair, 16) for pair in re.findall(r"[0-9a-fA-F]+", digits))
        # Version 4 has texts in the code page.
        if is_version_4 and data_type in (1, 2, 7):
            data = data.decode("cp1252").encode("utf-16-le")
        return data_type, data
    raise ValueError(text)


class Node:
    def __init__(self):
        self.children, self.values = {}, {}


def read(data):
    """The tree of a registration file, from the hive key on."""
    text = decode(data)
    lines = [line.rstrip("\r") for line in text.split("\n")]
    is_version_4 = lines[0].strip() == "REGEDIT4"
    root, node, pending = ("", Node()), None, ""
    for line in lines[1:]:
        line = pending + (line.lstrip() if pending else line)
        pending = ""
        if line.endswith("\\") and re.match(r'^(@|"[^"]*")=hex', line):
            pending = line[:-1]
            continue
        if line.startswith("["):
            node = root[1]
            for part in line.strip()[1:-1].split("\\"):
                node = node.children.setdefault(part.lower(), (part, Node()))[1]
        elif node is not None and (match := LINE.match(line)):
            name = "" if match[1] == "@" else unescape(match[1][1:-1])
            node.values[name.lower()] = (name, value(match[2].strip(), is_version_4)[1])
    return as_key(*root)


def as_key(name, node):
    return Key(
        name,
        lambda: (as_key(*child) for child in node.children.values()),
        lambda: node.values.values(),
    )
