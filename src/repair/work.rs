//! A repair in the making: a copy of the registry, and the steps so far.

use super::keys::{at_mut, path_of, renumber, set_number, settle};
use super::step::{Source, Step, Wanted};
use crate::catalog::{CatalogName, Catalogs, Text};
use crate::evidence::{Key, Registry, Value};
use crate::examination::Examined;
use crate::finding::{Finding, Severity};

/// What a user wants to be kept and removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Layered providers that stay.
    pub keep: Vec<Wanted>,
    /// Further providers that go.
    pub remove: Vec<Wanted>,
}

/// A source of what is restored: another state of the catalogs.
pub(super) struct Other<'a> {
    pub(super) source: Source,
    pub(super) catalogs: Catalogs,
    /// The key of its control set, where the evidence has one.
    pub(super) keys: Option<&'a Key>,
}

/// A repair in the making.
pub(super) struct Work<'a> {
    pub(super) registry: Registry,
    /// Name of the control set.
    pub(super) name: &'a Text,
    pub(super) wishes: &'a Wishes,
    /// Other states of the catalogs, best first.
    pub(super) others: Vec<Other<'a>>,
    pub(super) steps: Vec<Step>,
    /// Whether something could not be restored since the version of Windows is unknown.
    pub(super) needs_windows: bool,
}

impl Work<'_> {
    /// The key of the control set.
    pub(super) fn control_set(&mut self) -> Option<&mut Key> {
        let name = self.name;
        self.registry.root.subkeys.iter_mut().find(|key| key.name == *name)
    }

    /// The key of a list of entries.
    pub(super) fn list(&mut self, name: CatalogName) -> Option<&mut Key> {
        let path = path_of(name);
        at_mut(at_mut(self.control_set()?, path.catalog)?, path.list)
    }

    /// Numbers the entries of a list without a gap and counts them; what the count was.
    pub(super) fn number(&mut self, name: CatalogName) -> Option<(Option<u32>, u32)> {
        let path = path_of(name);
        let catalog = at_mut(self.control_set()?, path.catalog)?;
        let list = at_mut(catalog, path.list)?;
        renumber(list);
        let count = u32::try_from(list.subkeys.len()).ok()?;
        let before = catalog.value(path.count).and_then(Value::number);
        set_number(catalog, path.count, count);
        settle(catalog);
        Some((before, count))
    }
}

/// The findings that a repair is for: the others are history and context.
pub(super) fn problems(examined: &Examined) -> impl Iterator<Item = &Finding> {
    examined.judgement.findings.iter().filter(|finding| finding.severity > Severity::Note)
}
