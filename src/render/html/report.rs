//! The report of a few pieces of evidence: each as a whole, one after the other.

use std::io::{self, Write};

use maud::{Markup, html};

use super::{appendix, catalogs, document, evidence, findings, first, glossary, history, marks, stacks, times};
use crate::batch::{Summary, Unit};
use crate::catalog::Text;
use crate::examination::{Examination, Examined};
use crate::render::heading::Heading;
use crate::render::redact::{Hidden, Redaction};
use crate::render::roles_of;
use crate::render::spool::{NewStore, Spool};
use crate::render::totals;
use crate::render::writer::{Fragment, Item, Remark, Writer};
use crate::sentence::{capitalized, counted};

/// What ids of a report begin with before it is known which one it is. The quote is part of it: in a text it is escaped.
const UNNUMBERED: [&str; 2] = ["=\"r0-", "=\"#r0-"];

/// The report of an item.
pub(in crate::render) fn press(item: &Item<'_>, hidden: Hidden) -> io::Result<Fragment> {
    let mut redaction = Redaction::of(hidden, item.unit(), item.examination());
    let report = match item.examination() {
        Some(examination) => of_examination(&redaction.masked(examination)),
        None => of_refused(item),
    };
    Fragment::written(|stream| document::write(&redaction.markup(report), stream))
}

fn of_examination(examination: &Examination) -> Markup {
    html! {
        article.report aria-labelledby="r0-title" {
            (first::page(examination))
            nav.contents aria-label=(format!("Contents of the report on {}", examination.path.shortened(200))) {
                ul {
                    li { a href="#r0-findings" { "Findings" } }
                    li { a href="#r0-sockets" { "Path of a socket" } }
                    li { a href="#r0-catalog" { "Catalogs" } }
                    li { a href="#r0-time" { "Time and history" } }
                    li { a href="#r0-evidence" { "Evidence" } }
                    li { a href="#r0-bytes" { "Bytes" } }
                    li { a href="#r0-glossary" { "Glossary" } }
                }
            }
            (part("r0-findings", "Findings", &in_control_sets(examination, findings::of)))
            (part("r0-sockets", "Path of a socket", &in_control_sets(examination, stacks::of)))
            (part("r0-catalog", "Catalogs", &in_control_sets(examination, catalogs::of)))
            (part("r0-time", "Time and history", &html! { (times::of(examination)) (history::of(examination)) }))
            (part("r0-evidence", "Evidence", &evidence::of(examination)))
            (part("r0-bytes", "Bytes of the entries", &appendix::of(examination)))
            (part("r0-glossary", "Glossary", &glossary::all()))
        }
    }
}

fn part(id: &str, title: &str, content: &Markup) -> Markup {
    html! {
        section {
            h2 id=(id) { (title) }
            (content)
        }
    }
}

/// What is said of each control set, below its name where there are several.
fn in_control_sets(examination: &Examination, of: fn(&Examined) -> Markup) -> Markup {
    let has_several = examination.examined.len() > 1;
    html! {
        @for examined in &examination.examined {
            @if has_several {
                @let roles = roles_of(examined.control_set.roles).map(|roles| format!(" ({roles})")).unwrap_or_default();
                @let name = examined.control_set.name.as_ref().map(|name| name.shortened(40)).unwrap_or_default();
                p.set { "Control set " strong { (name) } (roles) ": " (examined.verdict.title()) }
            }
            (of(examined))
        }
        @if examination.examined.is_empty() { p { "No control set could be read." } }
    }
}

fn of_refused(item: &Item<'_>) -> Markup {
    let refused = item.refused();
    html! {
        article.report aria-labelledby="r0-title" {
            header.first {
                p.eyebrow { code { (refused.path.shortened(200)) } }
                div.verdict.error {
                    h1 id="r0-title" { "Not examined" }
                    p.lead { (super::words::text(&refused.message)) }
                }
            }
        }
    }
}

/// One report, or several below a list of them.
pub(in crate::render) struct Reports {
    heading: Heading,
    rows: Vec<Row>,
    spool: Spool,
}

/// What the list says of a report.
struct Row {
    label: String,
    host: Option<String>,
    verdict: String,
    class: &'static str,
}

impl Reports {
    pub(in crate::render) fn new(heading: &Heading, store: NewStore) -> Self {
        Self { heading: heading.clone(), rows: Vec::new(), spool: Spool::new(store) }
    }

    fn title(&self) -> String {
        match self.rows.as_slice() {
            [only] => format!("{} – {}", only.host.as_ref().unwrap_or(&only.label), only.verdict),
            rows => format!("Winsock catalogs: {}", counted(rows.len(), "report")),
        }
    }
}

impl Writer for Reports {
    fn add(&mut self, unit: &Unit, fragment: &Fragment, _stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        let report = str::from_utf8(fragment.only()).map_err(io::Error::other)?;
        let number = self.rows.len() + 1;
        let numbered = UNNUMBERED
            .iter()
            .fold(report.to_owned(), |report, mark| report.replace(mark, &mark.replace('0', &number.to_string())));
        self.spool.append(numbered.as_bytes())?;
        let unit = &Redaction::of(self.heading.hidden, unit, None).unit(unit);
        let shown = |text: &str| Text::from(text).shortened(200);
        self.rows.push(Row {
            label: shown(&unit.label),
            host: unit.host.as_deref().map(shown),
            verdict: unit.verdict.map_or_else(|| "not examined".to_owned(), |verdict| totals::verdict(verdict, unit)),
            class: unit.verdict.map_or("error", marks::of_verdict),
        });
        Ok(None)
    }

    fn end(self: Box<Self>, _summary: &Summary, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        document::begin(&self.title(), &self.heading, stream)?;
        if self.rows.len() != 1 {
            let list = html! {
                section.list {
                    h1 id="list" { (counted(self.rows.len(), "report")) }
                    ol {
                        @for (number, row) in (1..).zip(&self.rows) {
                            li {
                                a href=(format!("#r{number}-title")) { (row.host.as_ref().unwrap_or(&row.label)) }
                                " " span.badge.(row.class) { (capitalized(&row.verdict)) }
                                @if row.host.is_some() { " " code { (row.label) } }
                            }
                        }
                    }
                }
            };
            document::write(&list, stream)?;
        }
        self.spool.copy_to(stream)?;
        document::end(&self.heading, stream).map(|()| None)
    }
}
