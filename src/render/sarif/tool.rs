//! What catalog9 says of itself: its rules, and what it says of evidence.

use serde::Serialize;

use super::message::{Message, Page};
use super::taxonomy::{Relationship, TaxonomyReference};
use crate::finding::Severity;
use crate::rules::references::Reference as Reading;
use crate::rules::{self, Group};
use crate::sentence::capitalized;

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
/// Results beyond what GitHub accepts.
pub(super) const LEFT_OUT: &str = "results-left-out";

const NOTIFICATIONS: [(&str, &str, &str); 6] = [
    (REFUSED, "error", "The evidence could not be examined."),
    (INCOMPLETE, "error", "The catalogs could be read only in part."),
    (STALE, "error", "The hive is dirty and was examined as stored; a newer state may exist."),
    (DAMAGED, "warning", "The evidence is damaged here; parsing continued after it."),
    (NOT_JUDGED, "note", "The evidence does not show what a rule needs."),
    (LEFT_OUT, "warning", "The log leaves out the least severe results, since GitHub accepts no more."),
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
    /// Home page of the project, where its manifest names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    information_uri: Option<&'static str>,
    rules: Vec<Rule>,
    notifications: Vec<Descriptor>,
    supported_taxonomies: [TaxonomyReference; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    #[serde(flatten)]
    descriptor: Descriptor,
    /// Its id as one word.
    name: String,
    full_description: Message,
    help: Page,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    properties: Tags,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    relationships: Vec<Relationship>,
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
    tags: Vec<String>,
    /// How GitHub ranks it among the findings about security: above 7 high, above 4 medium.
    #[serde(rename = "security-severity", skip_serializing_if = "Option::is_none")]
    security_severity: Option<&'static str>,
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
                information_uri: Some(env!("CARGO_PKG_HOMEPAGE")).filter(|uri| uri.starts_with("https://")),
                rules: rules::ALL.iter().map(|rule| Rule::of(rule)).collect(),
                notifications: NOTIFICATIONS.iter().map(|(id, level, text)| Descriptor::new(id, text, level)).collect(),
                supported_taxonomies: [TaxonomyReference::default()],
            },
        }
    }
}

impl Rule {
    fn of(rule: &rules::Rule) -> Self {
        let references = rule.refers_to();
        let relationships: Vec<Relationship> = references.iter().copied().filter_map(Relationship::of).collect();
        Self {
            descriptor: Descriptor::new(rule.id, rule.summary(), rule.severity.name()),
            name: rule.id.split('-').map(capitalized).collect(),
            full_description: Message::new(&rule.section("What it looks for")),
            help: Page::new(&rule.text()),
            help_uri: help_uri(&references),
            properties: Tags::of(rule, &references),
            relationships,
        }
    }
}

impl Tags {
    fn of(rule: &rules::Rule, references: &[Reading]) -> Self {
        let techniques = references.iter().filter_map(|reference| match reference {
            Reading::Technique { technique, .. } => Some(format!("external/attack/{}", technique.id)),
            _ => None,
        });
        let mut tags = vec![rule.group.name().replace(' ', "-")];
        tags.extend(techniques);
        let is_about_security = rule.group == Group::Hijack || tags.len() > 1;
        if is_about_security {
            tags.push("security".to_owned());
        }
        let security_severity = is_about_security.then_some(match rule.severity {
            Severity::Error => "8.0",
            Severity::Warning => "5.5",
            Severity::Note => "2.0",
        });
        Self { tags, security_severity }
    }
}

/// The page of the first technique, or else the article of Microsoft.
fn help_uri(references: &[Reading]) -> Option<String> {
    let technique = references.iter().find_map(|reference| match reference {
        Reading::Technique { technique, .. } => Some(technique.url()),
        _ => None,
    });
    let has_statement = references.iter().any(|reference| matches!(reference, Reading::Statement(_)));
    technique.or_else(|| has_statement.then(|| "https://support.microsoft.com/kb/811259".to_owned()))
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
