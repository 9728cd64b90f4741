//! Two lists of entries side by side, with lines between the same ones: what moved, what changed, what is on one side only.

use std::collections::BTreeSet;

use maud::{Markup, html};

use crate::catalog::CatalogName;
use crate::comparison::states::{Aligned, AlignedPair, Alignment};
use crate::sentence::counted;

/// Height of an entry.
const ROW: usize = 24;
/// Unchanged entries at both ends of the lists that are drawn one by one; longer runs are one row.
const MOST_ALIKE: usize = 3;

/// A row of one side: an entry, or a run of entries that are the same on both sides.
struct Row {
    class: &'static str,
    sign: &'static str,
    name: String,
    title: String,
}

/// Lists beside each other, those for 32-bit and for 64-bit programs once where they are the same.
pub(in crate::render) fn pictures(alignments: &[Alignment], title: fn(&[CatalogName]) -> Option<String>) -> Markup {
    let is_same = |one: &Alignment, other: &Alignment| {
        one.catalog.with_bits(64) == Some(other.catalog)
            && one.catalog != other.catalog
            && (&one.entries, &one.pairs, one.counts) == (&other.entries, &other.pairs, other.counts)
    };
    html! {
        @for alike in alignments.chunk_by(is_same) {
            @if let Some(first) = alike.first() {
                @let title = title(&alike.iter().map(|alignment| alignment.catalog).collect::<Vec<_>>()).unwrap_or_default();
                (picture(&title, first))
            }
        }
    }
}

fn picture(title: &str, alignment: &Alignment) -> Markup {
    let [before, after] = &alignment.entries;
    let pairs = &alignment.pairs;
    let is_cut = alignment.counts != [before.len(), after.len()];
    let is_alike = |pair: &Option<AlignedPair>, earlier: usize| {
        pair.is_some_and(|pair| pair.earlier == earlier && !pair.is_changed && !pair.is_moved)
    };
    let begin = pairs.iter().zip(0..before.len()).take_while(|(pair, index)| is_alike(pair, *index)).count();
    let rest = before.len().min(after.len()) - begin;
    let from_end = pairs.iter().rev().zip((0..before.len()).rev()).take(if is_cut { 0 } else { rest });
    let end = from_end.take_while(|(pair, index)| is_alike(pair, *index)).count();
    let [begin, end] = [begin, end].map(|count| if count > MOST_ALIKE { count } else { 0 });
    // Where an entry stands in the picture: the folded ones are one row.
    let shift = begin.saturating_sub(1);
    let place = |index: usize| index - shift;
    let kept: BTreeSet<usize> = pairs.iter().flatten().map(|pair| pair.earlier).collect();
    let rows = |entries: &[Aligned], row: &dyn Fn(usize, &Aligned) -> Row| {
        let folded = |count: usize| (count > 0).then(|| alike(count));
        let middle =
            entries.iter().enumerate().take(entries.len() - end).skip(begin).map(|(index, entry)| row(index, entry));
        folded(begin).into_iter().chain(middle).chain(folded(end)).collect::<Vec<Row>>()
    };
    let [is_whole_before, is_whole_after] = alignment.is_whole;
    let left = rows(before, &|index, entry| match kept.contains(&index) {
        false if is_whole_after => Row::of("error", "−", entry),
        false => Row::of("plain", "?", entry),
        true => Row::of("own", "", entry),
    });
    let right = rows(after, &|index, entry| match pairs.get(index).copied().flatten() {
        None if is_whole_before => Row::of("warning", "+", entry),
        None => Row::of("plain", "?", entry),
        Some(pair) if pair.is_changed => Row::of("warning", "≠", entry),
        Some(pair) if pair.is_moved => Row::of("note", "↕", entry),
        Some(_) => Row::of("own", "", entry),
    });
    let height = left.len().max(right.len()) * ROW + 26;
    let middle = pairs.iter().enumerate().take(after.len() - end).skip(begin);
    let lines = middle.filter_map(|(index, pair)| {
        pair.filter(|pair| pair.earlier < before.len()).map(|pair| (place(pair.earlier), place(index), class(pair)))
    });
    let label = format!("{title}: {} before, {} after", counted(before.len(), "row"), counted(after.len(), "row"));
    html! {
        figure.joined {
            figcaption {
                strong { (title) } ". − is gone, + is new, ≠ is changed, ↕ only stands elsewhere"
                @if alignment.is_whole != [true; 2] { ", ? is not shown by the other side" }
                "."
            }
            svg role="img" aria-label=(label) width="100%" height=(height) {
                text.role x="0" y="13" { "before" }
                text.role x="55%" y="13" { "after" }
                @if begin > 0 { (join(0, 0, "own")) }
                @for (from, to, class) in lines { (join(from, to, class)) }
                @if end > 0 { (join(left.len() - 1, right.len() - 1, "own")) }
                (side("0", &left))
                (side("55%", &right))
            }
            @if is_cut { p.more { "The lists are longer; the table has every difference." } }
        }
    }
}

impl Row {
    fn of(class: &'static str, sign: &'static str, entry: &Aligned) -> Self {
        let library = entry.library.as_ref().map(|library| format!(", {}", library.shortened(200))).unwrap_or_default();
        let name = entry.name.shortened(80);
        Self { class, sign, title: format!("{name}{library}"), name }
    }
}

fn alike(count: usize) -> Row {
    let name = format!("{count} unchanged entries");
    Row { class: "own", sign: "", title: name.clone(), name }
}

fn class(pair: AlignedPair) -> &'static str {
    match (pair.is_changed, pair.is_moved) {
        (true, _) => "warning",
        (false, true) => "note",
        (false, false) => "own",
    }
}

fn join(from: usize, to: usize, class: &str) -> Markup {
    let y = |row: usize| 20 + row * ROW + ROW / 2;
    html! { line.join.(class) x1="44.3%" y1=(y(from)) x2="55.1%" y2=(y(to)) {} }
}

/// The rows of one side. A name that is too long for its box ends there; the table has it in full.
fn side(x: &str, rows: &[Row]) -> Markup {
    html! {
        svg x=(x) y="20" width="45%" height=(rows.len() * ROW) {
            @for (index, row) in rows.iter().enumerate() {
                @let y = index * ROW;
                g.(row.class) {
                    rect.entry x="1" y=(y + 2) width="98%" height=(ROW - 4) rx="4" {}
                    text.sign x="9" y=(y + 16) { (row.sign) }
                    svg x="24" y=(y) width="81%" height=(ROW) { text.name y="16" { (row.name) title { (row.title) } } }
                }
            }
        }
    }
}
