//! What is said of a path by how it stands to the one that Windows writes in its place.

use super::machinery::Subject;
use crate::catalog::{Standing, Text};
use crate::finding::{Finding, Severity, Verdict};

/// What is wrong with a path that Windows would write otherwise.
pub(super) struct Remark {
    standing: Standing,
    clause: String,
}

impl Subject<'_> {
    /// What is to be said of a path in place of one of `own`; `None` where it is as Windows writes it.
    pub(super) fn remark(&self, stored: &Text, wow64: bool, own: &[&str]) -> Option<Remark> {
        let standing = self.folder.standing(stored, wow64, own);
        let clause = match standing {
            Standing::Own => return None,
            Standing::Respelled => ", another spelling of Windows' own".to_owned(),
            Standing::Unconfirmed => ", and nothing confirms that Windows is on that drive".to_owned(),
            Standing::OtherWindows => {
                let folder = self.folder.shown().map(ToString::to_string).unwrap_or_default();
                format!(", and Windows is in {folder}")
            }
            Standing::Foreign => " and not Windows' own".to_owned(),
        };
        Some(Remark { standing, clause })
    }
}

impl Remark {
    /// The remark as the end of a sentence that names the path.
    pub(super) fn clause(&self) -> &str {
        &self.clause
    }

    /// The same behind a sentence that says without it that the path is another one.
    pub(super) fn clause_of_another_file(&self) -> &str {
        if self.standing == Standing::Foreign { "" } else { &self.clause }
    }

    /// Whether it is only another spelling of the same path.
    pub(super) fn is_spelling(&self) -> bool {
        self.standing == Standing::Respelled
    }

    /// Makes the finding matter as much as the remark does: less than an error where the path may be right.
    pub(super) fn weigh(&self, finding: &mut Finding) {
        match self.standing {
            Standing::Respelled => {
                finding
                    .severity(Severity::Note)
                    .implies(Verdict::Intact)
                    .harmless("it leads to the file that Windows names there");
            }
            Standing::Unconfirmed => {
                finding.severity(Severity::Warning).implies(Verdict::Corrupt);
            }
            Standing::Own | Standing::OtherWindows | Standing::Foreign => {}
        }
    }
}
