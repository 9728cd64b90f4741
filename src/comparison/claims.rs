//! What of an examination is compared with an earlier result: the findings, and what could be judged.

use super::identity::{Identity, system_of};
use crate::evidence::Kind;
use crate::examination::Examination;
use crate::finding::{Finding, Severity};

/// What an examination claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The system, as [`system_of`] names it.
    pub system: String,
    /// What kind of evidence it is.
    pub kind: Kind,
    /// What it is called.
    pub path: String,
    /// Whether the catalogs were read in full.
    pub is_complete: bool,
    /// The control sets that were examined.
    pub control_sets: Vec<Judged>,
    /// What was found, in the order of the control sets; what a policy withholds follows the findings of its control set.
    pub findings: Vec<Claim>,
}

/// What could be judged in a control set that was examined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Whether the system runs with it.
    pub is_current: bool,
    /// Ids of the rules that could not be judged.
    pub not_judged: Vec<String>,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// What makes it the same as another.
    pub identity: Identity,
    /// How much it matters.
    pub severity: Severity,
    /// Whether a policy withholds it.
    pub is_withheld: bool,
}

impl Claims {
    /// What that examination claims.
    #[must_use]
    pub fn of(examination: &Examination) -> Self {
        let mut claims = Self {
            system: system_of(examination),
            kind: examination.kind,
            path: examination.path.lossy().into_owned(),
            is_complete: examination.is_complete(),
            control_sets: Vec::new(),
            findings: Vec::new(),
        };
        for examined in &examination.examined {
            claims.control_sets.push(Judged {
                is_current: examined.control_set.roles.current,
                not_judged: examined.not_judged().map(|not_judged| not_judged.rule.to_owned()).collect(),
            });
            let claim = |finding: &Finding, is_withheld| Claim {
                identity: Identity::of(finding, system_of(examination), examined.control_set.roles.current),
                severity: finding.severity,
                is_withheld,
            };
            claims.findings.extend(examined.judgement.findings.iter().map(|finding| claim(finding, false)));
            claims.findings.extend(examined.withheld.findings().map(|finding| claim(finding, true)));
        }
        claims
    }
}

/// Marks the findings of an examination, in their order, as new or known.
pub fn mark(examination: &mut Examination, is_new: &[bool]) {
    let findings = examination.examined.iter_mut().flat_map(|examined| &mut examined.judgement.findings);
    for (finding, is_new) in findings.zip(is_new) {
        finding.is_new = Some(*is_new);
    }
}
