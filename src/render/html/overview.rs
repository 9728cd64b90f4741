//! What many units come to, as pictures: which rules found something where, verdicts by Windows, and how many computers
//! have a provider.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::marks;
use super::svg::{lines, percent, wrapped};
use super::words::{Cell, table};
use crate::batch::{Foreign, Prevalence, Summary, Unit};
use crate::catalog::Text;
use crate::finding::{Severity, Verdict};
use crate::sentence::counted;

/// Hosts that have a row each; where there are more, they are grouped.
const MOST_HOSTS: usize = 200;
/// Rules that have a column.
const MOST_RULES: usize = 26;
/// Groups, which evidence does not choose but an earlier result may.
const MOST_GROUPS: usize = 60;
/// Providers that are drawn; the table has more.
const MOST_PROVIDERS: usize = 24;
/// Rows of one picture, so that a sheet of paper holds it.
const ROWS: usize = 40;
/// Characters that are shown of the end of a label.
const LONGEST_LABEL: usize = 26;
/// Height of a row of the matrix, and of its head.
const ROW: usize = 18;
const HEAD: usize = 22;

/// What is kept of all units.
#[derive(Default)]
pub(super) struct Overview {
    /// Units with findings, each with its rules; no longer kept where there are too many.
    hosts: Vec<Host>,
    with_findings: usize,
    /// By Windows and verdict how many units there are, and how many of them each rule found something in.
    groups: BTreeMap<(String, Option<Verdict>), Group>,
}

struct Host {
    name: String,
    verdict: Option<Verdict>,
    rules: BTreeMap<String, Severity>,
}

#[derive(Default)]
struct Group {
    units: u64,
    rules: BTreeMap<String, (Severity, u64)>,
}

impl Overview {
    pub(super) fn add(&mut self, unit: &Unit) {
        let mut rules: BTreeMap<String, Severity> = BTreeMap::new();
        for found in unit.findings.iter().take(MOST_GROUPS) {
            let worst = rules.entry(found.rule.clone()).or_insert(found.severity);
            *worst = found.severity.max(*worst);
        }
        let windows =
            unit.windows.as_deref().map_or_else(|| "unknown".to_owned(), |name| Text::from(name).shortened(60));
        let key = (windows, unit.verdict);
        let is_full = self.groups.len() >= MOST_GROUPS && !self.groups.contains_key(&key);
        let key = if is_full { ("other".to_owned(), unit.verdict) } else { key };
        let group = self.groups.entry(key).or_default();
        group.units += 1;
        for (rule, severity) in &rules {
            let (worst, units) = group.rules.entry(rule.clone()).or_insert((*severity, 0));
            *worst = severity.max(worst).to_owned();
            *units += 1;
        }
        if !rules.is_empty() {
            self.with_findings += 1;
            if self.with_findings > MOST_HOSTS {
                self.hosts = Vec::new();
            } else {
                let name =
                    unit.host.as_deref().map_or_else(|| tail(&unit.label), |host| Text::from(host).shortened(60));
                self.hosts.push(Host { name, verdict: unit.verdict, rules });
            }
        }
    }

    /// The pictures, and tables of what they show.
    pub(super) fn pictures(mut self, summary: &Summary) -> Markup {
        self.hosts.sort_by_key(|host| std::cmp::Reverse(host.verdict));
        html! {
            section.part {
                h2 id="overview" { "At a glance" }
                div.orders {
                    (self.by_windows())
                    (prevalence(summary))
                }
                (self.matrix(summary))
                (providers(summary))
            }
        }
    }

    /// A bar for each Windows, with a part for each verdict.
    fn by_windows(&self) -> Markup {
        let mut bars: BTreeMap<&str, BTreeMap<Option<Verdict>, u64>> = BTreeMap::new();
        for ((windows, verdict), group) in &self.groups {
            *bars.entry(windows).or_default().entry(*verdict).or_default() += group.units;
        }
        let most = bars.values().map(|bar| bar.values().sum::<u64>()).max().unwrap_or_default();
        let words = |bar: &BTreeMap<Option<Verdict>, u64>| {
            let words = bar.iter().rev().map(|(verdict, units)| format!("{units} {}", title(*verdict)));
            words.collect::<Vec<_>>().join(", ")
        };
        let mut end = 0;
        let bars: Vec<_> = bars
            .iter()
            .map(|(windows, bar)| {
                let (top, words) = (end, wrapped(&words(bar), 50, 4));
                end += 37 + 15 * words.len();
                (top, windows, bar, words)
            })
            .collect();
        html! {
            figure {
                figcaption { strong { "Verdicts by Windows" } }
                svg role="img" aria-label="Verdicts by Windows" width="100%" height=(end + 4) {
                    @for (y, windows, bar, words) in bars {
                        text.name x="0" y=(y + 14) { (wrapped(windows, 44, 1).concat()) }
                        @for ((verdict, units), begin) in bar.iter().rev().zip(begins(bar)) {
                            rect.fill.(class(*verdict)) x=(percent(begin, most)) y=(y + 20) width=(percent(*units, most)) height="10" {
                                title { (units) " " (title(*verdict)) }
                            }
                        }
                        (lines("notes", "0", y + 43, 15, &words))
                    }
                }
            }
        }
    }

    /// Hosts, or groups of them, by rules.
    fn matrix(&self, summary: &Summary) -> Markup {
        let mut totals: Vec<_> = summary.findings.iter().collect();
        totals.sort_by_key(|total| std::cmp::Reverse((total.severity, total.computers)));
        let mut rules: Vec<&str> = Vec::new();
        for total in &totals {
            if !rules.contains(&total.rule.as_str()) && rules.len() < MOST_RULES {
                rules.push(&total.rule);
            }
        }
        if rules.is_empty() {
            return html! {};
        }
        let letters: Vec<char> = ('A'..='Z').take(rules.len()).collect();
        let rows: Vec<Line<'_>> = if self.hosts.is_empty() { self.lines_of_groups() } else { self.lines_of_hosts() };
        html! {
            figure.matrix {
                figcaption {
                    strong { "Where which rule found something" } ". "
                    @if self.hosts.is_empty() {
                        (counted(self.with_findings, "unit")) " have findings; they are grouped by Windows and verdict, and a \
                         number is how many units of the group."
                    } @else {
                        "Each row is a unit with findings, each column a rule; the large mark is an error, the small one a \
                         warning, the ring a note."
                    }
                }
                @for rows in rows.chunks(ROWS) { (matrix(rows, &rules, &letters)) }
            }
            (table("Findings by rule", &["Column", "Rule", "Severity", "Computers", "Units", "Findings", "New"],
                totals.iter().map(|total| {
                    let letter = rules.iter().zip(&letters).find(|(rule, _)| **rule == total.rule).map(|(_, letter)| letter);
                    vec![
                        Cell::Words(letter.map(char::to_string).unwrap_or_default()),
                        Cell::Code(Text::from(total.rule.as_str()).shortened(80)),
                        Cell::Words(total.severity.name().to_owned()),
                        Cell::Number(total.computers.to_string()),
                        Cell::Number(total.units.to_string()),
                        Cell::Number(total.findings.to_string()),
                        Cell::Number(total.new.map(|new| new.to_string()).unwrap_or_default()),
                    ]
                })))
        }
    }

    fn lines_of_hosts(&self) -> Vec<Line<'_>> {
        self.hosts
            .iter()
            .map(|host| Line {
                name: host.name.clone(),
                class: class(host.verdict),
                marks: host.rules.iter().map(|(rule, severity)| (rule.as_str(), (*severity, None))).collect(),
            })
            .collect()
    }

    fn lines_of_groups(&self) -> Vec<Line<'_>> {
        let mut groups: Vec<_> = self.groups.iter().filter(|(_, group)| !group.rules.is_empty()).collect();
        groups.sort_by_key(|((_, verdict), _)| std::cmp::Reverse(*verdict));
        groups
            .into_iter()
            .map(|((windows, verdict), group)| Line {
                name: format!("{windows}, {} ({})", title(*verdict), group.units),
                class: class(*verdict),
                marks: group
                    .rules
                    .iter()
                    .map(|(rule, (severity, count))| (rule.as_str(), (*severity, Some(*count))))
                    .collect(),
            })
            .collect()
    }
}

/// The end of a label, which says more than its beginning: labels of one scan begin alike.
fn tail(label: &str) -> String {
    let shown = Text::from(label).to_string();
    match shown.char_indices().rev().nth(LONGEST_LABEL).map(|(begin, _)| begin) {
        Some(begin) => format!("…{}", shown.get(begin..).unwrap_or_default()),
        None => shown,
    }
}

/// A row of the matrix: what each rule found there, of a group in how many units.
struct Line<'a> {
    name: String,
    class: &'static str,
    marks: BTreeMap<&'a str, (Severity, Option<u64>)>,
}

fn class(verdict: Option<Verdict>) -> &'static str {
    verdict.map_or("plain", marks::of_verdict)
}

fn title(verdict: Option<Verdict>) -> &'static str {
    verdict.map_or("not examined", Verdict::title)
}

/// Where each part of a bar begins.
fn begins(bar: &BTreeMap<Option<Verdict>, u64>) -> impl Iterator<Item = u64> {
    bar.values().rev().scan(0, |end, units| {
        let begin = *end;
        *end += units;
        Some(begin)
    })
}

/// The part of the width that names take, in percent.
const NAMES: u64 = 38;

fn matrix(rows: &[Line<'_>], rules: &[&str], letters: &[char]) -> Markup {
    let columns = u64::try_from(rules.len().max(8)).unwrap_or(u64::MAX);
    let center = |index: usize| {
        let index = u64::try_from(index).unwrap_or_default();
        percent(2 * NAMES * columns + (2 * index + 1) * (100 - NAMES), 200 * columns)
    };
    let height = HEAD + rows.len() * ROW + 4;
    html! {
        svg role="img" aria-label=(format!("{} by {}", counted(rows.len(), "row"), counted(rules.len(), "rule"))) width="100%" height=(height) {
            @for (index, (letter, rule)) in letters.iter().zip(rules).enumerate() {
                text.column x=(center(index)) y="14" text-anchor="middle" { (letter) title { (Text::from(*rule).shortened(80)) } }
            }
            @for (index, row) in rows.iter().enumerate() {
                @let y = HEAD + index * ROW;
                line.spine x1="0" y1=(y + ROW) x2="100%" y2=(y + ROW) {}
                svg x="0" y=(y) width=(format!("{}%", NAMES - 1)) height=(ROW) {
                    circle.dot.(row.class) cx="5" cy="9" r="4" {}
                    text.name x="14" y="13" { (row.name) title { (row.name) } }
                }
                @for (column, rule) in rules.iter().enumerate() {
                    @if let Some((severity, count)) = row.marks.get(rule) {
                        @match count {
                            None => circle.mark.(severity.name()) cx=(center(column)) cy=(y + 9) r=(radius(*severity)) {
                                title { (row.name) ": " (rule) ", " (severity.name()) }
                            },
                            Some(count) => text.count.(severity.name()) x=(center(column)) y=(y + 13) text-anchor="middle" {
                                (count) title { (row.name) ": " (rule) ", " (severity.name()) }
                            },
                        }
                    }
                }
            }
        }
    }
}

fn radius(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "3",
        Severity::Warning => "4",
        Severity::Error => "6",
    }
}

/// A bar for each provider that is not Windows' own: how many computers have it, the rarest first.
fn prevalence(summary: &Summary) -> Markup {
    if summary.prevalence.is_empty() {
        return html! {};
    }
    let computers = u64::try_from(summary.computers).unwrap_or(u64::MAX);
    let shown = summary.prevalence.len().min(MOST_PROVIDERS);
    html! {
        figure {
            figcaption { strong { "Providers that are not Windows' own" } ": how many of " (counted(summary.computers, "computer")) " have each, the rarest first" }
            svg role="img" aria-label="Prevalence of providers" width="100%" height=(shown * 52 + 4) {
                @for (index, Prevalence { computers: having, provider, .. }) in summary.prevalence.iter().take(shown).enumerate() {
                    @let y = index * 52;
                    text.name x="0" y=(y + 14) { (wrapped(&Text::from(provider.name.as_str()).shortened(80), 40, 1).concat()) }
                    rect.rail x="0" y=(y + 20) width="100%" height="10" {}
                    rect.fill.note x="0" y=(y + 20) width=(percent(u64::try_from(*having).unwrap_or(u64::MAX), computers)) height="10" {
                        title { (counted(*having, "computer")) }
                    }
                    text.notes x="0" y=(y + 43) {
                        (having) " · " (wrapped(&Text::from(provider.library_path.as_deref().unwrap_or("DLL not shown")).shortened(200), 44, 1).concat())
                    }
                }
            }
        }
    }
}

fn providers(summary: &Summary) -> Markup {
    if summary.prevalence.is_empty() {
        return html! {};
    }
    let optional =
        |text: &Option<String>| text.as_deref().map(|text| Text::from(text).shortened(200)).unwrap_or_default();
    let row = |Prevalence { computers, units, provider }: &Prevalence| {
        let Foreign { provider_id, library_path, name, known_as } = provider;
        vec![
            Cell::Number(computers.to_string()),
            Cell::Number(units.to_string()),
            Cell::Words(Text::from(name.as_str()).shortened(80)),
            Cell::Code(optional(library_path)),
            Cell::Code(provider_id.map(|id| format!("{{{id:X}}}")).unwrap_or_default()),
            Cell::Words(optional(known_as)),
        ]
    };
    html! {
        details {
            summary { "All providers that are not Windows' own, with their GUIDs" }
            (table("Providers that are not Windows' own, rarest first", &["Computers", "Units", "Name", "DLL", "GUID", "Known as"],
                summary.prevalence.iter().map(row)))
        }
    }
}
