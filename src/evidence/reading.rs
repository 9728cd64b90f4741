//! What a piece of evidence says, and what of it is damaged.

use std::fmt;
use std::io;
use std::ops::{Deref, DerefMut};

use super::encoding::CodePage;
use super::log::LogFile;
use super::{ControlSet, Defect, History, HiveHead, Kind, Moment, Recovery, Registry, ReportHead, TextHead};
use crate::catalog::{CatalogEvent, SeenFile, Software, Text};

/// How evidence is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReadOptions<'a> {
    /// Code page of text that does not name its own.
    pub code_page: Option<CodePage>,
    /// The transaction logs of a hive.
    pub logs: &'a [LogFile<'a>],
    /// Whether what was deleted is looked for: the whole of a hive is then read, and not only what leads to the catalogs.
    pub carve: bool,
    /// Whether the keys of a registry are kept, so that a copy of them can be changed and read again.
    pub keep_registry: bool,
    /// Where a dirty hive is recovered; `None` for memory, of which this takes as much as the recovered hive is long.
    pub scratch: Option<&'a dyn Scratch>,
}

/// Space for a recovered hive, such as a file that is mapped.
pub trait Scratch: fmt::Debug {
    /// Space for that many bytes, up to a little more than 1 GiB, all of them zeros.
    ///
    /// # Errors
    ///
    /// Where there is no space. The hive is then read as it is stored, and this is reported.
    fn space(&self, length: usize) -> io::Result<Space>;
}

/// Bytes to be written and read, wherever they are.
pub struct Space(Box<dyn DerefMut<Target = [u8]>>);

impl Space {
    /// A space of these bytes.
    pub fn new(bytes: impl DerefMut<Target = [u8]> + 'static) -> Self {
        Self(Box::new(bytes))
    }
}

impl Deref for Space {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl DerefMut for Space {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

/// Everything that was read from one piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reading {
    /// What kind of evidence it is.
    pub kind: Kind,
    /// Head of the hive as it is stored.
    pub hive: Option<HiveHead>,
    /// What its transaction logs make of it; `None` where it is clean and there are no logs.
    pub recovery: Option<Recovery>,
    /// How a registration file was written.
    pub text: Option<TextHead>,
    /// Head of the report.
    pub report: Option<ReportHead>,
    /// The states of the system that it holds: the control sets of a registry.
    pub control_sets: Vec<ControlSet>,
    /// The keys that were read; `None` where they were not to be kept or the evidence is no registry.
    pub registry: Option<Registry>,
    /// What is left of earlier states of the catalogs; `None` where it was not looked for or the evidence is no hive.
    pub history: Option<History>,
    /// When the keys that were read were last written, of all control sets and beside them.
    pub moments: Vec<Moment>,
    /// The listing of netsh that the same text holds; the defects in it are among the others.
    pub listing: Option<ControlSet>,
    /// Changes of the catalogs that an event log records, in order of time.
    pub events: Vec<CatalogEvent>,
    /// What another program saw of DLLs on the disk.
    pub files: Vec<SeenFile>,
    /// What a SOFTWARE hive says.
    pub software: Option<Box<Software>>,
    /// Damage that was met.
    pub defects: Vec<Defect>,
}

impl Reading {
    /// What the computer is called that the evidence is of.
    #[must_use]
    pub fn computer_name(&self) -> Option<&Text> {
        self.control_sets.iter().find(|control_set| control_set.roles.current)?.computer_name.as_ref()
    }

    /// A reading in which nothing is known yet.
    pub(super) fn of(kind: Kind) -> Self {
        Self {
            kind,
            hive: None,
            recovery: None,
            text: None,
            report: None,
            control_sets: Vec::new(),
            registry: None,
            history: None,
            moments: Vec::new(),
            listing: None,
            events: Vec::new(),
            files: Vec::new(),
            software: None,
            defects: Vec::new(),
        }
    }
}
