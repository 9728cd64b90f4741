//! The report that fits a screen: what is wrong, where and what to do. Everything else is in the full report.

mod catalogs;
mod findings;

use std::io::{self, Write};

use super::page::{Page, cut};
use super::{View, other_evidence, style};
use crate::catalog::Facts;
use crate::evidence::{Defect, Kind};
use crate::examination::{Examination, Examined};
use crate::finding::{NotJudged, Severity};
use crate::policy::Withheld;
use crate::render::facts::{self, FACTS};
use crate::render::{roles_of, totals};
use crate::sentence::{counted, list_of};

/// Defects that are shown one by one.
const MOST_DEFECTS: usize = 3;
/// Logged changes, and files, that are shown.
const MOST_BESIDE: usize = 8;
/// Facts that are named where checks were not possible.
const MOST_FACTS: usize = 3;

pub(super) fn write(examination: &Examination, view: &View, width: usize, writer: &mut dyn Write) -> io::Result<()> {
    write_opening(examination, view, width, writer)?;
    for examined in &examination.examined {
        if examination.examined.len() > 1 {
            write_control_set(examined, width, writer)?;
        }
        let mut page = Page::new(writer, width);
        findings::write(examined, &mut page)?;
        write_withheld(&examined.withheld, &mut page)?;
        write_sections(examined, &mut page)?;
        catalogs::write(examined, &mut page)?;
        write_not_judged(examined, examination.kind, &mut page)?;
        super::write_raw(examined, &view.raw, writer)?;
    }
    other_evidence::write(examination, MOST_BESIDE, &mut Page::new(writer, width))?;
    write_defects(examination, &mut Page::new(writer, width))?;
    write_last_line(examination, width, writer)
}

/// What everybody must see: which evidence it is, the verdict, and why.
pub(super) fn write_opening(
    examination: &Examination,
    view: &View,
    width: usize,
    writer: &mut dyn Write,
) -> io::Result<()> {
    let mut page = Page::new(writer, width);
    write_head(examination, &mut page)?;
    write_verdict(examination, &mut page)?;
    let article = examination.main().and_then(|main| main.article.as_ref());
    match article.filter(|article| view.verbose && !article.applies) {
        Some(article) => page.words("  ", "  ", &article.sentence),
        None => Ok(()),
    }
}

/// Which of several control sets it is, and its verdict.
pub(super) fn write_control_set(examined: &Examined, width: usize, writer: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(writer, width);
    let name = examined.control_set.name.as_ref().map(ToString::to_string).unwrap_or_default();
    let roles = roles_of(examined.control_set.roles).map(|roles| format!(" ({roles})")).unwrap_or_default();
    page.heading(&format!("Control set {name}{roles}: {}", examined.verdict.title()))
}

/// What everything comes to, in one line: the last thing that remains on a screen.
pub(super) fn write_last_line(examination: &Examination, width: usize, writer: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(writer, width);
    page.line("")?;
    page.words("", "  ", &last_line(examination))
}

/// The file, the host and the Windows.
fn write_head(examination: &Examination, page: &mut Page<'_>) -> io::Result<()> {
    let main = examination.main();
    let host = main.and_then(|main| main.control_set.computer_name.as_ref());
    let host = host.map_or_else(|| "host unknown".to_owned(), |name| format!("host {}", name.shortened(40)));
    let windows = main.map(|main| &main.control_set.catalogs.windows).filter(|windows| windows.version.is_some());
    let windows = windows.map_or_else(
        || "Windows unknown".to_owned(),
        |windows| {
            let architecture = windows.architecture.map(|architecture| format!(" {architecture}")).unwrap_or_default();
            format!("{}{architecture}", windows.name())
        },
    );
    let path = examination.path.shortened(200);
    let kind = examination.kind.title();
    let bold = style::HEADING;
    page.words("", "  ", &format!("{bold}{path}{bold:#} ({kind}), {host}, {windows}"))
}

/// The verdict with the worst finding in words, then what else holds.
fn write_verdict(examination: &Examination, page: &mut Page<'_>) -> io::Result<()> {
    let verdict = examination.verdict();
    let style = style::of_verdict(verdict);
    let title = totals::verdict_of(verdict, examination).replacen(verdict.title(), &verdict.title().to_uppercase(), 1);
    let Some((headline, decisive)) = totals::headline(examination) else {
        let reason = "no control set could be read";
        return page.words("", "  ", &format!("Verdict: {style}{title}{style:#} – {reason}"));
    };
    page.words("", "  ", &format!("Verdict: {style}{title}{style:#} – {}", cut(&headline)))?;
    let rest = decisive.summary.iter().skip(usize::from(decisive.worst.is_none()));
    rest.into_iter().try_for_each(|sentence| page.words("  ", "  ", &cut(sentence)))
}

/// What the policy withholds, by reason.
fn write_withheld(withheld: &Withheld, page: &mut Page<'_>) -> io::Result<()> {
    let mut reasons: Vec<_> = withheld.allowed.iter().map(|allowed| (allowed.until, &allowed.reason)).collect();
    reasons.sort_unstable();
    if !reasons.is_empty() {
        page.heading(&format!("Allowed by policy: {}", counted(reasons.len(), "finding")))?;
    }
    for alike in reasons.chunk_by(|one, other| one == other).take(MOST_DEFECTS) {
        let Some((until, reason)) = alike.first() else { continue };
        page.words("  ", "    ", &cut(&format!("until {until}: {reason} ({})", counted(alike.len(), "finding"))))?;
    }
    match withheld.left_out() {
        0 => Ok(()),
        count => page.heading(&format!("Left out: {} not requested", counted(count, "finding"))),
    }
}

fn write_sections(examined: &Examined, page: &mut Page<'_>) -> io::Result<()> {
    let Some(sections) = &examined.sections else { return Ok(()) };
    page.heading(&format!("Sections in msinfo32: {}", super::sections::count(sections)))
}

/// How many checks were not possible, and what the evidence does not have that they need; or else which other evidence
/// would make more possible.
fn write_not_judged(examined: &Examined, kind: Kind, page: &mut Page<'_>) -> io::Result<()> {
    let (not_judged, optional) = facts::lacking_and_optional(&examined.judgement.not_judged);
    // Evidence that lacks more has enough to say.
    if !not_judged.is_empty() {
        return write_lacking(&not_judged, kind, page);
    }
    match facts::possible_with_other(&optional) {
        Some(clause) => page.words("", "  ", &format!("{clause} (--full)")),
        None => Ok(()),
    }
}

fn write_lacking(not_judged: &[&NotJudged], kind: Kind, page: &mut Page<'_>) -> io::Result<()> {
    let needed_by = |fact: Facts| not_judged.iter().filter(|rule| rule.needs.intersects(fact)).count();
    let mut facts: Vec<(usize, &str)> =
        FACTS.iter().map(|(fact, words)| (needed_by(*fact), *words)).filter(|(count, _)| *count > 0).collect();
    // Those that most checks need come first, and stay in the order of the table where as many do.
    facts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let mut words: Vec<&str> = facts.iter().map(|(_, words)| *words).collect();
    if words.len() > MOST_FACTS + 1 {
        words.truncate(MOST_FACTS);
        words.push("more");
    }
    let what = kind.title();
    let count = counted(not_judged.len(), "check");
    let reason = format!("this {what} does not show {}", list_of(&words));
    page.words("", "  ", &format!("Not judged: {count} not possible, since {reason} (--full)"))
}

fn write_defects(examination: &Examination, page: &mut Page<'_>) -> io::Result<()> {
    let defects = &examination.defects;
    if defects.is_empty() {
        return Ok(());
    }
    page.heading(&format!("Damage in the evidence: {}", counted(defects.len(), "defect")))?;
    for Defect { place, expected, found } in defects.iter().take(MOST_DEFECTS) {
        page.words("  ", "    ", &format!("{place}: expected {expected}, found {found}"))?;
    }
    match defects.len().checked_sub(MOST_DEFECTS) {
        Some(more @ 1..) => page.line(&format!("  … and {more} more (--full)")),
        _ => Ok(()),
    }
}

fn last_line(examination: &Examination) -> String {
    let findings = || examination.examined.iter().flat_map(|examined| &examined.judgement.findings);
    let count = |severity: Severity| findings().filter(|finding| finding.severity == severity).count();
    let counts = [Severity::Error, Severity::Warning, Severity::Note]
        .map(|severity| (count(severity), severity.name()))
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| counted(count, name))
        .collect::<Vec<_>>();
    let counts = if counts.is_empty() { "no findings".to_owned() } else { counts.join(", ") };
    let path = examination.path.lossy();
    let file = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let file = crate::catalog::Text::from(file).shortened(40);
    format!("{file}: {} – {counts}", examination.verdict().title().to_uppercase())
}
