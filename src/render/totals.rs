//! What many pieces of evidence come to, in words that more than one format uses.

use crate::batch::{SinceEarlier, Summary, Unit};
use crate::examination::{Examination, Examined};
use crate::finding::Verdict;

/// How many computers there are, whether some have the same name, and whether some may count more than once.
pub(super) fn computers(summary: &Summary) -> String {
    let shared = match summary.shared_names {
        0 => String::new(),
        1 => "; one name occurs in several collections, whose computers count apart".to_owned(),
        names => format!("; {names} names occur in several collections, whose computers count apart"),
    };
    let ungrouped = match summary.counts.ungrouped {
        0 => String::new(),
        1 => "; one unit is not grouped by computer: its collection is too large".to_owned(),
        units => format!("; {units} units are not grouped by computer: their collections are too large"),
    };
    format!("{}{shared}{ungrouped}", summary.computers)
}

/// How many files there were.
pub(super) fn files(summary: &Summary) -> String {
    let counts = &summary.counts;
    let members = if counts.members == 0 { String::new() } else { format!(", {} in archives", counts.members) };
    format!("{}{members}; {} are not evidence", counts.inputs, counts.other)
}

/// How many units there are, and what became of them.
pub(super) fn units(summary: &Summary) -> String {
    let parts = [
        (summary.examined, "examined"),
        (summary.partial, "only in part"),
        (summary.failed, "could not be examined"),
        (summary.limited, "over a limit"),
        (summary.skipped, "skipped"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    format!("{}{}{}", summary.units, if parts.is_empty() { "" } else { ": " }, parts.join(", "))
}

/// How many units have each verdict, the weightiest first.
pub(super) fn verdicts(summary: &Summary) -> String {
    let verdicts: Vec<String> = Verdict::ALL
        .iter()
        .rev()
        .filter_map(|verdict| Some(format!("{} {}", summary.verdicts.get(verdict)?, verdict.title())))
        .collect();
    let stale = match summary.stale {
        0 => String::new(),
        units => format!("; {units} from dirty hives examined as stored"),
    };
    if verdicts.is_empty() { "none".to_owned() } else { format!("{}{stale}", verdicts.join(", ")) }
}

/// What stands beside everything that is said of a dirty hive in the state in which it was stored.
pub(super) const AS_STORED: &str = "as stored; a newer state may exist";

/// The verdict of a control set, which for a stale hive is only that of its state as it was stored.
pub(super) fn verdict_of(verdict: Verdict, examination: &Examination) -> String {
    if examination.is_stale() { format!("{}, {AS_STORED}", verdict.title()) } else { verdict.title().to_owned() }
}

/// What decides the verdict in words, and the control set that does: its worst finding, or what holds of it. `None` where
/// there is no control set.
pub(super) fn headline(examination: &Examination) -> Option<(String, &Examined)> {
    let decisive = examination.decisive()?;
    let words = decisive.worst.as_ref().or(decisive.summary.first()).cloned().unwrap_or_default();
    let is_main = examination.main().is_some_and(|main| std::ptr::eq(main, decisive));
    let name = decisive.control_set.name.as_ref().filter(|_| !is_main);
    let words = name.map_or_else(|| words.clone(), |name| format!("in {}: {words}", name.shortened(40)));
    Some((words, decisive))
}

/// The verdict of a unit, which for a stale hive is only that of its state as it was stored.
pub(super) fn verdict(verdict: Verdict, unit: &Unit) -> String {
    format!("{}{}", verdict.title(), if unit.stale { ", as stored" } else { "" })
}

/// Which parts of the work these are, where it was divided.
pub(super) fn shards(summary: &Summary) -> Option<String> {
    let shards: Vec<String> = summary.shards.iter().map(ToString::to_string).collect();
    (!shards.is_empty()).then(|| shards.join(", "))
}

/// How the findings compare with those of an earlier result, where there is one.
pub(super) fn since_earlier(summary: &Summary) -> Option<String> {
    let SinceEarlier { new, known, gone } = summary.since_earlier?;
    let gone = gone.map_or_else(|| "number gone unknown".to_owned(), |gone| format!("{gone} gone"));
    Some(format!("{new} new, {known} known, {gone}"))
}

/// What a policy withholds from the findings, where it does.
pub(super) fn withheld(summary: &Summary) -> Option<String> {
    let Summary { allowed, left_out, .. } = summary;
    let parts = [(allowed, "allowed by policy"), (left_out, "not requested")];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| **count > 0).map(|(count, why)| format!("{count} {why}")).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Whether all evidence was examined.
pub(super) fn completeness(summary: &Summary) -> &'static str {
    if summary.complete {
        "yes"
    } else if summary.interrupted {
        "no: it was interrupted"
    } else {
        "no: some units were not examined, or only in part or as stored, or a shard is missing"
    }
}
