//! What must not be in any catalog, as users say: GUIDs, names of DLLs and hashes.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::pattern::matches;
use super::user_file::{KnowledgeError, harmless, parse};
use crate::catalog::provider::{is_windows, name_space_by_id, windows_libraries};
use crate::catalog::{CanonicalPath, Guid};

/// The way out of what TOML or the keys of the file forbid.
const FORM: &str = "the file has [[deny]] tables with `providers`, `files` or `hashes`, a `reason` and perhaps a `source`; \
                    docs/knowledge.md describes them";

/// Hexadecimal digits of MD5, SHA-1 and SHA-256.
const DIGITS: [usize; 3] = [32, 40, 64];

/// What must not be in any catalog.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Denials {
    /// Why, for each table of the files.
    reasons: Vec<String>,
    /// Each with the place of its reason.
    providers: BTreeMap<Guid, usize>,
    files: BTreeMap<String, usize>,
    patterns: Vec<(String, usize)>,
    hashes: BTreeMap<String, usize>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    deny: Vec<Spanned<Table>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    providers: Vec<Spanned<String>>,
    #[serde(default)]
    files: Vec<Spanned<String>>,
    #[serde(default)]
    hashes: Vec<Spanned<String>>,
    reason: Spanned<String>,
    source: Option<String>,
}

impl Denials {
    /// Nothing.
    pub(super) const NONE: Self = Self {
        reasons: Vec::new(),
        providers: BTreeMap::new(),
        files: BTreeMap::new(),
        patterns: Vec::new(),
        hashes: BTreeMap::new(),
    };

    /// Adds what a file denies. What several tables deny has the reason of the first.
    ///
    /// # Errors
    ///
    /// Where it is no TOML, has keys or values that it must not have, or denies what every Windows has.
    pub(super) fn add(&mut self, toml: &str, name: &str) -> Result<(), KnowledgeError> {
        let file: File = parse(toml, FORM)?;
        for table in &file.deny {
            self.add_table(toml, name, table)?;
        }
        Ok(())
    }

    fn add_table(&mut self, toml: &str, name: &str, table: &Spanned<Table>) -> Result<(), KnowledgeError> {
        let Table { providers, files, hashes, reason, source } = table.get_ref();
        if providers.is_empty() && files.is_empty() && hashes.is_empty() {
            let message = "expected what is denied, found neither `providers` nor `files` nor `hashes`";
            return Err(KnowledgeError::at(toml, &table.span(), message, "give at least one"));
        }
        let text = harmless(reason.get_ref());
        if text.is_empty() {
            let help = "state why it is denied, for those who read the finding";
            return Err(KnowledgeError::at(toml, &reason.span(), "expected a reason, found \"\"", help));
        }
        let source = source.as_deref().map(harmless).filter(|source| !source.is_empty());
        let source = source.map(|source| format!("{source}; ")).unwrap_or_default();
        let number = self.reasons.len();
        self.reasons.push(format!("{text} ({source}{})", harmless(name)));
        let refuse = |text: &Spanned<String>, expected: &str, help: &str| {
            let message = format!("expected {expected}, found \"{}\"", harmless(text.get_ref()));
            KnowledgeError::at(toml, &text.span(), &message, help)
        };
        for text in providers {
            let help = "write it as in reports: {e70f1aa0-ab8b-11cf-8ca3-00805f48a192}";
            let id = Guid::try_parse(text.get_ref()).map_err(|_| refuse(text, "a GUID", help))?;
            if is_windows(id) || name_space_by_id(id).is_some() {
                return Err(refuse(text, "a GUID that is not Windows' own", "every system has this one"));
            }
            self.providers.entry(id).or_insert(number);
        }
        for text in files {
            let file = text.get_ref().trim().to_lowercase();
            if file.is_empty() || file.contains(['\\', '/']) {
                return Err(refuse(
                    text,
                    "the name of a file",
                    "leave out its folder; `*` at the end stands for any rest",
                ));
            }
            let of_windows = |path: &str| CanonicalPath::new(path, false).file_name().to_owned();
            if windows_libraries().any(|path| matches(&file, &of_windows(path))) {
                return Err(refuse(text, "a name that no DLL of Windows has", "every system has such a DLL"));
            }
            if file.ends_with('*') {
                self.patterns.push((file, number));
            } else {
                self.files.entry(file).or_insert(number);
            }
        }
        for text in hashes {
            let hash = text.get_ref().trim().to_ascii_lowercase();
            if !DIGITS.contains(&hash.len()) || !hash.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                let expected = "an MD5, SHA-1 or SHA-256 in hexadecimal digits";
                return Err(refuse(text, expected, "these have 32, 40 or 64 digits"));
            }
            self.hashes.entry(hash).or_insert(number);
        }
        Ok(())
    }

    /// Whether nothing is denied.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.reasons.is_empty()
    }

    /// Why this GUID is denied, with the source; `None` where it is not.
    #[must_use]
    pub fn provider(&self, id: Guid) -> Option<&str> {
        self.reason(self.providers.get(&id))
    }

    /// Why a DLL at that path is denied by its name.
    #[must_use]
    pub fn file(&self, path: &CanonicalPath) -> Option<&str> {
        let name = path.file_name();
        let pattern = || self.patterns.iter().find(|(pattern, _)| matches(pattern, name)).map(|(_, number)| number);
        self.reason(self.files.get(name).or_else(pattern))
    }

    /// Why a file with that hash, in hexadecimal digits, is denied.
    #[must_use]
    pub fn hash(&self, digits: &str) -> Option<&str> {
        self.reason(self.hashes.get(&digits.trim().to_ascii_lowercase()))
    }

    fn reason(&self, number: Option<&usize>) -> Option<&str> {
        self.reasons.get(*number?).map(String::as_str)
    }
}
