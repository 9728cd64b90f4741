//! An examination as text, one file for each format.

mod documents;
mod entries;
mod facts;
mod heading;
mod html;
mod oneline;
mod records;
mod redact;
mod refused;
mod rows;
mod settings;
mod spool;
mod totals;
mod writer;

pub mod comparison;
pub mod csv;
pub mod format;
pub mod formats;
pub mod hexdump;
pub mod json;
pub mod junit;
pub mod markdown;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod repair;
pub mod sarif;
pub mod table;
pub mod timeline;

use std::fmt::Write;

pub use self::format::Format;
pub use self::heading::{Heading, Sheet};
pub use self::redact::Hidden;
pub use self::refused::Refused;
pub use self::rows::Sort;
pub use self::settings::{Scope, Settings};
pub use self::spool::{NewStore, Store};
pub use self::writer::{Beside, Bytes, Fragment, Item, Remark, Writer};

use crate::catalog::{hex, is_harmful};
use crate::evidence::Roles;
use crate::sentence::list_of;

/// A text in the form in which it is shown, and in which these characters are shown as `\u{…}`, too.
///
/// What Display of [`crate::catalog::Text`] gives is left as it is; a format that gives a character a meaning and has
/// no escape for it names that one.
fn masked(text: &str, also: &[char]) -> String {
    let mut masked = String::with_capacity(text.len());
    for character in text.chars() {
        if is_harmful(character) || also.contains(&character) {
            let _ = write!(masked, "\\u{{{:x}}}", u32::from(character));
        } else {
            masked.push(character);
        }
    }
    masked
}

/// What `Select` calls a control set, such as "current and default"; `None` where it does not name it.
fn roles_of(roles: Roles) -> Option<String> {
    let names = roles.names();
    (!names.is_empty()).then(|| list_of(&names))
}

/// A text for the cell of a spreadsheet, which takes what begins with one of these for a formula.
fn spreadsheet(text: &str) -> String {
    const FORMULAS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    let quote = if text.starts_with(FORMULAS) { "'" } else { "" };
    format!("{quote}{}", masked(text, &[]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_format_gives_a_meaning_is_shown() {
        assert_eq!(masked("a|b\n\u{1b}[2J", &['|']), r"a\u{7c}b\u{a}\u{1b}[2J");
        assert_eq!(masked(r"%SystemRoot%\x.dll", &[]), r"%SystemRoot%\x.dll");
    }

    #[test]
    fn no_cell_is_a_formula() {
        for formula in ["=1+1", "+1", "-1", "@SUM(1)", "＝1"] {
            assert_eq!(spreadsheet(formula), format!("'{formula}"));
        }
        assert_eq!(spreadsheet("\t=1"), r"\u{9}=1");
        assert_eq!(spreadsheet("a=1"), "a=1");
    }
}
