//! Which entry of one list is which of another: by what entries are, never by their ids or keys, since both shift when
//! an entry is added before them.

use super::paths::Paths;
use crate::catalog::{CanonicalPath, Entry, Guid, Kind, NameSpaceEntry, ProtocolEntry, Text};

/// What an entry is known by, as far as the evidence shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Traits {
    name: Option<Text>,
    provider: Option<Guid>,
    socket: [Option<i64>; 3],
    kind: Option<Kind>,
    library: Option<CanonicalPath>,
    key: Option<Text>,
}

/// An entry that can be found again in another state.
pub(super) trait Known: Entry {
    /// What it is known by.
    fn traits(&self, paths: &Paths) -> Traits;

    /// Its name in English, as far as it is known.
    fn shown_name(&self) -> Text;

    /// The same, unless it is the file name of its DLL: evidence that shows DLLs alone calls entries so.
    fn real_name(&self) -> Option<Text>;
}

/// A name, unless it is the file name of that DLL.
fn real_name(name: Option<Text>, library: Option<&Text>) -> Option<Text> {
    let file = library.map(|path| CanonicalPath::new(&path.lossy(), false));
    name.filter(|name| file.is_none_or(|file| file.file_name() != name.lower()))
}

impl Known for ProtocolEntry {
    fn traits(&self, paths: &Paths) -> Traits {
        // What is concluded from a report is left out but for the name: of two sections of one name it takes the first
        // for that of Windows, which need not be so.
        let numbers = [self.address_family, self.socket_type, self.protocol];
        Traits {
            name: self.real_name(),
            provider: self.provider_id,
            socket: numbers.map(|number| number.map(i64::from)),
            kind: self.kind(),
            library: self.library_path.as_ref().map(|path| paths.canonical(path)),
            key: self.key.clone(),
        }
    }

    fn shown_name(&self) -> Text {
        self.concluded.name.clone().unwrap_or_else(|| self.name())
    }

    fn real_name(&self) -> Option<Text> {
        real_name(self.stored_name.as_ref().map(|_| self.shown_name()), self.library_path.as_ref())
    }
}

impl Known for NameSpaceEntry {
    fn traits(&self, paths: &Paths) -> Traits {
        Traits {
            name: self.real_name(),
            provider: self.provider_id,
            socket: [self.supported_name_space.map(i64::from), None, None],
            kind: None,
            library: self.library_path.as_ref().map(|path| paths.canonical(path)),
            key: self.key.clone(),
        }
    }

    fn shown_name(&self) -> Text {
        self.name()
    }

    fn real_name(&self) -> Option<Text> {
        real_name(self.display_string.as_ref().map(|_| self.name()), self.library_path.as_ref())
    }
}

fn agrees<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
    one.zip(other).is_none_or(|(one, other)| one == other)
}

fn is_same<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
    one.is_some() && one == other
}

impl Traits {
    fn has_name_of(&self, other: &Self) -> bool {
        is_same(self.name.as_ref(), other.name.as_ref())
    }

    fn has_provider_of(&self, other: &Self) -> bool {
        is_same(self.provider.as_ref(), other.provider.as_ref())
    }

    fn agrees_in_kind(&self, other: &Self) -> bool {
        agrees(self.kind.as_ref(), other.kind.as_ref())
    }

    fn agrees_in_socket(&self, other: &Self) -> bool {
        self.socket.iter().zip(&other.socket).all(|(one, other)| agrees(one.as_ref(), other.as_ref()))
    }

    fn agrees_in_all_but_library(&self, other: &Self) -> bool {
        agrees(self.name.as_ref(), other.name.as_ref())
            && agrees(self.provider.as_ref(), other.provider.as_ref())
            && self.agrees_in_socket(other)
            && self.agrees_in_kind(other)
            && (self.has_name_of(other) || self.has_provider_of(other))
    }

    fn family(&self) -> Option<&i64> {
        self.socket.first()?.as_ref()
    }

    fn is_library_alone(&self) -> bool {
        self.name.is_none() && self.provider.is_none() && self.socket == [None; 3]
    }

    /// Whether nothing can be read by which it could be recognized.
    fn is_nameless(&self) -> bool {
        self.name.is_none() && self.provider.is_none() && self.library.is_none()
    }
}

/// How entries are recognized, the surest way first. Each is tried on all entries before the next one.
const WAYS: &[fn(&Traits, &Traits) -> bool] = &[
    |one, other| one.agrees_in_all_but_library(other) && agrees(one.library.as_ref(), other.library.as_ref()),
    Traits::agrees_in_all_but_library,
    // Under another name.
    |one, other| one.has_provider_of(other) && one.agrees_in_socket(other) && one.agrees_in_kind(other),
    // With another provider GUID or for other sockets.
    |one, other| one.has_name_of(other) && one.agrees_in_kind(other),
    Traits::has_name_of,
    // Under another name and with another provider GUID.
    |one, other| {
        is_same(one.family(), other.family())
            && is_same(one.library.as_ref(), other.library.as_ref())
            && one.agrees_in_socket(other)
            && one.agrees_in_kind(other)
    },
    // Of which one side shows the DLL alone.
    |one, other| {
        is_same(one.library.as_ref(), other.library.as_ref()) && (one.is_library_alone() || other.is_library_alone())
    },
    // An entry of which too little can be read is the one of the same key.
    |one, other| (one.is_nameless() || other.is_nameless()) && is_same(one.key.as_ref(), other.key.as_ref()),
    // However little is shown of it, what is the same in all is the same.
    Traits::eq,
];

/// For each entry of the second list the index of the same entry in the first one.
pub(super) fn matches(before: &[Traits], after: &[Traits]) -> Vec<Option<usize>> {
    let mut matches = vec![None; after.len()];
    let mut left: Vec<(usize, &Traits)> = before.iter().enumerate().collect();
    for is_same in WAYS {
        for (matched, traits) in matches.iter_mut().zip(after).filter(|(matched, _)| matched.is_none()) {
            if let Some(position) = left.iter().position(|(_, candidate)| is_same(candidate, traits)) {
                *matched = Some(left.remove(position).0);
            }
        }
    }
    matches
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An entry of which the traits are shown that the bits of a number stand for.
    fn shown(bits: u32) -> Traits {
        let is_shown = |bit: u32| bits & (1 << bit) != 0;
        Traits {
            name: is_shown(0).then(|| Text::from("MSAFD Tcpip [TCP/IP]")),
            provider: is_shown(1).then(|| Guid::from_u128(0xe70f_1aa0_ab8b_11cf_8ca3_0080_5f48_a192)),
            socket: [2, 3, 4].map(|bit| is_shown(bit).then_some(2)),
            kind: is_shown(5).then_some(Kind::Base),
            library: is_shown(6).then(|| CanonicalPath::new(r"%SystemRoot%\system32\mswsock.dll", false)),
            key: is_shown(7).then(|| Text::from("000000000001")),
        }
    }

    #[test]
    fn an_entry_is_the_same_as_itself_however_little_is_shown_of_it() {
        for bits in 0..1 << 8 {
            let entries = [shown(bits), shown(bits)];
            assert_eq!(matches(&entries, &entries), [Some(0), Some(1)], "{bits:08b}");
        }
    }
}
