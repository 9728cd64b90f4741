//! LSPs as a whole: the dummy entry, and the chains that reference it.

use std::collections::BTreeMap;
use std::ptr;

use crate::catalog::socket::{SocketRequest, answers, by_id};
use crate::catalog::{Kind, ProtocolEntry, Text};

/// One LSP in one list of entries.
#[derive(Default)]
pub(super) struct Layer<'a> {
    /// Its dummy entry; `None` if only its chains are left.
    pub(super) dummy: Option<&'a ProtocolEntry>,
    /// The chains in which it is the topmost layer.
    pub(super) chains: Vec<&'a ProtocolEntry>,
    /// The base entries that its chains end in.
    pub(super) bases: Vec<&'a ProtocolEntry>,
    /// The ordinary requests for TCP and UDP for which one of its chains is selected.
    pub(super) answers: Vec<SocketRequest>,
}

impl<'a> Layer<'a> {
    /// The entry that represents the LSP: its dummy entry, or its first chain.
    pub(super) fn entry(&self) -> Option<&'a ProtocolEntry> {
        self.dummy.or_else(|| self.chains.first().copied())
    }
}

/// The LSPs, in catalog order: one for each dummy entry, then one for each DLL of chains without one.
pub(super) fn layers(entries: &[ProtocolEntry]) -> Vec<Layer<'_>> {
    if !entries.iter().any(|entry| entry.is(Kind::Layered) || entry.is(Kind::Chain)) {
        return Vec::new();
    }
    let dummies = entries.iter().filter(|entry| entry.is(Kind::Layered));
    let mut layers: Vec<Layer<'_>> = dummies.map(|dummy| Layer { dummy: Some(dummy), ..Layer::default() }).collect();
    let mut by_dummy: BTreeMap<Option<u32>, usize> = BTreeMap::new();
    for (index, layer) in layers.iter().enumerate() {
        by_dummy.entry(layer.dummy.and_then(|dummy| dummy.catalog_entry_id)).or_insert(index);
    }
    let mut by_library: BTreeMap<Option<&Text>, usize> = BTreeMap::new();
    let mut layer_of: BTreeMap<*const ProtocolEntry, usize> = BTreeMap::new();
    let index_of_id = by_id(entries);
    for entry in entries.iter().filter(|entry| entry.is(Kind::Chain)) {
        let ids = entry.chain.as_ref().map_or(&[][..], |chain| &chain.ids);
        let topmost = ids.first().and_then(|id| by_dummy.get(&Some(*id)).copied());
        let index = topmost.unwrap_or_else(|| {
            *by_library.entry(entry.library_path.as_ref()).or_insert_with(|| {
                layers.push(Layer::default());
                layers.len() - 1
            })
        });
        layer_of.insert(ptr::from_ref(entry), index);
        if let Some(layer) = layers.get_mut(index) {
            layer.chains.push(entry);
            layer.bases.extend(ids.last().and_then(|id| index_of_id.get(id)));
        }
    }
    let answers = answers(entries);
    for request in SocketRequest::ORDINARY {
        let index = answers.get(&request).and_then(|entry| layer_of.get(&ptr::from_ref(*entry)));
        if let Some(layer) = index.and_then(|index| layers.get_mut(*index)) {
            layer.answers.push(request);
        }
    }
    layers
}
