//! What turns one state of a control set into another, change by change.

use std::collections::HashMap;

use super::keys::{NAME_SPACE, PROTOCOL};
use crate::catalog::Text;
use crate::evidence::{Key, Value};

/// A key or a value whose name no registration file can carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unwritable(pub(super) Text);

/// A change, with what is there before it.
#[derive(Debug)]
pub(super) enum Change<'a> {
    /// The key of the values that follow. It is made where it is not there.
    Key { path: String, is_there: bool },
    /// Sets a value, or writes the one that is there again.
    Value { value: &'a Value, before: Option<&'a Value> },
    /// Removes a value.
    RemoveValue(&'a Value),
    /// Removes a key with everything below it.
    RemoveKey { path: String, key: &'a Key },
}

/// What turns `before` into `after`, both at `path`. A catalog that changes is written whole, as Windows writes it: first
/// its entries, then its counts. The keys that go stand last: an import that stops half-way then leaves catalogs that
/// Windows can load.
pub(super) fn between<'a>(before: Option<&'a Key>, after: &'a Key, path: &str) -> Result<Vec<Change<'a>>, Unwritable> {
    let mut changes = Changes::default();
    changes.of_key(before, after, path, "", before.is_none())?;
    changes.made.append(&mut changes.removed);
    Ok(changes.made)
}

#[derive(Default)]
struct Changes<'a> {
    made: Vec<Change<'a>>,
    removed: Vec<Change<'a>>,
}

impl<'a> Changes<'a> {
    fn of_key(
        &mut self,
        before: Option<&'a Key>,
        after: &'a Key,
        path: &str,
        within: &str,
        is_whole: bool,
    ) -> Result<(), Unwritable> {
        let is_catalog = [PROTOCOL, NAME_SPACE].iter().any(|catalog| catalog.eq_ignore_ascii_case(within));
        let is_whole = is_whole || is_catalog && before.is_none_or(|before| !same(before, after));
        let (values, subkeys) = (before.map(values_of).unwrap_or_default(), before.map(subkeys_of).unwrap_or_default());
        if before.is_none() {
            // Not every importer makes the keys on the way.
            self.made.push(Change::Key { path: path.to_owned(), is_there: false });
        }
        let (values_after, subkeys_after) = (values_of(after), subkeys_of(after));
        for subkey in &after.subkeys {
            let own = subkeys.get(&subkey.name.lower()).copied();
            if !is_whole && own.is_some_and(|own| same(own, subkey)) {
                continue;
            }
            let (path, within) = (below(path, &subkey.name)?, format!(r"{within}\{}", subkey.name.lossy()));
            self.of_key(own, subkey, &path, within.trim_start_matches('\\'), is_whole || own.is_none())?;
        }
        let changed: Vec<Change<'a>> = after
            .values
            .iter()
            .map(|value| (value, values.get(&value.name.lower()).copied()))
            .filter(|(value, before)| is_whole || !before.is_some_and(|before| same_value(before, value)))
            .map(|(value, before)| Change::Value { value, before })
            .collect();
        let is_gone = |value: &&Value| !values_after.contains_key(&value.name.lower());
        let gone: Vec<&Value> = before.iter().flat_map(|before| &before.values).filter(is_gone).collect();
        if is_whole || !changed.is_empty() || !gone.is_empty() {
            self.made.push(Change::Key { path: path.to_owned(), is_there: true });
            self.made.extend(changed);
            self.made.extend(gone.into_iter().map(Change::RemoveValue));
        }
        for key in before.iter().flat_map(|before| &before.subkeys) {
            if !subkeys_after.contains_key(&key.name.lower()) {
                self.removed.push(Change::RemoveKey { path: below(path, &key.name)?, key });
            }
        }
        Ok(())
    }
}

/// Whether two keys have the same content.
pub(super) fn same(one: &Key, other: &Key) -> bool {
    let (values, subkeys) = (values_of(other), subkeys_of(other));
    one.values.len() == other.values.len()
        && one.subkeys.len() == other.subkeys.len()
        && one.values.iter().all(|value| values.get(&value.name.lower()).is_some_and(|own| same_value(own, value)))
        && one.subkeys.iter().all(|key| subkeys.get(&key.name.lower()).is_some_and(|own| same(own, key)))
}

fn values_of(key: &Key) -> HashMap<String, &Value> {
    key.values.iter().map(|value| (value.name.lower(), value)).collect()
}

fn subkeys_of(key: &Key) -> HashMap<String, &Key> {
    key.subkeys.iter().map(|key| (key.name.lower(), key)).collect()
}

/// Whether two values have the same type and the same bytes. What an import adds to a text without its NUL is the NUL.
fn same_value(one: &Value, other: &Value) -> bool {
    one.data_type == other.data_type && one.data == other.data
}

fn below(path: &str, name: &Text) -> Result<String, Unwritable> {
    Ok(format!(r"{path}\{}", written(name)?))
}

/// A name as it stands in a file. One that is no text, or has characters that end a line, cannot stand there.
fn written(name: &Text) -> Result<String, Unwritable> {
    let text = name.lossy();
    let is_text = name.undecoded().is_none() && Text::from(&*text) == *name;
    let is_plain = is_text && !text.chars().any(char::is_control) && !text.contains('\\') && !text.is_empty();
    if is_plain { Ok(text.into_owned()) } else { Err(Unwritable(name.clone())) }
}
