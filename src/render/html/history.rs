//! What is left of earlier catalogs, and what changed in them.

use maud::{Markup, html};

use super::words::{Cell, table};
use crate::catalog::difference::Difference;
use crate::examination::{Examination, Examined};
use crate::render::table::{former_entry, places, traced};

/// The history that the evidence shows.
pub(super) fn of(examination: &Examination) -> Markup {
    html! {
        (carved(examination))
        @for examined in &examination.examined {
            (changes("Changed since the Last Known Good control set", &examined.since_last_good))
            (changes("Changed by transaction logs", &examined.changes))
            (slack(examined))
        }
    }
}

fn carved(examination: &Examination) -> Markup {
    let Some(history) = &examination.history else {
        return html! { p { "Deleted entries were not looked for, or this evidence cannot hold any." } };
    };
    if history.is_empty() {
        return html! { p { "No deleted entries were found by carving." } };
    }
    let entries = history.entries.iter().map(|former| [former_entry(&former.what), places(former)]);
    let values = history.values.iter().map(|former| {
        let says = former.what.says.as_ref();
        let says = says.map_or_else(|| "its data is overwritten".to_owned(), |says| says.shortened(100));
        [format!("value {}: {says}", former.what.name), places(former)]
    });
    let keys = history.keys.iter().map(|former| {
        let path = former.what.path.shortened(200);
        [format!("key {path}, written {}", super::times::shown(former.what.last_written)), places(former)]
    });
    let rows = entries.chain(values).chain(keys).map(|row| row.map(Cell::Words).into_iter().collect());
    table("Deleted entries recovered by carving (not active)", &["What", "Where"], rows)
}

fn changes(caption: &str, changes: &[Difference]) -> Markup {
    if changes.is_empty() {
        return html! {};
    }
    table(caption, &["Change"], changes.iter().map(|change| vec![Cell::Words(change.to_string())]))
}

fn slack(examined: &Examined) -> Markup {
    if examined.residues.is_empty() {
        return html! {};
    }
    let rows = examined.residues.iter().map(|residue| {
        vec![
            Cell::Words(traced(&residue.trace)),
            Cell::Number(residue.bytes.start.to_string()),
            Cell::Code(residue.place.to_string()),
        ]
    });
    table("Residual data (slack) of entries, which Windows ignores", &["What", "Byte", "Of"], rows)
}
