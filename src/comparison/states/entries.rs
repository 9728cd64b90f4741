//! How two lists of entries differ.

use std::collections::HashMap;

use super::alignment::{Aligned, Alignment, MOST_ALIGNED, Pair};
use super::change::{Change, Class};
use super::matching::{Known, Traits, matches};
use super::paths::Paths;
use super::sight::Sight;
use crate::catalog::difference::shown;
use crate::catalog::entry_field::{EntryField, Value};
use crate::catalog::socket::{self, SocketRequest};
use crate::catalog::{Catalog, CatalogName, EntryList, Facts, ProtocolEntry, Text, hex};

/// A pair of lists to be compared.
pub(super) struct Lists<'a, E> {
    /// What they are called.
    pub(super) name: CatalogName,
    /// The entries of both, in catalog order; those that Windows never reads come last.
    pub(super) entries: [Vec<&'a E>; 2],
    /// How the paths of both are read.
    pub(super) paths: [Paths; 2],
    /// For each entry of the second list the same entry of the first.
    matches: Vec<Option<usize>>,
}

/// A field that is compared in a special way, by its name in the table of fields.
const CHAIN: &str = "chain";
const NAMES: [&str; 2] = ["stored_name", "display_string"];
const LIBRARY: &str = "library_path";
const ENABLED: &str = "enabled";
const SERVICE_FLAGS: &str = "service_flags";
/// Fields that say when an entry was written, or once more what another field says.
const NEVER: [&str; 4] = ["last_written", "name", "service_flag_names", "provider_flag_names"];

impl<'a, E: Known> Lists<'a, E> {
    pub(super) fn new(name: CatalogName, [before, after]: [Vec<&'a E>; 2], paths: [Paths; 2]) -> Self {
        let traits = |entries: &[&'a E], paths: &Paths| -> Vec<Traits> {
            entries.iter().map(|entry| entry.traits(paths)).collect()
        };
        let [paths_before, paths_after] = &paths;
        let matches = matches(&traits(&before, paths_before), &traits(&after, paths_after));
        Self { name, entries: [before, after], paths, matches }
    }

    /// Everything that differs but for chains and for who answers, which entries of namespaces do not have.
    pub(super) fn changes(&self, sight: &Sight, all: &mut Vec<Change>) {
        let [before, after] = &self.entries;
        let change = |class, entry: &E, field, before, after| Change {
            class,
            catalogs: vec![self.name],
            subject: entry.shown_name(),
            field,
            before,
            after,
        };
        if sight.is_whole[1] {
            let matched: Vec<usize> = self.matches.iter().flatten().copied().collect();
            let removed = before.iter().enumerate().filter(|(index, _)| !matched.contains(index));
            all.extend(removed.map(|(_, entry)| change(Class::Removed, entry, None, library_of(*entry), None)));
        }
        for (entry, earlier) in after.iter().zip(&self.matches) {
            let Some(earlier) = earlier.and_then(|index| before.get(index)) else {
                if sight.is_whole[0] {
                    all.push(change(Class::Added, entry, None, None, library_of(*entry)));
                }
                continue;
            };
            for field in E::fields() {
                let Some((name, values)) = self.changed(field, [earlier, entry], sight) else { continue };
                let [before, after] = values;
                let class = match (field.name, &after) {
                    _ if field.compared_as.is_none() => Class::BytesChanged,
                    (LIBRARY, _) => Class::LibraryChanged,
                    (ENABLED, Some(after)) if after.is("0") => Class::NameSpaceDisabled,
                    (ENABLED, _) => Class::NameSpaceEnabled,
                    _ => Class::FieldChanged,
                };
                all.push(change(class, entry, Some(name), before, after));
            }
        }
        if sight.is_in_order() {
            self.moves(all);
        }
    }

    /// What a field is called in a report and what it says on both sides, where that differs.
    fn changed(
        &self,
        field: &EntryField<E>,
        [before, after]: [&E; 2],
        sight: &Sight,
    ) -> Option<(&'static str, [Option<Text>; 2])> {
        if field.name == CHAIN || NEVER.contains(&field.name) {
            return None;
        }
        let name = match field.compared_as {
            Some(name) => name,
            None => sight.bytes.then_some(field.name)?,
        };
        let values = [before, after].map(|entry| (field.value)(entry));
        let values = match values {
            [Some(Value::Flags(before)), Some(Value::Flags(after))] if field.name == SERVICE_FLAGS => {
                [before, after].map(|flags| Some(Value::Flags(flags & sight.service_flags)))
            }
            values => values,
        };
        let [says_before, says_after] = &values;
        let is_same = match (says_before, says_after) {
            (None, None) => true,
            // One side does not show it; only registries show that it is not there.
            (None, Some(_)) | (Some(_), None) => !sight.is_registry,
            (Some(Value::Text(before_path)), Some(Value::Text(after_path))) if field.name == LIBRARY => {
                before_path == after_path || (!sight.is_registry && self.is_same_path(before_path, after_path))
            }
            _ if NAMES.contains(&field.name) && !sight.is_registry => {
                before.real_name().zip(after.real_name()).is_none_or(|(before, after)| before == after)
            }
            (before, after) => before == after,
        };
        let says = match &values {
            [Some(Value::Bytes(before)), Some(Value::Bytes(after))] => differing(before, after),
            [before, after] => [before, after].map(|value| value.as_ref().map(shown)),
        };
        (!is_same).then_some((name, says))
    }

    /// Whether both paths lead to one file; printed listings may show variables replaced.
    fn is_same_path(&self, before: &Text, after: &Text) -> bool {
        let [paths_before, paths_after] = &self.paths;
        paths_before.canonical(before) == paths_after.canonical(after)
    }

    /// Entries that stand elsewhere among those that both states have: as few as explain the new order.
    fn moves(&self, all: &mut Vec<Change>) {
        let order: Vec<usize> = self.matches.iter().flatten().copied().collect();
        let kept = longest_increasing(&order);
        let places = |entries: &[usize]| -> HashMap<usize, usize> {
            entries.iter().enumerate().map(|(place, entry)| (*entry, place.saturating_add(1))).collect()
        };
        let after = places(&order);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        let before = places(&sorted);
        let place = |places: &HashMap<usize, usize>, index| places.get(index).map(|place| Text::new(place.to_string()));
        let [earlier, _] = &self.entries;
        for index in order.iter().filter(|index| kept.binary_search(index).is_err()) {
            let Some(entry) = earlier.get(*index) else { continue };
            all.push(Change {
                class: Class::Moved,
                catalogs: vec![self.name],
                subject: entry.shown_name(),
                field: Some("position"),
                before: place(&before, index),
                after: place(&after, index),
            });
        }
    }

    /// Both lists beside each other.
    pub(super) fn alignment(&self, sight: &Sight) -> Alignment {
        let [before, after] = &self.entries;
        let order: Vec<usize> = self.matches.iter().flatten().copied().collect();
        let kept = longest_increasing(&order);
        let is_changed = |[earlier, entry]: [&E; 2]| {
            E::fields().iter().any(|field| self.changed(field, [earlier, entry], sight).is_some())
        };
        let pair = |(entry, earlier): (&&E, &Option<usize>)| {
            let earlier = (*earlier)?;
            Some(Pair {
                earlier,
                is_changed: is_changed([before.get(earlier)?, entry]),
                is_moved: kept.binary_search(&earlier).is_err(),
            })
        };
        let aligned = |entry: &&E| Aligned { name: entry.shown_name(), library: library_of(*entry) };
        let first = |entries: &[&E]| entries.iter().take(MOST_ALIGNED).map(aligned).collect();
        Alignment {
            catalog: self.name,
            entries: [first(before), first(after)],
            counts: [before.len(), after.len()],
            is_whole: sight.is_whole,
            pairs: after.iter().zip(&self.matches).take(MOST_ALIGNED).map(pair).collect(),
        }
    }

    /// The place among the entries of the first list that an entry of the second one has there.
    fn earlier_of(&self, entry: &E) -> Option<usize> {
        let [_, after] = &self.entries;
        let index = after.iter().position(|candidate| std::ptr::eq(*candidate, entry))?;
        self.matches.get(index).copied().flatten()
    }
}

impl Lists<'_, ProtocolEntry> {
    /// Chains by the entries that they reference, whatever ids these have.
    pub(super) fn chains(&self, all: &mut Vec<Change>) {
        let [before, after] = &self.entries;
        let ids = |entries: &[&ProtocolEntry]| -> HashMap<u32, usize> {
            let indexed = entries.iter().enumerate().rev();
            indexed.filter_map(|(index, entry)| Some((entry.catalog_entry_id?, index))).collect()
        };
        let [ids_before, ids_after] = [ids(before), ids(after)];
        for (entry, earlier) in after.iter().zip(&self.matches) {
            let Some(earlier) = earlier.and_then(|index| before.get(index)) else { continue };
            let (Some(chain_before), Some(chain_after)) = (&earlier.chain, &entry.chain) else { continue };
            let links_before: Vec<Result<usize, u32>> =
                chain_before.ids.iter().map(|id| ids_before.get(id).copied().ok_or(*id)).collect();
            // Entries that only the second state has are numbered after those of the first.
            let number = |id: &u32| match ids_after.get(id) {
                Some(index) => {
                    let matched = self.matches.get(*index).copied().flatten();
                    Ok(matched.unwrap_or_else(|| before.len().saturating_add(*index)))
                }
                None => Err(*id),
            };
            let links_after: Vec<Result<usize, u32>> = chain_after.ids.iter().map(number).collect();
            if links_before == links_after {
                continue;
            }
            all.push(Change {
                class: Class::FieldChanged,
                catalogs: vec![self.name],
                subject: entry.shown_name(),
                field: Some("chain"),
                before: Some(names_of(&chain_before.ids, &ids_before, before)),
                after: Some(names_of(&chain_after.ids, &ids_after, after)),
            });
        }
    }

    /// The sockets that another provider answers.
    pub(super) fn answers(&self, lists: [&[ProtocolEntry]; 2], sight: &Sight, all: &mut Vec<Change>) {
        let [before, after] = lists.map(socket::answers);
        let mut requests: Vec<&SocketRequest> = before.keys().chain(after.keys()).collect();
        // Those that nearly all programs ask for come first, then those that somebody answers in both states.
        requests.sort_unstable_by_key(|request| {
            let is_in_both = before.contains_key(request) && after.contains_key(request);
            (!SocketRequest::ORDINARY.contains(request), !is_in_both, **request)
        });
        requests.dedup();
        // Who answers a program that leaves the protocol open is said by flags that a listing does not show.
        requests.retain(|request| request.protocol != 0 || sight.both.contains(Facts::PROVIDER_FLAGS));
        let mut reported: Vec<Change> = Vec::new();
        for request in requests {
            let [winner_before, winner_after] = [&before, &after].map(|answers| answers.get(request).copied());
            let index_before = winner_before.and_then(|entry| {
                let [before, _] = &self.entries;
                before.iter().position(|candidate| std::ptr::eq(*candidate, entry))
            });
            let is_same = match (winner_before, winner_after) {
                (None, None) => true,
                (Some(_), Some(after)) => index_before.is_some() && index_before == self.earlier_of(after),
                _ => false,
            };
            if is_same {
                continue;
            }
            let [says_before, says_after] = answering(winner_before, winner_after);
            let change = Change {
                class: Class::Answering,
                catalogs: vec![self.name],
                subject: Text::new(request.described()),
                field: None,
                before: says_before,
                after: says_after,
            };
            // A program may ask for TCP with or without its number.
            if !reported.contains(&change) {
                reported.push(change);
            }
        }
        all.extend(reported);
    }
}

/// The DLLs of two providers that answer the same request, or their names where they share the DLL.
fn answering(before: Option<&ProtocolEntry>, after: Option<&ProtocolEntry>) -> [Option<Text>; 2] {
    let library = |entry: &ProtocolEntry| {
        let path = entry.library_path.as_ref()?.lossy().into_owned();
        Some(Text::from(path.rsplit(['\\', '/']).next().unwrap_or_default()))
    };
    let [library_before, library_after] = [before, after].map(|entry| entry.and_then(library));
    if library_before.is_some() && library_after.is_some() && library_before != library_after {
        return [library_before, library_after];
    }
    [before, after].map(|entry| entry.map(ProtocolEntry::name))
}

/// The first bytes in which two values differ, with their offset.
fn differing(before: &[u8], after: &[u8]) -> [Option<Text>; 2] {
    const MOST: usize = 16;
    let pairs = before.iter().zip(after);
    let first = pairs.clone().position(|(before, after)| before != after).unwrap_or(pairs.len());
    let shown_from = |bytes: &[u8]| {
        let end = bytes.len().min(first.saturating_add(MOST));
        let shown = hex(bytes.get(first..end).unwrap_or_default());
        let more = if end < bytes.len() { "…" } else { "" };
        Some(Text::new(format!("{shown}{more} at 0x{first:x}, {} bytes", bytes.len())))
    };
    [before, after].map(shown_from)
}

/// The names of the entries of a chain, or the ids of those that do not exist.
fn names_of(ids: &[u32], index: &HashMap<u32, usize>, entries: &[&ProtocolEntry]) -> Text {
    let name = |id: &u32| {
        let entry = index.get(id).and_then(|index| entries.get(*index));
        entry.map_or_else(|| format!("{id} (does not exist)"), |entry| entry.shown_name().to_lossy())
    };
    Text::new(ids.iter().map(name).collect::<Vec<_>>().join(" > "))
}

fn library_of<E: Known>(entry: &E) -> Option<Text> {
    let field = E::fields().iter().find(|field| field.name == LIBRARY)?;
    // An entry whose DLL is not shown is there all the same.
    Some((field.value)(entry).as_ref().map_or_else(|| Text::from("DLL not shown"), shown))
}

/// The entries of a list: those that Windows reads, then, where both sides show keys, those that it does not.
pub(super) fn entries_of<E>(list: Option<&EntryList<E>>, with_orphans: bool) -> Vec<&E> {
    let Some(list) = list else { return Vec::new() };
    let orphans = list.orphans.iter().filter(|_| with_orphans);
    list.entries.iter().chain(orphans).collect()
}

/// Whether a count says something else than how many entries there are.
pub(super) fn counts_wrongly<E>(catalog: &Catalog<E>) -> bool {
    catalog.lists().into_iter().zip(catalog.counts()).any(|(list, count)| {
        let entries = entries_of(list, true).len();
        count.is_some_and(|count| usize::try_from(count) != Ok(entries))
    })
}

/// The members of the longest increasing part of a sequence of distinct numbers.
fn longest_increasing(numbers: &[usize]) -> Vec<usize> {
    // The smallest last number of each length, with its place; and before each number the one that it follows.
    let mut ends: Vec<usize> = Vec::new();
    let mut previous: Vec<Option<usize>> = Vec::with_capacity(numbers.len());
    for (place, number) in numbers.iter().enumerate() {
        let length = ends.partition_point(|end| numbers.get(*end).is_some_and(|end| end < number));
        previous.push(length.checked_sub(1).and_then(|shorter| ends.get(shorter).copied()));
        match ends.get_mut(length) {
            Some(end) => *end = place,
            None => ends.push(place),
        }
    }
    let mut longest = Vec::new();
    let mut next = ends.last().copied();
    while let Some(place) = next {
        longest.extend(numbers.get(place));
        next = previous.get(place).copied().flatten();
    }
    longest.reverse();
    longest
}

#[cfg(test)]
mod tests {
    use super::longest_increasing;

    #[test]
    fn as_few_entries_as_possible_have_moved() {
        assert_eq!(longest_increasing(&[]), [0; 0]);
        assert_eq!(longest_increasing(&[0, 1, 2]), [0, 1, 2]);
        assert_eq!(longest_increasing(&[3, 0, 1, 2]), [0, 1, 2]);
        assert_eq!(longest_increasing(&[1, 2, 0]), [1, 2]);
    }
}
