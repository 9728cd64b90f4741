//! What a worker asks of an earlier result, which only the program itself holds: what was found once before is known once,
//! so the order of the units matters.

use catalog9::catalog::CatalogName;
use catalog9::comparison::{self, Identity, Judged};
use catalog9::evidence::Kind;
use catalog9::finding::Severity;
use serde::{Deserialize, Serialize};

/// What an examination claims.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Claims {
    system: String,
    kind: String,
    path: String,
    is_complete: bool,
    /// Whether each control set is the current one, and the rules that could not be judged there.
    control_sets: Vec<(bool, Vec<String>)>,
    findings: Vec<Claim>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Claim {
    system: String,
    is_current: bool,
    rule: String,
    catalog: Option<String>,
    entry: Option<String>,
    library: Option<String>,
    expected: Option<String>,
    found: Option<String>,
    severity: String,
    is_withheld: bool,
}

impl From<comparison::Claims> for Claims {
    fn from(claims: comparison::Claims) -> Self {
        let claim = |comparison::Claim { identity, severity, is_withheld }| {
            let Identity { system, is_current, rule, catalog, entry, library, expected, found } = identity;
            let catalog = catalog.map(|catalog| catalog.name().to_owned());
            let severity = Severity::name(severity).to_owned();
            Claim { system, is_current, rule, catalog, entry, library, expected, found, severity, is_withheld }
        };
        Self {
            system: claims.system,
            kind: claims.kind.name().to_owned(),
            path: claims.path,
            is_complete: claims.is_complete,
            control_sets: claims.control_sets.into_iter().map(|set| (set.is_current, set.not_judged)).collect(),
            findings: claims.findings.into_iter().map(claim).collect(),
        }
    }
}

impl Claims {
    /// The same for the comparison; nothing where this program does not know a word.
    pub(super) fn read(self) -> Option<comparison::Claims> {
        let claim = |claim: Claim| {
            let Claim { system, is_current, rule, entry, library, expected, found, is_withheld, .. } = claim;
            let catalog = match claim.catalog {
                Some(name) => Some(CatalogName::by_name(&name)?),
                None => None,
            };
            let severity = Severity::by_name(&claim.severity)?;
            let identity = Identity { system, is_current, rule, catalog, entry, library, expected, found };
            Some(comparison::Claim { identity, severity, is_withheld })
        };
        let judged = |(is_current, not_judged)| Judged { is_current, not_judged };
        Some(comparison::Claims {
            system: self.system,
            kind: Kind::by_name(&self.kind)?,
            path: self.path,
            is_complete: self.is_complete,
            control_sets: self.control_sets.into_iter().map(judged).collect(),
            findings: self.findings.into_iter().map(claim).collect::<Option<_>>()?,
        })
    }
}
