//! Comparisons as one file for a browser: two states in full, several below a list of them.

use std::io::{self, Write};

use maud::{Markup, html};

use super::{answerer, cautions, counts, headline, place, title};
use crate::catalog::Text;
use crate::comparison::states::{Change, Class, Comparison, Head, Obstacle, Outcome};
use crate::render::heading::Sheet;
use crate::render::html::document;
use crate::render::html::joined;
use crate::render::html::words::{Cell, facts, table, text};
use crate::render::redact::Redaction;
use crate::sentence::{capitalized, counted};

/// Comparisons that are written in full; the others are rows of the list.
const MOST: usize = 200;

pub(super) fn write(comparisons: &[Comparison], sheet: &Sheet, writer: &mut dyn Write) -> io::Result<()> {
    let mut redaction = Redaction::new(sheet.heading.hidden);
    let sides = || comparisons.iter().flat_map(|comparison| &comparison.sides);
    sides().filter_map(|side| side.host.as_ref()).for_each(|host| redaction.host(&host.lossy()));
    sides().for_each(|side| redaction.label(&side.label.lossy()));
    redaction.report(|writer| write_plain(comparisons, sheet, writer), writer)
}

fn write_plain(comparisons: &[Comparison], sheet: &Sheet, writer: &mut dyn Write) -> io::Result<()> {
    let heading = &sheet.heading;
    let name = match comparisons {
        [only] => format!("Comparison: {}", words(only.outcome())),
        several => format!("Comparison of {}", counted(several.len(), "host")),
    };
    document::begin(&name, heading, writer)?;
    if comparisons.len() != 1 {
        document::write(&list(comparisons), writer)?;
    }
    for (number, comparison) in (1..).zip(comparisons.iter().take(MOST)) {
        document::write(&of(number, comparison), writer)?;
    }
    document::end(heading, writer)
}

fn words(outcome: Outcome) -> String {
    title(outcome).to_lowercase()
}

fn class(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Same => "good",
        Outcome::SameAsFarAsShown => "note",
        Outcome::Different => "warning",
        Outcome::NotComparable => "error",
    }
}

/// One row for each comparison, with the golden state above.
fn list(comparisons: &[Comparison]) -> Markup {
    let golden = comparisons.first().map(|comparison| {
        let [golden, _] = &comparison.sides;
        golden.label.shortened(200)
    });
    let row = |(number, comparison): (usize, &Comparison)| {
        let [_, after] = &comparison.sides;
        let outcome = comparison.outcome();
        let label = after.label.shortened(200);
        let host = after.host.as_ref().map_or_else(|| "unknown".to_owned(), |host| host.shortened(40));
        vec![
            Cell::Markup(html! { span.badge.(class(outcome)) { (words(outcome)) } }),
            Cell::Words(host),
            Cell::Words(after.windows.clone().unwrap_or_else(|| "unknown".to_owned())),
            Cell::Words(headline(comparison)),
            Cell::Markup(
                html! { @if number <= MOST { a href=(format!("#r{number}-title")) { (label) } } @else { (label) } },
            ),
        ]
    };
    let headings = ["Outcome", "Host", "Windows", "Most important difference", "Evidence"];
    html! {
        section.list {
            h1 id="list" { (counted(comparisons.len(), "host")) " beside one golden state" }
            @if let Some(golden) = golden { p { "Golden state: " code { (golden) } } }
            (table("Hosts", &headings, (1..).zip(comparisons).map(row)))
        }
    }
}

fn of(number: usize, comparison: &Comparison) -> Markup {
    let outcome = comparison.outcome();
    let [before, after] = &comparison.sides;
    let id = |name: &str| format!("r{number}-{name}");
    html! {
        article.report aria-labelledby=(id("title")) {
            header.first {
                p.eyebrow { "Comparison" }
                div.verdict.(class(outcome)) {
                    p.label { "Outcome" }
                    h1 id=(id("title")) { (capitalized(&words(outcome))) }
                    p.lead { (text(&headline(comparison))) }
                    p.meaning { (meaning(comparison)) }
                    @let cautions = cautions(comparison);
                    @if !cautions.is_empty() { ul { @for caution in cautions { li { (text(&caution)) } } } }
                }
                div.beside.even {
                    section { h2 id=(id("before")) { "Before" } (head(before)) }
                    section { h2 id=(id("after")) { "After" } (head(after)) }
                }
            }
            @if comparison.obstacle.is_none() {
                section.part {
                    h2 id=(id("changes")) { "Differences" }
                    @if comparison.changes.is_empty() {
                        p { "None in what both show." }
                    } @else {
                        p.count { (counts(comparison)) }
                    }
                    @for class in Class::ALL { (of_class(class, comparison)) }
                }
                section.part {
                    h2 id=(id("lists")) { "Before and after, side by side" }
                    (joined::pictures(&comparison.alignments, place))
                }
            }
        }
    }
}

/// What the outcome means, in a sentence.
fn meaning(comparison: &Comparison) -> &'static str {
    match (comparison.outcome(), &comparison.obstacle) {
        (_, Some(Obstacle::Unreadable(_))) => "One of the two could not be read.",
        (Outcome::Same, _) => "Both states say the same of the catalogs.",
        (Outcome::SameAsFarAsShown, _) => {
            "Nothing differs in what both show, but one of them does not show everything."
        }
        (Outcome::Different, _) => "The two states differ; the differences that matter most come first.",
        (Outcome::NotComparable, _) => "The two states cannot be compared.",
    }
}

fn head(head: &Head) -> Markup {
    let known = |text: Option<String>| Some(Cell::Words(text.unwrap_or_else(|| "unknown".to_owned())));
    facts([
        ("Evidence", Some(Cell::Code(head.label.shortened(200)))),
        ("Kind", Some(Cell::Words(head.kind.map_or("not readable", |kind| kind.title()).to_owned()))),
        ("Host", known(head.host.as_ref().map(|host| host.shortened(40)))),
        ("Windows", known(head.windows.clone())),
        ("Control set", head.control_set.as_ref().map(|name| Cell::Words(name.shortened(40)))),
    ])
}

fn of_class(class: Class, comparison: &Comparison) -> Markup {
    let changes: Vec<&Change> = comparison.changes.iter().filter(|change| change.class == class).collect();
    if changes.is_empty() {
        return html! {};
    }
    let has_fields = changes.iter().any(|change| change.field.is_some());
    let headings: Vec<&str> = ["What", "Field", "Where", "Before", "After"]
        .into_iter()
        .filter(|heading| has_fields || *heading != "Field")
        .collect();
    let shown = |text: &Option<Text>| match class {
        Class::Answering => answerer(text.as_ref()),
        _ => text.as_ref().map_or_else(|| "nothing".to_owned(), |text| text.shortened(400)),
    };
    let row = |change: &&Change| {
        let field = has_fields.then(|| Cell::Code(change.field.unwrap_or_default().to_owned()));
        [Cell::Words(change.subject.shortened(200))]
            .into_iter()
            .chain(field)
            .chain([
                Cell::Words(place(&change.catalogs).unwrap_or_default()),
                Cell::Code(shown(&change.before)),
                Cell::Code(shown(&change.after)),
            ])
            .collect()
    };
    table(class.title(), &headings, changes.iter().map(row))
}
