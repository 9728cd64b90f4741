//! The head of a record: what lists, tables and summaries need of a unit.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::seen_library::SeenLibrary;
use super::{Unknown, known};
use crate::batch;
use crate::catalog::Guid;
use crate::collection::JoinReason;
use crate::finding::{Confidence, Severity};

/// One or several files that were examined as one: a hive with its transaction logs, several registration files of
/// one system, a report.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Unit {
    /// What it is called: its path, with `!/` before the name of a member of an archive, or what a manifest calls it.
    label: String,
    /// The group that a manifest puts it in.
    group: Option<String>,
    /// The computer, as a manifest or the evidence names it.
    host: Option<String>,
    /// The folder or archive that it was collected in; `null` for files that were named.
    #[serde(default)]
    collection: Option<String>,
    /// Other evidence of the same computer that it was examined with, where no manifest says so.
    #[serde(default)]
    joined: Vec<Joined>,
    /// What became of it.
    status: Status,
    /// SHA-256 over the SHA-256 of each of its files, a hive before its logs; `null` where hashes were not asked for.
    evidence_id: Option<String>,
    /// Name of the Windows that it is of.
    windows: Option<String>,
    /// What is to be thought of the catalogs, as in `verdict` beside; `null` where it was not examined.
    verdict: Option<String>,
    /// Whether that is the verdict of a dirty hive as it was stored, and nothing shows that there is no newer state.
    #[serde(default)]
    stale: bool,
    /// The sections as msinfo32 counts them; `null` where the evidence does not show them.
    sections: Option<SectionCount>,
    /// What was found, counted by rule, in the order of the findings.
    findings: Vec<RuleCount>,
    /// The most severe finding as a sentence, of those that are new where there are any.
    worst: Option<String>,
    /// The rule that it is of.
    #[serde(default)]
    worst_rule: Option<String>,
    /// How sure it is: `high`, `medium` or `low`.
    #[serde(default)]
    worst_confidence: Option<String>,
    /// How many findings the policy allows, which are not among those that are counted.
    #[serde(default)]
    allowed: usize,
    /// How many nobody asked for.
    #[serde(default)]
    left_out: usize,
    /// The facts for want of which rules could not be judged; the summary has the rules of each. Version 1 does not have
    /// it.
    #[serde(default)]
    not_judged: Vec<String>,
    /// How many defects the evidence has.
    defects: usize,
    /// Providers that this Windows does not install.
    foreign: Vec<Foreign>,
    /// The DLLs of which the files of the computer show whether they are there; left out where these were not at hand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    libraries: Vec<SeenLibrary>,
    /// Why it could not be examined; `null` where it was.
    failure: Option<Failure>,
}

/// What became of a unit.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    /// Its catalogs were read in full, as far as this kind of evidence holds them.
    Examined,
    /// They were read in part, or only as stored in a dirty hive, which `--as-stored` accepts.
    Partial,
    /// It could not be examined.
    Failed,
    /// It lies beyond a limit, so that it was not examined.
    Limited,
    /// It is nothing that holds evidence: a link, a named pipe, a socket, a device.
    Skipped,
}

/// Evidence of the same computer.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Joined {
    /// What it is called.
    label: String,
    /// How it is known to be of the same computer: `same-name`, `file-name`, or `beside` where it names none and
    /// everything in its folder that names one names this one.
    reason: String,
}

/// How many sections there are, and ought to be.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct SectionCount {
    /// How many msinfo32 shows.
    visible: usize,
    /// How many this Windows ought to have; `null` where that is not known.
    expected: Option<usize>,
}

/// How often a rule speaks.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct RuleCount {
    /// Its id.
    rule: String,
    /// `note`, `warning` or `error`.
    severity: String,
    /// How many findings there are.
    count: usize,
    /// How many of them an earlier result did not have; `null` where none is compared with.
    new: Option<usize>,
}

/// Why a unit could not be examined.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Failure {
    /// What kind of obstacle it is, such as `catalog9::unreadable`.
    code: String,
    /// What was expected, and what was found.
    message: String,
    /// The way out.
    help: Option<String>,
}

/// A provider that this Windows does not install, or that has its GUID and another DLL.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Foreign {
    /// GUID of the provider; `null` where it is unknown, and for a layered provider of which only the chains are there,
    /// since these get a new one at each installation.
    provider_id: Option<String>,
    /// Path of its DLL, as it stands.
    library_path: Option<String>,
    /// What its entry is called; of the chains of a layered provider what stands before ` over [`.
    name: String,
    /// The third party whose DLL it is, or, where no DLL is shown, whose GUID or name it has.
    known_as: Option<String>,
}

impl From<&batch::Unit> for Unit {
    fn from(unit: &batch::Unit) -> Self {
        Self {
            label: unit.label.clone(),
            group: unit.group.clone(),
            host: unit.host.clone(),
            collection: unit.collection.clone(),
            joined: unit.joined.iter().map(Joined::from).collect(),
            status: unit.status.into(),
            evidence_id: unit.evidence_id.clone(),
            windows: unit.windows.clone(),
            verdict: unit.verdict.map(|verdict| verdict.name().to_owned()),
            stale: unit.stale,
            sections: unit.sections.map(|batch::SectionCount { visible, expected }| SectionCount { visible, expected }),
            findings: unit.findings.iter().map(RuleCount::from).collect(),
            worst: unit.worst.clone(),
            worst_rule: unit.worst_rule.clone(),
            worst_confidence: unit.worst_confidence.map(|confidence| confidence.name().to_owned()),
            allowed: unit.allowed,
            left_out: unit.left_out,
            not_judged: super::names(unit.not_judged),
            defects: unit.defects,
            foreign: unit.foreign.iter().map(Foreign::from).collect(),
            libraries: unit.libraries.iter().map(SeenLibrary::from).collect(),
            failure: unit.failure.as_ref().map(Failure::from),
        }
    }
}

impl TryFrom<Unit> for batch::Unit {
    type Error = Unknown;

    fn try_from(unit: Unit) -> Result<Self, Unknown> {
        Ok(Self {
            label: unit.label,
            group: unit.group,
            host: unit.host,
            collection: unit.collection,
            joined: unit.joined.into_iter().map(batch::Joined::try_from).collect::<Result<_, _>>()?,
            status: unit.status.into(),
            evidence_id: unit.evidence_id,
            windows: unit.windows,
            verdict: unit.verdict.map(|name| super::verdict(&name)).transpose()?,
            stale: unit.stale,
            sections: unit.sections.map(|SectionCount { visible, expected }| batch::SectionCount { visible, expected }),
            findings: unit.findings.into_iter().map(batch::RuleCount::try_from).collect::<Result<_, _>>()?,
            worst: unit.worst,
            worst_rule: unit.worst_rule,
            worst_confidence: unit
                .worst_confidence
                .map(|name| known("confidence", &name, Confidence::by_name))
                .transpose()?,
            allowed: unit.allowed,
            left_out: unit.left_out,
            not_judged: super::facts(&unit.not_judged)?,
            defects: unit.defects,
            foreign: unit.foreign.into_iter().map(batch::Foreign::try_from).collect::<Result<_, _>>()?,
            libraries: unit.libraries.into_iter().map(batch::SeenLibrary::from).collect(),
            failure: unit.failure.map(|Failure { code, message, help }| batch::Failure { code, message, help }),
        })
    }
}

impl From<&batch::Joined> for Joined {
    fn from(batch::Joined { label, reason }: &batch::Joined) -> Self {
        Self { label: label.clone(), reason: reason.name().to_owned() }
    }
}

impl TryFrom<Joined> for batch::Joined {
    type Error = Unknown;

    fn try_from(Joined { label, reason }: Joined) -> Result<Self, Unknown> {
        Ok(Self { label, reason: known("reason of joining", &reason, JoinReason::by_name)? })
    }
}

impl From<batch::Status> for Status {
    fn from(status: batch::Status) -> Self {
        match status {
            batch::Status::Examined => Self::Examined,
            batch::Status::Partial => Self::Partial,
            batch::Status::Failed => Self::Failed,
            batch::Status::Limited => Self::Limited,
            batch::Status::Skipped => Self::Skipped,
        }
    }
}

impl From<Status> for batch::Status {
    fn from(status: Status) -> Self {
        match status {
            Status::Examined => Self::Examined,
            Status::Partial => Self::Partial,
            Status::Failed => Self::Failed,
            Status::Limited => Self::Limited,
            Status::Skipped => Self::Skipped,
        }
    }
}

impl From<&batch::RuleCount> for RuleCount {
    fn from(batch::RuleCount { rule, severity, count, new }: &batch::RuleCount) -> Self {
        Self { rule: rule.clone(), severity: severity.name().to_owned(), count: *count, new: *new }
    }
}

impl TryFrom<RuleCount> for batch::RuleCount {
    type Error = Unknown;

    fn try_from(RuleCount { rule, severity, count, new }: RuleCount) -> Result<Self, Unknown> {
        Ok(Self { rule, severity: known("severity", &severity, Severity::by_name)?, count, new })
    }
}

impl From<&batch::Failure> for Failure {
    fn from(batch::Failure { code, message, help }: &batch::Failure) -> Self {
        Self { code: code.clone(), message: message.clone(), help: help.clone() }
    }
}

impl From<&batch::Foreign> for Foreign {
    fn from(foreign: &batch::Foreign) -> Self {
        Self {
            provider_id: super::entry::guid(foreign.provider_id),
            library_path: foreign.library_path.clone(),
            name: foreign.name.clone(),
            known_as: foreign.known_as.clone(),
        }
    }
}

impl TryFrom<Foreign> for batch::Foreign {
    type Error = Unknown;

    fn try_from(Foreign { provider_id, library_path, name, known_as }: Foreign) -> Result<Self, Unknown> {
        let guid = |id: &str| Guid::try_parse(id).ok();
        let provider_id = provider_id.map(|id| known("GUID of a provider", &id, guid)).transpose()?;
        Ok(Self { provider_id, library_path, name, known_as })
    }
}
