//! How the program ends.

use std::process::ExitCode;

/// How the program ends, as `--help` documents it; of several that hold the later counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exit {
    /// Nothing was found at or above `--fail-on`, and all evidence was examined and judged.
    Clean,
    /// Nothing was found, but some evidence could not be examined or judged, only in part or only as stored.
    Incomplete,
    /// Something was found, whether or not all evidence was examined.
    Found,
    /// The command line was wrong; nothing was done.
    Usage,
    /// The output could not be written.
    Failed,
}

impl Exit {
    /// How the program ends that has found something, or not, and has examined and judged all evidence, or not.
    pub(super) fn of(has_found: bool, is_complete: bool) -> Self {
        match (has_found, is_complete) {
            (true, _) => Self::Found,
            (false, false) => Self::Incomplete,
            (false, true) => Self::Clean,
        }
    }

    /// The exit code.
    pub(super) fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Clean => 0,
            Self::Found => 1,
            Self::Usage => 2,
            Self::Incomplete => 3,
            Self::Failed => 4,
        })
    }
}
