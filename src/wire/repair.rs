//! JSON of plans of repairs.

use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;

use super::compare;
use crate::catalog::Text;
use crate::finding::Finding;
use crate::repair::{self, Plan, Source};

/// Name of this schema, as every document states it.
pub const SCHEMA: &str = "catalog9/repair/v1";

/// The plan of a repair.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Document {
    /// `catalog9/repair/v1`.
    schema: &'static str,
    /// What the evidence is called.
    evidence: String,
    /// The kind of evidence.
    kind: &'static str,
    /// Name of the computer; `null` where it is unknown.
    host: Option<String>,
    /// Which Windows it is, in words.
    windows: String,
    /// Name of the control set; `null` where the evidence has none.
    control_set: Option<String>,
    /// What is wrong: every finding above a note.
    problems: Vec<Problem>,
    /// What a repair changes, in its order.
    steps: Vec<Step>,
    /// The problems that a repair leaves alone.
    left: Vec<Left>,
    /// What people do, in their order.
    guide: Vec<Advice>,
    /// How many sections msinfo32 shows afterwards; `null` where that is not known.
    sections: Option<usize>,
    /// How the catalogs differ afterwards, as `catalog9 compare` reports it; `null` where there is no repair.
    changes: Option<compare::Document>,
    /// Whether the repair was proved, so that its files can be written.
    is_proved: bool,
    /// Why there are no files, such as `dirty`, `partial` or `nothing-to-repair`; `null` where there are.
    refusal: Option<&'static str>,
    /// The same as a sentence.
    reason: Option<String>,
    /// What to do instead.
    way_out: Option<&'static str>,
}

/// A problem.
#[derive(Debug, Serialize, JsonSchema)]
struct Problem {
    /// Id of the rule.
    rule: &'static str,
    /// `warning` or `error`.
    severity: &'static str,
    /// The list that it is about, such as `protocol-32`; `null` beside the lists.
    catalog: Option<&'static str>,
    /// It as a sentence.
    sentence: String,
}

/// A problem that stays.
#[derive(Debug, Serialize, JsonSchema)]
struct Left {
    /// The problem.
    #[serde(flatten)]
    problem: Problem,
    /// Why it stays.
    why: &'static str,
}

/// A change.
#[derive(Debug, Serialize, JsonSchema)]
struct Step {
    /// `remove-entry`, `add-entry`, `add-key`, `restore`, `change-id`, `renumber`, `set-count`, `remove-key` or
    /// `remove-value`.
    #[serde(rename = "step")]
    what: &'static str,
    /// The entry, key or value.
    subject: String,
    /// The list that it belongs to; `null` beside the lists.
    catalog: Option<&'static str>,
    /// What stands there; `null` where nothing does.
    from: Option<String>,
    /// What will stand there; `null` where nothing will.
    to: Option<String>,
    /// Where that comes from: `other-state`, `control-set`, `upgrade`, `other-evidence`, `setup-record`, `settings`,
    /// `other-list`, `transports`, `version` or `entries`.
    source: Option<&'static str>,
    /// Name of that control set, or of that other evidence.
    source_name: Option<String>,
    /// `high`, `medium` or `low`.
    confidence: &'static str,
    /// What the user loses.
    loses: Option<String>,
}

/// Something that a person does.
#[derive(Debug, Serialize, JsonSchema)]
struct Advice {
    /// What to do, in a few words.
    title: &'static str,
    /// How, as sentences.
    how: Vec<String>,
    /// Commands to type.
    commands: Vec<String>,
    /// What it loses.
    loses: Option<&'static str>,
}

impl Document {
    /// The document of a plan.
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        let refusal = plan.files.as_ref().err();
        Self {
            schema: SCHEMA,
            evidence: plan.path.to_lossy(),
            kind: plan.kind.name(),
            host: plan.host.as_ref().map(Text::to_lossy),
            windows: plan.windows.clone(),
            control_set: plan.control_set.as_ref().map(Text::to_lossy),
            problems: plan.problems.iter().map(Problem::of).collect(),
            steps: plan.steps.iter().map(Step::of).collect(),
            left: plan.left.iter().map(|(finding, why)| Left { problem: Problem::of(finding), why }).collect(),
            guide: plan.guide.iter().map(Advice::of).collect(),
            sections: plan.sections,
            changes: plan.changes.as_ref().map(compare::Document::of),
            is_proved: refusal.is_none(),
            refusal: refusal.map(repair::Refusal::name),
            reason: refusal.map(ToString::to_string),
            way_out: refusal.map(repair::Refusal::way_out),
        }
    }
}

impl Problem {
    fn of(finding: &Finding) -> Self {
        Self {
            rule: finding.rule,
            severity: finding.severity.name(),
            catalog: finding.catalog.map(crate::catalog::CatalogName::name),
            sentence: finding.sentence(),
        }
    }
}

impl Step {
    fn of(step: &repair::Step) -> Self {
        let text = |text: &Option<Text>| text.as_ref().map(Text::to_lossy);
        let source_name = match &step.source {
            Some(Source::ControlSet { name, .. } | Source::OtherEvidence(name)) => Some(name.to_lossy()),
            _ => None,
        };
        Self {
            what: step.what.name(),
            subject: step.subject.to_lossy(),
            catalog: step.catalog.map(crate::catalog::CatalogName::name),
            from: text(&step.from),
            to: text(&step.to),
            source: step.source.as_ref().map(Source::name),
            source_name,
            confidence: step.confidence.name(),
            loses: step.loses.clone(),
        }
    }
}

impl Advice {
    fn of(advice: &repair::Advice) -> Self {
        let repair::Advice { title, how, commands, loses, .. } = advice;
        Self { title, how: how.clone(), commands: commands.clone(), loses: *loses }
    }
}

/// The schema of [`Document`].
#[must_use]
pub fn schema() -> Schema {
    schema_for!(Document)
}
