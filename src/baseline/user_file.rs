//! TOML files of users: why one cannot be used.

use std::ops::Range;

use miette::Diagnostic;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::catalog::Text;

/// Longest piece of the file that is shown, in characters.
const LONGEST: usize = 200;

/// Why a file with a user's knowledge cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
#[error("line {line}: {message}")]
#[diagnostic(code(catalog9::knowledge), help("{help}"))]
pub struct KnowledgeError {
    /// Its line, counted from 1.
    line: usize,
    /// What was expected, and what was found.
    message: String,
    /// The way out.
    help: String,
}

impl KnowledgeError {
    /// What is wrong at that place of the file.
    pub(super) fn at(toml: &str, span: &Range<usize>, message: &str, help: &str) -> Self {
        let before = toml.get(..span.start).unwrap_or(toml);
        let line = before.matches('\n').count() + 1;
        Self { line, message: Text::from(message).shortened(LONGEST), help: help.to_owned() }
    }
}

/// Reads a file; `form` is the way out where it is no TOML, or has keys or values that it must not have.
pub(super) fn parse<T: DeserializeOwned>(toml: &str, form: &str) -> Result<T, KnowledgeError> {
    toml::from_str(toml).map_err(|error: toml::de::Error| {
        let message = error.message().trim().replace('\n', ", ");
        KnowledgeError::at(toml, &error.span().unwrap_or_default(), &message, form)
    })
}

/// A text of the file with nothing that could act on a terminal.
pub(super) fn harmless(text: &str) -> String {
    Text::from(text.trim()).shortened(LONGEST)
}
