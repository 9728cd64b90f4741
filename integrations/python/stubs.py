"""Writes catalog9/types.py from the schema that `catalog9 schema` prints: `stubs.py PROGRAM`."""

import json
import pathlib
import subprocess
import sys

HEAD = '''"""The form of the JSON, as types. Written by stubs.py from `catalog9 schema`."""

from __future__ import annotations

from typing import Any, List, TypedDict, Union

'''
SIMPLE = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None", "array": "List[Any]"}
# The list of rules has its own schema.
RULE = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "group": {"type": "string"},
        "severity": {"type": "string"},
        "confidence": {"type": "string"},
        "implies": {"type": "string"},
        "needs": {"type": "array", "items": {"type": "string"}},
        "silence_needs": {"type": "array", "items": {"type": "string"}},
        "summary": {"type": "string"},
        "page": {"type": "string"},
    },
    "required": ["id", "group", "severity", "confidence", "implies", "needs", "silence_needs", "summary", "page"],
    "description": "A rule.",
}


def type_of(schema):
    if schema is True:
        return "Any"
    if "$ref" in schema:
        return schema["$ref"].rsplit("/", 1)[-1]
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return union(type_of(each) for each in schema[choice])
    if "const" in schema or "enum" in schema:
        return "str"
    kind = schema.get("type")
    if isinstance(kind, list):
        return union(type_of({**schema, "type": each}) for each in kind)
    if kind == "array" and "items" in schema:
        return f"List[{type_of(schema['items'])}]"
    return SIMPLE.get(kind, "dict[str, Any]" if kind == "object" else "Any")


def camel(words):
    return "".join(word.capitalize() for word in words.replace("_", "-").split("-"))


def union(types):
    types = list(dict.fromkeys(types))
    return types[0] if len(types) == 1 else f"Union[{', '.join(types)}]"


def fields(schema, definitions):
    """The fields of an object: its own and those of objects that are written into it."""
    properties, required = dict(schema.get("properties", {})), set(schema.get("required", []))
    parts = [schema["$ref"]] if "$ref" in schema else []
    parts += [part["$ref"] for part in schema.get("allOf", []) + schema.get("anyOf", []) if "$ref" in part]
    for part in parts:
        more, needed = fields(definitions[part.rsplit("/", 1)[-1]], definitions)
        properties.update(more)
        required |= needed
    return properties, required


def typed_dict(name, schema, definitions):
    properties, required = fields(schema, definitions)
    text = f"\n\nclass {name}(TypedDict, total=False):\n"
    description = " ".join(schema.get("description", "").split())
    if description:
        text += f"    {json.dumps(description, ensure_ascii=False)}\n\n"
    needed = [field for field in sorted(properties) if field in required]
    if needed:
        base = "".join(f"    {field}: {type_of(properties[field])}\n" for field in needed)
        text = f"\n\nclass _{name}(TypedDict):\n{base}" + text.replace("(TypedDict, total", f"(_{name}, total")
    others = [field for field in sorted(properties) if field not in required]
    return text + ("".join(f"    {field}: {type_of(properties[field])}\n" for field in others) or "    pass\n")


def written(schema):
    definitions = dict(schema["$defs"], Rule=RULE)
    text = HEAD
    late = ""
    for name, definition in sorted(definitions.items()):
        if "oneOf" in definition and all(each.get("type") == "object" for each in definition["oneOf"]):
            kinds = []
            for number, each in enumerate(definition["oneOf"], 1):
                constants = [field["const"] for field in each.get("properties", {}).values() if "const" in field]
                kinds.append("".join(map(camel, constants[:1] or [str(number)])) + name)
                text += typed_dict(kinds[-1], each, definitions)
            late += f"\n{name} = {union(kinds)}\n"
        elif definition.get("type") == "object":
            text += typed_dict(name, definition, definitions)
        else:
            late += f"\n{name} = {type_of(definition)}\n"
    return text + "\n" + late


if __name__ == "__main__":
    printed = subprocess.run([sys.argv[1], "schema"], stdout=subprocess.PIPE, check=True).stdout
    (pathlib.Path(__file__).parent / "catalog9" / "types.py").write_text(written(json.loads(printed)))
