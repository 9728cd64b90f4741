//! Why a worker process was lost, and what is said of the unit that it examined then.

use std::fmt;
use std::io;
use std::process::ExitStatus;

use catalog9::batch::{Failure, Status};
use miette::Diagnostic;
use thiserror::Error;

/// Why nothing comes from a worker process any more.
#[derive(Debug)]
pub(super) enum Loss {
    /// It took too long for a unit.
    Time,
    /// It needed more memory than it may have.
    Memory,
    /// It called itself without an end.
    Stack,
    /// It ended in another way.
    Ended(ExitStatus),
    /// What it said cannot be read.
    Nonsense(io::Error),
}

impl Loss {
    /// The loss that shows in how a process has ended, and in its last words. These are written by Rust's own runtime.
    pub(super) fn of(status: Option<ExitStatus>, last_words: &str, error: io::Error) -> Self {
        if last_words.contains("memory allocation of") {
            Self::Memory
        } else if last_words.contains("has overflowed its stack") {
            Self::Stack
        } else {
            status.map_or(Self::Nonsense(error), Self::Ended)
        }
    }

    /// What is said of the unit, and of what stands behind it in the same archive where that is not examined.
    pub(super) fn told(&self, seconds: u64, is_rest_missing: bool) -> (Status, Failure) {
        let rest = if is_rest_missing { "; what comes after it in the archive was not examined" } else { "" };
        match self {
            Self::Time => (Status::Limited, Failure::of(&Lost::Time { seconds, rest })),
            Self::Memory => (Status::Limited, Failure::of(&Lost::Memory { rest })),
            loss => (Status::Failed, Failure::of(&Lost::Died { how: loss.to_string(), rest })),
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time => formatter.write_str("took too long"),
            Self::Memory => formatter.write_str("had no memory left"),
            Self::Stack => formatter.write_str("overflowed its stack"),
            Self::Ended(status) => match signal(*status) {
                Some(signal) => write!(formatter, "was ended by signal {signal}"),
                None => match status.code() {
                    Some(code) => write!(formatter, "ended with code {code}"),
                    None => formatter.write_str("ended"),
                },
            },
            Self::Nonsense(error) => write!(formatter, "could not be understood: {error}"),
        }
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}

/// Why a unit has no examination.
#[derive(Debug, Error, Diagnostic)]
enum Lost {
    #[error("expected an examination within {seconds} s, found one that takes longer{rest}")]
    #[diagnostic(
        code(catalog9::time_limit),
        help("real evidence takes less than a second: look at it with care, or give it more time with --unit-timeout")
    )]
    Time { seconds: u64, rest: &'static str },

    #[error("expected an examination within the memory of a worker process, found one that needs more{rest}")]
    #[diagnostic(
        code(catalog9::memory_limit),
        help("real evidence takes a small part of that: look at it with care, with `catalog9 examine`")
    )]
    Memory { rest: &'static str },

    #[error("expected an examination, found a worker process that {how}{rest}")]
    #[diagnostic(
        code(catalog9::worker_died),
        help("please report it; everything else was examined in another process")
    )]
    Died { how: String, rest: &'static str },

    #[error("expected a worker process to examine it, found that none could be started: {0}")]
    #[diagnostic(
        code(catalog9::no_worker),
        help("see whether the system has processes and memory left; --isolation none needs no processes")
    )]
    Unstarted(io::Error),
}

/// What is said of a unit for which there is no process.
pub(super) fn unstarted(error: io::Error) -> (Status, Failure) {
    (Status::Failed, Failure::of(&Lost::Unstarted(error)))
}
