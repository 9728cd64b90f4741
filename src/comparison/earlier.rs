//! The findings of an earlier result, so that what is new since then can be told.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};

use super::identity::{Identity, system_of};
use crate::evidence::Kind;
use crate::examination::Examination;
use crate::finding::Severity;
use crate::rules;

/// The findings of an earlier result.
#[derive(Debug, Clone, Default)]
pub struct Earlier {
    /// Which pieces of evidence had each of them, as often as they had it, with its severity: one that has become worse
    /// is a new one.
    findings: HashMap<(Identity, Severity), Owners>,
    /// The pieces of evidence of each system and kind, by their paths.
    evidence: HashMap<(String, Kind), HashMap<String, usize>>,
    /// How many pieces of evidence there are.
    pieces: usize,
    /// What was told when a piece of evidence was examined again.
    again: HashMap<usize, Vec<Again>>,
}

/// A piece of evidence of an earlier result.
#[derive(Debug, Clone)]
pub struct Piece {
    /// The system that it is of, as [`system_of`] names it.
    pub system: String,
    /// What kind of evidence it is.
    pub kind: Kind,
    /// What it was called.
    pub path: String,
    /// What was found in it.
    pub findings: Vec<(Identity, Severity)>,
}

/// The pieces of evidence that had a finding, and how often each.
type Owners = BTreeMap<usize, usize>;

/// What a control set that was examined again can tell.
#[derive(Debug, Clone)]
struct Again {
    is_current: bool,
    not_judged: Vec<&'static str>,
}

impl Earlier {
    /// Adds a piece of evidence. What is told twice of one piece was still found once.
    pub fn add(&mut self, piece: Piece) {
        let evidence = self.number_of(piece.system, piece.kind, piece.path);
        let mut found: HashMap<(Identity, Severity), usize> = HashMap::new();
        for finding in piece.findings {
            *found.entry(finding).or_default() += 1;
        }
        for (finding, times) in found {
            let told = self.findings.entry(finding).or_default().entry(evidence).or_default();
            *told = times.max(*told);
        }
    }

    /// The number of a piece of evidence, which is a new one where it was not met before.
    fn number_of(&mut self, system: String, kind: Kind, path: String) -> usize {
        let known = self.evidence.entry((system, kind)).or_default();
        *known.entry(path).or_insert_with(|| {
            self.pieces += 1;
            self.pieces
        })
    }

    /// Says of each finding of an examination whether it is new. What was found once before is known once.
    pub fn mark(&mut self, examination: &mut Examination) {
        let same = self.examined_again(examination);
        let mut marks = Vec::new();
        for examined in &examination.examined {
            let mut is_known = |finding| {
                let identity = Identity::of(finding, examined, examination);
                let owners = self.findings.get_mut(&(identity, finding.severity));
                owners.is_some_and(|owners| take(owners, same))
            };
            marks.extend(examined.judgement.findings.iter().map(|finding| !is_known(finding)));
            // What a policy withholds is there all the same.
            for finding in examined.withheld.findings() {
                is_known(finding);
            }
        }
        let findings = examination.examined.iter_mut().flat_map(|examined| &mut examined.judgement.findings);
        for (finding, is_new) in findings.zip(marks) {
            finding.is_new = Some(is_new);
        }
    }

    /// Notes which piece of evidence is there again: the one of the same system, kind and path, or the only one of that
    /// system and kind, which may have another path by now. What was read in part tells of nothing that it is gone.
    fn examined_again(&mut self, examination: &Examination) -> Option<usize> {
        let key = (system_of(examination), examination.kind);
        let known = self.evidence.get(&key)?;
        let only = known.values().next().filter(|_| known.len() == 1);
        let same = *only.or_else(|| known.get(&*examination.path.lossy()))?;
        if examination.is_complete() {
            let told = examination.examined.iter().map(|examined| Again {
                is_current: examined.control_set.roles.current,
                not_judged: examined.not_judged().map(|not_judged| not_judged.rule).collect(),
            });
            self.again.entry(same).or_default().extend(told);
        }
        Some(same)
    }

    /// How many findings are no longer there: those of evidence that was examined again in full, by rules that could be
    /// judged.
    #[must_use]
    pub fn gone(&self) -> usize {
        let is_gone = |identity: &Identity, owner: &usize| {
            let told = |again: &Again| {
                again.is_current == identity.is_current && !again.not_judged.contains(&identity.rule.as_str())
            };
            let is_known = rules::ALL.iter().any(|rule| rule.id == identity.rule);
            is_known && self.again.get(owner).is_some_and(|again| again.iter().any(told))
        };
        let left = self.findings.iter().flat_map(|((identity, _), owners)| {
            owners.iter().filter(move |(owner, _)| is_gone(identity, owner)).map(|(_, times)| times)
        });
        left.sum()
    }
}

/// Takes away one of the findings: that of the same piece of evidence, else that of any other. Tells whether there was
/// one.
fn take(owners: &mut Owners, same: Option<usize>) -> bool {
    let own = same.filter(|number| owners.contains_key(number));
    let Some(owner) = own.or_else(|| owners.keys().next_back().copied()) else { return false };
    if let Entry::Occupied(mut times) = owners.entry(owner) {
        *times.get_mut() -= 1;
        if *times.get() == 0 {
            times.remove();
        }
    }
    true
}
