//! What both sides of a comparison show, and what only one of them does.

use crate::catalog::signature::SHOWN;
use crate::catalog::{Catalogs, Facts};

/// What can be compared.
#[derive(Debug)]
pub(super) struct Sight {
    /// The facts that both sides show.
    pub(super) both: Facts,
    /// For each side the facts that it does not show although the other one does.
    pub(super) unknown: [Facts; 2],
    /// Whether both are registries: what is not there is absent, instead of not shown.
    pub(super) is_registry: bool,
    /// Whether each of them shows every entry that there is.
    pub(super) is_whole: [bool; 2],
    /// Whether both show the entries that Windows lists nowhere.
    pub(super) has_hidden: bool,
    /// The bits of the service flags that both show.
    pub(super) service_flags: u32,
    /// Whether also that is compared which changes with every write.
    pub(super) bytes: bool,
}

/// Facts that say nothing of the catalogs themselves.
const APART: Facts = Facts::OS.union(Facts::HOST).union(Facts::TIMES).union(Facts::CONTROL_SETS).union(Facts::LINKS);

impl Sight {
    pub(super) fn of([before, after]: [&Catalogs; 2], bytes: bool) -> Self {
        let tell = |facts: Facts| before.tells(facts) && after.tells(facts);
        let shows_all_flags = |catalogs: &Catalogs| catalogs.tells(Facts::PROVIDER_IDS);
        Self {
            both: before.told & after.told,
            unknown: [after.told - before.told - APART, before.told - after.told - APART],
            is_registry: tell(Facts::KEYS),
            is_whole: [before, after].map(|catalogs| catalogs.tells(Facts::WHOLE_LISTS)),
            has_hidden: before.tells_hidden_entries() && after.tells_hidden_entries(),
            service_flags: if shows_all_flags(before) && shows_all_flags(after) { u32::MAX } else { SHOWN.bits() },
            bytes,
        }
    }

    /// Whether both show entries in the order of the catalogs. Lists of DLLs need not.
    pub(super) fn is_in_order(&self) -> bool {
        self.both.contains(Facts::SERVICE_FLAGS)
    }
}
