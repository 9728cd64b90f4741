//! What is wanted of a key and of those below it, as a tree of names.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::keys::WANTED_OF_SERVICE;

/// What is wanted of a key. Names are in lower case, and are compared as bytes of UTF-8.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// Everything in the key and below it.
    pub(super) whole_tree: bool,
    pub(super) all_values: bool,
    pub(super) values: Vec<String>,
    pub(super) subkeys: BTreeMap<Vec<u8>, Node>,
    /// Subkeys whose names begin so.
    pub(super) beginnings: BTreeMap<Vec<u8>, Node>,
    /// Subkeys of which [`Node::of_service`] is wanted.
    pub(super) services: BTreeSet<Vec<u8>>,
}

/// A key may be wanted by its name and by the beginning of its name. It seldom is by both, and one node needs no room of
/// its own.
#[derive(Debug, Clone, Default)]
pub(super) struct Nodes<'a> {
    pub(super) first: Option<&'a Node>,
    pub(super) others: Vec<&'a Node>,
}

impl<'a> Nodes<'a> {
    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &'a Node> {
        self.first.into_iter().chain(self.others.iter().copied())
    }
}

impl<'a> Extend<&'a Node> for Nodes<'a> {
    fn extend<T: IntoIterator<Item = &'a Node>>(&mut self, nodes: T) {
        let mut nodes = nodes.into_iter();
        if self.first.is_none() {
            self.first = nodes.next();
        }
        self.others.extend(nodes);
    }
}

impl Node {
    /// What is wanted of a service, which is the same of all.
    fn of_service() -> &'static Self {
        static WANTED_OF_SERVICE: OnceLock<Node> = OnceLock::new();
        WANTED_OF_SERVICE.get_or_init(Self::new_of_service)
    }

    pub(super) fn new_of_service() -> Self {
        let mut service = Self::default();
        service.want_all(WANTED_OF_SERVICE);
        service
    }

    /// Wants what these paths name.
    pub(super) fn want_all(&mut self, paths: &[&str]) {
        for path in paths {
            self.want(path);
        }
    }

    /// Wants what a path names.
    pub(super) fn want(&mut self, path: &str) {
        let (path, value) = path.split_once(':').map_or((path, None), |(path, value)| (path, Some(value)));
        let (path, whole_tree) = path.strip_suffix(r"\**").map_or((path, false), |path| (path, true));
        let names = path.split('\\').filter(|name| !name.is_empty());
        let node = names.fold(self, |node, name| node.below(name));
        match value {
            Some(value) => node.values.push(value.to_owned()),
            None if whole_tree => node.whole_tree = true,
            None => node.all_values = true,
        }
    }

    /// What is wanted of a subkey; of all whose names begin so where the name ends in `*`.
    pub(super) fn below(&mut self, name: &str) -> &mut Self {
        let name = name.to_ascii_lowercase();
        match name.strip_suffix('*') {
            Some(beginning) => self.beginnings.entry(beginning.into()).or_default(),
            None => self.subkeys.entry(name.into_bytes()).or_default(),
        }
    }

    /// Adds what is wanted of the subkey of that name.
    pub(super) fn add_named<'n>(&'n self, name: &[u8], nodes: &mut Nodes<'n>) {
        nodes.extend(self.subkeys.get(name));
        nodes.extend(self.beginnings.iter().filter(|(beginning, _)| name.starts_with(beginning)).map(|(_, node)| node));
        if self.services.contains(name) {
            nodes.extend([Self::of_service()]);
        }
    }

    /// Whether anything is wanted of the subkey of that name.
    pub(super) fn wants(&self, name: &[u8]) -> bool {
        self.subkeys.contains_key(name)
            || self.services.contains(name)
            || self.beginnings.keys().any(|beginning| name.starts_with(beginning))
    }
}
