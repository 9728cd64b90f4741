//! What catalog9 tells of itself: its rules, and what it says of evidence.

use serde::Serialize;

use super::message::{Message, Page};
use crate::rules;

/// Evidence that could not be examined.
pub(super) const REFUSED: &str = "evidence-refused";
/// Evidence whose catalogs could be read only in part.
pub(super) const INCOMPLETE: &str = "evidence-incomplete";
/// A dirty hive that was examined as stored.
pub(super) const STALE: &str = "evidence-stale";
/// A defect.
pub(super) const DAMAGED: &str = "evidence-damaged";
/// A rule that could not be judged.
pub(super) const NOT_JUDGED: &str = "not-judged";

const NOTIFICATIONS: [(&str, &str, &str); 5] = [
    (REFUSED, "error", "The evidence could not be examined."),
    (INCOMPLETE, "error", "The catalogs could be read only in part."),
    (STALE, "error", "The hive is dirty and was examined as stored; a newer state may exist."),
    (DAMAGED, "warning", "The evidence is damaged here; parsing continued after it."),
    (NOT_JUDGED, "note", "The evidence does not show what a rule needs."),
];

#[derive(Debug, Serialize)]
pub(super) struct Tool {
    driver: Driver,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
    notifications: Vec<Descriptor>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    #[serde(flatten)]
    descriptor: Descriptor,
    full_description: Message,
    help: Page,
    properties: Tags,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    short_description: Message,
    default_configuration: Configuration,
}

#[derive(Debug, Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Debug, Serialize)]
struct Tags {
    tags: [String; 1],
}

/// A rule or a kind of notification, by its id and its place in the list.
#[derive(Debug, Serialize)]
pub(super) struct Reference {
    pub id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<usize>,
}

impl Default for Tool {
    fn default() -> Self {
        Self {
            driver: Driver {
                name: "catalog9",
                semantic_version: env!("CARGO_PKG_VERSION"),
                rules: rules::ALL.iter().map(|rule| Rule::of(rule)).collect(),
                notifications: NOTIFICATIONS.iter().map(|(id, level, text)| Descriptor::new(id, text, level)).collect(),
            },
        }
    }
}

impl Rule {
    fn of(rule: &rules::Rule) -> Self {
        Self {
            descriptor: Descriptor::new(rule.id, rule.summary(), rule.severity.name()),
            full_description: Message::new(&rule.section("What it looks for")),
            help: Page::new(&rule.text()),
            properties: Tags { tags: [rule.group.name().replace(' ', "-")] },
        }
    }
}

impl Descriptor {
    fn new(id: &'static str, text: &str, level: &'static str) -> Self {
        Self { id, short_description: Message::new(text), default_configuration: Configuration { level } }
    }
}

/// The rule of that id.
pub(super) fn rule(id: &'static str) -> Reference {
    Reference { id, index: rules::ALL.iter().position(|rule| rule.id == id) }
}

/// The kind of notification of that id.
pub(super) fn notification(id: &'static str) -> Reference {
    Reference { id, index: NOTIFICATIONS.iter().position(|(known, ..)| *known == id) }
}
