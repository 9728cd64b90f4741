//! The vocabulary: what the words of the field mean, and the rules that are about them.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::rules::{self, Rule};

/// A term of the field.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// The word that catalog9 uses.
    pub name: String,
    /// Its abbreviation; empty where it has none.
    #[serde(default)]
    pub short: String,
    /// What others call it.
    #[serde(default)]
    pub also: Vec<String>,
    /// Its definition.
    pub meaning: String,
    rules: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    term: Vec<Term>,
}

/// Every term, the central ones first.
pub fn terms() -> &'static [Term] {
    static TERMS: OnceLock<File> = OnceLock::new();
    &TERMS.get_or_init(|| toml::from_str(include_str!("terms.toml")).unwrap_or_default()).term
}

/// The term of that name, abbreviation or synonym. Letter case, hyphens, underscores and a plural `s` do not count.
#[must_use]
pub fn term(question: &str) -> Option<&'static Term> {
    let question = normalized(question);
    let names = |term: &'static Term| [&term.name, &term.short].into_iter().chain(&term.also);
    let is_named =
        |term: &&'static Term, question: &str| names(term).any(|name| !name.is_empty() && normalized(name) == question);
    let singular = question.strip_suffix('s').unwrap_or(&question);
    let exact = terms().iter().find(|term| is_named(term, &question));
    exact.or_else(|| terms().iter().find(|term| is_named(term, singular))).filter(|_| !question.is_empty())
}

fn normalized(name: &str) -> String {
    name.split(|character: char| !character.is_alphanumeric() && character != '.')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

impl Term {
    /// Its name with its abbreviation: `layered service provider (LSP)`.
    #[must_use]
    pub fn title(&self) -> String {
        if self.short.is_empty() { self.name.clone() } else { format!("{} ({})", self.name, self.short) }
    }

    /// The rules that report it.
    #[must_use]
    pub fn rules(&self) -> Vec<&'static Rule> {
        self.rules.iter().filter_map(|id| rules::by_id(id)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_and_names_rules_that_exist() {
        let file: File = toml::from_str(include_str!("terms.toml")).unwrap();
        assert_eq!(terms().len(), file.term.len());
        for term in terms() {
            assert!(!term.meaning.is_empty(), "{}", term.name);
            assert_eq!(term.rules().len(), term.rules.len(), "{}: {:?}", term.name, term.rules);
        }
    }

    #[test]
    fn no_name_means_two_things() {
        let mut names: Vec<String> = terms()
            .iter()
            .flat_map(|term| [&term.name, &term.short].into_iter().chain(&term.also))
            .map(|name| normalized(name))
            .filter(|name| !name.is_empty())
            .collect();
        names.sort_unstable();
        let twice: Vec<_> = names.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert!(twice.is_empty(), "{twice:?}");
    }

    #[test]
    fn a_term_is_found_by_whatever_people_call_it() {
        for (question, name) in [
            ("LSP", "layered service provider"),
            ("lsps", "layered service provider"),
            ("O10", "layered service provider"),
            ("NSP", "namespace provider"),
            ("non-IFS", "non-IFS LSP"),
            ("Non IFS LSP", "non-IFS LSP"),
            ("Catalog5", "namespace catalog"),
            ("Protocol_Catalog9", "protocol catalog"),
            ("Last Known Good", "Last Known Good control set"),
        ] {
            assert_eq!(term(question).map(|term| term.name.as_str()), Some(name), "{question}");
        }
        assert!(term("").is_none() && term("s").is_none() && term("printer").is_none());
    }
}
