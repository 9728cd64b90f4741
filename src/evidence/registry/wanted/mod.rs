//! Which keys and values of a registry the program reads at all: everything else is passed over unread.

mod keys;
mod node;
mod outlines;

use std::sync::OnceLock;

use self::keys::{
    CONTROL_SETS, PRODUCTS, WANTED_OF_CONTROL_SETS, WANTED_OF_NAMED, WANTED_OF_PRODUCT, WANTED_OF_SOFTWARE,
};
pub(super) use self::keys::{SERVICES, WANTED};
use self::node::{Node, Nodes};
use self::outlines::Outlines;
use super::key::LINK_VALUE;
use super::records::{LONGEST_KEY_NAME, StoredName};
use crate::catalog::Text;

/// What is wanted of a registry.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    root: Node,
}

/// What is wanted of one of its keys.
#[derive(Debug, Clone)]
pub(super) struct WantedBelow<'a> {
    /// Names on the way to the key of which this is wanted: of the keys on it, nothing else is.
    way: &'a [String],
    whole_tree: bool,
    nodes: Nodes<'a>,
}

impl Wanted {
    /// What is wanted of every system.
    #[must_use]
    pub(super) fn of_system() -> &'static Self {
        static WANTED_OF_SYSTEM: OnceLock<Wanted> = OnceLock::new();
        WANTED_OF_SYSTEM.get_or_init(Self::new)
    }

    /// What is wanted to know which computer a SYSTEM hive is of.
    #[must_use]
    pub(super) fn of_named() -> &'static Self {
        static WANTED_OF_NAMED_HIVE: OnceLock<Wanted> = OnceLock::new();
        WANTED_OF_NAMED_HIVE.get_or_init(|| {
            let mut wanted = Self::default();
            wanted.root.want_all(WANTED_OF_NAMED);
            wanted
        })
    }

    /// What is wanted of a SOFTWARE hive.
    #[must_use]
    pub(super) fn of_software() -> &'static Self {
        static WANTED_OF_SOFTWARE_HIVE: OnceLock<Wanted> = OnceLock::new();
        WANTED_OF_SOFTWARE_HIVE.get_or_init(|| {
            let mut wanted = Self::default();
            wanted.root.want_all(WANTED_OF_SOFTWARE);
            for folder in PRODUCTS {
                for value in WANTED_OF_PRODUCT {
                    wanted.root.want(&format!(r"{folder}\*:{value}"));
                }
            }
            wanted
        })
    }

    fn new() -> Self {
        let mut wanted = Self::default();
        wanted.root.want_all(WANTED);
        for control_set in CONTROL_SETS {
            let control_set = wanted.root.below(control_set);
            control_set.want_all(WANTED_OF_CONTROL_SETS);
            control_set
                .below("Services")
                .services
                .extend(SERVICES.iter().map(|service| service.to_ascii_lowercase().into_bytes()));
        }
        wanted
    }

    /// What is wanted of an export, which is read once: whatever its transports are called, they are wanted.
    #[must_use]
    pub(super) fn of_export() -> &'static Self {
        static WANTED_OF_EXPORT: OnceLock<Wanted> = OnceLock::new();
        WANTED_OF_EXPORT.get_or_init(|| {
            let mut wanted = Self::new();
            for control_set in CONTROL_SETS {
                wanted.root.below(control_set).below("Services").beginnings.insert(Vec::new(), Node::new_of_service());
            }
            wanted
        })
    }

    /// Everything that there is.
    #[cfg(test)]
    pub(super) fn everything() -> Self {
        Self { root: Node { whole_tree: true, ..Node::default() } }
    }

    /// Wants also the start of a service and the settings of its transport. Both names are taken as they are.
    pub(super) fn want_service(&mut self, control_set: &Text, service: &Text) {
        let control_set = self.root.subkeys.entry(control_set.lower().into_bytes()).or_default();
        control_set.below("Services").services.insert(service.lower().into_bytes());
    }

    /// What is wanted of the key at `link`, wanted of the one at `target` in its place, whose names are in lower case;
    /// `None` where it is to be passed over.
    #[must_use]
    pub(super) fn redirected<'a>(&'a self, link: &[Text], target: &'a [String]) -> Option<WantedBelow<'a>> {
        let below = link.iter().try_fold(self.of_root(), |below, name| below.subkey(name))?;
        Some(WantedBelow { way: target, ..below })
    }

    /// What is wanted of the root.
    #[must_use]
    pub(super) fn of_root(&self) -> WantedBelow<'_> {
        WantedBelow {
            way: &[],
            whole_tree: self.root.whole_tree,
            nodes: Nodes { first: Some(&self.root), others: Vec::new() },
        }
    }
}

/// Does something with a name in lower case.
fn in_lower_case<T>(name: StoredName<'_>, work: impl FnOnce(&[u8]) -> Option<T>) -> Option<T> {
    let Some(name) = name.ascii_bytes() else { return work(name.text().lower().as_bytes()) };
    let mut lower = [0; LONGEST_KEY_NAME];
    let lower = lower.get_mut(..name.len())?;
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    work(lower)
}

impl WantedBelow<'_> {
    /// What is wanted of the subkey of that name; `None` where it is to be passed over.
    #[must_use]
    pub(super) fn subkey(&self, name: &Text) -> Option<Self> {
        self.lower_subkey(name.lower().as_bytes())
    }

    /// The same for the name in a record.
    #[must_use]
    pub(super) fn stored_subkey(&self, name: StoredName<'_>) -> Option<Self> {
        in_lower_case(name, |name| self.lower_subkey(name))
    }

    /// Whether a subkey is wanted, by the name in its record. Most that are not are refused by the outline of their names.
    pub(super) fn chooser(&self) -> impl Fn(StoredName<'_>) -> bool {
        let wants_every = self.wants_every();
        let outlines = self.outlines();
        move |name| {
            if wants_every {
                return true;
            }
            let may_be = name.ascii_bytes().is_none_or(|name| outlines.may_hold(name));
            may_be && in_lower_case(name, |name| self.wants_lower(name).then_some(())).is_some()
        }
    }

    /// Whether all subkeys are wanted, whatever they are called.
    fn wants_every(&self) -> bool {
        let is_any = |node: &Node| node.beginnings.contains_key(b"".as_slice());
        self.way.is_empty() && (self.whole_tree || self.nodes.iter().any(is_any))
    }

    /// The outlines of the names that [`WantedBelow::wants_lower`] may accept.
    fn outlines(&self) -> Outlines {
        let mut outlines = Outlines::default();
        if let [next, ..] = self.way {
            outlines.add(next.as_bytes());
        } else if self.whole_tree || self.nodes.iter().any(|node| !node.beginnings.is_empty()) {
            return Outlines::ALL;
        } else {
            for node in self.nodes.iter() {
                node.subkeys.keys().chain(&node.services).for_each(|name| outlines.add(name));
            }
        }
        outlines
    }

    /// Whether a subkey is wanted, by its name in lower case.
    fn wants_lower(&self, name: &[u8]) -> bool {
        match self.way {
            [next, ..] => next.as_bytes() == name,
            [] => self.whole_tree || self.nodes.iter().any(|node| node.wants(name)),
        }
    }

    /// What is wanted of each subkey, whatever it is called; `None` where that depends on its name.
    #[must_use]
    pub(super) fn every_subkey(&self) -> Option<Self> {
        let mut nodes = Nodes::default();
        for node in self.nodes.iter() {
            let is_of_all = |beginning: &Vec<u8>| beginning.is_empty();
            if !(node.subkeys.is_empty() && node.services.is_empty() && node.beginnings.keys().all(is_of_all)) {
                return None;
            }
            nodes.extend(node.beginnings.values());
        }
        let is_known = self.way.is_empty() && (self.whole_tree || nodes.first.is_some());
        let whole_tree = self.whole_tree || nodes.iter().any(|node| node.whole_tree);
        is_known.then_some(Self { way: &[], whole_tree, nodes })
    }

    /// The same for a name in lower case.
    fn lower_subkey(&self, name: &[u8]) -> Option<Self> {
        if let [next, way @ ..] = self.way {
            return (next.as_bytes() == name).then(|| Self { way, ..self.clone() });
        }
        if self.whole_tree {
            return Some(Self { way: &[], whole_tree: true, nodes: Nodes::default() });
        }
        let mut nodes = Nodes::default();
        self.nodes.iter().for_each(|node| node.add_named(name, &mut nodes));
        let whole_tree = nodes.iter().any(|node| node.whole_tree);
        nodes.first.is_some().then_some(Self { way: &[], whole_tree, nodes })
    }

    /// Whether any subkey of this key may be wanted.
    #[must_use]
    pub(super) fn has_subkeys(&self) -> bool {
        let has_subkeys =
            |node: &Node| !(node.subkeys.is_empty() && node.beginnings.is_empty() && node.services.is_empty());
        !self.way.is_empty() || self.whole_tree || self.nodes.iter().any(has_subkeys)
    }

    /// Whether any value of this key may be wanted.
    #[must_use]
    pub(super) fn has_values(&self) -> bool {
        self.has_all_values() || self.way.is_empty() && self.nodes.iter().any(|node| !node.values.is_empty())
    }

    /// Whether a value is wanted that has one of the names that `is_named` accepts, in any letter case. Where a link
    /// leads is always wanted.
    #[must_use]
    pub(super) fn value(&self, is_named: impl Fn(&str) -> bool) -> bool {
        let is_of_node = |node: &Node| node.values.iter().any(|value| is_named(value));
        let is_of_key = self.has_all_values() || self.way.is_empty() && self.nodes.iter().any(is_of_node);
        is_of_key || is_named(LINK_VALUE)
    }

    /// The same for names in records, of which most are refused by their outlines.
    pub(super) fn value_chooser(&self) -> impl Fn(StoredName<'_>) -> bool {
        let wants_every = self.has_all_values();
        let mut outlines = Outlines::default();
        if !wants_every {
            let names = self.nodes.iter().filter(|_| self.way.is_empty()).flat_map(|node| &node.values);
            names.map(String::as_str).chain([LINK_VALUE]).for_each(|name| outlines.add(name.as_bytes()));
        }
        move |name| {
            let may_be = || name.ascii_bytes().is_none_or(|name| outlines.may_hold(name));
            wants_every || may_be() && self.value(|wanted| name.is(wanted))
        }
    }

    /// Whether every value of this key is wanted.
    #[must_use]
    pub(super) fn has_all_values(&self) -> bool {
        self.way.is_empty() && (self.whole_tree || self.nodes.iter().any(|node| node.all_values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn below(path: &str) -> Option<(bool, bool)> {
        let wanted = Wanted::of_system();
        let mut below = wanted.of_root();
        for name in path.split('\\') {
            below = below.subkey(&Text::from(name))?;
        }
        Some((below.has_subkeys(), below.has_values()))
    }

    #[test]
    fn the_catalogs_are_read_and_the_rest_passed_over() {
        assert_eq!(below(r"ControlSet001\Services"), Some((true, false)));
        assert_eq!(below(r"controlset002\services\winsock2\x\y\z"), Some((true, true)));
        assert_eq!(below(r"ControlSet001\Services\Tcpip"), Some((true, true)));
        assert_eq!(below(r"ControlSet001\Services\Tcpip\Parameters"), Some((true, false)));
        assert_eq!(below(r"ControlSet001\Services\Tcpip\Parameters\Interfaces"), None);
        assert_eq!(below(r"ControlSet001\Services\Beep"), None);
        assert_eq!(below(r"Setup"), Some((true, true)));
        assert_eq!(below(r"Setup\Upgrade"), Some((true, false)));
        assert_eq!(below(r"MountedDevices"), None);
    }

    #[test]
    fn where_names_count_for_nothing_that_is_known_beforehand() {
        let below = |path: &str| {
            let names = path.split('\\').filter(|name| !name.is_empty());
            names.fold(Wanted::of_system().of_root(), |below, name| below.subkey(&Text::from(name)).unwrap())
        };
        for path in ["", "ControlSet001", r"ControlSet001\Services", r"ControlSet001\Services\Tcpip"] {
            assert!(below(path).every_subkey().is_none(), "{path}");
        }
        let packages = below(r"DriverDatabase\DriverPackages");
        for every in [packages.every_subkey().unwrap(), packages.subkey(&Text::from("any.inf")).unwrap()] {
            assert!(every.has_values() && !every.has_subkeys() && every.value(|name| name == "Version"));
        }
        let tree = below(r"ControlSet001\Services\WinSock2\Parameters").every_subkey().unwrap();
        assert!(tree.has_all_values() && tree.has_subkeys());
    }

    #[test]
    fn of_some_keys_single_values_are_read() {
        let wanted = Wanted::of_system();
        let packages = [r"DriverDatabase", "DriverPackages", "any.inf"].map(Text::from);
        let below = packages.iter().fold(wanted.of_root(), |below, name| below.subkey(name).unwrap());
        assert!(below.value(|wanted| wanted.eq_ignore_ascii_case("version")));
        assert!(!below.value(|wanted| wanted.eq_ignore_ascii_case("Provider")));
    }
}
