//! The first page: what holds, what it means, what to do next, of which system, and what could not be judged.

use maud::{Markup, html};

use super::marks;
use super::words::{Cell, cut, facts, prose, table, text};
use crate::catalog::Facts;
use crate::evidence::Kind;
use crate::examination::{Examination, Examined};
use crate::finding::{Confidence, Finding, Remedy, Severity, Verdict};
use crate::render::facts::{FACTS, lacking_and_optional, possible_with_other};
use crate::render::table::count_of_sections;
use crate::render::totals;
use crate::rules;
use crate::sentence::{capitalized, counted, list_of};

/// Steps of what to do next.
const STEPS: usize = 3;

/// The first page of the report of an examination.
pub(super) fn page(examination: &Examination) -> Markup {
    let verdict = examination.verdict();
    let headline = totals::headline(examination);
    let decisive = headline.as_ref().map(|(_, examined)| *examined);
    let rest: Vec<&String> = decisive.map_or_else(Vec::new, |examined| {
        examined.summary.iter().skip(usize::from(examined.worst.is_none())).collect()
    });
    html! {
        header.first {
            p.eyebrow { code { (examination.path.shortened(200)) } " · " (examination.kind.title()) }
            div.verdict.(marks::of_verdict(verdict)) {
                p.label { "Verdict" }
                h1 id="r0-title" { (capitalized(&totals::verdict_of(verdict, examination))) }
                p.meaning { (verdict.meaning()) }
                @match &headline {
                    Some((words, _)) => p.lead { (text(words)) },
                    None => p.lead { "No control set could be read." },
                }
                @if !rest.is_empty() { ul { @for sentence in rest { li { (text(sentence)) } } } }
            }
            div.beside {
                section.next {
                    h2 id="r0-next" { "What to do next" }
                    ol { @for step in steps(examination, decisive) { li { (prose(&step)) } } }
                }
                section {
                    h2 id="r0-system" { "The system" }
                    (system(examination, decisive))
                }
            }
            @if let Some(examined) = decisive { (not_judged(examined, examination)) }
        }
    }
}

fn system(examination: &Examination, decisive: Option<&Examined>) -> Markup {
    let main = examination.main();
    let host = main.and_then(|main| main.control_set.computer_name.as_ref());
    let windows = main.map(|main| &main.control_set.catalogs.windows);
    let architecture = windows.and_then(|windows| windows.architecture);
    let windows = windows.map(|windows| {
        let version = windows.version.map(|version| format!(" ({version})")).unwrap_or_default();
        let architecture = architecture.map(|architecture| format!(", {architecture}")).unwrap_or_default();
        format!("{}{version}{architecture}", windows.name())
    });
    let findings = decisive.map(|examined| examined.judgement.findings.as_slice()).unwrap_or_default();
    let confidence = findings.first().filter(|finding| finding.severity > Severity::Note).map(|finding| {
        let reason = match finding.confidence {
            Confidence::High => "the evidence shows it directly",
            Confidence::Medium => "a harmless cause is possible",
            Confidence::Low => "other explanations fit as well",
        };
        format!("{}: {reason}", finding.confidence.name())
    });
    let sections = decisive.and_then(|examined| examined.sections.as_ref()).map(count_of_sections);
    let newest = crate::batch::newest(examination);
    facts([
        ("Host", Some(Cell::Words(host.map_or_else(|| "unknown".to_owned(), |name| name.shortened(200))))),
        ("Windows", Some(Cell::Words(windows.unwrap_or_else(|| "unknown".to_owned())))),
        ("Confidence", confidence.map(Cell::Words)),
        ("Findings", Some(Cell::Words(counts(findings)))),
        ("Control set", decisive.and_then(|examined| examined.control_set.name.as_ref()).map(name_of)),
        ("Sections in msinfo32", sections.map(Cell::Words)),
        ("Last key written", newest.map(|time| Cell::Words(super::times::shown(time)))),
    ])
}

fn name_of(name: &crate::catalog::Text) -> Cell {
    Cell::Words(name.shortened(40))
}

/// How many findings of each severity there are.
fn counts(findings: &[Finding]) -> String {
    let count = |severity: Severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let counts = [Severity::Error, Severity::Warning, Severity::Note]
        .map(|severity| (count(severity), severity.name()))
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| counted(count, name))
        .collect::<Vec<_>>();
    if counts.is_empty() { "none".to_owned() } else { list_of(&counts) }
}

/// What to do next, the most urgent first.
fn steps(examination: &Examination, decisive: Option<&Examined>) -> Vec<String> {
    let findings = decisive.map(|examined| examined.judgement.findings.as_slice()).unwrap_or_default();
    let severe = || findings.iter().filter(|finding| finding.severity > Severity::Note);
    let mut steps = Vec::new();
    if examination.is_stale() {
        steps.push(
            "Collect the transaction logs of the hive (`SYSTEM.LOG1`, `SYSTEM.LOG2`) and examine it again: a newer state \
             may exist."
                .to_owned(),
        );
    }
    let kept = severe().flat_map(|finding| &finding.remedies).find_map(|remedy| match remedy {
        Remedy::PreserveFile { path } => Some(path.shortened(200)),
        _ => None,
    });
    steps.extend(kept.map(|path| format!("Keep a copy of `{path}` as evidence before anything is changed.")));
    for finding in severe() {
        let step = rules::what_to_do(finding).unwrap_or_default();
        let step = cut(&step, 700);
        if steps.len() < STEPS && !steps.contains(&step) && !step.is_empty() {
            steps.push(step);
        }
    }
    let verdict = examination.verdict();
    if verdict >= Verdict::PotentiallyUnwanted && matches!(examination.kind, Kind::Hive | Kind::Reg) {
        steps.push("Let `catalog9 repair` write a plan, and read it before anything is imported.".to_owned());
    }
    match verdict {
        Verdict::Intact | Verdict::KnownAdditions => {
            steps.push(
                "Nothing is to be done about the catalogs. If programs still have no network, look elsewhere: \
                        drivers, firewalls, proxies, DNS."
                    .to_owned(),
            );
        }
        Verdict::NothingSuspiciousVisible | Verdict::NotJudged => steps.push(to_collect(examination).to_owned()),
        _ => {}
    }
    steps.truncate(STEPS);
    steps
}

/// What shows what this evidence does not.
fn to_collect(examination: &Examination) -> &'static str {
    match examination.kind {
        Kind::Hive => {
            "Examine it together with more of the same computer: the SOFTWARE hive, the event log of Winsock, and the \
             output of Autoruns."
        }
        _ => {
            "Collect the SYSTEM hive with its logs from `%SystemRoot%\\System32\\config` (`SYSTEM`, `SYSTEM.LOG1`, \
             `SYSTEM.LOG2`): it shows all of this."
        }
    }
}

/// What could not be judged, the facts that most rules need first, and what to collect.
fn not_judged(examined: &Examined, examination: &Examination) -> Markup {
    let (missing, optional) = lacking_and_optional(examined.not_judged());
    let needed_by = |fact: Facts| missing.iter().filter(|rule| rule.needs.intersects(fact)).count();
    let mut rows: Vec<(usize, &str)> =
        FACTS.iter().map(|(fact, words)| (needed_by(*fact), *words)).filter(|(count, _)| *count > 0).collect();
    rows.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let kind = examination.kind.title();
    html! {
        section.unknown {
            h2 id="r0-unknown" { "What could not be judged" }
            @if missing.is_empty() && optional.is_empty() {
                p { "Nothing: the evidence shows what every rule needs." }
            }
            @if let Some(clause) = possible_with_other(&optional) {
                p {
                    (clause) ": " (list_of(&optional.iter().map(|rule| rule.rule).collect::<Vec<_>>())) "."
                }
            }
            @if !missing.is_empty() {
                p {
                    (counted(missing.len(), "check")) " of " (rules::ALL.len()) " could not be made, since this " (kind)
                    " does not show what they need. " (prose(to_collect(examination)))
                }
                details {
                    summary { "What is missing" }
                    (table("Facts that the evidence does not show", &["Fact", "Checks that need it"], rows.into_iter().map(
                        |(count, words)| vec![Cell::Words(words.to_owned()), Cell::Number(count.to_string())],
                    )))
                    p { "Rules: " (list_of(&missing.iter().map(|rule| rule.rule).collect::<Vec<_>>())) }
                }
            }
        }
    }
}
