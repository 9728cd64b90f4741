//! The findings of an earlier result, to find out which are new since then.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};

use super::claims::{Claim, Claims, Judged, mark};
use super::identity::Identity;
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
    /// The result when a piece of evidence was examined again.
    again: HashMap<usize, Vec<Judged>>,
}

/// A piece of evidence of an earlier result.
#[derive(Debug, Clone)]
pub struct Piece {
    /// The system that it is of, as [`super::system_of`] names it.
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

impl Earlier {
    /// Adds a piece of evidence. Findings that were reported twice for one piece still count once.
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

    /// Says of each finding of an examination whether it is new.
    pub fn mark(&mut self, examination: &mut Examination) {
        let is_new = self.compare(Claims::of(examination));
        mark(examination, &is_new);
    }

    /// Says of each finding that is reported whether it is new. What was found once before is known once, so the order
    /// of the examinations matters.
    pub fn compare(&mut self, claims: Claims) -> Vec<bool> {
        let same = self.examined_again(&claims);
        let mut marks = Vec::new();
        for Claim { identity, severity, is_withheld } in claims.findings {
            let owners = self.findings.get_mut(&(identity, severity));
            let is_known = owners.is_some_and(|owners| take(owners, same));
            // What a policy withholds is there all the same.
            if !is_withheld {
                marks.push(!is_known);
            }
        }
        marks
    }

    /// Notes which piece of evidence is there again: the one of the same system, kind and path, or the only one of that
    /// system and kind, which may have another path by now. Evidence that was read in part does not show that anything is
    /// gone.
    fn examined_again(&mut self, claims: &Claims) -> Option<usize> {
        let known = self.evidence.get(&(claims.system.clone(), claims.kind))?;
        let only = known.values().next().filter(|_| known.len() == 1);
        let same = *only.or_else(|| known.get(&claims.path))?;
        if claims.is_complete {
            self.again.entry(same).or_default().extend(claims.control_sets.iter().cloned());
        }
        Some(same)
    }

    /// How many findings are no longer there: those of evidence that was examined again in full, by rules that could be
    /// judged.
    #[must_use]
    pub fn gone(&self) -> usize {
        let is_gone = |identity: &Identity, owner: &usize| {
            let told =
                |again: &Judged| again.is_current == identity.is_current && !again.not_judged.contains(&identity.rule);
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
