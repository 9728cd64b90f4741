//! A worker process, seen from the program that has started it.

use std::io::{self, BufReader, BufWriter, Read};
use std::process::{ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use catalog9::batch::{Passed, Reason};

use super::lost::Loss;
use super::message::{self, News, Order, Work};
use super::setup::Setup;
use super::watch::{Watch, Watched};
use crate::cli::args::WORKER;
use crate::cli::work::told::{Tell, Told};

/// How long a worker may take before it is ready for work, which is a matter of milliseconds.
const START: Duration = Duration::from_secs(30);

/// Bytes of its last words that are read.
const LAST_WORDS: u64 = 4096;

/// A worker process that is ready for work. When it is dropped, its process ends.
pub(super) struct Worker {
    process: Arc<Watched>,
    orders: BufWriter<ChildStdin>,
    news: BufReader<ChildStdout>,
    last_words: ChildStderr,
}

/// A step that a worker has begun and not ended.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) number: u64,
    pub(super) label: String,
    /// Whether steps within it have ended: then it is an archive, of which a part was told.
    pub(super) has_parts: bool,
}

/// Why a worker cannot go on.
pub(super) enum Stop {
    /// Nobody wants to know any more.
    Unwanted,
    /// The process has ended, or talks nonsense.
    Lost(Loss),
}

impl Worker {
    pub(super) fn start(setup: &Setup, watch: &Watch) -> io::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(WORKER).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Ctrl-C is for the program, which then ends its workers in order.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn()?;
        let streams = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let process = watch.add(child);
        let (Some(orders), Some(news), Some(last_words)) = streams else { return Err(io::ErrorKind::NotFound.into()) };
        let (orders, news) = (BufWriter::new(orders), BufReader::with_capacity(64 << 10, news));
        let mut worker = Self { process, orders, news, last_words };
        message::send(&mut worker.orders, setup, &[])?;
        match worker.wait(Some(START))? {
            Some(News::Ready) => Ok(worker),
            _ => Err(io::Error::other("the process did not begin to work")),
        }
    }

    /// Has it do that work, and tells what it says; `open` are the steps that it has begun and not ended.
    pub(super) fn work(
        &mut self,
        work: Work,
        limit: Option<Duration>,
        is_over: &dyn Fn() -> bool,
        open: &mut Vec<Step>,
        tell: &mut Tell<'_>,
    ) -> Result<(), Stop> {
        let result = self.converse(work, limit, is_over, open, tell);
        result.map_err(|stop| match stop {
            Stop::Lost(Loss::Nonsense(error)) => Stop::Lost(self.loss(error)),
            stop => stop,
        })
    }

    fn converse(
        &mut self,
        work: Work,
        limit: Option<Duration>,
        is_over: &dyn Fn() -> bool,
        open: &mut Vec<Step>,
        tell: &mut Tell<'_>,
    ) -> Result<(), Stop> {
        self.send(&Order::Examine(work))?;
        loop {
            let news = self.wait(limit).map_err(nonsense)?;
            let is_wanted = match news.ok_or_else(|| nonsense(io::ErrorKind::UnexpectedEof.into()))? {
                News::Done => return Ok(()),
                News::Ready => true,
                News::Alive => !is_over(),
                News::Begin { step, label } => {
                    open.push(Step { number: step, label, has_parts: false });
                    open.len() == 1 || !is_over()
                }
                News::End => {
                    open.pop();
                    for step in &mut *open {
                        step.has_parts = true;
                    }
                    true
                }
                News::Counts(counts) => tell(Told::Counts(message::counts(counts))),
                News::Passed(label, reason, found) => {
                    let reason = Reason::by_name(&reason).ok_or_else(|| nonsense(io::ErrorKind::InvalidData.into()))?;
                    tell(Told::Passed(Passed { label, reason, found }))
                }
                News::Claims(claims) => {
                    let claims = claims.read().ok_or_else(|| nonsense(io::ErrorKind::InvalidData.into()))?;
                    let (answer, answered) = sync_channel(1);
                    let is_wanted = tell(Told::Claims(Box::new(claims), answer));
                    match answered.recv() {
                        Ok(is_new) if is_wanted => self.send(&Order::Answer(is_new)).map(|()| true)?,
                        _ => false,
                    }
                }
                News::Unit { head, parts } => {
                    let unit = message::unit(&head).map_err(nonsense)?;
                    self.process.set_deadline(limit.map(|limit| Instant::now() + limit));
                    let fragments = message::fragments(&mut self.news, &parts);
                    self.process.set_deadline(None);
                    tell(Told::Unit(Box::new(unit), fragments.map_err(nonsense)?))
                }
                News::Failed(text) => tell(Told::Failed(io::Error::other(text))),
            };
            if !is_wanted {
                return Err(Stop::Unwanted);
            }
        }
    }

    fn send(&mut self, order: &Order) -> Result<(), Stop> {
        message::send(&mut self.orders, order, &[]).map_err(nonsense)
    }

    fn wait(&mut self, limit: Option<Duration>) -> io::Result<Option<News>> {
        self.process.set_deadline(limit.map(|limit| Instant::now() + limit));
        let news = message::receive(&mut self.news);
        self.process.set_deadline(None);
        news
    }

    /// Why nothing comes from the process any more.
    fn loss(&mut self, error: io::Error) -> Loss {
        if self.process.has_expired() {
            return Loss::Time;
        }
        let status = self.end();
        let mut words = Vec::new();
        let _ = self.last_words.by_ref().take(LAST_WORDS).read_to_end(&mut words);
        Loss::of(status.ok(), &String::from_utf8_lossy(&words), error)
    }

    fn end(&mut self) -> io::Result<ExitStatus> {
        let mut child = self.process.child();
        // What has ended already keeps the status that it has ended with.
        let _ = child.kill();
        child.wait()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.end();
    }
}

fn nonsense(error: io::Error) -> Stop {
    Stop::Lost(Loss::Nonsense(error))
}
