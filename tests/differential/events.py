"""Event logs, read by catalog9 and by python-evtx: the events of Winsock must be the same."""

import json
import re
import subprocess
from datetime import datetime, timezone

from Evtx.Evtx import Evtx
from lxml import etree

CHANGES = {1: "installed", 2: "removed", 3: "disabled", 4: "reset"}
SPACE = "{http://schemas.microsoft.com/win/2004/08/events/event}"


def ours(tools, path):
    result = subprocess.run([tools.catalog9, "examine", "--format", "json", path], stdout=subprocess.PIPE, check=False)
    document = json.loads(result.stdout)
    fields = ["record", "change", "time", "computer_name", "user", "program", "name", "provider_id", "entry_id", "catalog"]
    return [{field: event[field] for field in fields} for event in document.get("events", [])], document["defects"]


def element(event, name):
    """An element of an event; the events that we write ourselves have no namespace."""
    found = next((each for each in event.iter() if each.tag in (name, SPACE + name)), None)
    return {} if found is None else {**found.attrib, "": found.text}


def theirs(path):
    events = []
    with Evtx(str(path)) as log:
        for record in log.records():
            event = etree.fromstring(record.xml().encode())
            number = int(element(event, "EventID")[""])
            guid = element(event, "Provider").get("Guid", "").strip("{}").lower()
            if guid != "d5c25f9a-4d47-493e-9184-40dd397a004d" or number not in CHANGES:
                continue
            data = {each.get("Name"): each.text for each in event.iter() if each.tag in ("Data", SPACE + "Data")}
            number_of = lambda name: int(data[name]) if data.get(name) else None  # noqa: E731
            events.append(
                {
                    "record": record.record_num(),
                    "change": CHANGES[number],
                    "time": element(event, "TimeCreated")["SystemTime"],
                    "computer_name": element(event, "Computer")[""],
                    "user": element(event, "Security").get("UserID"),
                    "program": data.get("Installer"),
                    "name": data.get("LSPName"),
                    "provider_id": data.get("GUID"),
                    "entry_id": number_of("Category"),
                    "catalog": number_of("Catalog"),
                }
            )
    return events


def comparable(event):
    """An event with what the two show in different forms brought into one: python-evtx rounds times to microseconds."""
    time = re.sub(r"(\.\d{6})\d*", r"\1", event["time"].replace(" ", "T").replace("Z", "").replace("+00:00", ""))
    time = datetime.fromisoformat(time).replace(tzinfo=timezone.utc)
    guid = (event["provider_id"] or "").strip("{}").lower()
    return {**event, "time": round(time.timestamp(), 3), "provider_id": guid}


def compare(tools, path, problems):
    mine, defects = ours(tools, path)
    if defects:
        problems.append(f"{path}: catalog9 reports damage: {defects[:3]}")
    key = lambda event: event["record"]  # noqa: E731
    mine, others = (sorted(map(comparable, events), key=key) for events in (mine, theirs(path)))
    if mine != others:
        problems.append(f"{path}: catalog9: {mine}; python-evtx: {others}")
    return mine


def run_real(tools, evidence):
    """The real log, the only kind that python-evtx reads of all that we have."""
    problems, events = [], []
    for path in sorted((evidence / "evtx").glob("*.evtx")):
        events += compare(tools, path, problems)
    # A comparison that sees nothing is worth nothing.
    if not events:
        problems.append("the real event log has no event of Winsock")
    print(f"event logs: {len(events)} events, as python-evtx reads them")
    return problems
