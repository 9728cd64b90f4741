//! Worker processes that are kept and used again; a lost one is replaced, and only its unit is lost.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use catalog9::batch::{Counts, Failure, Record, Status};

use super::lost;
use super::message::Work;
use super::setup::Setup;
use super::watch::Watch;
use super::worker::{Step, Stop, Worker};
use crate::cli::intake::piece::{Job, News, Pieces};
use crate::cli::work::told::{Pressing, Tell};

/// How many processes one archive may cost before the rest of it is given up.
const MOST_LOST: usize = 16;

/// How often it is tried to start a process again, and how long between two times: others may end meanwhile.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(100);

/// Worker processes, one for each job at a time.
pub(in crate::cli) struct Workers<'a> {
    setup: Setup,
    pressing: &'a Pressing,
    limit: Option<Duration>,
    idle: Mutex<Vec<Worker>>,
    /// It is dropped after the processes that it watches.
    watch: Watch,
}

impl<'a> Workers<'a> {
    /// Starts as many as there are jobs at the same time, or fewer where the system has no more; tells how many.
    ///
    /// # Errors
    ///
    /// Where not even one can be started.
    pub(in crate::cli) fn start(
        setup: Setup,
        pressing: &'a Pressing,
        limit: Option<Duration>,
        jobs: usize,
    ) -> io::Result<(Self, usize)> {
        let watch = Watch::start()?;
        let mut idle = vec![Worker::start(&setup, &watch)?];
        let more = (1..jobs).map_while(|_| Worker::start(&setup, &watch).ok());
        idle.extend(more);
        let count = idle.len();
        Ok((Self { setup, pressing, limit, idle: Mutex::new(idle), watch }, count))
    }

    /// Does a job, and tells what comes of it.
    pub(in crate::cli) fn work(&self, job: Job, is_over: &dyn Fn() -> bool, tell: &mut Tell<'_>) {
        let inputs = match &job {
            Job::Say(_) => 1,
            Job::Examine(pieces) => u64::try_from(pieces.files.len()).unwrap_or(u64::MAX),
        };
        if !self.pressing.tell(News::Counts(Counts { inputs, ..Counts::default() }), tell) {
            return;
        }
        match job {
            Job::Say(record) => drop(self.pressing.tell(News::Record(record), tell)),
            Job::Examine(pieces) => self.examine(&pieces, is_over, tell),
        }
    }

    fn examine(&self, pieces: &Pieces, is_over: &dyn Fn() -> bool, tell: &mut Tell<'_>) {
        let label = pieces.files.first().map(|leader| leader.label.to_lossy()).unwrap_or_default();
        let Some(mut work) = Work::of(pieces) else { return };
        loop {
            let mut worker = match self.take() {
                Ok(worker) => worker,
                Err(error) => return self.say(label, lost::unstarted(error), tell),
            };
            let mut open: Vec<Step> = Vec::new();
            let loss = match worker.work(work.clone(), self.limit, is_over, &mut open, tell) {
                Ok(()) => return self.put_back(worker),
                Err(Stop::Unwanted) => return,
                Err(Stop::Lost(loss)) => loss,
            };
            drop(worker);
            let is_within_archive = open.len() > 1;
            let step = open.pop();
            let can_go_on = is_within_archive
                && work.lost.len() < MOST_LOST
                && step.as_ref().is_some_and(|step| !step.has_parts && !work.lost.contains(&step.number));
            let is_rest_missing = !can_go_on && (is_within_archive || step.as_ref().is_some_and(|step| step.has_parts));
            let told = loss.told(self.limit.unwrap_or_default().as_secs(), is_rest_missing);
            let name = step.as_ref().map_or(&label, |step| &step.label);
            self.say(name.clone(), told, tell);
            match step {
                Some(step) if can_go_on && !is_over() => work.lost.push(step.number),
                _ => return,
            }
        }
    }

    fn say(&self, label: String, (status, failure): (Status, Failure), tell: &mut Tell<'_>) {
        let record = Record::of_failure(label, status, failure);
        self.pressing.tell(News::Record(Box::new(record)), tell);
    }

    fn take(&self) -> io::Result<Worker> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut started = idle.map_or_else(|| Worker::start(&self.setup, &self.watch), Ok);
        for attempt in 1..TRIES {
            if started.is_ok() {
                break;
            }
            std::thread::sleep(attempt * PAUSE);
            started = Worker::start(&self.setup, &self.watch);
        }
        started
    }

    fn put_back(&self, worker: Worker) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
    }
}
