//! The 888 bytes of an entry as a picture, in which each field can be pointed at.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::appendix::named;
use crate::catalog::{CatalogName, Catalogs, ProtocolEntry, Text};
use crate::finding::Finding;
use crate::layout::{FieldInfo, PackedCatalogItem};
use crate::render::hexdump;

/// Bytes of a line.
const WIDTH: usize = 16;
/// Height of a line, and where the first one stands.
const LINE: usize = 16;
const TOP: usize = 44;
/// Where the bytes begin, and how wide one is with its blank.
const LEFT: usize = 36;
const BYTE: usize = 18;

/// The entries that findings name, each to be drawn once.
pub(super) struct Drawn<'a> {
    entries: BTreeMap<(CatalogName, Option<&'a Text>, Option<u32>), &'a ProtocolEntry>,
    done: BTreeSet<(CatalogName, Option<&'a Text>, Option<u32>)>,
    most: usize,
}

impl<'a> Drawn<'a> {
    pub(super) fn new(catalogs: &'a Catalogs, most: usize) -> Self {
        let mut entries = BTreeMap::new();
        for (catalog, list) in catalogs.protocol_lists() {
            for entry in list.entries.iter().chain(&list.orphans) {
                entries.entry((catalog, entry.key.as_ref(), entry.catalog_entry_id)).or_insert(entry);
            }
        }
        Self { entries, done: BTreeSet::new(), most }
    }

    /// The bytes that a finding is about; nothing where the evidence does not have them, or where they are drawn already.
    pub(super) fn picture(&mut self, finding: &'a Finding) -> Option<Markup> {
        let name = finding.entry.as_ref()?;
        let key = (finding.catalog?, name.key.as_ref(), name.id);
        let (key, entry) = self.entries.get_key_value(&key).map(|(key, entry)| (*key, *entry))?;
        let item = entry.item.as_deref().filter(|item| item.len() == PackedCatalogItem::SIZE)?;
        if self.done.len() == self.most || !self.done.insert(key) {
            return None;
        }
        Some(picture(&named(entry), item, &finding.fields))
    }
}

/// A line of bytes, or a run of lines that hold zeros alone.
enum Line {
    Bytes(usize),
    Zeros { first: usize, last: usize },
}

fn folded(item: &[u8]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (index, bytes) in item.chunks(WIDTH).enumerate() {
        let is_zero = bytes.iter().all(|byte| *byte == 0);
        match lines.last_mut() {
            Some(Line::Zeros { last, .. }) if is_zero => *last = index,
            _ if is_zero => lines.push(Line::Zeros { first: index, last: index }),
            _ => lines.push(Line::Bytes(index)),
        }
    }
    lines
}

fn picture(title: &str, item: &[u8], pointed: &[&str]) -> Markup {
    let lines = folded(item);
    let height = TOP + lines.len() * LINE + 8;
    html! {
        figure.bytes {
            figcaption { (title) }
            svg role="group" aria-label=(format!("PackedCatalogItem of {title}, byte by byte")) width="332" height=(height)
                viewBox=(format!("0 0 332 {height}")) {
                text.hint x="4" y="18" { "Point at a field, or move to it with the Tab key." }
                @for (index, line) in lines.iter().enumerate() {
                    @let y = TOP + index * LINE;
                    @match line {
                        Line::Bytes(line) => {
                            text.offset x="2" y=(y) { (format!("{:03x}", line * WIDTH)) }
                            text.hex x=(LEFT) y=(y) textLength=(BYTE * WIDTH - 4) lengthAdjust="spacing" {
                                (hex_of(item, *line))
                            }
                        }
                        Line::Zeros { first, last } => {
                            text.offset x="2" y=(y) { (format!("{:03x}", first * WIDTH)) }
                            text.zeros x=(LEFT) y=(y) { (zeros(item, *first, *last)) }
                        }
                    }
                }
                @for field in PackedCatalogItem::LAYOUT.fields {
                    (mark(field, item, &lines, pointed.contains(&field.name)))
                }
            }
        }
    }
}

fn hex_of(item: &[u8], line: usize) -> String {
    let bytes = item.chunks(WIDTH).nth(line).unwrap_or_default();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

fn zeros(item: &[u8], first: usize, last: usize) -> String {
    let end = item.len().min((last + 1) * WIDTH);
    format!("{} zero bytes", end - first * WIDTH)
}

/// A field over its bytes: a place to point at, and its name and value, which show where it is pointed at.
fn mark(field: &FieldInfo, item: &[u8], lines: &[Line], is_pointed: bool) -> Markup {
    let value = item.get(field.offset..field.offset + field.size).unwrap_or_default();
    let words = format!("{}{}", field.name, hexdump::meaning(field, value));
    let end = field.offset + field.size;
    let parts: Vec<[usize; 3]> = lines
        .iter()
        .enumerate()
        .filter_map(|(index, line)| {
            let (from, to) = match line {
                Line::Bytes(line) => (line * WIDTH, (line + 1) * WIDTH),
                Line::Zeros { first, last } => (first * WIDTH, (last + 1) * WIDTH),
            };
            let (begin, end) = (field.offset.max(from), end.min(to));
            let y = TOP + index * LINE - 12;
            (begin < end).then(|| match line {
                Line::Bytes(_) => [LEFT + (begin - from) * BYTE, y, (end - begin) * BYTE],
                Line::Zeros { .. } => [LEFT, y, WIDTH * BYTE],
            })
        })
        .collect();
    html! {
        g.field.pointed[is_pointed] tabindex="0" role="img"
            aria-label=(super::words::text(&format!("{words}; offset {}, {} bytes", field.offset, field.size))) {
            @for [x, y, width] in &parts { rect x=(x - 3) y=(y) width=(width) height=(LINE) rx="3" {} }
            text.label x="4" y="18" { (super::svg::wrapped(&words, 46, 1).concat()) }
        }
    }
}
