//! JSON of comparisons of two states.

use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;

use crate::catalog::{Facts, Text};
use crate::comparison::states::{self, Caution, Comparison, Obstacle};

/// Name of this schema, as every document states it.
pub const SCHEMA: &str = "catalog9/compare/v1";

/// The comparison of two states of catalogs.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Document {
    /// `catalog9/compare/v1`.
    schema: &'static str,
    /// The first state.
    before: Side,
    /// The second state.
    after: Side,
    /// `same`, `same-as-far-as-shown` where one side does not show everything, `different` or `not-comparable`.
    outcome: &'static str,
    /// Why the two cannot be compared; `null` where they can.
    obstacle: Option<String>,
    /// What to know before the changes: `other-host`, `other-windows`, `before-stale`, `after-stale`,
    /// `before-not-whole`, `after-not-whole`.
    cautions: Vec<&'static str>,
    /// The differences, those that matter most first.
    changes: Vec<Change>,
}

/// One of the two states.
#[derive(Debug, Serialize, JsonSchema)]
struct Side {
    /// The file, with the part of it that was asked for.
    label: String,
    /// The kind of evidence; `null` where it could not be read.
    kind: Option<&'static str>,
    /// Name of the computer; `null` where it is unknown.
    host: Option<String>,
    /// Name of the Windows version; `null` where it is unknown.
    windows: Option<String>,
    /// Name of the control set; `null` where the evidence has none.
    control_set: Option<String>,
    /// What this side does not show although the other one does; differences there are unknown.
    not_shown: Vec<String>,
}

/// A difference.
#[derive(Debug, Serialize, JsonSchema)]
struct Change {
    /// `answering`, `added`, `removed`, `library-changed`, `name-space-enabled`, `name-space-disabled`, `field-changed`,
    /// `value-changed`, `transport-changed`, `moved` or `bytes-changed`.
    class: &'static str,
    /// The lists in which it is the same, such as `protocol-32` and `protocol-64`; empty beside the catalogs.
    catalogs: Vec<&'static str>,
    /// The entry, key or socket that changed.
    subject: String,
    /// The field or value; `null` where the change is about the whole of it.
    field: Option<&'static str>,
    /// What the first state says; `null` where it has nothing there.
    before: Option<String>,
    /// What the second state says, likewise.
    after: Option<String>,
}

impl Document {
    /// The document of a comparison.
    #[must_use]
    pub fn of(comparison: &Comparison) -> Self {
        let [before, after] = &comparison.sides;
        let [not_shown_before, not_shown_after] = comparison.unknown;
        Self {
            schema: SCHEMA,
            before: Side::of(before, not_shown_before),
            after: Side::of(after, not_shown_after),
            outcome: comparison.outcome().name(),
            obstacle: comparison.obstacle.as_ref().map(Obstacle::to_string),
            cautions: comparison.cautions.iter().copied().map(Caution::name).collect(),
            changes: comparison.changes.iter().map(Change::of).collect(),
        }
    }
}

impl Side {
    fn of(head: &states::Head, not_shown: Facts) -> Self {
        Self {
            label: head.label.to_lossy(),
            kind: head.kind.map(crate::evidence::Kind::name),
            host: head.host.as_ref().map(Text::to_lossy),
            windows: head.windows.clone(),
            control_set: head.control_set.as_ref().map(Text::to_lossy),
            not_shown: not_shown.iter().map(|fact| fact.to_string()).collect(),
        }
    }
}

impl Change {
    fn of(change: &states::Change) -> Self {
        Self {
            class: change.class.name(),
            catalogs: change.catalogs.iter().map(|catalog| catalog.name()).collect(),
            subject: change.subject.to_lossy(),
            field: change.field,
            before: change.before.as_ref().map(Text::to_lossy),
            after: change.after.as_ref().map(Text::to_lossy),
        }
    }
}

/// The schema of [`Document`].
#[must_use]
pub fn schema() -> Schema {
    schema_for!(Document)
}
