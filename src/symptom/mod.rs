//! What people ask about: error codes, messages and terms, and the rules that each of them leads to.

mod search;
mod term;

use std::sync::OnceLock;

use serde::Deserialize;

use crate::rules::references::Reference;
use crate::rules::{self, Rule};

pub use search::{Match, by_message};
pub use term::{Term, term, terms};

/// An error code or message, its meaning, and what to do.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Symptom {
    /// The code that Windows or a program prints.
    pub code: Option<u32>,
    /// Name of the code in the Windows headers, or a name for the state.
    pub name: String,
    /// Messages of an English Windows, the most distinctive one first.
    pub messages: Vec<String>,
    /// What happened.
    pub meaning: String,
    /// What to do.
    pub remedy: String,
    /// Statements of KB 811259 that are about it.
    pub statements: Vec<String>,
    /// Source of facts that are not in the article.
    pub source: String,
    rules: Vec<String>,
}

/// The file of symptoms.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    symptom: Vec<Symptom>,
}

/// Every known symptom: codes of Winsock, then others.
pub fn symptoms() -> &'static [Symptom] {
    static SYMPTOMS: OnceLock<File> = OnceLock::new();
    &SYMPTOMS.get_or_init(|| toml::from_str(include_str!("symptoms.toml")).unwrap_or_default()).symptom
}

/// The symptom of that code.
#[must_use]
pub fn by_code(code: u32) -> Option<&'static Symptom> {
    symptoms().iter().find(|symptom| symptom.code == Some(code))
}

/// The upper half of the HRESULT of a Win32 code.
const OF_WIN32: u32 = 0x8007;

/// Reads a code as people write it: in decimal, in hexadecimal after `0x`, or as an HRESULT, which some programs print as
/// a negative number.
#[must_use]
pub fn parse_code(text: &str) -> Option<u32> {
    let text = text.trim().to_ascii_lowercase();
    let number = match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok()?,
        None => text.parse().ok().or_else(|| text.parse().ok().map(i32::cast_unsigned))?,
    };
    Some(if number >> 16 == OF_WIN32 { number & 0xffff } else { number })
}

impl Symptom {
    /// The rules that look for its causes: its own ones, then those whose pages refer to its statements.
    #[must_use]
    pub fn rules(&self) -> Vec<&'static Rule> {
        let own = self.rules.iter().filter_map(|id| rules::by_id(id));
        let is_own = |rule: &&&'static Rule| self.rules.iter().any(|id| id == rule.id);
        let referring = rules::ALL.iter().filter(|rule| !is_own(rule) && self.is_referred_to_by(rule)).copied();
        own.chain(referring).collect()
    }

    /// Whether it is about that statement of KB 811259.
    #[must_use]
    pub fn refers_to(&self, statement: &str) -> bool {
        self.statements.iter().any(|own| own == statement)
    }

    fn is_referred_to_by(&self, rule: &Rule) -> bool {
        let is_own = |reference: &Reference| match reference {
            Reference::Statement(statement) => self.refers_to(statement.id),
            _ => false,
        };
        rule.refers_to().iter().any(is_own)
    }

    /// What it is called: `10106 (0x277A, 0x8007277A) WSAEPROVIDERFAILEDINIT`.
    #[must_use]
    pub fn title(&self) -> String {
        match self.code {
            Some(code) => {
                format!("{code} ({code:#X}, {:#X}) {}", (OF_WIN32 << 16) | code, self.name).replace("0X", "0x")
            }
            None => self.name.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_and_says_something_of_each() {
        let file: File = toml::from_str(include_str!("symptoms.toml")).unwrap();
        assert_eq!(symptoms().len(), file.symptom.len());
        for Symptom { name, messages, meaning, remedy, statements, source, .. } in symptoms() {
            let says = [name, meaning, remedy].map(|text| !text.is_empty());
            assert_eq!((says, messages.is_empty()), ([true; 3], false), "{name}");
            assert!(!statements.is_empty() || !source.is_empty(), "{name} has no source");
        }
    }

    #[test]
    fn every_rule_that_a_symptom_names_exists() {
        for symptom in symptoms() {
            for id in &symptom.rules {
                assert!(rules::by_id(id).is_some(), "{}: there is no rule {id}", symptom.name);
            }
            assert!(!symptom.rules().is_empty(), "{} leads nowhere", symptom.name);
        }
    }

    #[test]
    fn no_code_is_explained_twice() {
        let mut codes: Vec<u32> = symptoms().iter().filter_map(|symptom| symptom.code).collect();
        codes.sort_unstable();
        assert!(codes.windows(2).all(|pair| pair[0] != pair[1]));
        for code in [10038, 10045, 10106, 10107, 11003, 24, 720] {
            assert!(codes.contains(&code), "{code}");
        }
    }

    #[test]
    fn every_symptom_of_the_article_is_there() {
        let statements: Vec<&String> = symptoms().iter().flat_map(|symptom| &symptom.statements).collect();
        for number in 6..=15 {
            assert!(statements.iter().any(|statement| **statement == format!("KB-{number}")), "KB-{number}");
        }
    }

    #[test]
    fn a_sign_of_damaged_keys_leads_to_the_keys() {
        for code in [10038, 10045, 10107] {
            let symptom = by_code(code).unwrap();
            let ids: Vec<&str> = symptom.rules().iter().map(|rule| rule.id).collect();
            assert!(ids.contains(&"catalog-missing"), "{code}: {ids:?}");
            assert!(symptom.statements.iter().any(|statement| statement == "KB-16"), "{code}");
        }
        let ids: Vec<&str> = by_code(10045).unwrap().rules().iter().map(|rule| rule.id).collect();
        assert!(ids.contains(&"base-provider-missing"), "{ids:?}");
    }

    #[test]
    fn a_rule_that_refers_to_a_statement_is_linked() {
        let missing = by_code(10043).unwrap().rules();
        let ids: Vec<&str> = missing.iter().map(|rule| rule.id).collect();
        assert_eq!(ids[..2], ["base-provider-missing", "catalog-missing"], "its own come first");
        assert!(ids.contains(&"netbios-pair-incomplete"), "its page refers to KB-25: {ids:?}");
        let refers = |statement: &str| {
            let symptom = Symptom { statements: vec![statement.to_owned()], ..toml::from_str(EMPTY).unwrap() };
            symptom.is_referred_to_by(rules::by_id("layered-provider-effective").unwrap())
        };
        assert!(refers("KB-23") && !refers("KB-2") && !refers("KB-3"));
    }

    const EMPTY: &str = "name = ''\nmessages = []\nmeaning = ''\nremedy = ''\nstatements = []\nsource = ''\nrules = []";

    #[test]
    fn a_code_is_read_in_every_form_that_people_write() {
        for text in ["10106", "0x277A", "0X277a", "0x8007277A", " 10106 ", "2147952506", "-2147014790"] {
            assert_eq!(parse_code(text), Some(10106), "{text}");
        }
        for text in ["", "socket", "0x", "277A", "99999999999", "1e4"] {
            assert_eq!(parse_code(text), None, "{text}");
        }
        assert_eq!(by_code(10106).unwrap().title(), "10106 (0x277A, 0x8007277A) WSAEPROVIDERFAILEDINIT");
    }
}
