//! What to read about a finding, with ids and names.

use schemars::JsonSchema;
use serde::Serialize;

use crate::rules::references::Reference;

/// A technique of MITRE ATT&CK.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Technique {
    /// Its id, such as `T1574.001`.
    id: &'static str,
    /// Its name.
    name: &'static str,
    /// Whether it is only the closest one: ATT&CK has none for this.
    closest_fit: bool,
}

/// A rule of Sigma.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Detection {
    /// Its id, a UUID.
    id: &'static str,
    /// Its title.
    name: &'static str,
}

/// A statement of Microsoft KB 811259.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Statement {
    /// Its id, such as `KB-23`.
    id: &'static str,
    /// What it says.
    name: &'static str,
}

/// A web page.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Link {
    /// What it is about.
    name: String,
    /// Its address.
    url: String,
}

impl Link {
    /// The page of a reference that has one: a technique of ATT&CK, or an issue such as `microsoft/WSL#4177`.
    pub(super) fn of(reference: Reference) -> Option<Self> {
        match reference {
            Reference::Technique { technique, .. } => {
                Some(Self { name: technique.id.to_owned(), url: technique.url() })
            }
            Reference::Other(words) => {
                let (repository, issue) = words.split_once('#')?;
                let is_issue = !issue.is_empty() && issue.bytes().all(|digit| digit.is_ascii_digit());
                let url = format!("https://github.com/{repository}/issues/{issue}");
                is_issue.then(|| Self { name: words.to_owned(), url })
            }
            _ => None,
        }
    }
}

impl Technique {
    pub(super) fn of(reference: Reference) -> Option<Self> {
        let Reference::Technique { technique, is_closest_fit } = reference else { return None };
        Some(Self { id: technique.id, name: technique.name, closest_fit: is_closest_fit })
    }
}

impl Detection {
    pub(super) fn of(reference: Reference) -> Option<Self> {
        let Reference::Sigma(rule) = reference else { return None };
        Some(Self { id: rule.id, name: rule.title })
    }
}

impl Statement {
    pub(super) fn of(reference: Reference) -> Option<Self> {
        let Reference::Statement(statement) = reference else { return None };
        Some(Self { id: statement.id, name: statement.text })
    }
}
