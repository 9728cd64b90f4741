//! The work of a worker process.

use std::io::{self, BufReader, BufWriter, Stdin, Stdout};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use catalog9::render::Fragment;

use super::limits;
use super::message::{self, News, Order};
use super::setup::Setup;
use crate::cli::work::examiner::{Control, Examiner, Extent};
use crate::cli::work::told::Told;

/// How often it says that it still reads an archive.
const PULSE: Duration = Duration::from_secs(1);

/// Stack of the thread that examines, whatever the environment says of stacks.
const STACK: usize = 8 << 20;

/// Does what comes through standard input, until nothing comes any more.
pub(in crate::cli) fn serve() -> io::Result<()> {
    limits::set();
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(work)?;
    thread.join().unwrap_or_else(|_| Err(io::Error::other("the worker has a fault")))
}

fn work() -> io::Result<()> {
    let mut orders = BufReader::new(io::stdin());
    let Some(setup) = message::receive::<Setup>(&mut orders)? else { return Ok(()) };
    let (Some(options), Some(pressing)) = (setup.options(), setup.pressing()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let (known, roots) = (setup.known()?, setup.roots()?);
    let line = Line::new();
    let (window, password) = (setup.window, setup.password());
    let examiner = Examiner { options, window, password, control: &line, known, roots, verify: setup.verify };
    line.send(&News::Ready, &[])?;
    while let Some(order) = message::receive::<Order>(&mut orders)? {
        let Order::Examine(work) = order else { continue };
        line.begin_work(&work.lost);
        let mut result = Ok(());
        examiner.examine_to_the_end(work.pieces(), &mut |news| {
            // What was told before a worker was lost is not told again.
            line.is_told() || pressing.tell(news, &mut |told| tell(told, &line, &mut orders, &mut result))
        });
        result?;
        line.send(&News::Done, &[])?;
    }
    Ok(())
}

/// Tells the program; whether it could be told.
fn tell(told: Told, line: &Line, orders: &mut BufReader<Stdin>, result: &mut io::Result<()>) -> bool {
    *result = match told {
        Told::Counts(counts) => line.send(&News::of_counts(counts), &[]),
        Told::Passed(passed) => line.send(&News::of_passed(passed), &[]),
        Told::Unit(unit, fragments) => News::of_unit(*unit, &fragments).and_then(|news| line.send(&news, &fragments)),
        Told::Failed(error) => line.send(&News::Failed(error.to_string()), &[]),
        Told::Claims(claims, answer) => {
            let asked = line.send(&News::Claims(Box::new((*claims).into())), &[]);
            asked.and_then(|()| message::receive::<Order>(orders)).and_then(|order| match order {
                Some(Order::Answer(is_new)) => answer.send(is_new).map_err(io::Error::other),
                _ => Err(io::ErrorKind::UnexpectedEof.into()),
            })
        }
    };
    result.is_ok()
}

/// The way to the program that has started this one.
struct Line(Mutex<State>);

struct State {
    news: BufWriter<Stdout>,
    last: Instant,
    /// Number of the next step.
    next: u64,
    /// The steps at which earlier workers were lost.
    lost: Vec<u64>,
}

impl Line {
    fn new() -> Self {
        let news = BufWriter::with_capacity(64 << 10, io::stdout());
        Self(Mutex::new(State { news, last: Instant::now(), next: 0, lost: Vec::new() }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A fault elsewhere does not break the state.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, news: &News, fragments: &[Fragment]) -> io::Result<()> {
        let mut state = self.state();
        state.last = Instant::now();
        message::send(&mut state.news, news, fragments)
    }

    fn begin_work(&self, lost: &[u64]) {
        let mut state = self.state();
        state.next = 0;
        state.lost = lost.to_vec();
    }

    /// Whether what is said now was told before a worker was lost.
    fn is_told(&self) -> bool {
        let state = self.state();
        state.lost.last().is_some_and(|last| state.next <= *last)
    }
}

impl Control for Line {
    /// The program ends the process where nobody wants its work any more.
    fn is_over(&self) -> bool {
        if self.state().last.elapsed() < PULSE {
            return false;
        }
        self.send(&News::Alive, &[]).is_err()
    }

    fn begin(&self, label: &str) -> Extent {
        let (step, extent) = {
            let mut state = self.state();
            let step = state.next;
            state.next += 1;
            let extent = match state.lost.last() {
                _ if state.lost.contains(&step) => Extent::Nothing,
                Some(last) if step < *last => Extent::Archives,
                _ => Extent::Everything,
            };
            (step, extent)
        };
        if extent != Extent::Nothing {
            let _ = self.send(&News::Begin { step, label: label.to_owned() }, &[]);
        }
        extent
    }

    fn end(&self) {
        let _ = self.send(&News::End, &[]);
    }
}
