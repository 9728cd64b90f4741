//! The sections as msinfo32 shows them, against those that this Windows ought to have.

use crate::baseline::{Baseline, Expected, Origin, Source, is_net_bt, is_nwlink};
use crate::catalog::{Catalogs, Facts, ProtocolEntry, Text};
use crate::rules::Subject;

/// The sections under Components, Network, Protocol, which KB 811259 counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sections {
    /// How many msinfo32 shows.
    pub visible: usize,
    /// How many entries the registry has for them; `None` where the evidence is not one of the registry.
    ///
    /// It is larger where entries are hidden, as those of raw sockets are on every Windows.
    pub registry: Option<usize>,
    /// How many this Windows ought to have; `None` where that is not known.
    pub expected: Option<usize>,
    /// Their names in order.
    pub names: Vec<Text>,
    /// Where each of them comes from.
    pub origins: Vec<Origin>,
}

impl Sections {
    pub(super) fn of(subject: &Subject<'_>) -> Self {
        let Subject { catalogs, baseline, .. } = subject;
        let sections: Vec<_> = catalogs.sections().collect();
        let is_registry = catalogs.tells(Facts::ITEM_BYTES);
        let origins: Vec<Origin> = sections.iter().map(|entry| baseline.origin_of(entry)).collect();
        Self {
            visible: sections.len(),
            registry: Some(catalogs.native_entries().len()).filter(|_| is_registry && catalogs.protocol.is_some()),
            expected: expected(catalogs, baseline),
            names: sections.iter().map(|entry| entry.name()).collect(),
            origins,
        }
    }

    /// How many do not begin with the letters that the article looks for.
    #[must_use]
    pub fn without_msafd(&self) -> usize {
        self.names.iter().filter(|name| !name.lossy().starts_with("MSAFD")).count()
    }
}

/// Those that are expected, optional ones as far as they are there, and NetBIOS as it is where bindings are unknown.
/// Those of NWLink are additions.
fn expected(catalogs: &Catalogs, baseline: &Baseline) -> Option<usize> {
    if baseline.source == Source::EveryWindows {
        return None;
    }
    let is_present = |expected: &Expected| {
        catalogs.sections().any(|entry| baseline.expected_of(entry).is_some_and(|found| std::ptr::eq(found, expected)))
    };
    let visible = baseline.entries.iter().filter(|expected| expected.entry.is_section() && !is_nwlink(&expected.entry));
    let counted = visible.filter(|expected| !expected.is_optional || is_present(expected)).count();
    let is_unbound = |entry: &&ProtocolEntry| is_net_bt(entry) && !baseline.knows_bindings;
    Some(counted + catalogs.sections().filter(is_unbound).count())
}
