//! Which entries go: layered providers with all chains on top of them, and what is broken.

use std::collections::{BTreeMap, BTreeSet};

use super::step::{Step, Wanted, What};
use super::work::{Work, problems};
use crate::catalog::{CatalogName, EntryList, ITEM_SIZE, Kind, ProtocolEntry, Text};
use crate::examination::Examined;
use crate::finding::Remedy;

/// Removes entries. Whether there were any.
pub(super) fn repair(work: &mut Work<'_>, examined: &Examined) -> bool {
    let mut goes: BTreeMap<CatalogName, BTreeSet<Text>> = BTreeMap::new();
    for remedy in problems(examined).flat_map(|finding| &finding.remedies) {
        if let Remedy::RemoveEntry { catalog, entry, .. } = remedy
            && !work.wishes.keep.iter().any(|wanted| wanted.means(entry.provider_id, &entry.name))
        {
            goes.entry(*catalog).or_default().extend(entry.key.clone());
        }
    }
    let catalogs = &examined.control_set.catalogs;
    let products = products(examined);
    let mut steps = Vec::new();
    for (name, list) in catalogs.protocol_lists() {
        let goes = goes.entry(name).or_default();
        of_list(work, list, goes);
        for entry in list.entries.iter().filter(|entry| is_in(goes, entry.key.as_ref())) {
            let library = entry.library_path.clone();
            let product = library.as_ref().and_then(|library| products.get(library));
            let loses = match entry.kind() {
                Some(Kind::Layered | Kind::Chain) => product.map_or_else(
                    || "what its product does with traffic (VPN, filter, antivirus, proxy)".to_owned(),
                    |product| format!("what {product} does with traffic"),
                ),
                _ => "the sockets that this entry offers, unless it is added again below".to_owned(),
            };
            let step = Step::new(What::RemoveEntry, entry.name(), Some(name));
            steps.push(Step { from: library, loses: Some(loses), ..step });
        }
    }
    for (name, list) in catalogs.name_space_lists() {
        let goes = goes.entry(name).or_default();
        for entry in &list.entries {
            if work.wishes.remove.iter().any(|wanted| wanted.means(entry.provider_id, &entry.name())) {
                goes.extend(entry.key.clone());
            }
            if is_in(goes, entry.key.as_ref()) {
                let loses = Some("the names that this provider resolves".to_owned());
                let step = Step::new(What::RemoveEntry, entry.name(), Some(name));
                steps.push(Step { from: entry.library_path.clone(), loses, ..step });
            }
        }
    }
    let changed = !steps.is_empty();
    work.steps.extend(steps);
    for (name, goes) in goes.into_iter().filter(|(_, goes)| !goes.is_empty()) {
        if let Some(list) = work.list(name) {
            list.subkeys.retain(|key| !goes.contains(&key.name));
            work.number(name);
        }
    }
    changed
}

fn is_in(goes: &BTreeSet<Text>, key: Option<&Text>) -> bool {
    key.is_some_and(|key| goes.contains(key))
}

/// Adds to the keys that go: layers and their chains, items that Windows cannot read, and every chain that names an entry
/// which goes.
fn of_list(work: &Work<'_>, list: &EntryList<ProtocolEntry>, goes: &mut BTreeSet<Text>) {
    let is_named = |wishes: &[Wanted], entry: &ProtocolEntry| {
        wishes.iter().any(|wanted| wanted.means(entry.provider_id, &entry.name()))
    };
    let kept: BTreeSet<u32> = list
        .entries
        .iter()
        .filter(|entry| is_named(&work.wishes.keep, entry))
        .filter_map(|entry| entry.catalog_entry_id)
        .collect();
    let ids = |entry: &ProtocolEntry| entry.chain.iter().flat_map(|chain| chain.ids.clone()).collect::<Vec<_>>();
    for entry in &list.entries {
        let is_layer = matches!(entry.kind(), Some(Kind::Layered | Kind::Chain));
        let is_kept = is_named(&work.wishes.keep, entry) || ids(entry).iter().any(|id| kept.contains(id));
        let is_unreadable = entry.item.as_ref().map(|item| item.len()) != Some(ITEM_SIZE);
        if is_layer && !is_kept || is_unreadable || is_named(&work.wishes.remove, entry) {
            goes.extend(entry.key.clone());
        }
    }
    // A chain over a chain that goes is reached in the next round at the latest: each round adds one at least.
    loop {
        let gone: BTreeSet<u32> = list
            .entries
            .iter()
            .filter(|entry| is_in(goes, entry.key.as_ref()))
            .filter_map(|entry| entry.catalog_entry_id)
            .collect();
        let is_broken =
            |entry: &&ProtocolEntry| !is_in(goes, entry.key.as_ref()) && ids(entry).iter().any(|id| gone.contains(id));
        let broken: Vec<Text> = list.entries.iter().filter(is_broken).filter_map(|entry| entry.key.clone()).collect();
        if broken.is_empty() {
            return;
        }
        goes.extend(broken);
    }
}

/// The products that findings name, by their DLLs.
fn products(examined: &Examined) -> BTreeMap<Text, String> {
    let mut products = BTreeMap::new();
    for finding in &examined.judgement.findings {
        for remedy in &finding.remedies {
            if let Remedy::Uninstall { product: Some(product), .. } = remedy {
                products.extend(finding.libraries.iter().map(|library| (library.clone(), product.clone())));
            }
        }
    }
    products
}
