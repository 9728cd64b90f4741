//! The words of the field, for readers who do not work in it.

use maud::{Markup, html};

use super::words::prose;
use crate::symptom::terms;

/// Every term, folded.
pub(super) fn all() -> Markup {
    html! {
        details {
            summary { "What the words mean" }
            dl.glossary {
                @for term in terms() {
                    dt { (term.name) @if !term.short.is_empty() { " (" (term.short) ")" } }
                    dd { (prose(&term.meaning)) }
                }
            }
        }
    }
}
