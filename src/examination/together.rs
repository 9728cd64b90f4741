//! Several files of one system as one: its registry, what was said of it while it ran, and what it logged.

use super::measure::{EvidenceFile, measured};
use super::{Evidence, Examination, Options, examination};
use crate::catalog::{Facts, Place, Text};
use crate::evidence::{self, ControlSet, Defect, Error, Kind, ReadOptions, Reading, Together};
use crate::rules::SystemReport;

/// Examines several files of one system as one: a hive or several registration files, reports and listings of the same
/// system, with which the registry is compared, and its event logs, which show who changed the catalogs.
///
/// # Errors
///
/// As [`super::examine`]; where there is no registry among them or more than one; where registration files contradict
/// each other; and where two files name different computers.
pub fn examine_together(evidence: Vec<Evidence<'_>>, options: &Options) -> Result<Examination, Error> {
    let mut exports = Together::new(options.code_page);
    let (mut parts, mut of_logs, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for Evidence { path, content, logs, scratch } in evidence {
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
        others.extend(reading.map(|reading| (part.path.clone(), reading)));
        parts.push(part);
    }
    let names: Vec<String> = parts.iter().map(|part| part.path.lossy().into_owned()).collect();
    let (mut registry, others) = apart(exports.finish()?, others)?;
    let mut reports: Vec<SystemReport> = listing(&mut registry).into_iter().collect();
    for (name, reading) in others {
        match reading.kind {
            Kind::SoftwareHive if registry.software.is_some() => {
                return Err(Error::NotTogether { found: "several SOFTWARE hives" });
            }
            Kind::EventLog | Kind::Autoruns | Kind::SoftwareHive => add_facts(&mut registry, &name, reading),
            _ => reports.extend(report(name, reading)),
        }
    }
    registry.events.sort_by_key(|event| event.time);
    let size = parts.iter().map(|part| part.size).sum();
    let path = Text::new(names.join(" + "));
    Ok(Examination { parts, logs: of_logs, ..examination(registry, &reports, path, size, options)? })
}

/// The one registry, and the rest, which is compared with it.
fn apart(exports: Option<Reading>, others: Vec<(Text, Reading)>) -> Result<(Reading, Vec<(Text, Reading)>), Error> {
    let of_kind = |others: Vec<(Text, Reading)>, kind| -> (Vec<_>, Vec<_>) {
        others.into_iter().partition(|(_, reading)| reading.kind == kind)
    };
    let (mut hives, mut reports) = of_kind(others, Kind::Hive);
    if exports.is_none() && hives.is_empty() {
        // What reg query printed is a registry where there is no better one, and a report of it elsewhere.
        (hives, reports) = of_kind(reports, Kind::RegQuery);
    }
    let registry = match (exports, hives.pop()) {
        (Some(exports), None) => (Text::new("the registration files"), exports),
        (None, Some(hive)) if hives.is_empty() => hive,
        (None, None) => return Err(Error::NotTogether { found: "no registry" }),
        (None, Some(_)) => return Err(Error::NotTogether { found: "several registries" }),
        (Some(_), Some(_)) => return Err(Error::NotTogether { found: "a hive and registration files" }),
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

/// Adds facts of other evidence to the registry, with the damage of that evidence.
fn add_facts(registry: &mut Reading, name: &Text, other: Reading) {
    registry.events.extend(other.events);
    registry.files.extend(other.files);
    registry.software = registry.software.take().or(other.software);
    registry.defects.extend(other.defects.into_iter().map(|defect| {
        let path = [name.to_string(), defect.place.path].join(": ");
        Defect { place: Place { path: path.trim_end_matches(": ").to_owned(), ..defect.place }, ..defect }
    }));
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
