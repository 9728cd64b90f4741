//! Where units are examined: in worker processes, or in threads.

use std::io;
use std::num::NonZero;
use std::thread::available_parallelism;
use std::time::Duration;

use catalog9::Options;
use catalog9::archive::Password;
use miette::{Severity, miette};

use crate::cli::args::{Isolation, ScanArgs};
use crate::cli::intake::knowledge::KnowledgeFiles;
use crate::cli::intake::known::KnownHashes;
use crate::cli::intake::piece::Job;
use crate::cli::intake::policy::Wanted;
use crate::cli::intake::tree::NamedRoot;
use crate::cli::output::complain;
use crate::cli::work::examiner::{Control, Examiner};
use crate::cli::work::interrupt::Interrupt;
use crate::cli::work::process::{Setup, Workers};
use crate::cli::work::told::{Pressing, Tell};

/// How many jobs there may be for each processor: more cost memory and gain nothing.
const MOST: usize = 4;

/// Where units are examined.
pub(super) struct Workshop<'a> {
    place: Place<'a>,
    jobs: usize,
    pressing: &'a Pressing,
    interrupt: &'a Interrupt,
}

enum Place<'a> {
    Processes(Workers<'a>),
    Threads(Examiner<'a>),
}

impl<'a> Workshop<'a> {
    /// Starts the worker processes, where they are wanted; threads do the work where none can be started.
    pub(super) fn open(
        arguments: &ScanArgs,
        (options, known, password): (Options, Option<KnownHashes>, Option<Password>),
        roots: Vec<NamedRoot>,
        wanted: (Wanted, KnowledgeFiles),
        pressing: &'a Pressing,
        interrupt: &'a Interrupt,
    ) -> Self {
        let jobs = jobs(arguments.jobs);
        let window = arguments.max_window << 20;
        if arguments.isolation == Isolation::Process {
            let limit = Some(Duration::from_secs(arguments.unit_timeout)).filter(|limit| !limit.is_zero());
            let setup = Setup::new(&options, window, password.as_ref(), arguments, wanted, pressing);
            match Workers::start(setup, pressing, limit, jobs) {
                Ok((workers, started)) => {
                    if started < jobs {
                        warn(&format!("expected {jobs} worker processes, found that only {started} could be started"));
                    }
                    return Self { place: Place::Processes(workers), jobs: started, pressing, interrupt };
                }
                Err(error) => warn(&unstarted(&error)),
            }
        }
        let verify = arguments.verify_unchanged;
        let examiner = Examiner { options, window, password, control: interrupt, known, roots, verify };
        Self { place: Place::Threads(examiner), jobs, pressing, interrupt }
    }

    /// How many jobs are done at the same time.
    pub(super) fn jobs(&self) -> usize {
        self.jobs
    }

    /// Does a job, and tells what comes of it.
    pub(super) fn work(&self, job: Job, tell: &mut Tell<'_>) {
        match &self.place {
            Place::Processes(workers) => workers.work(job, &|| self.interrupt.is_over(), tell),
            Place::Threads(examiner) => examiner.work(job, &mut |news| self.pressing.tell(news, tell)),
        }
    }
}

/// As many jobs as are asked for, within reason.
fn jobs(asked: usize) -> usize {
    let processors = available_parallelism().map_or(1, NonZero::get);
    let most = MOST * processors;
    if asked > most {
        warn(&format!("expected at most {MOST} jobs for each processor, found {asked}; there are {most} now"));
    }
    if asked == 0 { processors } else { asked.min(most) }
}

fn unstarted(error: &io::Error) -> String {
    format!("expected worker processes, found that none can be started, so that threads do the work: {error}")
}

fn warn(text: &str) {
    complain(&miette!(code = "catalog9::jobs", severity = Severity::Warning, "{text}"));
}
