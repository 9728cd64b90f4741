//! The lists of a catalog: one for 32-bit programs, one for 64-bit programs, which are shown once where they look the same.

use maud::{Markup, html};

use crate::catalog::CatalogName;

/// Shows each list with the programs that it is for.
pub(super) fn by_list(mut lists: Vec<(CatalogName, Markup)>, show: impl Fn(&str, &Markup) -> Markup) -> Markup {
    let is_same = matches!(lists.as_slice(), [(_, first), (_, second)] if first.0 == second.0);
    if is_same {
        lists.truncate(1);
    }
    html! {
        @for (catalog, content) in &lists {
            (show(if is_same { "32-bit and 64-bit programs" } else { programs(*catalog) }, content))
        }
    }
}

/// The programs that a list is for.
pub(super) fn programs(catalog: CatalogName) -> &'static str {
    match catalog.bits() {
        Some(64) => "64-bit programs",
        Some(_) => "32-bit programs",
        None => "Programs",
    }
}
