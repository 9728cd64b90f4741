//! Comparisons of states, one file for each format.

mod csv;
mod html;
mod json;
mod markdown;
mod oneline;
mod sarif;
mod table;

use std::io::{self, Write};

use super::facts::in_words;
use super::heading::Sheet;
use crate::catalog::{CatalogName, Text};
use crate::comparison::states::{Caution, Change, Class, Comparison, Obstacle, Outcome, Side};
use crate::sentence::{counted, list_of};

/// Longest text of the evidence in a sentence, in characters.
const LONGEST: usize = 200;

/// Facts that are named where one side does not show them.
const MOST_FACTS: usize = 5;

/// A format of comparisons.
#[derive(Debug)]
#[non_exhaustive]
pub struct ComparisonFormat {
    /// Its name, as `--format` takes it.
    pub name: &'static str,
    /// How the name of its file ends.
    pub ending: &'static str,
    /// What it is for.
    pub help: &'static str,
    /// Writes comparisons with one first state.
    pub write: fn(comparisons: &[Comparison], sheet: &Sheet, writer: &mut dyn Write) -> io::Result<()>,
}

/// All formats, as help lists them.
pub static FORMATS: &[ComparisonFormat] = &[
    ComparisonFormat { name: "table", ending: ".txt", help: "For people", write: table::write },
    ComparisonFormat {
        name: "oneline",
        ending: ".oneline",
        help: "One line for each comparison",
        write: oneline::write,
    },
    ComparisonFormat {
        name: "json",
        ending: ".json",
        help: "For programs: one object for two states, an array for several",
        write: json::write,
    },
    ComparisonFormat {
        name: "jsonl",
        ending: ".jsonl",
        help: "The same objects, one per line",
        write: json::write_lines,
    },
    ComparisonFormat {
        name: "csv",
        ending: ".csv",
        help: "A line for each difference, for spreadsheets",
        write: csv::write,
    },
    ComparisonFormat {
        name: "markdown",
        ending: ".md",
        help: "Markdown, to be pasted into a ticket",
        write: markdown::write,
    },
    ComparisonFormat {
        name: "html",
        ending: ".html",
        help: "One file for a browser, with both states side by side",
        write: html::write,
    },
    ComparisonFormat {
        name: "sarif",
        ending: ".sarif",
        help: "SARIF 2.1.0: a result for each difference",
        write: sarif::write,
    },
];

impl ComparisonFormat {
    /// The format of that name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }

    /// The format of a file by its name.
    #[must_use]
    pub fn of_file(name: &str) -> Option<&'static Self> {
        let name = name.to_ascii_lowercase();
        FORMATS.iter().find(|format| name.ends_with(format.ending))
    }
}

/// The outcome as people read it.
fn title(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Same => "SAME",
        Outcome::SameAsFarAsShown => "SAME AS FAR AS SHOWN",
        Outcome::Different => "DIFFERENT",
        Outcome::NotComparable => "NOT COMPARABLE",
    }
}

/// What a comparison comes to, in one sentence: what matters most of it.
fn headline(comparison: &Comparison) -> String {
    if let Some(obstacle) = &comparison.obstacle {
        return match obstacle {
            Obstacle::Unreadable(message) => Text::from(message.as_str()).shortened(LONGEST),
            other => other.to_string(),
        };
    }
    match comparison.changes.split_first() {
        None => match comparison.outcome() {
            Outcome::Same => "no differences".to_owned(),
            _ => "no differences in what both show".to_owned(),
        },
        Some((first, rest)) => {
            let rest = if rest.is_empty() { String::new() } else { format!(", and {} more", rest.len()) };
            format!("{}{rest}", sentence(first))
        }
    }
}

/// A difference in words.
pub(super) fn sentence(change: &Change) -> String {
    let shown =
        |text: &Option<Text>| text.as_ref().map_or_else(|| "nothing".to_owned(), |text| text.shortened(LONGEST));
    let subject = change.subject.shortened(LONGEST);
    let [before, after] = [&change.before, &change.after].map(shown);
    let place = place(&change.catalogs).map(|place| format!(" in {place}")).unwrap_or_default();
    match change.class {
        Class::Added => format!("{subject} added{place} ({after})"),
        Class::Removed => format!("{subject} removed{place} ({before})"),
        Class::Answering => {
            format!("{subject}{place}: {} → {}", answerer(change.before.as_ref()), answerer(change.after.as_ref()))
        }
        Class::Moved => format!("{subject} moved from position {before} to {after}{place}"),
        _ => format!("{subject}{place}: {} {before} → {after}", change.field.unwrap_or_default()),
    }
}

/// Who answers a socket.
fn answerer(provider: Option<&Text>) -> String {
    provider.map_or_else(|| "no provider".to_owned(), |provider| provider.shortened(LONGEST))
}

/// The lists that a difference is in, as analysts know them.
pub(super) fn place(catalogs: &[CatalogName]) -> Option<String> {
    match catalogs {
        [] => None,
        [only] => Some(only.short_name().to_owned()),
        [first, ..] => first.short_name().split(' ').next().map(|name| format!("{name} 32- and 64-bit")),
    }
}

/// What to know before the differences, each as a sentence.
fn cautions(comparison: &Comparison) -> Vec<String> {
    let [before, after] = &comparison.sides;
    let of_side = |side| if side == Side::Before { before } else { after };
    let mut sentences: Vec<String> = comparison
        .cautions
        .iter()
        .map(|caution| match caution {
            Caution::OtherHost => {
                let [before, after] =
                    [before, after].map(|side| side.host.as_ref().map_or_else(String::new, |host| host.shortened(40)));
                format!("These are two computers: {before} and {after}.")
            }
            Caution::OtherWindows => {
                let [before, after] = [before, after].map(|side| side.windows.clone().unwrap_or_default());
                format!("These versions of Windows install different entries: {before} and {after}.")
            }
            Caution::Stale(side) => {
                format!(
                    "{} is a dirty hive as stored: a newer state may exist.",
                    of_side(*side).label.shortened(LONGEST)
                )
            }
            Caution::NotWhole(side) => {
                let label = of_side(*side).label.shortened(LONGEST);
                format!("{label} does not show all entries: what it lacks may still be there.")
            }
        })
        .collect();
    for (side, unknown) in [before, after].into_iter().zip(comparison.unknown) {
        let mut words = in_words(unknown);
        if words.len() > MOST_FACTS + 1 {
            words.truncate(MOST_FACTS);
            words.push("more");
        }
        if let Some(kind) = side.kind.filter(|_| !words.is_empty()) {
            let label = side.label.shortened(LONGEST);
            let kind = kind.title();
            sentences
                .push(format!("{label} ({kind}) does not show {}: differences there are unknown.", list_of(&words)));
        }
    }
    sentences
}

/// How many differences of each class there are.
pub(super) fn counts(comparison: &Comparison) -> String {
    let of_class = |class: &Class| {
        let count = comparison.changes.iter().filter(|change| change.class == *class).count();
        (count > 0).then(|| format!("{}: {count}", class.title()))
    };
    let classes: Vec<String> = Class::ALL.iter().filter_map(of_class).collect();
    format!("{}. {}", counted(comparison.changes.len(), "difference"), classes.join(" · "))
}
