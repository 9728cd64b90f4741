"""The form of the JSON, as types. Written by stubs.py from `catalog9 schema`."""

from __future__ import annotations

from typing import Any, List, TypedDict, Union



class _Allowed(TypedDict):
    attack: List[Technique]
    confidence: str
    fields: List[str]
    finding_id: str
    further_entries: List[FurtherEntry]
    implies: str
    kb: List[Statement]
    libraries: List[str]
    links: List[Link]
    message: str
    reason: str
    remedies: List[Remedy]
    rule: str
    severity: str
    sigma: List[Detection]
    story: int
    until: str


class Allowed(_Allowed, total=False):
    "A finding that the policy allows."

    catalog: Union[str, None]
    control_set: Union[str, None]
    entry: Union[str, None]
    entry_id: Union[int, None]
    entry_library: Union[str, None]
    entry_name: Union[str, None]
    expected: Union[str, None]
    found: Union[str, None]
    harmless: Union[str, None]
    last_written: Union[str, None]
    new: Union[bool, None]
    other_evidence: List[str]
    place: Union[Place, None]
    provider_id: Union[str, None]
    undecoded: dict[str, Any]
    what_to_do: Union[str, None]


class _Answer(TypedDict):
    address_family: int
    libraries: List[Union[str, None]]
    name: str
    protocol: int
    socket_type: int


class Answer(_Answer, total=False):
    "Who answers a program's `socket()`."

    catalog_entry_id: Union[int, None]


class _AppPermission(TypedDict):
    key: str


class AppPermission(_AppPermission, total=False):
    "A program's entry of `AppId_Catalog`."

    arguments: Union[str, None]
    last_written: Union[str, None]
    path: Union[str, None]
    permitted_categories: Union[int, None]


class _Binding(TypedDict):
    device: str


class Binding(_Binding, total=False):
    "A NetBIOS binding."

    lana: Union[int, None]


class _Catalog(TypedDict):
    has_entries: bool
    has_entries64: bool
    other_subkeys: List[str]


class Catalog(_Catalog, total=False):
    "`Protocol_Catalog9` or `NameSpace_Catalog5`."

    entries64_last_written: Union[str, None]
    entries_last_written: Union[str, None]
    last_written: Union[str, None]
    next_catalog_entry_id: Union[int, None]
    num_catalog_entries: Union[int, None]
    num_catalog_entries64: Union[int, None]
    serial_access_num: Union[int, None]


class Concluded(TypedDict, total=False):
    "What the properties and the name of a section let conclude of its entry."

    address_family: Union[int, None]
    name: Union[str, None]
    protocol: Union[int, None]
    provider_id: Union[str, None]
    socket_type: Union[int, None]


class _ControlSet(TypedDict):
    current: bool
    default: bool
    not_judged: List[str]
    verdict: str


class ControlSet(_ControlSet, total=False):
    "One state of the system."

    answers: List[Answer]
    answers64: Union[List[Answer], None]
    app_permissions: List[AppPermission]
    bindings: List[Binding]
    changed_by_logs: List[Difference]
    changed_since_last_good: List[Difference]
    name: Union[str, None]
    name_space_catalog: Union[Catalog, None]
    parameters: Union[Parameters, None]
    protocol_catalog: Union[Catalog, None]
    residues: List[Residue]
    services: List[Service]
    transports: List[Transport]
    winsock: Union[Winsock, None]


class _Defect(TypedDict):
    expected: str
    found: str
    place: Place


class Defect(_Defect, total=False):
    "Damage of the evidence."

    pass


class _Detection(TypedDict):
    id: str
    name: str


class Detection(_Detection, total=False):
    "A rule of Sigma."

    pass


class _Difference(TypedDict):
    what: str


class Difference(_Difference, total=False):
    "Something that is not the same in two states."

    after: Union[str, None]
    before: Union[str, None]
    catalog: Union[str, None]
    entry: Union[str, None]


class _Document(TypedDict):
    allowed: List[Allowed]
    assessment: List[str]
    complete: bool
    control_sets: List[ControlSet]
    defects: List[Defect]
    entries: List[ListedEntry]
    evidence: EvidenceHead
    findings: List[Finding]
    full: bool
    left_out: LeftOut
    schema: str
    stale: bool
    system: System
    verdict: str


class Document(_Document, total=False):
    "The examination of one piece of evidence."

    events: List[Event]
    files: List[File]
    history: Union[History, None]
    kb_811259: Union[str, None]
    libraries: List[Library]
    moments: List[Moment]
    not_judged: List[NotJudged]
    recovery: Union[Recovery, None]
    sections: Union[Sections, None]
    software: Union[Software, None]


class _Entry(TypedDict):
    bins_size: int
    fate: str
    offset: int
    pages: int
    sequence_number: int
    size: int


class Entry(_Entry, total=False):
    "An entry of a transaction log."

    defect: Union[Defect, None]


class _Event(TypedDict):
    change: str
    place: Place
    record: int


class Event(_Event, total=False):
    "A change of the protocol catalog that Windows logged."

    catalog: Union[int, None]
    computer_name: Union[str, None]
    entry_id: Union[int, None]
    name: Union[str, None]
    program: Union[str, None]
    provider_id: Union[str, None]
    time: Union[str, None]
    user: Union[str, None]


class _EvidenceHead(TypedDict):
    as_stored: bool
    has_whole_catalogs: bool
    kind: str
    parts: List[Part]
    path: str
    size: int


class EvidenceHead(_EvidenceHead, total=False):
    "The file that was examined."

    dirty: Union[bool, None]
    hive: Union[Hive, None]
    newest: Union[str, None]
    path_bytes: Union[str, None]
    report: Union[Report, None]
    sha256: Union[str, None]
    text: Union[TextForm, None]


class _Failure(TypedDict):
    code: str
    message: str


class Failure(_Failure, total=False):
    "Why a unit could not be examined."

    help: Union[str, None]


class _File(TypedDict):
    path: str
    place: Place


class File(_File, total=False):
    "A DLL as Autoruns saw it."

    company: Union[str, None]
    md5: Union[str, None]
    sha1: Union[str, None]
    sha256: Union[str, None]
    signer: Union[str, None]
    verified: Union[bool, None]
    version: Union[str, None]


class _Find(TypedDict):
    area: str
    offset: int
    whole: bool


class Find(_Find, total=False):
    "A place where something that was is left."

    log: Union[str, None]


class _Finding(TypedDict):
    attack: List[Technique]
    confidence: str
    fields: List[str]
    finding_id: str
    further_entries: List[FurtherEntry]
    implies: str
    kb: List[Statement]
    libraries: List[str]
    links: List[Link]
    message: str
    remedies: List[Remedy]
    rule: str
    severity: str
    sigma: List[Detection]
    story: int


class Finding(_Finding, total=False):
    "Something that a rule found."

    catalog: Union[str, None]
    control_set: Union[str, None]
    entry: Union[str, None]
    entry_id: Union[int, None]
    entry_library: Union[str, None]
    entry_name: Union[str, None]
    expected: Union[str, None]
    found: Union[str, None]
    harmless: Union[str, None]
    last_written: Union[str, None]
    new: Union[bool, None]
    other_evidence: List[str]
    place: Union[Place, None]
    provider_id: Union[str, None]
    undecoded: dict[str, Any]
    what_to_do: Union[str, None]


class _Foreign(TypedDict):
    name: str


class Foreign(_Foreign, total=False):
    "A provider that this Windows does not install, or that has its GUID and another DLL."

    known_as: Union[str, None]
    library_path: Union[str, None]
    provider_id: Union[str, None]


class _FormerEntry(TypedDict):
    entry: ProtocolEntry
    finds: List[Find]


class FormerEntry(_FormerEntry, total=False):
    "An entry that was."

    pass


class _FormerKey(TypedDict):
    finds: List[Find]
    path: str


class FormerKey(_FormerKey, total=False):
    "A key that was."

    last_written: Union[str, None]


class _FormerValue(TypedDict):
    finds: List[Find]
    name: str


class FormerValue(_FormerValue, total=False):
    "A value that was."

    says: Union[str, None]


class _FurtherEntry(TypedDict):
    name: str


class FurtherEntry(_FurtherEntry, total=False):
    "A further entry that a finding is about."

    id: Union[int, None]
    key: Union[str, None]


class _History(TypedDict):
    entries: List[FormerEntry]
    keys: List[FormerKey]
    values: List[FormerValue]


class History(_History, total=False):
    "What is left of earlier states of the catalogs. None of it is in force."

    pass


class _Hive(TypedDict):
    checksum_is_right: bool
    primary_sequence_number: int
    remnant: int
    secondary_sequence_number: int
    version: str


class Hive(_Hive, total=False):
    "Head of a hive."

    last_reorganized: Union[str, None]
    last_written: Union[str, None]


class _Joined(TypedDict):
    label: str
    reason: str


class Joined(_Joined, total=False):
    "Evidence of the same computer."

    pass


class _LeftOut(TypedDict):
    less_severe: int
    not_judged: List[str]
    of_other_rules: int
    rules: List[RuleLeftOut]


class LeftOut(_LeftOut, total=False):
    "Findings that nobody asked for."

    pass


class _Library(TypedDict):
    of_windows: bool
    path: str
    state: str
    wow64: bool


class Library(_Library, total=False):
    "A DLL that the catalogs name."

    content: Union[LibraryContent, None]
    control_set: Union[str, None]
    file: Union[str, None]
    obstacle: Union[str, None]
    reason: Union[str, None]


class _LibraryContent(TypedDict):
    md5: str
    sha1: str
    sha256: str
    size: int


class LibraryContent(_LibraryContent, total=False):
    "What is in a file."

    authentihash: Union[str, None]
    company: Union[str, None]
    damage: Union[str, None]
    imphash: Union[str, None]
    known: Union[bool, None]
    linked: Union[str, None]
    machine: Union[str, None]
    modified: Union[str, None]
    original_name: Union[str, None]
    product: Union[str, None]
    signature: Union[str, None]
    signer: Union[str, None]
    startup_exports: Union[List[str], None]
    version: Union[str, None]


class _LibraryPrevalence(TypedDict):
    computers: int
    hosts: List[str]
    of_windows: bool
    path: str
    units: int


class LibraryPrevalence(_LibraryPrevalence, total=False):
    "On how many computers a DLL was seen."

    content: Union[SeenContent, None]
    first_seen: Union[str, None]


class _Link(TypedDict):
    name: str
    url: str


class Link(_Link, total=False):
    "A web page."

    pass


class _Log(TypedDict):
    entries: List[Entry]
    path: str
    remnant: int
    role: str
    size: int


class Log(_Log, total=False):
    "A transaction log."

    format: Union[str, None]
    sequence_number: Union[int, None]
    sha256: Union[str, None]
    unused: Union[str, None]


class _Moment(TypedDict):
    event: str
    path: str
    time: str


class Moment(_Moment, total=False):
    "Something that happened at a time which the evidence records."

    offset: Union[int, None]
    registration: Union[Registration, None]


class _NameSpaceEntry(TypedDict):
    orphan: bool


class NameSpaceEntry(_NameSpaceEntry, total=False):
    "An entry of the namespace catalog. `null` means unknown."

    bits: Union[int, None]
    catalog: str
    control_set: Union[str, None]
    display_string: Union[str, None]
    enabled: Union[int, None]
    key: Union[str, None]
    last_written: Union[str, None]
    library_path: Union[str, None]
    name: Union[str, None]
    provider_id: Union[str, None]
    provider_info: Union[str, None]
    stores_service_class_info: Union[int, None]
    supported_name_space: Union[int, None]
    undecoded: dict[str, Any]
    version: Union[int, None]


class _NotJudged(TypedDict):
    needs: List[str]
    rule: str


class NotJudged(_NotJudged, total=False):
    "A rule that could not be judged."

    control_set: Union[str, None]


class _NotShown(TypedDict):
    reason: str
    rules: List[str]
    units: int


class NotShown(_NotShown, total=False):
    "A fact that units do not show."

    pass


class _Numbers(TypedDict):
    bins_size: int
    primary_sequence_number: int
    secondary_sequence_number: int


class Numbers(_Numbers, total=False):
    "What the head of a hive says of its state."

    pass


class Parameters(TypedDict, total=False):
    "The values of `WinSock2\\Parameters`."

    autodial_dll: Union[str, None]
    current_name_space_catalog: Union[str, None]
    current_protocol_catalog: Union[str, None]
    last_written: Union[str, None]
    name_space_callout: Union[str, None]
    winsock_registry_version: Union[str, None]


class _Part(TypedDict):
    path: str
    size: int


class Part(_Part, total=False):
    "One of several files that were examined as one."

    path_bytes: Union[str, None]
    sha256: Union[str, None]


class _Place(TypedDict):
    path: str


class Place(_Place, total=False):
    "Where in the evidence something stands."

    column: Union[int, None]
    line: Union[int, None]
    offset: Union[int, None]


class _Prevalence(TypedDict):
    computers: int
    name: str
    units: int


class Prevalence(_Prevalence, total=False):
    "On how many computers a foreign provider was seen."

    known_as: Union[str, None]
    library_path: Union[str, None]
    provider_id: Union[str, None]


class _ProtocolEntry(TypedDict):
    orphan: bool


class ProtocolEntry(_ProtocolEntry, total=False):
    "An entry of the protocol catalog. `null` means unknown."

    address_family: Union[int, None]
    bits: Union[int, None]
    catalog: str
    catalog_entry_id: Union[int, None]
    chain: Union[List[int], None]
    chain_len: Union[int, None]
    concluded: Union[Concluded, None]
    control_set: Union[str, None]
    key: Union[str, None]
    last_written: Union[str, None]
    library_path: Union[str, None]
    max_address_length: Union[int, None]
    message_size: Union[int, None]
    min_address_length: Union[int, None]
    name: Union[str, None]
    network_byte_order: Union[int, None]
    protocol: Union[int, None]
    protocol_max_offset: Union[int, None]
    protocol_name: Union[str, None]
    provider_flag_names: Union[List[str], None]
    provider_flags: Union[int, None]
    provider_id: Union[str, None]
    provider_reserved: Union[int, None]
    raw: Union[str, None]
    reserved_service_flags: Union[List[int], None]
    security_scheme: Union[int, None]
    service_flag_names: Union[List[str], None]
    service_flags: Union[int, None]
    socket_type: Union[int, None]
    stored_name: Union[str, None]
    undecoded: dict[str, Any]
    version: Union[int, None]


class _ExaminationRecord(TypedDict):
    allowed: List[Allowed]
    assessment: List[str]
    complete: bool
    control_sets: List[ControlSet]
    defects: List[Defect]
    entries: List[ListedEntry]
    evidence: EvidenceHead
    findings: List[Finding]
    full: bool
    left_out: LeftOut
    record: str
    schema: str
    stale: bool
    system: System
    unit: Unit
    verdict: str


class ExaminationRecord(_ExaminationRecord, total=False):
    "An examination: everything that is said of a piece of evidence, with the unit that it is."

    events: List[Event]
    files: List[File]
    history: Union[History, None]
    kb_811259: Union[str, None]
    libraries: List[Library]
    moments: List[Moment]
    not_judged: List[NotJudged]
    recovery: Union[Recovery, None]
    sections: Union[Sections, None]
    software: Union[Software, None]


class _FailureRecord(TypedDict):
    record: str
    schema: str
    unit: Unit


class FailureRecord(_FailureRecord, total=False):
    "A unit that was not examined."

    pass


class _SummaryRecord(TypedDict):
    record: str
    schema: str
    summary: Summary


class SummaryRecord(_SummaryRecord, total=False):
    "What all records come to; the last one. Where it is missing the others are not all."

    pass


class _Recovery(TypedDict):
    bytes_changed: int
    defects: List[Defect]
    doubts: List[str]
    examined: str
    logs: List[Log]
    result: str


class Recovery(_Recovery, total=False):
    "What the transaction logs of a hive make of it."

    after: Union[Numbers, None]
    before: Union[Numbers, None]
    head_from: Union[str, None]
    obstacle: Union[str, None]


class _Registration(TypedDict):
    library_path: str
    message: str
    provider_id: str
    tags: List[str]


class Registration(_Registration, total=False):
    "An entry of a catalog, as timelines describe it. Texts are in the form in which they are shown."

    pass


class _PreserveFileRemedy(TypedDict):
    path: str
    step: str


class PreserveFileRemedy(_PreserveFileRemedy, total=False):
    "Keep the file as evidence before anything is changed."

    pass


class _UninstallRemedy(TypedDict):
    step: str


class UninstallRemedy(_UninstallRemedy, total=False):
    "Uninstall a product by its own means."

    how: Union[str, None]
    product: Union[str, None]


class _RemoveEntryRemedy(TypedDict):
    catalog: str
    entry_name: str
    step: str


class RemoveEntryRemedy(_RemoveEntryRemedy, total=False):
    "Remove an entry: its key, the gap that this leaves in the numbers, and one from the number of entries."

    entry_id: Union[int, None]
    key: Union[str, None]


class _RemoveKeyRemedy(TypedDict):
    key: str
    step: str


class RemoveKeyRemedy(_RemoveKeyRemedy, total=False):
    "Remove a key that belongs to no entry which Windows reads."

    pass


class _RemoveValueRemedy(TypedDict):
    key: str
    step: str
    value: str


class RemoveValueRemedy(_RemoveValueRemedy, total=False):
    "Remove a value."

    pass


class _RestoreValueRemedy(TypedDict):
    step: str
    to: List[Data]
    value: str


class RestoreValueRemedy(_RestoreValueRemedy, total=False):
    "Give a value back what Windows writes there."

    field: Union[str, None]
    key: Union[str, None]


class _RenumberRemedy(TypedDict):
    catalog: str
    key: str
    step: str


class RenumberRemedy(_RenumberRemedy, total=False):
    "Number the keys of a list from 1 on without a gap, in their order."

    pass


class _SetCountRemedy(TypedDict):
    key: str
    step: str
    to: int
    value: str


class SetCountRemedy(_SetCountRemedy, total=False):
    "Set a counter of a catalog."

    pass


class _RunCommandRemedy(TypedDict):
    command: str
    step: str


class RunCommandRemedy(_RunCommandRemedy, total=False):
    "Run a command on the system, once it runs."

    pass


class _RestartRemedy(TypedDict):
    step: str


class RestartRemedy(_RestartRemedy, total=False):
    "Restart the system."

    pass


class _Report(TypedDict):
    encoding: str


class Report(_Report, total=False):
    "Head of a report or listing."

    format_version: Union[str, None]
    language: Union[str, None]
    os_name: Union[str, None]
    written: Union[str, None]


class _Request(TypedDict):
    address_family: int
    protocol: int
    socket_type: int


class Request(_Request, total=False):
    "The arguments of a program's `socket()`."

    pass


class _Residue(TypedDict):
    catalog: str
    offset: int
    place: Place
    size: int


class Residue(_Residue, total=False):
    "Something that stands behind the NUL of a path or a name."

    catalog_entry_id: Union[int, None]
    provider_id: Union[str, None]
    stored_name: Union[str, None]
    text: Union[str, None]


class _Role(TypedDict):
    current: bool
    default: bool
    failed: bool
    last_known_good: bool


class Role(_Role, total=False):
    "A control set and what `Select` says of it."

    name: Union[str, None]


class _Rule(TypedDict):
    confidence: str
    group: str
    id: str
    implies: str
    needs: List[str]
    page: str
    severity: str
    silence_needs: List[str]
    summary: str


class Rule(_Rule, total=False):
    "A rule."

    pass


class _RuleCount(TypedDict):
    count: int
    rule: str
    severity: str


class RuleCount(_RuleCount, total=False):
    "How often a rule speaks."

    new: Union[int, None]


class _RuleLeftOut(TypedDict):
    count: int
    rule: str


class RuleLeftOut(_RuleLeftOut, total=False):
    "How many findings of a rule nobody asked for."

    control_set: Union[str, None]


class _RuleTotal(TypedDict):
    computers: int
    findings: int
    rule: str
    severity: str
    units: int


class RuleTotal(_RuleTotal, total=False):
    "How often a rule spoke."

    new: Union[int, None]


class _SectionCount(TypedDict):
    visible: int


class SectionCount(_SectionCount, total=False):
    "How many sections there are, and ought to be."

    expected: Union[int, None]


class _Sections(TypedDict):
    names: List[str]
    visible: int


class Sections(_Sections, total=False):
    "The sections under Components, Network, Protocol."

    expected: Union[int, None]
    registry: Union[int, None]


class _SeenContent(TypedDict):
    md5: str
    sha1: str
    sha256: str
    size: int


class SeenContent(_SeenContent, total=False):
    "What is in such a file."

    authentihash: Union[str, None]
    company: Union[str, None]
    imphash: Union[str, None]
    known: Union[bool, None]
    machine: Union[str, None]
    modified: Union[str, None]
    original_name: Union[str, None]
    product: Union[str, None]
    signature: Union[str, None]
    signer: Union[str, None]
    version: Union[str, None]


class _SeenLibrary(TypedDict):
    of_windows: bool
    path: str


class SeenLibrary(_SeenLibrary, total=False):
    "A DLL that the catalogs of a computer name, whose file is there or missing."

    content: Union[SeenContent, None]


class _Service(TypedDict):
    name: str


class Service(_Service, total=False):
    "A driver or service."

    image_path: Union[str, None]
    last_written: Union[str, None]
    start: Union[int, None]


class _SetupProvider(TypedDict):
    data: List[ProtocolEntry]
    transport: str


class SetupProvider(_SetupProvider, total=False):
    "`Setup Migration\\Providers\\<transport>`."

    provider_id: Union[str, None]


class _Shard(TypedDict):
    count: int
    index: int


class Shard(_Shard, total=False):
    "A part of the work: one of several that are as large as each other, as chance will have it."

    pass


class _SinceBaseline(TypedDict):
    known: int
    new: int


class SinceBaseline(_SinceBaseline, total=False):
    "How findings compare with those of an earlier result."

    gone: Union[int, None]


class Software(TypedDict, total=False):
    "What the SOFTWARE hive says."

    display_version: Union[str, None]
    product_name: Union[str, None]
    program_files: Union[str, None]
    program_files_x86: Union[str, None]
    system_root: Union[str, None]
    version: Union[str, None]


class _Statement(TypedDict):
    id: str
    name: str


class Statement(_Statement, total=False):
    "A statement of Microsoft KB 811259."

    pass


class _Summary(TypedDict):
    complete: bool
    computers: int
    examined: int
    failed: int
    findings: List[RuleTotal]
    inputs: int
    interrupted: bool
    limited: int
    members: int
    other: int
    partial: int
    prevalence: List[Prevalence]
    shards: List[Shard]
    skipped: int
    units: int
    verdicts: dict[str, Any]
    version: str


class Summary(_Summary, total=False):
    "What all records come to."

    allowed: int
    baseline: Union[SinceBaseline, None]
    left_out: int
    libraries: List[LibraryPrevalence]
    libraries_uncounted: int
    no_evidence: dict[str, Any]
    not_judged: List[NotShown]
    shared_names: int
    stale: int
    ungrouped: int


class _System(TypedDict):
    control_sets: List[Role]
    windows: Windows


class System(_System, total=False):
    "The system that the evidence is of."

    architecture: Union[str, None]
    computer_name: Union[str, None]
    computer_name_bytes: Union[str, None]


class _Technique(TypedDict):
    closest_fit: bool
    id: str
    name: str


class Technique(_Technique, total=False):
    "A technique of MITRE ATT&CK."

    pass


class _TextForm(TypedDict):
    encoding: str
    encoding_is_guessed: bool
    form: str


class TextForm(_TextForm, total=False):
    "How a registration file was written."

    pass


class _Transport(TypedDict):
    mapping: List[Request]
    name: str
    templates: List[ProtocolEntry]


class Transport(_Transport, total=False):
    "`Services\\<transport>\\Parameters\\Winsock`."

    helper: Union[str, None]
    last_written: Union[str, None]
    provider_id: Union[str, None]


class _Unit(TypedDict):
    defects: int
    findings: List[RuleCount]
    foreign: List[Foreign]
    label: str
    status: Status


class Unit(_Unit, total=False):
    "One or several files that were examined as one: a hive with its transaction logs, several registration files of one system, a report."

    allowed: int
    collection: Union[str, None]
    evidence_id: Union[str, None]
    failure: Union[Failure, None]
    group: Union[str, None]
    host: Union[str, None]
    joined: List[Joined]
    left_out: int
    libraries: List[SeenLibrary]
    not_judged: List[str]
    sections: Union[SectionCount, None]
    stale: bool
    verdict: Union[str, None]
    windows: Union[str, None]
    worst: Union[str, None]
    worst_confidence: Union[str, None]
    worst_rule: Union[str, None]


class _Windows(TypedDict):
    told_by: List[str]


class Windows(_Windows, total=False):
    "Which Windows it is."

    build: Union[int, None]
    number: Union[str, None]
    product: Union[str, None]
    service_pack: Union[int, None]
    version: Union[str, None]


class _Winsock(TypedDict):
    providers: List[SetupProvider]


class Winsock(_Winsock, total=False):
    "`Services\\Winsock`."

    last_written: Union[str, None]
    provider_list: Union[List[str], None]
    transports: Union[List[str], None]


Data = Union[str, int]

ListedEntry = Union[ProtocolEntry, NameSpaceEntry]

Record = Union[ExaminationRecord, FailureRecord, SummaryRecord]

Remedy = Union[PreserveFileRemedy, UninstallRemedy, RemoveEntryRemedy, RemoveKeyRemedy, RemoveValueRemedy, RestoreValueRemedy, RenumberRemedy, SetCountRemedy, RunCommandRemedy, RestartRemedy]

Status = str
