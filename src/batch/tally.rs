//! Counting while records pass, so that no record has to be kept.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::foreign::spelled_alike;
use super::summary::{NotShown, Prevalence, RuleTotal, SinceEarlier, Summary};
use super::{Counts, Foreign, LibraryPrevalence, Reason, SeenLibrary, Shard, Status, Unit};
use crate::catalog::{Facts, Guid};
use crate::finding::{Severity, Verdict};

/// What is known of all units so far. It grows with the number of computers and of different providers, not with that
/// of the units.
#[derive(Debug, Default)]
pub struct Tally {
    counts: Counts,
    no_evidence: BTreeMap<Reason, u64>,
    is_interrupted: bool,
    is_shard: bool,
    shards: BTreeSet<Shard>,
    statuses: BTreeMap<Status, u64>,
    verdicts: BTreeMap<Verdict, u64>,
    stale: u64,
    computers: HashMap<String, u32>,
    rules: BTreeMap<(String, Severity), Rule>,
    allowed: usize,
    left_out: usize,
    not_judged: BTreeMap<u64, u64>,
    /// Of each comparison with an earlier result how many findings are gone.
    gone: Vec<Option<usize>>,
    foreign: BTreeMap<(Option<Guid>, String, String), Provider>,
    /// DLLs by path and SHA-256.
    libraries: BTreeMap<(String, Option<String>), Library>,
    /// Bytes that they take.
    library_bytes: usize,
    /// How often a unit has a DLL that is not among them, since they have no room.
    libraries_uncounted: u64,
}

/// Bytes that the DLLs may take that are counted: more than 40,000 different ones of usual length.
const MOST_LIBRARY_BYTES: usize = 64 << 20;

/// Names of computers that are kept for each DLL.
const MOST_HOSTS: usize = 10;

/// A DLL, and where it was seen.
#[derive(Debug)]
struct Library {
    first: SeenLibrary,
    first_seen: Option<String>,
    units: u64,
    computers: BTreeSet<u32>,
    hosts: BTreeSet<String>,
}

#[derive(Debug, Default)]
struct Rule {
    findings: usize,
    known: usize,
    units: u64,
    computers: BTreeSet<u32>,
}

#[derive(Debug)]
struct Provider {
    /// Of all spellings the first, so that the order in which they are met does not matter.
    spelling: Foreign,
    units: u64,
    computers: BTreeSet<u32>,
}

impl Tally {
    /// Counts a unit.
    pub fn add(&mut self, unit: &Unit) {
        count(&mut self.statuses, unit.status);
        if !matches!(unit.status, Status::Examined | Status::Partial) {
            return;
        }
        if let Some(verdict) = unit.verdict {
            count(&mut self.verdicts, verdict);
        }
        self.stale += u64::from(unit.stale);
        self.allowed += unit.allowed;
        self.left_out += unit.left_out;
        unit.not_judged.iter().for_each(|fact| count(&mut self.not_judged, fact.bits()));
        let computer = self.computer(unit);
        for finding in &unit.findings {
            let rule = self.rules.entry((finding.rule.clone(), finding.severity)).or_default();
            rule.findings += finding.count;
            rule.known += finding.new.map_or(0, |new| finding.count.saturating_sub(new));
            rule.units += 1;
            rule.computers.insert(computer);
        }
        for foreign in unit.foreign.iter().collect::<BTreeSet<_>>() {
            self.add_foreign(foreign, computer);
        }
        for library in unit.libraries.iter().collect::<BTreeSet<_>>() {
            self.add_library(library, computer, unit.host.as_deref());
        }
    }

    fn add_library(&mut self, seen: &SeenLibrary, computer: u32, host: Option<&str>) {
        let key = (spelled_alike(&seen.path), seen.content.as_ref().map(|content| content.sha256.clone()));
        if !self.libraries.contains_key(&key) {
            let bytes = self.library_bytes.saturating_add(seen.bytes());
            if bytes > MOST_LIBRARY_BYTES {
                self.libraries_uncounted += 1;
                return;
            }
            self.library_bytes = bytes;
        }
        let library = self.libraries.entry(key).or_insert_with(|| Library {
            first: seen.clone(),
            first_seen: None,
            units: 0,
            computers: BTreeSet::new(),
            hosts: BTreeSet::new(),
        });
        if *seen < library.first {
            library.first = seen.clone();
        }
        let modified = seen.content.as_ref().and_then(|content| content.modified.clone());
        library.first_seen = library.first_seen.take().into_iter().chain(modified).min();
        library.units += 1;
        library.computers.insert(computer);
        library.hosts.extend(host.map(str::to_owned));
        if library.hosts.len() > MOST_HOSTS {
            library.hosts.pop_last();
        }
    }

    fn add_foreign(&mut self, foreign: &Foreign, computer: u32) {
        let path = foreign.library_path.as_deref().map(spelled_alike);
        let key = (foreign.provider_id, path.unwrap_or_default(), foreign.name.clone());
        let provider = self.foreign.entry(key).or_insert_with(|| Provider {
            spelling: foreign.clone(),
            units: 0,
            computers: BTreeSet::new(),
        });
        if *foreign < provider.spelling {
            provider.spelling = foreign.clone();
        }
        provider.units += 1;
        provider.computers.insert(computer);
    }

    fn computer(&mut self, unit: &Unit) -> u32 {
        let next = u32::try_from(self.computers.len()).unwrap_or(u32::MAX);
        *self.computers.entry(unit.computer()).or_insert(next)
    }

    fn shared_names(&self) -> usize {
        let mut names: HashMap<&str, usize> = HashMap::new();
        for (name, _) in self.computers.keys().filter_map(|computer| computer.split_once('\0')) {
            *names.entry(name).or_default() += 1;
        }
        names.into_values().filter(|computers| *computers > 1).count()
    }

    /// Counts what was met beside the units. Members of archives that are no evidence are files of another kind.
    pub fn count(&mut self, counts: Counts) {
        self.counts.add(counts);
        self.pass(Reason::OtherFile, counts.other);
    }

    /// Counts a file that is not evidence.
    pub fn count_passed(&mut self, reason: Reason) {
        self.counts.add(Counts { other: 1, ..Counts::default() });
        self.pass(reason, 1);
    }

    fn pass(&mut self, reason: Reason, files: u64) {
        if files > 0 {
            let total = self.no_evidence.entry(reason).or_default();
            *total = total.saturating_add(files);
        }
    }

    /// Notes that somebody ended the work before it was done.
    pub fn interrupt(&mut self) {
        self.is_interrupted = true;
    }

    /// Notes that the findings were compared with an earlier result, of which so many are gone.
    pub fn compare(&mut self, gone: usize) {
        self.gone.push(Some(gone));
    }

    /// Notes that this is a part of the work, and meant to be no more.
    pub fn shard(&mut self, shard: Shard) {
        self.is_shard = true;
        self.shards.insert(shard);
    }

    /// Takes over from the summary of a part what its records do not tell.
    pub fn absorb(&mut self, part: &Summary) {
        self.counts.add(part.counts);
        part.no_evidence.iter().for_each(|(reason, files)| self.pass(*reason, *files));
        self.is_interrupted |= part.interrupted;
        self.shards.extend(&part.shards);
        self.gone.extend(part.since_earlier.map(|since| since.gone));
    }

    /// The summary of everything that was counted.
    #[must_use]
    pub fn summary(self) -> Summary {
        let shared_names = self.shared_names();
        let since_earlier = self.since_earlier();
        let status = |status| self.statuses.get(&status).copied().unwrap_or_default();
        let shards: Vec<Shard> = self.shards.into_iter().collect();
        let all_read = self.statuses.keys().all(|status| status.is_complete());
        let rules = self.rules.into_iter().map(|((rule, severity), total)| RuleTotal {
            rule,
            severity,
            findings: total.findings,
            new: since_earlier.map(|_| total.findings.saturating_sub(total.known)),
            units: total.units,
            computers: total.computers.len(),
        });
        let mut findings: Vec<RuleTotal> = rules.collect();
        // Those of one rule stand in the order in which version 1 of the JSON has always had them.
        findings.sort_by(|one, other| (&one.rule, one.severity.name()).cmp(&(&other.rule, other.severity.name())));
        let mut prevalence: Vec<Prevalence> = self
            .foreign
            .into_values()
            .map(|provider| Prevalence {
                computers: provider.computers.len(),
                units: provider.units,
                provider: provider.spelling,
            })
            .collect();
        prevalence.sort_by_key(|provider| (provider.computers, provider.units));
        let mut libraries: Vec<LibraryPrevalence> = self
            .libraries
            .into_values()
            .map(|library| LibraryPrevalence {
                computers: library.computers.len(),
                units: library.units,
                hosts: library.hosts.into_iter().collect(),
                first_seen: library.first_seen,
                library: library.first,
            })
            .collect();
        libraries.sort_by_key(|library| (library.computers, library.units));
        Summary {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            complete: all_read && !self.is_interrupted && (self.is_shard || are_whole(&shards)),
            interrupted: self.is_interrupted,
            shards,
            counts: self.counts,
            no_evidence: self.no_evidence,
            units: self.statuses.values().sum(),
            examined: status(Status::Examined),
            partial: status(Status::Partial),
            failed: status(Status::Failed),
            limited: status(Status::Limited),
            skipped: status(Status::Skipped),
            computers: self.computers.len(),
            shared_names,
            verdicts: self.verdicts,
            stale: self.stale,
            since_earlier,
            allowed: self.allowed,
            left_out: self.left_out,
            not_judged: self
                .not_judged
                .into_iter()
                .map(|(fact, units)| NotShown { fact: Facts::from_bits_truncate(fact), units })
                .collect(),
            findings,
            prevalence,
            libraries,
            libraries_uncounted: self.libraries_uncounted,
        }
    }

    fn since_earlier(&self) -> Option<SinceEarlier> {
        let gone = match self.gone.as_slice() {
            [] => return None,
            [only] => *only,
            _ => None,
        };
        let sum = |count: fn(&Rule) -> usize| self.rules.values().map(count).sum();
        Some(SinceEarlier {
            new: sum(|rule| rule.findings.saturating_sub(rule.known)),
            known: sum(|rule| rule.known),
            gone,
        })
    }
}

/// Whether these are all shards of one division, or the work was not divided.
fn are_whole(shards: &[Shard]) -> bool {
    shards.first().is_none_or(|first| {
        let is_of_division = shards.iter().all(|shard| shard.count == first.count);
        is_of_division && u64::try_from(shards.len()) == Ok(first.count)
    })
}

fn count<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K) {
    *counts.entry(key).or_default() += 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dlls_without_end_meet_a_limit_that_is_counted() {
        let library = |number: usize| SeenLibrary {
            path: format!("{number}{}", "x".repeat(1 << 20)),
            of_windows: false,
            content: None,
        };
        let mut tally = Tally::default();
        for number in (0..40).chain(0..40) {
            tally.add_library(&library(number), 0, Some("PC1"));
        }
        let summary = tally.summary();
        assert_eq!(summary.libraries.len(), 31, "each is kept twice, as it is spelled and as it is compared");
        assert!(summary.libraries.iter().all(|library| library.units == 2), "those that are counted are counted on");
        assert_eq!(summary.libraries_uncounted, 2 * 9);
    }
}
