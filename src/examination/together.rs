//! Several files of one system as one: its registry, what was said of it while it ran, and what it logged.

use std::cmp::Reverse;

use super::measure::{EvidenceFile, measured};
use super::{Evidence, Examination, Options, Others, earlier, examination};
use crate::catalog::difference::{Difference, differences};
use crate::catalog::{Facts, Place, Text};
use crate::evidence::{self, ControlSet, Defect, Error, Kind, ReadOptions, Reading, Together};
use crate::rules::SystemReport;

/// Examines several files of one system as one: a hive or several registration files, reports and listings of the same
/// system, with which the registry is compared, and so is a hive with registration files, earlier states of it, its event logs, which show who changed the catalogs, and what says which
/// Windows it has. A listing or report may stand for the registry, and several that show the same.
///
/// # Errors
///
/// As [`super::examine`]; where there is no registry among them or more than one, or several reports and no registry, unless they show the same; where registration files contradict
/// each other; and where two files name different computers.
pub fn examine_together(evidence: Vec<Evidence<'_>>, options: &Options) -> Result<Examination, Error> {
    let mut exports = Together::new(options.code_page);
    let (mut parts, mut of_logs, mut others, mut drives) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut earlier, mut of_exports) = (Vec::new(), Vec::new());
    for Evidence { path, content, logs, scratch, drives: of_piece, is_earlier_state } in evidence {
        drives.extend(of_piece);
        if is_earlier_state {
            earlier.extend(earlier::state(path, content, options));
            continue;
        }
        let read_options = ReadOptions {
            code_page: options.code_page,
            logs: &logs,
            carve: options.carve,
            keep_registry: false,
            scratch,
        };
        let (reading, part) = measured(Evidence::new(path, content), options.hash, |path, content| {
            if evidence::is_registration_file(content)? {
                return exports.add(path, content).map(|()| None);
            }
            evidence::read(content, &read_options).map(Some)
        })?;
        of_logs.extend(logs.iter().map(|log| EvidenceFile::of_bytes(log.name.clone(), log.bytes, options.hash)));
        match reading {
            Some(reading) => others.push((part.path.clone(), reading)),
            None => of_exports.push(part.path.clone()),
        }
        parts.push(part);
    }
    let names: Vec<String> = parts.iter().map(|part| part.path.lossy().into_owned()).collect();
    let exports = exports.finish()?.map(|reading| {
        let name = if let [only] = of_exports.as_slice() { only.clone() } else { Text::new("the registration files") };
        (name, reading)
    });
    let (mut registry, others) = apart(exports, others)?;
    let mut reports: Vec<SystemReport> = listing(&mut registry).into_iter().collect();
    if others.iter().filter(|(_, reading)| reading.kind == Kind::SoftwareHive).count() > 1 {
        return Err(Error::NotTogether { found: "several SOFTWARE hives" });
    }
    // What a SOFTWARE hive says of Windows counts more than what a program said.
    let (software, others): (Vec<_>, Vec<_>) =
        others.into_iter().partition(|(_, reading)| reading.kind == Kind::SoftwareHive);
    let mut damage = Vec::new();
    for (name, mut reading) in software.into_iter().chain(others) {
        damage.extend(std::mem::take(&mut reading.defects).into_iter().map(|defect| of_piece(&name, defect)));
        match reading.kind {
            Kind::EventLog | Kind::Autoruns | Kind::SoftwareHive | Kind::SystemInfo => {
                add_facts(&mut registry, reading);
            }
            _ => reports.extend(report(name, reading)),
        }
    }
    registry.events.sort_by_key(|event| event.time);
    let size = parts.iter().map(|part| part.size).sum();
    let path = Text::new(names.join(" + "));
    let others = Others { reports: &reports, earlier: &earlier, drives: &drives };
    let mut examination = Examination { parts, logs: of_logs, ..examination(registry, others, path, size, options)? };
    // A damaged report does not make the registry that it is compared with damaged.
    examination.defects.extend(damage);
    Ok(examination)
}

/// The one registry, and the rest, which is compared with it.
fn apart(
    exports: Option<(Text, Reading)>,
    others: Vec<(Text, Reading)>,
) -> Result<(Reading, Vec<(Text, Reading)>), Error> {
    let of_kind = |others: Vec<(Text, Reading)>, kind| -> (Vec<_>, Vec<_>) {
        others.into_iter().partition(|(_, reading)| reading.kind == kind)
    };
    let (mut hives, mut reports) = of_kind(others, Kind::Hive);
    if exports.is_none() && hives.is_empty() {
        // What reg query printed is a registry where there is no better one, and a report of it elsewhere.
        (hives, reports) = of_kind(reports, Kind::RegQuery);
    }
    if exports.is_none() && hives.is_empty() {
        let (of_lists, others): (Vec<_>, Vec<_>) = reports.into_iter().partition(|(_, reading)| has_lists(reading));
        hives.extend(best_of(of_lists)?);
        reports = others;
    }
    let registry = match (exports, hives.pop()) {
        (Some(exports), None) => exports,
        (exports, Some(hive)) if hives.is_empty() => {
            // A running system writes exports, as it does reports.
            reports.extend(exports);
            hive
        }
        (None, None) => return Err(Error::NotTogether { found: "no registry" }),
        (_, Some(_)) => return Err(Error::NotTogether { found: "several registries" }),
    };
    let mut named = std::iter::once(&registry).chain(&reports).filter_map(computer);
    if let Some((one, place_of_one)) = named.next()
        && let Some((other, place_of_other)) = named.find(|(other, _)| !is_same_computer(one, other))
    {
        let [one, place_of_one, other, place_of_other] =
            [one, place_of_one, other, place_of_other].map(|name| name.shortened(100));
        return Err(Error::OtherComputer { one, place_of_one, other, place_of_other });
    }
    Ok((registry.1, reports))
}

/// Whether it is a report or a listing, which stands for the registry where there is none.
fn has_lists(reading: &Reading) -> bool {
    matches!(reading.kind, Kind::Nfo | Kind::MsinfoText | Kind::Netsh | Kind::Wmic | Kind::CrashAnnotation)
}

/// The report that shows most of several that show the same entries; nothing where there is none.
fn best_of(mut reports: Vec<(Text, Reading)>) -> Result<Option<(Text, Reading)>, Error> {
    let shown =
        |(_, reading): &(Text, Reading)| current(reading).map_or(0, |set| set.catalogs.told.bits().count_ones());
    reports.sort_by_key(|report| Reverse(shown(report)));
    let mut reports = reports.into_iter();
    let Some(best) = reports.next() else { return Ok(None) };
    if reports.all(|(_, other)| shows_the_same(&best.1, &other)) {
        Ok(Some(best))
    } else {
        Err(Error::NotTogether { found: "several reports and no registry" })
    }
}

/// Whether two listings show the same entries, all of them.
fn shows_the_same(one: &Reading, other: &Reading) -> bool {
    const LISTS: Facts = Facts::ENTRIES.union(Facts::IDS).union(Facts::PATHS).union(Facts::WHOLE_LISTS);
    let catalogs = |reading| current(reading).map(|control_set: &ControlSet| &control_set.catalogs);
    let (Some(one), Some(other)) = (catalogs(one), catalogs(other)) else { return false };
    // Without a catalog it is about what stands beside the lists.
    let is_of_lists = |difference: &Difference| difference.catalog.is_some();
    one.tells(LISTS) && other.tells(LISTS) && !differences(one, other).iter().any(is_of_lists)
}

fn current(reading: &Reading) -> Option<&ControlSet> {
    reading.control_sets.iter().find(|control_set| control_set.roles.current)
}

/// The computer that evidence names, and what the evidence is called.
fn computer((name, reading): &(Text, Reading)) -> Option<(&Text, &Text)> {
    Some((current(reading)?.computer_name.as_ref()?, name))
}

/// Longest name of a computer: a longer one of its network is cut off to become this.
const LONGEST_NAME: usize = 15;

/// The names of one computer differ in letter case, in the domain that event logs add, and where they are cut off.
fn is_same_computer(one: &Text, other: &Text) -> bool {
    let [one, other] = [one, other].map(|name| {
        name.lossy()
            .chars()
            .take_while(|character| *character != '.')
            .take(LONGEST_NAME)
            .flat_map(char::to_lowercase)
            .collect::<String>()
    });
    one == other
}

/// The listing in the text of a registry, as a report of the same system.
pub(super) fn listing(reading: &mut Reading) -> Option<SystemReport> {
    let catalogs = reading.listing.take()?.catalogs;
    Some(SystemReport { name: Text::new("the listing in the same file"), written: None, catalogs })
}

/// A defect with the name of the piece of evidence that has it.
fn of_piece(name: &Text, defect: Defect) -> Defect {
    let path = [name.to_string(), defect.place.path].join(": ");
    Defect { place: Place { path: path.trim_end_matches(": ").to_owned(), ..defect.place }, ..defect }
}

/// Adds facts of other evidence to the registry.
fn add_facts(registry: &mut Reading, other: Reading) {
    let computer_name = current(&other).and_then(|control_set| control_set.computer_name.clone());
    if let Some(control_set) = registry.control_sets.iter_mut().find(|control_set| control_set.roles.current) {
        control_set.computer_name = control_set.computer_name.take().or(computer_name);
    }
    registry.events.extend(other.events);
    registry.files.extend(other.files);
    registry.software = registry.software.take().or(other.software);
}

/// A report as the rules take it: of several listings the last.
fn report(name: Text, reading: Reading) -> Option<SystemReport> {
    let written = reading.report.as_ref().and_then(|head| head.written).map(|written| written.to_string());
    let control_set = reading.control_sets.into_iter().find(|control_set| control_set.roles.current)?;
    Some(SystemReport { name, written, catalogs: control_set.catalogs })
}

/// What is to be said of a comparison with a report, whatever comes of it.
pub(super) fn sentence(report: &SystemReport) -> String {
    let written = report.written.as_ref().map(|written| format!(", written {written}")).unwrap_or_default();
    let is_whole = report.catalogs.tells(Facts::WHOLE_LISTS);
    let part = if is_whole { "" } else { "; it may be incomplete, so entries missing from it are not reported" };
    format!("The registry was compared with {}{written}{part}.", report.name.shortened(100))
}
