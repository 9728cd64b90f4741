//! What the user knows, as files say it.

use std::ffi::OsString;
use std::path::Path;

use catalog9::baseline::{Knowledge, KnowledgeError};
use miette::Report;
use serde::{Deserialize, Serialize};

use super::{file, settings_file};
use crate::cli::args::KnowledgeArgs;

/// Files that were read. Worker processes get them whole, so that all of them have the same, whatever becomes of the files.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::cli) struct KnowledgeFiles {
    /// Name and text of each.
    providers: Vec<(String, String)>,
    denials: Vec<(String, String)>,
}

/// Adds a text to what is known, with the name of its file.
type Add = fn(&mut Knowledge, &str, &str) -> Result<(), KnowledgeError>;

impl KnowledgeFiles {
    /// The files that the arguments name, and what they come to.
    pub(in crate::cli) fn read(arguments: &KnowledgeArgs) -> Result<(Self, Knowledge), Report> {
        let mut knowledge = Knowledge::default();
        let mut read = |option: &str, files: &[OsString], add: Add| {
            let text = |path: &OsString| {
                let text = settings_file::read(option, path)?;
                let name = Path::new(path).file_name().unwrap_or(path).to_string_lossy().into_owned();
                add(&mut knowledge, &text, &name).map_err(|error| file::refused(option, path, &error))?;
                Ok((name, text))
            };
            files.iter().map(text).collect::<Result<Vec<_>, Report>>()
        };
        let providers = read("--providers", &arguments.providers, Knowledge::add_providers)?;
        let denials = read("--deny", &arguments.deny, Knowledge::add_denials)?;
        Ok((Self { providers, denials }, knowledge))
    }

    /// What they come to, as far as files that were read once can be read again.
    pub(in crate::cli) fn knowledge(&self) -> Option<Knowledge> {
        let mut knowledge = Knowledge::default();
        self.providers.iter().try_for_each(|(name, text)| knowledge.add_providers(text, name)).ok()?;
        self.denials.iter().try_for_each(|(name, text)| knowledge.add_denials(text, name)).ok()?;
        Some(knowledge)
    }
}
