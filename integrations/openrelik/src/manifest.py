"""The manifest of a task: files lie under UUIDs, so it gives catalog9 the names that they had."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, Iterable


def lines(files: Iterable[dict[str, Any]]) -> list[str]:
    """A line of JSON for each file.

    A hive finds its logs by names. Files of earlier workers have an original path; others have only a display name, and
    where two have the same, nobody knows whose the logs are: then each stands alone.
    """
    files = list(files)
    names = Counter(str(file.get("display_name", "")).lower() for file in files if not file.get("original_path"))
    ambiguous = {name for name, count in names.items() if count > 1}
    # Also SYSTEM.LOG1 alone, if there are two SYSTEM.
    ambiguous |= {name for name in names if name.rsplit(".log", 1)[0] in ambiguous}
    manifest = []
    for number, file in enumerate(files):
        name = str(file.get("display_name") or file["uuid"])
        original = file.get("original_path")
        if not original:
            original = f"file-{number}/{name}" if name.lower() in ambiguous else name
        manifest.append(json.dumps({"path": file["path"], "label": original, "original_path": original}))
    return manifest
