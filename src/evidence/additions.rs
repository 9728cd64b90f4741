//! Entries of both catalogs as programs show them that hide what they know: additions, never all entries.

use super::{ControlSet, Roles};
use crate::catalog::{Architecture, Catalog, Catalogs, EntryList, Facts, NameSpaceEntry, ProtocolEntry};

/// Entries of the 32-bit lists, then of the 64-bit ones.
#[derive(Default)]
pub(super) struct Additions {
    protocol: [Vec<ProtocolEntry>; 2],
    name_space: [Vec<NameSpaceEntry>; 2],
}

impl Additions {
    pub(super) fn add_protocol(&mut self, is_64_bit: bool, entry: ProtocolEntry) {
        add(&mut self.protocol, is_64_bit, entry);
    }

    pub(super) fn add_name_space(&mut self, is_64_bit: bool, entry: NameSpaceEntry) {
        add(&mut self.name_space, is_64_bit, entry);
    }

    /// The entries as those of the running system.
    pub(super) fn into_control_set(self) -> ControlSet {
        let Self { protocol, name_space } = self;
        let [_, protocol_64] = &protocol;
        let [_, name_space_64] = &name_space;
        let is_64_bit = !protocol_64.is_empty() || !name_space_64.is_empty();
        let mut catalogs = Catalogs {
            protocol: catalog(protocol, is_64_bit),
            name_space: catalog(name_space, is_64_bit),
            ..Catalogs::default()
        };
        catalogs.windows.architecture = is_64_bit.then_some(Architecture::X64);
        catalogs.told.set(Facts::ENTRIES | Facts::PATHS, catalogs.protocol.is_some());
        catalogs.told.set(Facts::NAME_SPACE_LIBRARIES, catalogs.name_space.is_some());
        let roles = Roles { current: true, ..Roles::default() };
        ControlSet { name: None, roles, computer_name: None, catalogs }
    }
}

fn add<E>([list_32, list_64]: &mut [Vec<E>; 2], is_64_bit: bool, entry: E) {
    if is_64_bit { list_64 } else { list_32 }.push(entry);
}

/// The lists of a catalog; `None` where there is no entry of it.
fn catalog<E>([entries, entries64]: [Vec<E>; 2], is_64_bit: bool) -> Option<Catalog<E>> {
    let list = |entries: Vec<E>| EntryList { entries, ..EntryList::default() };
    (!entries.is_empty() || !entries64.is_empty()).then(|| Catalog {
        entries: Some(list(entries)),
        entries64: is_64_bit.then(|| list(entries64)),
        ..Catalog::default()
    })
}
