//! How the program ends.

use std::process::ExitCode;

/// How the program ends, as `--help` documents it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exit {
    /// Everything was read completely, and nothing was found at or above `--fail-on`.
    Clean,
    /// Everything was read completely, and something was found.
    Found,
    /// The command line was wrong; nothing was done.
    Usage,
    /// Some evidence could not be examined, or only in part.
    Incomplete,
    /// The output could not be written.
    Failed,
}

impl Exit {
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
