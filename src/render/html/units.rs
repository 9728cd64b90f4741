//! Many pieces of evidence: what they come to in words and pictures, then a row of each with its findings folded.

use std::io::{self, Write};

use maud::{Markup, html};

use super::pages::{Pages, SEPARATOR};
use super::words::{Cell, cut, facts, prose, table};
use super::{document, glossary, marks, overview::Overview};
use crate::batch::{Detail, Extract, Foreign, JudgedControlSet, Status, Summary, Unit};
use crate::catalog::{Facts, Text, Windows};
use crate::finding::{Finding, Severity, Verdict};
use crate::render::facts::lacking_and_optional;
use crate::render::heading::Heading;
use crate::render::redact::{Hidden, Redaction};
use crate::render::rows::{Rows, Sort};
use crate::render::spool::NewStore;
use crate::render::totals;
use crate::render::writer::{Beside, Fragment, Item, Remark, Writer};
use crate::rules;
use crate::sentence::{capitalized, counted};

/// Findings of one unit.
const MOST_FINDINGS: usize = 40;
/// Providers of one unit.
const MOST_PROVIDERS: usize = 20;
/// Characters of a text in a row.
const LONGEST: usize = 240;

/// The row of a unit, and its details.
pub(in crate::render) fn press_unit(item: &Item<'_>, hidden: Hidden) -> io::Result<Fragment> {
    let unit = item.unit();
    let mut redaction = Redaction::of(hidden, unit, item.examination());
    // What the details name is hidden in the row, too.
    let details = redaction.markup(details(unit, item.extract(Detail::Findings).as_deref()));
    Fragment::written(|stream| {
        document::write(&redaction.markup(row(unit)), stream)?;
        stream.write_all(&[SEPARATOR])?;
        document::write(&details, stream)
    })
}

fn shown(text: &str, limit: usize) -> String {
    Text::from(text).shortened(limit)
}

fn row(unit: &Unit) -> Markup {
    let verdict = unit.verdict.map_or_else(|| unit.status.name().to_owned(), |verdict| totals::verdict(verdict, unit));
    let class =
        unit.verdict.map_or(if unit.status == Status::Skipped { "plain" } else { "warning" }, marks::of_verdict);
    // Those that could not be examined stand with those that could not be judged.
    let rank =
        Verdict::ALL.iter().position(|one| *one == unit.verdict.unwrap_or(Verdict::NotJudged)).unwrap_or_default();
    let failure = unit.failure.as_ref().map(|failure| failure.message.as_str());
    let worst = failure.or(unit.worst.as_deref()).unwrap_or_default();
    let known = if unit.findings.is_empty() || unit.has(Severity::Note) { "" } else { "known: " };
    html! {
        td role="cell" data-heading="Verdict" data-rank=(rank) { span.badge.(class) { (capitalized(&verdict)) } }
        td role="cell" data-heading="Host" { @if let Some(host) = &unit.host { strong { (shown(host, 60)) } } }
        td role="cell" data-heading="Windows" { (windows(unit)) }
        td role="cell" data-heading="Worst finding" { (known) (shown(worst, LONGEST)) }
        td role="cell" data-heading="Evidence" { code { (shown(&unit.label, LONGEST)) } }
    }
}

/// The Windows of a unit that was examined.
fn windows(unit: &Unit) -> String {
    match unit.windows.as_deref() {
        Some(windows) if windows != Windows::default().name() => shown(windows, 60),
        _ if unit.verdict.is_some() => "unknown".to_owned(),
        _ => String::new(),
    }
}

/// What is folded below the row of a unit.
fn details(unit: &Unit, extract: Option<&Extract>) -> Markup {
    let control_sets = || extract.into_iter().flat_map(|extract| &extract.control_sets);
    let findings: Vec<&Finding> = control_sets().flat_map(|set| &set.findings).collect();
    let lacking = |set: &JudgedControlSet| lacking_and_optional(set.all_not_judged()).0.len();
    let not_judged = control_sets().map(lacking).max().unwrap_or_default();
    let help = unit.failure.as_ref().and_then(|failure| failure.help.as_deref());
    if findings.is_empty() && unit.foreign.is_empty() && unit.defects == 0 && help.is_none() {
        return html! {};
    }
    let digest = extract.and_then(|extract| extract.sha256).map(|digest| crate::render::hex(&digest));
    let notes = [
        (unit.defects > 0).then(|| format!("{} in the evidence.", counted(unit.defects, "defect"))),
        (not_judged > 0).then(|| format!("{} could not be judged.", counted(not_judged, "rule"))),
        digest.map(|digest| format!("SHA-256 {digest}")),
    ];
    html! {
        td.details role="cell" {
            details {
                summary { (summary_of(unit, findings.len())) }
                @if let Some(help) = help { p { (prose(help)) } }
                @if !findings.is_empty() {
                    ul.findings {
                        @for finding in findings.iter().take(MOST_FINDINGS) { (line(finding)) }
                        @if let Some(more @ 1..) = findings.len().checked_sub(MOST_FINDINGS) { li { "… and " (more) " more" } }
                    }
                }
                @if !unit.foreign.is_empty() {
                    p { "Providers that are not Windows' own: "
                        @for (index, foreign) in unit.foreign.iter().take(MOST_PROVIDERS).enumerate() {
                            @if index > 0 { "; " } (provider(foreign))
                        }
                        @if unit.foreign.len() > MOST_PROVIDERS { "; " (unit.foreign.len() - MOST_PROVIDERS) " more" }
                    }
                }
                p.source { (notes.into_iter().flatten().collect::<Vec<_>>().join(" ")) }
            }
        }
    }
}

fn summary_of(unit: &Unit, findings: usize) -> String {
    match findings {
        0 if unit.failure.is_some() => "What to do".to_owned(),
        0 => "Details".to_owned(),
        count => counted(count, "finding"),
    }
}

fn line(finding: &Finding) -> Markup {
    let cell = |text: &Option<String>| text.as_deref().map(|text| cut(text, LONGEST));
    let instead = cell(&finding.expected).zip(cell(&finding.found));
    html! {
        li {
            span.badge.(finding.severity.name()) { (finding.severity.name()) } " " (cut(&finding.sentence(), LONGEST))
            @if let Some((expected, found)) = instead { " Expected " code { (expected) } ", found " code { (found) } "." }
            " " code.rule { (finding.rule) } " (" (finding.confidence.name()) " confidence)"
        }
    }
}

fn provider(foreign: &Foreign) -> Markup {
    html! {
        (shown(&foreign.name, 80))
        @if let Some(path) = &foreign.library_path { " " code { (shown(path, 120)) } }
        @if let Some(known) = &foreign.known_as { " (" (shown(known, 80)) ")" }
    }
}

/// A report of many pieces of evidence.
pub(in crate::render) struct Units {
    heading: Heading,
    rows: Rows,
    overview: Overview,
    pages: Pages,
}

impl Units {
    pub(in crate::render) fn new(heading: &Heading, sort: Option<Sort>, store: NewStore) -> Self {
        Self {
            heading: heading.clone(),
            rows: Rows::new(Some(sort.unwrap_or(Sort::Verdict)), store),
            overview: Overview::default(),
            pages: Pages::default(),
        }
    }
}

impl Writer for Units {
    fn add(&mut self, unit: &Unit, fragment: &Fragment, _stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        let unit = &Redaction::of(self.heading.hidden, unit, None).unit(unit);
        self.overview.add(unit);
        self.pages.count(fragment.only());
        self.rows.add(unit, fragment.only()).map(|_| None)
    }

    fn spill(&mut self, beside: &mut Beside<'_>) -> io::Result<()> {
        self.pages.spill(&mut self.rows, &self.heading, beside)
    }

    fn end(self: Box<Self>, summary: &Summary, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        let Self { heading, mut rows, overview, mut pages } = *self;
        document::begin(&format!("Winsock catalogs: {}", totals::units(summary)), &heading, stream)?;
        let mut redaction = Redaction::new(heading.hidden);
        document::write(&redaction.markup(first_page(summary)), stream)?;
        document::write(&redaction.markup(overview.pictures(summary)), stream)?;
        document::write(&pages.head(), stream)?;
        rows.rest(|page| page.iter().try_for_each(|row| pages.write(row, stream)))?;
        document::write(&pages.foot(), stream)?;
        document::write(&html! { section.part { h2 { "Glossary" } (glossary::all()) } }, stream)?;
        document::end(&heading, stream).map(|()| None)
    }
}

fn first_page(summary: &Summary) -> Markup {
    let worst = summary.verdicts.keys().next_back().copied();
    let to_review: u64 =
        summary.verdicts.iter().filter(|(verdict, _)| **verdict > Verdict::NotJudged).map(|(_, count)| count).sum();
    let title = match (to_review, summary.examined + summary.partial) {
        (_, 0) => "Nothing was examined".to_owned(),
        (0, _) => "No unit needs a review".to_owned(),
        (1, all) => format!("1 of {all} units needs a review"),
        (count, all) => format!("{count} of {all} units need a review"),
    };
    let optional = |text: Option<String>| text.map(Cell::Words);
    html! {
        header.first {
            p.eyebrow { "Scan" }
            div.verdict.(worst.map_or("warning", marks::of_verdict)) {
                p.label { "Result" }
                h1 { (title) }
                p.lead { (capitalized(&totals::verdicts(summary))) "." }
                @if let Some(worst) = worst { p.meaning { "The worst: " (worst.title()) ". " (worst.meaning()) } }
            }
            div.beside {
                section.next {
                    h2 id="next" { "What to do next" }
                    ol { @for step in steps(summary) { li { (prose(&step)) } } }
                }
                section {
                    h2 id="counts" { "The evidence" }
                    (facts([
                        ("Files", Some(Cell::Words(totals::files(summary)))),
                        ("Units", Some(Cell::Words(totals::units(summary)))),
                        ("Computers", Some(Cell::Words(summary.computers.to_string()))),
                        ("Shards", optional(totals::shards(summary))),
                        ("Since the earlier result", optional(totals::since_earlier(summary))),
                        ("Findings left out", optional(totals::withheld(summary))),
                        ("Complete", Some(Cell::Words(totals::completeness(summary).to_owned()))),
                    ]))
                }
            }
            section.unknown {
                h2 id="unknown" { "What could not be judged" }
                @let lacking = || summary.not_judged.iter().filter(|missing| !Facts::BESIDE.contains(missing.fact));
                @if lacking().next().is_none() {
                    p { "Nothing: the evidence shows what every rule needs, but for what other evidence could show." }
                } @else {
                    p { "What some units do not show. A SYSTEM hive with its transaction logs shows all of it." }
                    details {
                        summary { "What is missing" }
                        (table("Facts that the evidence does not show", &["Fact", "Units"], lacking().map(
                            |missing| vec![Cell::Words(missing.fact.to_string()), Cell::Number(missing.units.to_string())],
                        )))
                    }
                }
            }
        }
    }
}

fn steps(summary: &Summary) -> Vec<String> {
    let mut steps = Vec::new();
    let severe = summary.findings.iter().filter(|total| total.severity > Severity::Note);
    if let Some(total) = severe.max_by_key(|total| (total.severity, total.computers)) {
        let what = rules::by_id(&total.rule).map(rules::Rule::what_to_do).unwrap_or_default();
        let computers = counted(total.computers, "computer");
        steps.push(format!("Begin with `{}` on {computers}. {}", shown(&total.rule, 80), cut(&what, 500)));
    }
    if !summary.prevalence.is_empty() {
        steps.push(
            "Look at the rarest providers: what one computer has and no other is what an attacker adds.".to_owned(),
        );
    }
    let unread = summary.failed + summary.limited + summary.partial;
    if unread > 0 {
        steps.push(format!("Collect again what was not examined, or only in part: {unread} units."));
    }
    if steps.is_empty() {
        steps.push("Nothing is to be done about the catalogs.".to_owned());
    }
    steps
}
