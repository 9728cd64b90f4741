//! Ids that two entries have, and ids that Windows has not issued.

use std::collections::{BTreeMap, BTreeSet};

use super::items::with_id;
use super::keys::{set_bytes, set_number};
use super::restore::catalog_key;
use super::step::{Source, Step, What};
use super::work::{Work, problems};
use crate::baseline::{Identity, identity};
use crate::catalog::{CatalogName, ITEM_SIZE, Kind, Text};
use crate::examination::Examined;

/// The first id that Windows issues.
const FIRST_ID: u32 = 1001;

/// Gives each entry a different id. Whether any was changed.
pub(super) fn repair(work: &mut Work<'_>, examined: &Examined) -> bool {
    let rules: BTreeSet<&str> = problems(examined).map(|finding| finding.rule).collect();
    if !rules.contains("duplicate-catalog-id") && !rules.contains("catalog-id-not-issued") {
        return false;
    }
    let catalogs = &examined.control_set.catalogs;
    let entries = || catalogs.protocol_lists().flat_map(|(_, list)| &list.entries);
    // A chain names ids: of two entries with one id nobody knows which one it means.
    if entries().any(|entry| entry.is(Kind::Chain)) {
        return false;
    }
    let highest = entries().filter_map(|entry| entry.catalog_entry_id).max().unwrap_or_default();
    let told = catalogs.protocol.as_ref().and_then(|catalog| catalog.next_catalog_entry_id);
    let mut next = told.unwrap_or_default().max(highest.saturating_add(1)).max(FIRST_ID);
    // Both lists give the same entry the same id.
    let mut owners: BTreeMap<u32, Identity> = BTreeMap::new();
    let mut changed_ids: BTreeMap<Identity, u32> = BTreeMap::new();
    let mut changes: Vec<(CatalogName, Text, u32, Vec<u8>)> = Vec::new();
    let mut steps = Vec::new();
    for (name, list) in catalogs.protocol_lists() {
        let mut used = BTreeSet::new();
        for entry in &list.entries {
            let (Some(id), Some(key)) = (entry.catalog_entry_id, &entry.key) else { continue };
            let own = identity(entry);
            let is_of_another = owners.get(&id).is_some_and(|owner| *owner != own);
            let is_taken = !used.insert(id) || is_of_another || id < FIRST_ID;
            let id_before = id;
            let new = match changed_ids.get(&own) {
                Some(new) => *new,
                None if is_taken => {
                    next = next.saturating_add(1);
                    next - 1
                }
                None => {
                    owners.insert(id, own);
                    continue;
                }
            };
            changed_ids.insert(own, new);
            used.insert(new);
            owners.insert(new, own);
            let item = entry.item.as_deref().filter(|item| item.len() == ITEM_SIZE);
            let Some(item) = item.and_then(|item| with_id(item, new)).filter(|_| new != id_before) else { continue };
            changes.push((name, key.clone(), new, item));
            steps.push(Step {
                from: Some(Text::new(id_before.to_string())),
                to: Some(Text::new(new.to_string())),
                source: Some(Source::Entries),
                ..Step::new(What::ChangeId, entry.name(), Some(name))
            });
        }
    }
    for (name, key, _, item) in &changes {
        let keys = work.list(*name).map(|list| &mut list.subkeys);
        if let Some(key) = keys.into_iter().flatten().find(|own| own.name == *key) {
            set_bytes(key, "PackedCatalogItem", item);
        }
    }
    work.steps.extend(steps);
    let is_behind = told != Some(next);
    if is_behind && let Some(catalog) = catalog_key(work, CatalogName::Protocol32) {
        set_number(catalog, "Next_Catalog_Entry_ID", next);
        work.steps.push(Step {
            from: told.map(|told| Text::new(told.to_string())),
            to: Some(Text::new(next.to_string())),
            source: Some(Source::Entries),
            ..Step::new(What::SetCount, "Next_Catalog_Entry_ID", None)
        });
    }
    is_behind || !changes.is_empty()
}
