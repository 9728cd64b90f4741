//! `--raw ENTRY`: an entry that must exist.

use std::collections::BTreeSet;

use catalog9::batch::Record;
use catalog9::render::table::Raw;

use crate::cli::args::ExamineArgs;
use crate::cli::output::complain;

/// Ids that a message lists at most.
const MOST: usize = 100;

/// The bytes that the arguments ask for.
pub(super) fn wanted(arguments: &ExamineArgs) -> Raw {
    match arguments.raw.as_deref() {
        None => Raw::Nothing,
        Some("all") => Raw::Everything,
        Some(entry) => Raw::Entry(entry.to_owned()),
    }
}

/// The entry that was asked for, and those that were met while it was not found.
pub(super) struct RawEntry {
    raw: Raw,
    is_found: bool,
    met: BTreeSet<u32>,
}

impl RawEntry {
    pub(super) fn of(arguments: &ExamineArgs) -> Self {
        Self { raw: wanted(arguments), is_found: false, met: BTreeSet::new() }
    }

    /// Looks for the entry in what was examined.
    pub(super) fn look_in(&mut self, record: &Record) {
        for examined in record.examination().iter().flat_map(|examination| &examination.examined) {
            for (_, list) in examined.control_set.catalogs.protocol_lists() {
                for entry in list.entries.iter().chain(&list.orphans) {
                    self.is_found |= self.raw.shows(entry);
                    self.met.extend(entry.catalog_entry_id);
                }
            }
        }
    }

    /// Whether an entry was asked for that does not exist; which ones do is reported on standard error.
    pub(super) fn is_missing(&self) -> bool {
        let Raw::Entry(wanted) = &self.raw else { return false };
        if self.is_found {
            return false;
        }
        let ids: Vec<String> = self.met.iter().take(MOST).map(u32::to_string).collect();
        let more = if self.met.len() > MOST { ", …" } else { "" };
        let found = if ids.is_empty() { "no entries with ids".to_owned() } else { format!("{}{more}", ids.join(", ")) };
        complain(&miette::miette!(
            help = "name one of these, or use --raw without a value for all",
            "--raw {}: expected the id or key name of an entry, found {found}",
            catalog9::catalog::Text::from(wanted.as_str()).shortened(40)
        ));
        true
    }
}
