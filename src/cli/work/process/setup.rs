//! What every worker process must know before its first work.

use std::ffi::OsString;
use std::io;

use catalog9::Options;
use catalog9::archive::Password;
use catalog9::evidence::encoding::CodePage;
use catalog9::examination::Selection;
use catalog9::render::{Format, Heading, Hidden, Scope, Settings};
use serde::{Deserialize, Serialize};

use crate::cli::args::ScanArgs;
use crate::cli::intake::knowledge::KnowledgeFiles;
use crate::cli::intake::known::KnownHashes;
use crate::cli::intake::policy::Wanted;
use crate::cli::intake::tree::NamedRoot;
use crate::cli::output::Presses;
use crate::cli::work::told::Pressing;

/// How units are examined, and into which formats they are pressed. Nothing shows it, since it has a password.
#[derive(Clone, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "options are independent of each other")]
pub(in crate::cli) struct Setup {
    control_sets: ControlSets,
    hash: bool,
    carve: bool,
    code_page: Option<u32>,
    as_stored: bool,
    /// Largest dictionary window of a compressed stream, in bytes.
    pub(super) window: u64,
    password: Option<String>,
    pub(super) verify: bool,
    known: Option<OsString>,
    roots: Vec<OsString>,
    wanted: Wanted,
    knowledge: KnowledgeFiles,
    formats: Vec<String>,
    is_full: bool,
    /// Whether the names of hosts, users and folders are hidden.
    hidden: [bool; 3],
    compares: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum ControlSets {
    Current,
    All,
    Named(String),
}

impl Setup {
    pub(in crate::cli) fn new(
        options: &Options,
        window: u64,
        password: Option<&Password>,
        arguments: &ScanArgs,
        (wanted, knowledge): (Wanted, KnowledgeFiles),
        pressing: &Pressing,
    ) -> Self {
        let hidden = pressing.presses.hidden();
        Self {
            control_sets: match &options.control_sets {
                Selection::Named(name) => ControlSets::Named(name.clone()),
                Selection::All => ControlSets::All,
                _ => ControlSets::Current,
            },
            hash: options.hash,
            carve: options.carve,
            code_page: options.code_page.map(CodePage::number),
            as_stored: options.as_stored,
            window,
            password: password.map(|password| password.reveal().to_owned()),
            verify: arguments.verify_unchanged,
            known: arguments.known_hashes.clone(),
            roots: arguments.root.clone(),
            wanted,
            knowledge,
            formats: pressing.presses.names().map(str::to_owned).collect(),
            is_full: pressing.presses.is_full(),
            hidden: [hidden.hosts, hidden.users, hidden.paths],
            compares: pressing.compares,
        }
    }

    /// The options, as far as a policy that was read once can be read again.
    pub(super) fn options(&self) -> Option<Options> {
        Some(Options {
            keep_registry: false,
            control_sets: match &self.control_sets {
                ControlSets::Named(name) => Selection::Named(name.clone()),
                ControlSets::All => Selection::All,
                ControlSets::Current => Selection::Current,
            },
            hash: self.hash,
            carve: self.carve,
            code_page: self.code_page.and_then(CodePage::of_number),
            windows: None,
            policy: self.wanted.policy().ok()?,
            knowledge: self.knowledge.knowledge()?,
            as_stored: self.as_stored,
        })
    }

    pub(super) fn password(&self) -> Option<Password> {
        self.password.clone().map(Password::new)
    }

    /// The list of known files, which may have gone since the program read it.
    pub(super) fn known(&self) -> io::Result<Option<KnownHashes>> {
        let known = self.known.as_deref().map(KnownHashes::open).transpose();
        known.map_err(|report| io::Error::other(report.to_string()))
    }

    /// The files of computers, which may have gone, too.
    pub(super) fn roots(&self) -> io::Result<Vec<NamedRoot>> {
        let roots = self.roots.iter().map(|option| NamedRoot::of_option(option)).collect::<Result<_, _>>();
        roots.map_err(|report| io::Error::other(report.to_string()))
    }

    pub(super) fn pressing(&self) -> Option<Pressing> {
        let formats = self.formats.iter().map(|name| Format::by_name(name, Scope::Many)).collect::<Option<_>>()?;
        let [hosts, users, paths] = self.hidden;
        let heading = Heading { hidden: Hidden { hosts, users, paths }, ..Heading::default() };
        let settings = Settings { is_full: self.is_full, heading, ..Settings::default() };
        let presses = Presses::new(formats, Scope::Many, settings);
        Some(Pressing { presses, compares: self.compares })
    }
}
