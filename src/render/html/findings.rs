//! The findings, those of one root cause together.

use maud::{Markup, html};

use super::bytes;
use super::words::{Cell, facts, key_path, prose, table, text};
use crate::catalog::CatalogName;
use crate::examination::Examined;
use crate::finding::{Finding, Severity};
use crate::policy::Allowed;
use crate::render::table::{alike, heading_of_findings};
use crate::rules;
use crate::sentence::counted;

/// Root causes that are shown; the rest is counted.
const MOST_STORIES: usize = 200;
/// Findings of one root cause that are shown one by one.
const MOST_OF_A_STORY: usize = 100;
/// Places of which the same is said.
const MOST_PLACES: usize = 40;
/// Entries that are drawn byte by byte.
const MOST_DRAWN: usize = 40;

/// The findings of a control set.
pub(super) fn of(examined: &Examined) -> Markup {
    let findings = &examined.judgement.findings;
    let stories: Vec<&[Finding]> = findings.chunk_by(|one, other| one.story == other.story).collect();
    let mut drawn = bytes::Drawn::new(&examined.control_set.catalogs, MOST_DRAWN);
    html! {
        p.count { (heading_of_findings(findings)) "." }
        @for story in stories.iter().take(MOST_STORIES) { (of_story(story, &mut drawn)) }
        @if let Some(more @ 1..) = stories.len().checked_sub(MOST_STORIES) {
            p.more { "… and " (counted(more, "root cause")) " more, which " code { "--format json" } " has." }
        }
        (withheld(examined))
    }
}

fn of_story<'a>(story: &'a [Finding], drawn: &mut bytes::Drawn<'a>) -> Markup {
    let said = alike(story);
    let Some((worst, beside)) = said.split_first() else { return html! {} };
    let Some(finding) = worst.first() else { return html! {} };
    let rule = rules::by_id(finding.rule);
    let is_severe = finding.severity > Severity::Note;
    let advice = story.iter().find_map(rules::advice);
    let pictures: Vec<Markup> =
        story.iter().filter(|_| is_severe).filter_map(|finding| drawn.picture(finding)).collect();
    html! {
        article.finding.(finding.severity.name()) {
            header {
                span.badge.(finding.severity.name()) { (finding.severity.name()) }
                @if finding.is_known() { " " span.badge.known { "known" } }
                h3 { (text(&finding.sentence())) }
            }
            (details_of(worst))
            @if let Some(rule) = rule {
                p { strong { "Why it matters. " } (prose(&rule.section("Why it matters"))) }
                @if let Some(reason) = finding.harmless.as_ref().filter(|reason| !reason.is_empty()) {
                    p { strong { "It may be harmless: " } (prose(reason)) }
                }
                @if is_severe {
                    p.todo {
                        strong { "What to do. " } (prose(&rule.what_to_do()))
                        @if let Some(advice) = &advice { " " (prose(advice)) }
                    }
                }
                p.source { code { (rule.id) } ", " (finding.confidence.name()) " confidence. " (rule.references()) }
            }
            @if !beside.is_empty() {
                details open[is_severe && beside.len() <= 3] {
                    summary { (counted(beside.len(), "more finding")) " of this cause" }
                    @for others in beside.iter().take(MOST_OF_A_STORY) {
                        @if let Some(other) = others.first() {
                            div.beside-finding {
                                p { span.badge.(other.severity.name()) { (other.severity.name()) } " " (text(&other.sentence()))
                                    " " code { (other.rule) } }
                                (details_of(others))
                            }
                        }
                    }
                    @if let Some(more @ 1..) = beside.len().checked_sub(MOST_OF_A_STORY) { p.more { "… and " (more) " more." } }
                }
            }
            @if !pictures.is_empty() {
                details {
                    summary { "The bytes it is about" }
                    div.stacks { @for picture in &pictures { (picture) } }
                }
            }
        }
    }
}

/// What findings of the same words say of each place.
fn details_of(alike: &[&Finding]) -> Markup {
    let Some(finding) = alike.first() else { return html! {} };
    let places: Vec<String> = alike.iter().map(|finding| place_of(finding)).filter(|place| !place.is_empty()).collect();
    let shown = |text: &Option<String>| text.clone().map(Cell::Code);
    let list = |items: &[String], shown: fn(&str) -> Markup| {
        html! { ul.plain {
            @for item in items.iter().take(MOST_PLACES) { li { (shown(item)) } }
            @if let Some(more @ 1..) = items.len().checked_sub(MOST_PLACES) { li { "… and " (more) " more" } }
        } }
    };
    facts([
        ("Expected", shown(&finding.expected)),
        ("Found", shown(&finding.found)),
        ("Where", (!places.is_empty()).then(|| Cell::Markup(list(&places, key_path)))),
        (
            "Other evidence",
            (!finding.other_evidence.is_empty())
                .then(|| Cell::Markup(list(&finding.other_evidence, |item| html! { (text(item)) }))),
        ),
    ])
}

/// The list, the entry and the place of a finding.
fn place_of(finding: &Finding) -> String {
    let catalog = finding.catalog.map(CatalogName::short_name).map(str::to_owned);
    let entry = finding.entry.as_ref().and_then(|entry| entry.id).map(|id| format!("id {id}"));
    let place = finding.place.as_ref().map(ToString::to_string).filter(|place| !place.is_empty());
    [catalog, entry, place].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// What the policy withholds, with its reasons.
fn withheld(examined: &Examined) -> Markup {
    let allowed = &examined.withheld.allowed;
    let left_out = examined.withheld.left_out();
    html! {
        @if !allowed.is_empty() {
            (table("Allowed by policy", &["Finding", "Rule", "Until", "Reason"], allowed.iter().map(
                |Allowed { finding, reason, until }| vec![
                    Cell::Words(finding.sentence()),
                    Cell::Code(finding.rule.to_owned()),
                    Cell::Words(until.to_string()),
                    Cell::Words(reason.clone()),
                ],
            )))
        }
        @if left_out > 0 { p { "Left out, since it was not requested: " (counted(left_out, "finding")) "." } }
    }
}
