//! The list of the rules.

use schemars::JsonSchema;
use serde::Serialize;

use crate::rules;

/// Name of this schema, as the list states it.
const SCHEMA: &str = "catalog9/rules/v1";

/// Every rule.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RuleList {
    /// `catalog9/rules/v1`.
    schema: &'static str,
    /// The rules, in the order of their groups.
    rules: Vec<Rule>,
}

/// A rule.
#[derive(Debug, Serialize, JsonSchema)]
struct Rule {
    /// Its id, which findings name.
    id: &'static str,
    /// `breaks networking`, `hijack`, `inconsistency`, `history` or `context`.
    group: &'static str,
    /// `note`, `warning` or `error`; a single finding may have another.
    severity: &'static str,
    /// `high`, `medium` or `low`; a single finding may have another.
    confidence: &'static str,
    /// What its findings make of the verdict.
    implies: &'static str,
    /// The facts that evidence must show, or it is not judged.
    needs: Vec<String>,
    /// The facts without which its silence says nothing, although it can speak.
    silence_needs: Vec<String>,
    /// What it looks for, in a sentence.
    summary: &'static str,
    /// Its page, in Markdown.
    page: String,
}

impl RuleList {
    /// The list of all rules.
    #[must_use]
    pub fn all() -> Self {
        let rules = rules::ALL.iter().map(|rule| Rule {
            id: rule.id,
            group: rule.group.name(),
            severity: rule.severity.name(),
            confidence: rule.confidence().name(),
            implies: rule.implies.name(),
            needs: super::names(rule.needs),
            silence_needs: super::names(rule.rests_on),
            summary: rule.summary(),
            page: rule.text(),
        });
        Self { schema: SCHEMA, rules: rules.collect() }
    }
}
