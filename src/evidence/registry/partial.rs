//! Hives that hold a part of a control set, as `reg save` of a key makes them: what is not in them is unknown.

use super::key::Key;
use super::wanted::{Wanted, WantedBelow};
use crate::catalog::{KeyPlace, Place, Text};

/// Which key the root of a hive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part(&'static str);

const CATALOGS: &[&str] = &["Protocol_Catalog9", "NameSpace_Catalog5"];

/// The keys that may be the root, by the names below it, and how many of these there must be. The first that fits counts.
const PARTS: [(Part, &[&str], usize); 4] = [
    (Part("CurrentControlSet"), &["Control", "Services"], 2),
    (Part(r"CurrentControlSet\Services"), &["WinSock2", "Winsock", "Tcpip", "AFD", "NetBT", "Dhcp"], 2),
    (Part(r"CurrentControlSet\Services\WinSock2\Parameters"), CATALOGS, 1),
    (Part(r"CurrentControlSet\Services\WinSock2"), &["Parameters"], 1),
];

impl Part {
    /// The part that a hive with these keys below its root may be.
    pub(super) fn of(root_names: &[Text]) -> Option<Self> {
        let has = |name: &&&str| root_names.iter().any(|root_name| root_name.is(name));
        let fits = |(_, names, least): &&(Self, &[&str], usize)| names.iter().filter(has).count() >= *least;
        PARTS.iter().find(fits).map(|(part, ..)| *part)
    }

    /// Where the root lies.
    pub(super) fn place(self) -> KeyPlace {
        Place { path: self.0.to_owned(), ..Place::default() }.into()
    }

    /// What is wanted of the root, where `wanted` is wanted of a system.
    pub(super) fn wanted(self, wanted: &Wanted) -> Option<WantedBelow<'_>> {
        self.names().try_fold(wanted.of_root(), |below, name| below.subkey(&Text::from(name)))
    }

    /// The root of the system in which `root` lies there.
    pub(super) fn system(self, root: Key) -> Key {
        let mut key = root;
        for name in self.names().rev() {
            key.name = Text::from(name);
            key = Key { subkeys: vec![key], is_partial: true, ..Key::default() };
        }
        key
    }

    /// Whether the catalogs show that the root is that key: a key of services may have any subkeys.
    pub(super) fn is_in(self, system: &Key) -> bool {
        let parameters = system.at(r"CurrentControlSet\Services\WinSock2\Parameters");
        let is_catalog = |key: &Key| CATALOGS.iter().any(|name| key.name.is(name));
        let has_catalog = |key: &Key| key.is_damaged || key.subkeys.iter().any(is_catalog);
        !self.0.contains("WinSock2") || parameters.is_some_and(has_catalog)
    }

    fn names(self) -> impl DoubleEndedIterator<Item = &'static str> {
        self.0.split('\\')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str]) -> Option<&'static str> {
        Part::of(&names.iter().map(|name| Text::from(*name)).collect::<Vec<_>>()).map(|part| part.0)
    }

    #[test]
    fn the_root_is_known_by_the_names_below_it() {
        assert_eq!(of(&["Control", "Enum", "services"]), Some("CurrentControlSet"));
        assert_eq!(of(&["ACPI", "tcpip", "WinSock2"]), Some(r"CurrentControlSet\Services"));
        assert_eq!(of(&["Parameters"]), Some(r"CurrentControlSet\Services\WinSock2"));
        assert_eq!(of(&["Protocol_Catalog9"]), Some(r"CurrentControlSet\Services\WinSock2\Parameters"));
        assert_eq!((of(&["Microsoft", "Classes"]), of(&["Tcpip"]), of(&[])), (None, None, None));
    }

    #[test]
    fn a_root_with_parameters_but_without_catalogs_is_another_key() {
        let part = Part(r"CurrentControlSet\Services\WinSock2");
        let key = |name: &str, subkeys| Key { name: Text::from(name), subkeys, ..Key::default() };
        let with = |name: &str| part.system(key("", vec![key("Parameters", vec![key(name, Vec::new())])]));
        assert!(part.is_in(&with("Protocol_Catalog9")) && !part.is_in(&with("Interfaces")));
        assert_eq!(part.place().path(), r"CurrentControlSet\Services\WinSock2");
    }
}
