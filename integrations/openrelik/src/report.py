"""The report of a task. It has fixed texts, numbers and names of rules: nothing in it comes from evidence."""

from __future__ import annotations

from typing import Any

from openrelik_worker_common.reporting import MarkdownTable, Priority, Report

SEVERE = {"hijacked", "corrupted"}


def report(summary: dict[str, Any]) -> Report:
    """The priority follows the summary: an exit code of 1 does not mean that everything was examined."""
    found = sum(int(rule["findings"]) for rule in summary["findings"] if rule["severity"] != "note")
    result = Report("catalog9: Winsock catalogs")
    is_complete = bool(summary["complete"])
    if any(summary["verdicts"].get(verdict) for verdict in SEVERE):
        result.priority = Priority.CRITICAL
    elif found or not is_complete:
        result.priority = Priority.HIGH
    elif summary["verdicts"].get("not-judged"):
        result.priority = Priority.MEDIUM
    else:
        result.priority = Priority.INFO
    complete = "" if is_complete else " Not everything could be examined: the rest is not known to be clean."
    result.summary = f"{summary['units']} units, {found} findings.{complete}"
    section = result.add_section()
    section.add_header("Verdicts")
    section.add_table(_table(["Verdict", "Units"], sorted(summary["verdicts"].items())))
    section.add_header("Not examined")
    states = ("partial", "failed", "limited", "skipped", "stale")
    section.add_table(_table(["Status", "Units"], [(state, summary[state]) for state in states]))
    if summary["findings"]:
        section.add_header("Findings")
        rows = [(rule["rule"], rule["severity"], rule["findings"]) for rule in summary["findings"]]
        section.add_table(_table(["Rule", "Severity", "Count"], rows))
    return result


def _table(columns: list[str], rows: list[Any]) -> MarkdownTable:
    table = MarkdownTable(columns)
    for row in rows:
        table.add_row([f"`{cell}`" if isinstance(cell, str) else str(int(cell)) for cell in row])
    return table
