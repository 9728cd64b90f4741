//! The entries of the protocol catalog byte by byte.

use maud::{Markup, html};

use super::lists::programs;
use super::words::text;
use crate::catalog::{CatalogName, ProtocolEntry};
use crate::examination::Examination;
use crate::render::hexdump;

/// Entries of one examination that are shown.
const MOST: usize = 256;

/// The bytes of the entries of an examination, each folded.
pub(super) fn of(examination: &Examination) -> Markup {
    let lists = examination.examined.iter().flat_map(|examined| examined.control_set.catalogs.protocol_lists());
    let entries: Vec<(CatalogName, &ProtocolEntry, &[u8])> = lists
        .flat_map(|(catalog, list)| list.entries.iter().chain(&list.orphans).map(move |entry| (catalog, entry)))
        .filter_map(|(catalog, entry)| Some((catalog, entry, entry.item.as_deref()?)))
        .collect();
    html! {
        @if entries.is_empty() {
            p { "This evidence does not hold them." }
        } @else {
            details.appendix {
                summary { (entries.len()) " entries of " code { "PackedCatalogItem" } }
                p { "Lines of sixteen bytes, each field beginning a new line, under the name that Windows gives it. Equal \
                     lines are shown as one " code { "*" } "." }
                @for (catalog, entry, item) in entries.iter().take(MOST) {
                    details {
                        summary { (named(entry)) " · " (programs(*catalog)) }
                        p { code { (text(&entry.place.to_string())) } }
                        pre tabindex="0" { (hexdump::packed_item(item)) }
                    }
                }
                @if let Some(more @ 1..) = entries.len().checked_sub(MOST) {
                    p.more { "… and " (more) " more, which " code { "--format json" } " has." }
                }
            }
        }
    }
}

/// The id and the name of an entry.
pub(super) fn named(entry: &ProtocolEntry) -> String {
    let id = entry.catalog_entry_id.map(|id| format!("{id} ")).unwrap_or_default();
    format!("{id}{}", entry.name().shortened(100))
}
