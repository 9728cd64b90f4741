//! The techniques of ATT&CK as a taxonomy, and how rules relate to them.

use serde::Serialize;

use super::message::Message;
use crate::rules::references::{Reference, TECHNIQUES, Technique};

const NAME: &str = "MITRE ATT&CK";

/// The techniques that rules refer to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Taxonomy {
    name: &'static str,
    organization: &'static str,
    information_uri: &'static str,
    is_comprehensive: bool,
    taxa: Vec<Taxon>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Taxon {
    id: &'static str,
    name: &'static str,
    short_description: Message,
    help_uri: String,
}

/// The only taxonomy of a run.
#[derive(Debug, Serialize)]
pub(super) struct TaxonomyReference {
    name: &'static str,
    index: usize,
}

/// How a rule relates to a technique.
#[derive(Debug, Serialize)]
pub(super) struct Relationship {
    target: Target,
    kinds: [&'static str; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<usize>,
    tool_component: TaxonomyReference,
}

impl Default for Taxonomy {
    fn default() -> Self {
        Self {
            name: NAME,
            organization: "MITRE",
            information_uri: "https://attack.mitre.org/",
            is_comprehensive: false,
            taxa: TECHNIQUES.iter().map(Taxon::of).collect(),
        }
    }
}

impl Taxon {
    fn of(technique: &'static Technique) -> Self {
        let Technique { id, name } = technique;
        Self { id, name, short_description: Message::new(name), help_uri: technique.url() }
    }
}

impl Default for TaxonomyReference {
    fn default() -> Self {
        Self { name: NAME, index: 0 }
    }
}

impl Relationship {
    /// Findings of a rule are cases of its technique, unless ATT&CK has only something similar.
    pub(super) fn of(reference: Reference) -> Option<Self> {
        let Reference::Technique { technique, is_closest_fit } = reference else { return None };
        let index = TECHNIQUES.iter().position(|known| known == technique);
        let target = Target { id: technique.id, index, tool_component: TaxonomyReference::default() };
        Some(Self { target, kinds: [if is_closest_fit { "relevant" } else { "superset" }] })
    }
}
