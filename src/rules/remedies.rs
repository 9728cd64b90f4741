//! Steps that several rules propose.

use super::machinery::Subject;
use crate::baseline::ThirdParty;
use crate::catalog::{CatalogName, Entry, EntryList, Place, Text, Version, Windows};
use crate::finding::{Finding, Remedy};

/// Adds the known facts about a third-party provider; the rule decides why it may be harmless.
pub(super) fn inform(finding: &mut Finding, known: &ThirdParty) {
    let how = Some(known.uninstall.clone()).filter(|how| !how.is_empty());
    finding.advice(known.advice()).remedy(Remedy::Uninstall { product: Some(known.name.clone()), how });
}

/// Keeps a file as evidence.
pub(super) fn preserve(path: &Text) -> Remedy {
    Remedy::PreserveFile { path: path.clone() }
}

/// Removes an LSP: first with the vendor's uninstaller, then the rest of it.
pub(super) fn remove_layer(finding: &mut Finding, subject: &Subject<'_>) {
    if !finding.remedies.iter().any(|remedy| matches!(remedy, Remedy::Uninstall { .. })) {
        finding.remedy(Remedy::Uninstall { product: None, how: None });
    }
    let id = finding.entry.as_ref().and_then(|entry| entry.id);
    let can_remove = subject.catalogs.windows.is_at_least(Version::VISTA) == Some(true);
    match id.filter(|_| can_remove) {
        Some(id) => {
            finding.remedy(Remedy::RunCommand { command: format!("netsh winsock remove provider {id}") });
        }
        None => finding.remedies.extend(reset(&subject.catalogs.windows)),
    }
}

/// The steps that restore the protocol catalog; none if this Windows is not known to have the command.
///
/// Windows XP has the command since Service Pack 2 and Server 2003 since Service Pack 1.
pub(super) fn reset(windows: &Windows) -> Vec<Remedy> {
    let has_pack = |least| windows.service_pack.is_some_and(|pack| pack >= least);
    let has_command = windows.is_at_least(Version::VISTA) == Some(true)
        || (windows.is(Version::XP) && has_pack(2))
        || (windows.is(Version::SERVER_2003) && has_pack(1));
    if !has_command {
        return Vec::new();
    }
    vec![Remedy::RunCommand { command: "netsh winsock reset".to_owned() }, Remedy::Restart]
}

/// Numbers the keys of a list without a gap and counts them. `catalog` is the place of the catalog above the list.
pub(super) fn number_anew<E: Entry>(name: CatalogName, catalog: &Place, list: &EntryList<E>) -> Vec<Remedy> {
    let Ok(count) = u32::try_from(list.entries.len()) else { return Vec::new() };
    let numbers = list.entries.iter().map(Entry::number);
    let is_in_order = (1..).zip(numbers).all(|(number, own)| own == Some(number));
    let renumber = (!is_in_order).then(|| Remedy::Renumber { catalog: name, key: list.place.path.clone() });
    let value = if name.is_64_bit() { "Num_Catalog_Entries64" } else { "Num_Catalog_Entries" };
    let count = Remedy::SetCount { key: catalog.path.clone(), value, to: count };
    renumber.into_iter().chain([count]).collect()
}
