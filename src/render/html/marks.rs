//! How entries and findings are marked: one word for each, which is a class of the style sheet.

use std::collections::BTreeMap;

use crate::baseline::{Baseline, Origin};
use crate::catalog::provider::MSWSOCK;
use crate::catalog::{CatalogName, ProtocolEntry, Text};
use crate::examination::Examined;
use crate::finding::{Severity, Verdict};

/// What stands out, and how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    /// Windows' own.
    Own,
    /// Not Windows' own, and worth no more than a note.
    Known,
    /// A person must decide.
    Warning,
    /// It is wrong.
    Error,
}

impl Mark {
    /// Its class.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Known => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// What it means, for people who do not see colours.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Own => "Windows' own",
            Self::Known => "not Windows' own",
            Self::Warning => "to be reviewed",
            Self::Error => "wrong",
        }
    }
}

/// The class of a verdict.
pub(in crate::render) fn of_verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Intact => "good",
        Verdict::KnownAdditions | Verdict::NothingSuspiciousVisible => "note",
        Verdict::NotJudged | Verdict::Unusual | Verdict::Additions => "warning",
        Verdict::PotentiallyUnwanted
        | Verdict::Incomplete
        | Verdict::NetworkDisabled
        | Verdict::Corrupt
        | Verdict::Hijacked => "error",
    }
}

/// What findings say of the entries of a control set.
pub(super) struct Marks<'a> {
    baseline: &'a Baseline,
    entries: BTreeMap<(CatalogName, Option<&'a Text>, Option<u32>), Severity>,
    libraries: BTreeMap<String, Severity>,
}

impl<'a> Marks<'a> {
    pub(super) fn of(examined: &'a Examined) -> Self {
        let mut entries = BTreeMap::new();
        let mut libraries = BTreeMap::new();
        for finding in &examined.judgement.findings {
            let severity = finding.severity;
            for entry in finding.entry.iter().chain(&finding.further_entries) {
                if let Some(catalog) = finding.catalog {
                    let worst = entries.entry((catalog, entry.key.as_ref(), entry.id)).or_insert(severity);
                    *worst = severity.max(*worst);
                }
            }
            // Windows' own DLL is in nearly all entries, which a finding about one of them does not concern.
            for library in finding.libraries.iter().filter(|library| !library.is(MSWSOCK)) {
                let worst = libraries.entry(library.lower()).or_insert(severity);
                *worst = severity.max(*worst);
            }
        }
        Self { baseline: &examined.baseline, entries, libraries }
    }

    /// How a DLL is marked of which nothing else is known.
    pub(super) fn of_library(&self, path: &Text) -> Mark {
        match self.libraries.get(&path.lower()) {
            Some(Severity::Error) => Mark::Error,
            Some(Severity::Warning) => Mark::Warning,
            Some(Severity::Note) => Mark::Known,
            None => Mark::Own,
        }
    }

    /// How an entry of that list is marked.
    pub(super) fn of_entry(&self, catalog: CatalogName, entry: &ProtocolEntry) -> Mark {
        let by_entry = self.entries.get(&(catalog, entry.key.as_ref(), entry.catalog_entry_id));
        let by_library = entry.library_path.as_ref().and_then(|path| self.libraries.get(&path.lower()));
        match by_entry.max(by_library) {
            Some(Severity::Error) => Mark::Error,
            Some(Severity::Warning) => Mark::Warning,
            _ => match self.baseline.origin_of(entry) {
                Origin::Windows | Origin::Microsoft(_) | Origin::NotTold => Mark::Own,
                _ => Mark::Known,
            },
        }
    }
}
