//! Remarks on a path by its relation to the one that Windows writes in its place.

use super::machinery::Subject;
use super::remedies::preserve;
use crate::catalog::{Place, Standing, Text};
use crate::finding::{Finding, Remedy, Severity, Verdict};

/// A remark on a path that Windows would write differently.
pub(super) struct Remark {
    standing: Standing,
    clause: String,
}

impl Subject<'_> {
    /// The remark on a path in place of one of `own`; `None` if it is as Windows writes it.
    pub(super) fn remark(&self, stored: &Text, wow64: bool, own: &[&str]) -> Option<Remark> {
        let standing = self.folder.standing(stored, wow64, own);
        let clause = match standing {
            Standing::Own => return None,
            Standing::Respelled => ", another spelling of Windows' own path".to_owned(),
            Standing::Unconfirmed => "; nothing confirms that Windows is on that drive".to_owned(),
            Standing::OtherWindows => {
                let folder = self.folder.shown().map(ToString::to_string).unwrap_or_default();
                format!(", but Windows is in {folder}")
            }
            Standing::Foreign => ", not Windows' own".to_owned(),
        };
        Some(Remark { standing, clause })
    }
}

impl Remark {
    /// The remark as the end of a sentence that names the path.
    pub(super) fn clause(&self) -> &str {
        &self.clause
    }

    /// The same after a sentence that already says that the path is a different one.
    pub(super) fn clause_of_another_file(&self) -> &str {
        if self.standing == Standing::Foreign { "" } else { &self.clause }
    }

    /// Whether it is only another spelling of the same path.
    pub(super) fn is_spelling(&self) -> bool {
        self.standing == Standing::Respelled
    }

    /// Proposes to keep the file and to give the value of that key back one of `own`. Another spelling of the right path
    /// may stay.
    pub(super) fn restore(&self, finding: &mut Finding, stored: &Text, key: &Place, value: &'static str, own: &[&str]) {
        if !self.is_spelling() {
            finding.remedy(preserve(stored)).remedy(Remedy::restore(key, value, own));
        }
    }

    /// The same of the path of an entry.
    pub(super) fn restore_library(&self, finding: &mut Finding, stored: &Text, own: &[&str]) {
        if !self.is_spelling() {
            finding.remedy(preserve(stored)).restore_library(own);
        }
    }

    /// Makes the finding matter as much as the remark does: less than an error where the path may be right.
    pub(super) fn weigh(&self, finding: &mut Finding) {
        match self.standing {
            Standing::Respelled => {
                finding
                    .severity(Severity::Note)
                    .implies(Verdict::Intact)
                    .harmless("it leads to the file that Windows uses");
            }
            Standing::Unconfirmed => {
                finding.severity(Severity::Warning).implies(Verdict::Corrupt);
            }
            Standing::Own | Standing::OtherWindows | Standing::Foreign => {}
        }
    }
}
