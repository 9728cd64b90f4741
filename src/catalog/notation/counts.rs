//! What a catalog's own key says: counts, times, and subkeys beside the lists.

use crate::catalog::{Catalog, Entry, EntryList, FileTime, Text};

/// The values of a catalog that may be missing.
pub(super) const VALUES: [&str; 4] =
    ["Num_Catalog_Entries", "Num_Catalog_Entries64", "Next_Catalog_Entry_ID", "Serial_Access_Num"];

/// What the lines of one catalog say beside its entries.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) num: Option<u32>,
    pub(super) num64: Option<u32>,
    pub(super) next: Option<u32>,
    pub(super) serial: Option<u32>,
    /// Those of [`VALUES`] that are missing.
    pub(super) absent: Vec<String>,
    pub(super) other_subkeys: Vec<Text>,
    /// When the catalog was written, with all in it that says nothing else.
    pub(super) written: Option<FileTime>,
    /// When its own key was written.
    pub(super) key_written: Option<FileTime>,
}

impl Counts {
    /// Fills in what follows from the entries and then what the lines say; returns whether there are times.
    pub(super) fn apply<E: Entry>(
        self,
        catalog: &mut Catalog<E>,
        written: impl Fn(&mut E) -> &mut Option<FileTime>,
    ) -> bool {
        let count = |list: &EntryList<E>| u32::try_from(list.entries.len()).unwrap_or(u32::MAX);
        let [count32, count64] = catalog.lists().map(|list| list.map(count));
        catalog.num_catalog_entries = self.num.or(count32);
        catalog.num_catalog_entries64 = self.num64.filter(|_| count64.is_some()).or(count64);
        catalog.next_catalog_entry_id = self.next.or(catalog.next_catalog_entry_id);
        catalog.serial_access_num = self.serial.or(Some(4));
        catalog.other_subkeys = self.other_subkeys;
        let values = [
            &mut catalog.num_catalog_entries,
            &mut catalog.num_catalog_entries64,
            &mut catalog.next_catalog_entry_id,
            &mut catalog.serial_access_num,
        ];
        for (name, value) in VALUES.iter().zip(values) {
            value.take_if(|_| self.absent.iter().any(|absent| absent == name));
        }
        catalog.last_written = self.key_written.or(self.written);
        let mut has_times = catalog.last_written.is_some();
        for list in [&mut catalog.entries, &mut catalog.entries64].into_iter().flatten() {
            list.last_written = self.written;
            for time in list.entries.iter_mut().map(&written) {
                *time = time.or(self.written);
                has_times |= time.is_some();
            }
        }
        catalog.set_orphans_aside();
        has_times
    }
}
