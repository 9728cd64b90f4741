//! Pieces that every part of a report is made of.

use maud::{Markup, PreEscaped, Render, html};

/// Longest text of the evidence that is shown in one place, in characters.
const LONGEST: usize = 512;

/// Longest sentence or paragraph, likewise.
const LONGEST_PROSE: usize = 4096;

/// Rows of a table; the rest is counted.
pub(in crate::render) const MOST_ROWS: usize = 1000;

/// A text, cut where it is too long to be read.
pub(in crate::render) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}… ({} characters)", text.get(..end).unwrap_or_default(), text.chars().count()),
        None => text.to_owned(),
    }
}

/// A text that nobody has cut yet.
pub(in crate::render) fn text(text: &str) -> String {
    cut(text, LONGEST)
}

/// A path of keys, which is broken between them where it must be. Names that are hidden are looked for in each of them alone,
/// so this is nothing for paths of files.
pub(super) fn key_path(path: &str) -> Markup {
    html! { @for part in text(path).split_inclusive('\\') { (part) wbr; } }
}

/// A sentence of ours, in which backticks mark what is typed or stored.
pub(in crate::render) fn prose(sentence: &str) -> Markup {
    let sentence = cut(sentence, LONGEST_PROSE);
    let is_even = sentence.matches('`').count().is_multiple_of(2);
    let parts = sentence.split('`').filter(|_| is_even).enumerate();
    html! {
        @if is_even {
            @for (index, part) in parts { @if index % 2 == 1 { code { (part) } } @else { (part) } }
        } @else {
            (sentence)
        }
    }
}

/// Longest word of a cell that is never broken, in characters.
const LONGEST_WORD: usize = 12;

/// What a cell of a table shows.
pub(in crate::render) enum Cell {
    /// Words.
    Words(String),
    /// A path, an id, or other words of a computer.
    Code(String),
    /// A number, to be compared with those above and below it.
    Number(String),
    /// Something that is marked up already.
    Markup(Markup),
}

impl Cell {
    fn is_empty(&self) -> bool {
        match self {
            Self::Words(words) | Self::Code(words) | Self::Number(words) => words.is_empty(),
            Self::Markup(markup) => markup.0.is_empty(),
        }
    }

    /// How it may be broken: numbers never, and long words anywhere, so that no table is wider than its place.
    fn class(&self) -> Option<&'static str> {
        match self {
            Self::Number(_) => Some("number"),
            Self::Markup(_) => Some("long"),
            Self::Words(words) | Self::Code(words) => {
                let is_long = words.split([' ', '-']).any(|word| word.chars().count() > LONGEST_WORD);
                is_long.then_some("long")
            }
        }
    }
}

impl Render for Cell {
    fn render(&self) -> Markup {
        match self {
            Self::Words(words) | Self::Number(words) => html! { (text(words)) },
            Self::Code(words) if words.is_empty() => html! {},
            Self::Code(words) => html! { code { (text(words)) } },
            Self::Markup(markup) => markup.clone(),
        }
    }
}

/// A table whose rows become cards where there is no room for columns. Columns without any content are left out. Its roles
/// are written out, since browsers forget them when rows become cards.
pub(in crate::render) fn table(caption: &str, headings: &[&str], rows: impl Iterator<Item = Vec<Cell>>) -> Markup {
    let mut rows = rows.fuse();
    let shown: Vec<Vec<Cell>> = rows.by_ref().take(MOST_ROWS).collect();
    let more = rows.count();
    let is_used = |column: &usize| shown.iter().any(|row| row.get(*column).is_some_and(|cell| !cell.is_empty()));
    let used: Vec<usize> = (0..headings.len()).filter(|column| shown.is_empty() || is_used(column)).collect();
    let headings = || used.iter().filter_map(|column| headings.get(*column));
    html! {
        table role="table" {
            caption { (caption) }
            thead role="rowgroup" {
                tr role="row" { @for heading in headings() { th scope="col" role="columnheader" { (heading) } } }
            }
            tbody role="rowgroup" {
                @for row in &shown {
                    tr role="row" {
                        @for (heading, cell) in headings().zip(used.iter().filter_map(|column| row.get(*column))) {
                            td role="cell" data-heading=(heading) class=[cell.class()] {
                                (cell)
                            }
                        }
                    }
                }
            }
        }
        @if more > 0 { p.more { "… and " (more) " more, which " code { "--format json" } " has." } }
    }
}

/// Facts, each with its label and on its line; those without a value are left out.
pub(in crate::render) fn facts(facts: impl IntoIterator<Item = (&'static str, Option<Cell>)>) -> Markup {
    html! {
        dl.facts {
            @for (label, value) in facts {
                @if let Some(value) = value { (PreEscaped("\n")) div { dt { (label) } dd { (value) } } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_mark_code_and_nothing_is_markup() {
        assert_eq!(prose("Run `a <b>` now.").0, "Run <code>a &lt;b&gt;</code> now.");
        assert_eq!(prose("a ` <b>").0, "a ` &lt;b&gt;");
    }

    #[test]
    fn long_texts_and_tables_end() {
        assert!(text(&"ä".repeat(600)).ends_with("… (600 characters)"));
        let rows = (0..MOST_ROWS + 2).map(|row| vec![Cell::Number(row.to_string())]);
        let table = table("Rows", &["Row"], rows).0;
        assert_eq!(table.matches("<td ").count(), MOST_ROWS);
        assert!(table.contains("… and 2 more"), "{table}");
    }

    #[test]
    fn columns_without_content_are_left_out() {
        let row =
            |what: &str| vec![Cell::Words(what.to_owned()), Cell::Code(String::new()), Cell::Words("b".to_owned())];
        let table = table("Rows", &["One", "Two", "Three"], [row("a"), row("")].into_iter()).0;
        assert!(!table.contains("Two") && table.contains(r#"<td role="cell" data-heading="Three""#), "{table}");
        assert_eq!(table.matches("<td ").count(), 4);
    }
}
