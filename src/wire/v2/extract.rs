//! Reads back of a record what formats show of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::entry::{CATALOG, CONTROL_SET, ORPHAN, UNDECODED};
use super::finding::{ENTRY, ENTRY_LIBRARY, ENTRY_NAME};
use super::moment::Moment;
use super::{Defect, NoRecord, Place, Unknown, facts, known};
use crate::batch::{DatedEvent, Extract, JudgedControlSet, ListedEntry};
use crate::catalog::entry_field::{EntryField, Form, Value};
use crate::catalog::{self, CatalogName, Facts, FileTime, Guid, NameSpaceEntry, ProtocolEntry, Text};
use crate::evidence::Roles;
use crate::examination::EvidenceFile;
use crate::finding::{Confidence, EntryName, Finding, NotJudged, Severity};
use crate::policy::Allowed;
use crate::rules::{self, Rule};

/// What is read of a document. Unlike everything that is written, it depends on the rules of this version.
#[derive(Deserialize)]
struct Document {
    evidence: Evidence,
    system: System,
    stale: bool,
    control_sets: Vec<ControlSet>,
    entries: Vec<Map<String, Json>>,
    findings: Vec<ReportedFinding>,
    allowed: Vec<AllowedFinding>,
    left_out: LeftOut,
    defects: Vec<Defect>,
    #[serde(default)]
    moments: Vec<Moment>,
}

#[derive(Deserialize)]
struct Evidence {
    #[serde(flatten)]
    file: File,
    as_stored: bool,
    has_whole_catalogs: bool,
    newest: Option<String>,
    parts: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    path: String,
    path_bytes: Option<String>,
    size: u64,
    sha256: Option<String>,
}

#[derive(Deserialize)]
struct System {
    computer_name: Option<String>,
    computer_name_bytes: Option<String>,
    control_sets: Vec<Role>,
}

#[derive(Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "four values of Select, each of which may name any control set")]
struct Role {
    name: Option<String>,
    current: bool,
    default: bool,
    last_known_good: bool,
    failed: bool,
}

#[derive(Deserialize)]
struct ControlSet {
    name: Option<String>,
    not_judged: Vec<String>,
}

#[derive(Deserialize)]
struct ReportedFinding {
    rule: String,
    severity: String,
    confidence: String,
    implies: String,
    message: String,
    catalog: Option<String>,
    entry: Option<String>,
    entry_id: Option<u32>,
    entry_name: Option<String>,
    entry_library: Option<String>,
    provider_id: Option<String>,
    last_written: Option<String>,
    control_set: Option<String>,
    place: Option<Place>,
    expected: Option<String>,
    found: Option<String>,
    harmless: Option<String>,
    story: usize,
    new: Option<bool>,
    #[serde(default)]
    undecoded: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct AllowedFinding {
    #[serde(flatten)]
    finding: ReportedFinding,
    reason: String,
    until: String,
}

#[derive(Deserialize)]
struct LeftOut {
    rules: Vec<RuleLeftOut>,
    not_judged: BTreeSet<String>,
}

#[derive(Deserialize)]
struct RuleLeftOut {
    rule: String,
    control_set: Option<String>,
    count: usize,
}

/// Reads back what formats show of a record: of a slim one its findings, of a full one everything.
///
/// # Errors
///
/// Where it is the record of no examination, or has words of another version of this program.
pub fn read_extract(line: &[u8]) -> Result<Extract, NoRecord> {
    let document: Document = serde_json::from_slice(line).map_err(|error| NoRecord::of(&error))?;
    document.extract().map_err(|unknown| NoRecord::of(&unknown))
}

impl Document {
    fn extract(self) -> Result<Extract, Unknown> {
        let Evidence { file, as_stored, has_whole_catalogs, newest, parts } = self.evidence;
        let EvidenceFile { path, size, sha256, .. } = file.try_into()?;
        let System { computer_name, computer_name_bytes, control_sets: roles } = self.system;
        let mut control_sets: Vec<(Option<String>, JudgedControlSet)> = Vec::new();
        let mut missing_facts = Vec::new();
        for ControlSet { name, not_judged } in self.control_sets {
            let roles = roles.iter().find(|role| role.name == name).map(Roles::from).unwrap_or_default();
            missing_facts.push(facts(&not_judged)?);
            let judged = JudgedControlSet {
                name: name.as_deref().map(Text::from),
                roles,
                findings: Vec::new(),
                allowed: Vec::new(),
                left_out: BTreeMap::new(),
                not_judged: Vec::new(),
                not_judged_unasked: Vec::new(),
            };
            control_sets.push((name, judged));
        }
        for finding in self.findings {
            let control_set = of_name(&mut control_sets, finding.control_set.as_ref());
            control_set?.findings.push(finding.try_into()?);
        }
        for AllowedFinding { finding, reason, until } in self.allowed {
            let control_set = of_name(&mut control_sets, finding.control_set.as_ref());
            let until = known("date", &until, |until| until.parse().ok())?;
            control_set?.allowed.push(Allowed { finding: finding.try_into()?, reason, until });
        }
        for RuleLeftOut { rule, control_set, count } in self.left_out.rules {
            let rule = known("rule", &rule, rules::by_id)?.id;
            of_name(&mut control_sets, control_set.as_ref())?.left_out.insert(rule, count);
        }
        let entries = self.entries.iter().map(|entry| listed(entry, &control_sets)).collect::<Result<_, _>>()?;
        let mut control_sets: Vec<JudgedControlSet> = control_sets.into_iter().map(|(_, judged)| judged).collect();
        for (control_set, missing) in control_sets.iter_mut().zip(missing_facts) {
            control_set.not_judged = not_judged_for(missing, control_set);
            let is_unasked = |not_judged: &mut NotJudged| self.left_out.not_judged.contains(not_judged.rule);
            control_set.not_judged_unasked = control_set.not_judged.extract_if(.., is_unasked).collect();
        }
        Ok(Extract {
            path,
            size,
            sha256,
            parts: parts.into_iter().map(EvidenceFile::try_from).collect::<Result<_, _>>()?,
            computer_name: computer_name.map(|name| text(name, computer_name_bytes.as_ref())).transpose()?,
            is_stale: self.stale,
            as_stored,
            has_whole_catalogs,
            newest: newest.map(|time| known("time", &time, FileTime::of_shown)).transpose()?,
            control_sets,
            defects: self.defects.into_iter().map(Into::into).collect(),
            entries,
            moments: self.moments.into_iter().map(DatedEvent::try_from).collect::<Result<_, _>>()?,
        })
    }
}

/// The control set of that name.
fn of_name<'a>(
    control_sets: &'a mut [(Option<String>, JudgedControlSet)],
    name: Option<&String>,
) -> Result<&'a mut JudgedControlSet, Unknown> {
    let control_set = control_sets.iter_mut().find(|(known, _)| known.as_ref() == name);
    control_set.map(|(_, judged)| judged).ok_or_else(|| unknown_control_set(name))
}

fn unknown_control_set(name: Option<&String>) -> Unknown {
    Unknown { what: "control set", found: name.map_or("none", String::as_str).to_owned() }
}

/// The rules that cannot be judged in a control set without those facts.
fn not_judged_for(missing: Facts, control_set: &JudgedControlSet) -> Vec<NotJudged> {
    let JudgedControlSet { findings, allowed, left_out, .. } = control_set;
    let allowed = allowed.iter().map(|allowed| allowed.finding.rule);
    let found = findings.iter().map(|finding| finding.rule).chain(allowed).chain(left_out.keys().copied());
    let has_spoken: BTreeSet<&str> = found.collect();
    let of_rule = |rule: &&Rule| {
        let needs = rule.needs.intersection(missing);
        let is_silent = needs.is_empty() && !has_spoken.contains(rule.id);
        let needs = if is_silent { rule.rests_on.intersection(missing) } else { needs };
        NotJudged { rule: rule.id, needs }
    };
    rules::ALL.iter().map(of_rule).filter(|not_judged| !not_judged.needs.is_empty()).collect()
}

impl From<&Role> for Roles {
    fn from(role: &Role) -> Self {
        let Role { current, default, last_known_good, failed, .. } = *role;
        Self { current, default, last_known_good, failed }
    }
}

impl TryFrom<File> for EvidenceFile {
    type Error = Unknown;

    fn try_from(File { path, path_bytes, size, sha256 }: File) -> Result<Self, Unknown> {
        let digest = |digits: &str| bytes(digits)?.try_into().ok();
        let sha256 = sha256.map(|digits| known("SHA-256", &digits, digest)).transpose()?;
        Ok(Self { path: text(path, path_bytes.as_ref())?, size, sha256 })
    }
}

impl TryFrom<ReportedFinding> for Finding {
    type Error = Unknown;

    fn try_from(found: ReportedFinding) -> Result<Self, Unknown> {
        let of_text =
            |text_of: Option<String>, field| text_of.map(|lossy| text(lossy, found.undecoded.get(field))).transpose();
        let time = |time: &str| known("time", time, FileTime::of_shown);
        let name = of_text(found.entry_name, ENTRY_NAME)?;
        let entry = match name {
            Some(name) => Some(EntryName {
                key: of_text(found.entry, ENTRY)?,
                id: found.entry_id,
                name,
                provider_id: found.provider_id.as_deref().map(guid).transpose()?,
                library: of_text(found.entry_library, ENTRY_LIBRARY)?,
                last_written: found.last_written.as_deref().map(time).transpose()?,
            }),
            None => None,
        };
        // The sentence has the name in front.
        let prefix = entry.as_ref().filter(|entry| !entry.name.is_empty()).map(|entry| format!("{}: ", entry.name));
        let message =
            prefix.and_then(|prefix| found.message.strip_prefix(&prefix)).unwrap_or(&found.message).to_owned();
        let rule = known("rule", &found.rule, rules::by_id)?;
        let severity = known("severity", &found.severity, Severity::by_name)?;
        let confidence = known("confidence", &found.confidence, Confidence::by_name)?;
        Ok(Self {
            catalog: found.catalog.map(|name| known("catalog", &name, CatalogName::by_name)).transpose()?,
            entry,
            place: found.place.map(Into::into),
            expected: found.expected,
            found: found.found,
            harmless: found.harmless,
            story: found.story,
            is_new: found.new,
            ..Self::new(rule.id, severity, confidence, super::verdict(&found.implies)?, message)
        })
    }
}

/// An entry of the list of all entries.
fn listed(
    entry: &Map<String, Json>,
    control_sets: &[(Option<String>, JudgedControlSet)],
) -> Result<ListedEntry, Unknown> {
    let name = entry.get(CONTROL_SET).and_then(Json::as_str);
    let control_set = control_sets.iter().position(|(known, _)| known.as_deref() == name);
    let control_set = control_set.ok_or_else(|| unknown_control_set(name.map(str::to_owned).as_ref()))?;
    let catalog = entry.get(CATALOG).and_then(Json::as_str).unwrap_or_default();
    let catalog = known("catalog", catalog, CatalogName::by_name)?;
    let is_orphan = entry.get(ORPHAN).and_then(Json::as_bool).unwrap_or_default();
    let fields = match catalog {
        CatalogName::Protocol | CatalogName::Protocol32 | CatalogName::Protocol64 => fields::<ProtocolEntry>(entry)?,
        CatalogName::NameSpace | CatalogName::NameSpace32 | CatalogName::NameSpace64 => {
            fields::<NameSpaceEntry>(entry)?
        }
    };
    Ok(ListedEntry { control_set, catalog, is_orphan, fields })
}

fn fields<E: catalog::Entry>(entry: &Map<String, Json>) -> Result<Vec<(&'static str, Value<'static>)>, Unknown> {
    let mut fields = Vec::new();
    for field in E::fields() {
        if let (Some(column), Some(value)) = (field.column, value(field, entry)?) {
            fields.push((column, value));
        }
    }
    Ok(fields)
}

/// What a field says; nothing where it is `null`.
fn value<E>(field: &EntryField<E>, entry: &Map<String, Json>) -> Result<Option<Value<'static>>, Unknown> {
    let undecoded = entry.get(UNDECODED).and_then(|all| all.get(field.name)).and_then(Json::as_str).map(str::to_owned);
    let json = entry.get(field.name).unwrap_or(&Json::Null);
    let number = |number: &Json| number.as_u64().and_then(|number| u32::try_from(number).ok());
    Ok(match (field.form, json) {
        (Form::Text, Json::String(lossy)) if field.name == PROVIDER => Some(Value::Guid(guid(lossy)?)),
        (Form::Text, Json::String(lossy)) => Some(Value::Resolved(text(lossy.clone(), undecoded.as_ref())?)),
        (Form::Text, Json::Null) => match undecoded {
            Some(digits) => Some(Value::Time(known("time", &digits, time_of_bytes)?)),
            None => None,
        },
        (Form::Signed | Form::Unsigned, Json::Number(number)) => number.as_i64().map(Value::Number),
        (Form::Numbers { .. }, Json::Array(numbers)) => {
            Some(Value::Numbers(numbers.iter().filter_map(number).collect::<Vec<_>>().into()))
        }
        (Form::Names, Json::Array(names)) => {
            let names: Vec<&str> = names.iter().filter_map(Json::as_str).collect();
            Some(Value::Resolved(Text::from(names.join(" "))))
        }
        _ => None,
    })
}

const PROVIDER: &str = "provider_id";

fn time_of_bytes(digits: &str) -> Option<FileTime> {
    bytes(digits)?.try_into().ok().map(u64::from_le_bytes).map(FileTime)
}

fn guid(id: &str) -> Result<Guid, Unknown> {
    known("GUID of a provider", id, |id| Guid::try_parse(id).ok())
}

/// A text, of which there are bytes where it is no valid Unicode: those of UTF-16, or of an encoding that is unknown.
fn text(lossy: String, undecoded: Option<&String>) -> Result<Text, Unknown> {
    let Some(digits) = undecoded else { return Ok(Text::from(lossy)) };
    let bytes = known("text", digits, bytes)?;
    let of_bytes = Text::from_bytes(&bytes);
    if of_bytes.lossy() == lossy {
        return Ok(of_bytes);
    }
    let (units, _) = bytes.as_chunks();
    Ok(Text::from_utf16(&units.iter().copied().map(u16::from_le_bytes).collect::<Vec<_>>()))
}

/// The bytes of hexadecimal digits.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
    if rest.is_empty() { pairs.iter().map(byte).collect() } else { None }
}
