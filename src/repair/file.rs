//! Registration files that turn one state of a control set into another.

use std::collections::HashMap;
use std::fmt::Write;

use super::keys::{NAME_SPACE, PROTOCOL};
use crate::catalog::Text;
use crate::evidence::{Key, REG_BINARY, REG_DWORD, REG_SZ, Value};

/// The first line, which regedit demands.
const HEADER: &str = "Windows Registry Editor Version 5.00";

/// Bytes in the first line of a value and in the next ones are broken as regedit does.
const WIDTH: usize = 77;

/// A key or a value whose name no registration file can carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unwritable(pub(super) Text);

/// The lines of a registration file.
pub(super) struct File {
    text: String,
    /// The keys that go, which stand last: an import that stops half-way then leaves catalogs that Windows can load.
    removed: Vec<String>,
}

impl File {
    /// A file with these lines as a comment at its head.
    pub(super) fn new(comment: &[String]) -> Self {
        let mut text = format!("{HEADER}\n\n");
        for line in comment {
            // A comment ends with its line, whatever the evidence is called.
            let line: String = line.chars().map(|one| if one.is_control() { '?' } else { one }).collect();
            text.push_str(format!("; {line}").trim_end());
            text.push('\n');
        }
        Self { text, removed: Vec::new() }
    }

    /// Everything of a key, as an export has it.
    pub(super) fn whole(&mut self, key: &Key, path: &str) -> Result<(), Unwritable> {
        self.key(path);
        for value in &key.values {
            self.value(value)?;
        }
        key.subkeys.iter().try_for_each(|subkey| self.whole(subkey, &below(path, &subkey.name)?))
    }

    /// What turns `before` into `after`. A catalog that changes is written whole, as Windows writes it: first its
    /// entries, then its counts, then what goes.
    pub(super) fn difference(&mut self, before: &Key, after: &Key, path: &str, within: &str) -> Result<(), Unwritable> {
        let is_catalog = [PROTOCOL, NAME_SPACE].iter().any(|catalog| catalog.eq_ignore_ascii_case(within));
        self.change(Some(before), after, path, within, is_catalog && !same(before, after))
    }

    fn change(
        &mut self,
        before: Option<&Key>,
        after: &Key,
        path: &str,
        within: &str,
        is_whole: bool,
    ) -> Result<(), Unwritable> {
        let (values, subkeys) = (before.map(values_of).unwrap_or_default(), before.map(subkeys_of).unwrap_or_default());
        if before.is_none() {
            // Not every importer makes the keys on the way.
            self.key(path);
        }
        let (values_after, subkeys_after) = (values_of(after), subkeys_of(after));
        for subkey in &after.subkeys {
            let own = subkeys.get(&subkey.name.lower()).copied();
            if !is_whole && own.is_some_and(|own| same(own, subkey)) {
                continue;
            }
            let (path, within) = (below(path, &subkey.name)?, format!(r"{within}\{}", subkey.name.lossy()));
            let within = within.trim_start_matches('\\');
            match own {
                Some(own) if !is_whole => self.difference(own, subkey, &path, within)?,
                own => self.change(own, subkey, &path, within, true)?,
            }
        }
        let is_changed =
            |value: &&Value| is_whole || !values.get(&value.name.lower()).is_some_and(|own| same_value(own, value));
        let changed: Vec<&Value> = after.values.iter().filter(is_changed).collect();
        let is_gone = |value: &&Value| !values_after.contains_key(&value.name.lower());
        let gone: Vec<&Value> = before.iter().flat_map(|before| &before.values).filter(is_gone).collect();
        if is_whole || before.is_none() || !changed.is_empty() || !gone.is_empty() {
            self.key(path);
            changed.into_iter().try_for_each(|value| self.value(value))?;
            for value in gone {
                let name = name(&value.name)?;
                let _ = writeln!(self.text, "{name}=-");
            }
        }
        for subkey in before.iter().flat_map(|before| &before.subkeys) {
            if !subkeys_after.contains_key(&subkey.name.lower()) {
                self.removed.push(below(path, &subkey.name)?);
            }
        }
        Ok(())
    }

    /// The lines of another file behind those of this one.
    pub(super) fn then(&mut self, other: &Self) {
        self.text = self.whole_text();
        self.removed.clear();
        let text = other.whole_text();
        self.text.extend(text.split_inclusive('\n').skip(1));
    }

    /// The file as regedit reads it: UTF-16 with its mark, and line ends of Windows.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let text = format!("{}\n", self.whole_text()).replace('\n', "\r\n");
        [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    }

    fn whole_text(&self) -> String {
        self.removed.iter().fold(self.text.clone(), |text, path| text + &format!("\n[-{path}]\n"))
    }

    fn key(&mut self, path: &str) {
        let _ = writeln!(self.text, "\n[{path}]");
    }

    fn value(&mut self, value: &Value) -> Result<(), Unwritable> {
        let name = name(&value.name)?;
        let data = match (value.data_type, plain(value)) {
            (REG_DWORD, _) if value.data.len() == 4 => {
                format!("dword:{:08x}", value.number().unwrap_or_default())
            }
            (REG_SZ, Some(text)) => quoted(&text),
            (REG_BINARY, _) => bytes(&name, "hex:", &value.data),
            (data_type, _) => bytes(&name, &format!("hex({data_type:x}):"), &value.data),
        };
        let _ = writeln!(self.text, "{name}={data}");
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

fn name(name: &Text) -> Result<String, Unwritable> {
    if name.is_empty() {
        return Ok("@".to_owned());
    }
    let text = name.lossy();
    let is_text = name.undecoded().is_none() && Text::from(&*text) == *name;
    let is_plain = is_text && !text.chars().any(char::is_control);
    if is_plain { Ok(quoted(&text)) } else { Err(Unwritable(name.clone())) }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""))
}

/// The text of a value that is one text with one NUL at its end.
fn plain(value: &Value) -> Option<String> {
    let (units, rest) = value.data.as_chunks();
    let units: Vec<u16> = units.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
    let text = String::from_utf16(units.strip_suffix(&[0]).filter(|_| rest.is_empty())?).ok()?;
    (!text.chars().any(char::is_control)).then_some(text)
}

/// Bytes, in lines that are broken after a comma.
fn bytes(name: &str, tag: &str, data: &[u8]) -> String {
    let mut text = tag.to_owned();
    let mut column = name.chars().count() + 1 + tag.len();
    for (index, byte) in data.iter().enumerate() {
        let is_last = index + 1 == data.len();
        let _ = write!(text, "{byte:02x}{}", if is_last { "" } else { "," });
        column += 3;
        if column > WIDTH - 1 && !is_last {
            text.push_str("\\\n  ");
            column = 2;
        }
    }
    text
}
