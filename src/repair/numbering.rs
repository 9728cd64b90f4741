//! Keys that Windows never reads, gaps in the numbers, and counts that are wrong.

use std::collections::BTreeSet;

use super::keys::{LISTS, at_mut, number_of, path_of};
use super::step::{Source, Step, What};
use super::work::Work;
use crate::baseline::{expected_name_spaces, identity};
use crate::catalog::{CatalogName, Entry, Text};
use crate::evidence::{Key, Value};
use crate::examination::Examined;

/// Settles which keys of each list are entries, numbers and counts them. Whether anything changed.
pub(super) fn repair(work: &mut Work<'_>, examined: &Examined) -> bool {
    let mut changed = false;
    for name in LISTS {
        let adopted = adopted(examined, name);
        let path = path_of(name);
        let Some(catalog) = work.control_set().and_then(|key| at_mut(key, path.catalog)) else { continue };
        let count = catalog.value(path.count).and_then(Value::number);
        let Some(list) = at_mut(catalog, path.list) else { continue };
        list.subkeys.sort_by(|one, other| one.name.cmp(&other.name));
        let is_in_order = (1_u32..).zip(&list.subkeys).all(|(number, key)| number_of(key) == Some(number));
        let length = u32::try_from(list.subkeys.len()).ok();
        if is_in_order && length == count {
            continue;
        }
        let is_read = |key: &Key| {
            let number = number_of(key);
            number.is_some() && count.is_none_or(|count| number <= Some(count)) || adopted.contains(&key.name)
        };
        let (read, unread): (Vec<_>, Vec<_>) =
            std::mem::take(&mut list.subkeys).into_iter().partition(|key| is_read(key));
        let stays_in_order = (1_u32..).zip(&read).all(|(number, key)| number_of(key) == Some(number));
        list.subkeys = read;
        for key in unread {
            let loses = Some("nothing: Windows never reads it".to_owned());
            work.steps.push(Step { loses, ..Step::new(What::RemoveKey, key.place.path(), Some(name)) });
        }
        if !stays_in_order {
            let source = Some(Source::Entries);
            work.steps.push(Step { source, ..Step::new(What::Renumber, path.list, Some(name)) });
        }
        if let Some((before, after)) = work.number(name)
            && before != Some(after)
        {
            work.steps.push(Step {
                from: before.map(|before| Text::new(before.to_string())),
                to: Some(Text::new(after.to_string())),
                source: Some(Source::Entries),
                ..Step::new(What::SetCount, path.count, Some(name))
            });
        }
        changed = true;
    }
    changed
}

/// The keys above the count whose entries Windows installs and no entry below it is: the count is wrong, not the key.
fn adopted(examined: &Examined, name: CatalogName) -> BTreeSet<Text> {
    let catalogs = &examined.control_set.catalogs;
    let mut keys = BTreeSet::new();
    if let Some((_, list)) = catalogs.protocol_lists().find(|(list, _)| path_of(*list).is_same(name)) {
        let mut present: BTreeSet<_> = list.entries.iter().map(identity).collect();
        for orphan in &list.orphans {
            let is_expected = examined.baseline.expected_of(orphan).is_some();
            if is_expected && present.insert(identity(orphan)) {
                keys.extend(orphan.key.clone().filter(|_| orphan.number().is_some()));
            }
        }
    }
    if let Some((_, list)) = catalogs.name_space_lists().find(|(list, _)| path_of(*list).is_same(name)) {
        let expected = expected_name_spaces(&catalogs.windows);
        let mut present: BTreeSet<_> = list.entries.iter().filter_map(|entry| entry.provider_id).collect();
        for orphan in &list.orphans {
            let is_expected = |id| expected.iter().any(|expected| expected.id == id);
            if orphan.provider_id.is_some_and(|id| is_expected(id) && present.insert(id)) {
                keys.extend(orphan.key.clone().filter(|_| orphan.number().is_some()));
            }
        }
    }
    keys
}
