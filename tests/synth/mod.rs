//! An independent writer of evidence.
//!
//! It takes catalogs and writes them as Windows would, by separate offsets: it uses nothing of the structures that
//! the readers read with, so that a wrong layout cannot agree with itself.
#![allow(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::format_collect,
    clippy::format_push_string,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "it writes for tests: what it cannot write may panic"
)]

pub mod autoruns;
pub mod crash;
pub mod dirty;
pub mod evtx;
pub mod hive;
pub mod item;
pub mod log;
pub mod msinfo;
pub mod netsh;
pub mod pe;
pub mod query;
pub mod random;
pub mod reg;
pub mod registry;
pub mod tool_log;
pub mod variants;
pub mod wmic;

/// When everything that is written was last written: 2024-02-29T12:34:56.7890123Z.
pub const WRITTEN: u64 = 133_536_836_967_890_123;

/// A key of a registry that is yet to be written.
#[derive(Debug, Clone, Default)]
pub struct Key {
    /// Its name.
    pub name: String,
    /// Its values.
    pub values: Vec<Value>,
    /// Its subkeys.
    pub subkeys: Vec<Key>,
    /// Whether it is a link.
    pub is_link: bool,
    /// When it was last written, where that is not when everything was.
    pub written: Option<u64>,
}

/// A value of a key.
#[derive(Debug, Clone)]
pub struct Value {
    /// Its name.
    pub name: String,
    /// Its type, by number.
    pub data_type: u32,
    /// Its data.
    pub data: Vec<u8>,
}

impl Key {
    /// A key without anything in it.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// The key at that path, made where it is not there yet.
    pub fn at(&mut self, path: &str) -> &mut Self {
        let mut key = self;
        for name in path.split('\\') {
            let index = key.subkeys.iter().position(|subkey| subkey.name == name).unwrap_or_else(|| {
                key.subkeys.push(Self::new(name));
                key.subkeys.len() - 1
            });
            key = &mut key.subkeys[index];
        }
        key
    }

    /// How many keys there are, this one with all below it.
    pub fn count(&self) -> u32 {
        1 + self.subkeys.iter().map(Self::count).sum::<u32>()
    }

    /// Removes the key at that path with everything in it.
    pub fn remove(&mut self, path: &str) {
        let (parent, name) = path.rsplit_once('\\').map_or((None, path), |(parent, name)| (Some(parent), name));
        let parent = match parent {
            Some(parent) => self.at(parent),
            None => self,
        };
        parent.subkeys.retain(|key| key.name != name);
    }

    /// Makes the key at that path a link to another, and drops what was in it.
    pub fn link(&mut self, path: &str, target: &str) -> &mut Self {
        let key = self.at(path);
        *key = Self { is_link: true, ..Self::new(&key.name.clone()) };
        let data: Vec<u8> = target.encode_utf16().flat_map(u16::to_le_bytes).collect();
        key.set("SymbolicLinkValue", 6, data)
    }

    /// Moves the key at that path with everything in it to another, and leaves a link there.
    pub fn move_and_link(&mut self, path: &str, target: &str) {
        let Self { values, subkeys, .. } = self.at(path).clone();
        let moved = self.at(target);
        (moved.values, moved.subkeys) = (values, subkeys);
        self.link(path, &format!(r"\Registry\Machine\SYSTEM\{target}"));
    }

    /// Sets a value of any type.
    pub fn set(&mut self, name: &str, data_type: u32, data: impl Into<Vec<u8>>) -> &mut Self {
        self.values.retain(|value| value.name != name);
        self.values.push(Value { name: name.to_owned(), data_type, data: data.into() });
        self
    }

    /// Sets a value of type `REG_SZ`.
    pub fn text(&mut self, name: &str, text: &str) -> &mut Self {
        self.set(name, 1, wide(text))
    }

    /// Sets a value of type `REG_EXPAND_SZ`.
    pub fn expandable(&mut self, name: &str, text: &str) -> &mut Self {
        self.set(name, 2, wide(text))
    }

    /// Sets a value of type `REG_BINARY`.
    pub fn binary(&mut self, name: &str, data: impl Into<Vec<u8>>) -> &mut Self {
        self.set(name, 3, data)
    }

    /// Sets a value of type `REG_DWORD`.
    pub fn number(&mut self, name: &str, number: u32) -> &mut Self {
        self.set(name, 4, number.to_le_bytes())
    }

    /// Sets a value of type `REG_MULTI_SZ`.
    pub fn texts<'a>(&mut self, name: &str, texts: impl IntoIterator<Item = &'a str>) -> &mut Self {
        let mut data: Vec<u8> = texts.into_iter().flat_map(wide).collect();
        data.extend([0, 0]);
        self.set(name, 7, data)
    }
}

/// UTF-16 with a NUL at its end.
fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}
