//! Where the output goes, and how the program ends.

mod atomic;
mod exit;
mod export;
mod guard;
mod heading;
mod presses;
mod progress;
mod sink;

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use catalog9::batch::Passed;
use catalog9::catalog::{Text, is_harmful};
use catalog9::render::Hidden;
use miette::{GraphicalReportHandler, GraphicalTheme, Report};

pub(super) use self::atomic::AtomicFile;
pub(super) use self::exit::Exit;
pub(super) use self::export::Export;
pub(super) use self::guard::Guard;
use self::heading::WithoutHeading;
pub(super) use self::presses::Presses;
pub(super) use self::progress::Progress;
pub(super) use self::sink::{Outputs, Sinks, width_of_stdout};

/// Standard output, buffered, with styles where the terminal shows them.
pub(in crate::cli) struct Output {
    stream: BufWriter<AutoStream<io::Stdout>>,
    /// Whether nobody reads it any more.
    is_closed: bool,
}

impl Output {
    pub(in crate::cli) fn new(color: ColorChoice) -> Self {
        Self { stream: BufWriter::new(AutoStream::new(io::stdout(), color)), is_closed: false }
    }

    /// Leaves everything as it is from now on: what follows has no styles, and may be no text.
    pub(in crate::cli) fn pass_through(&mut self) {
        self.stream = BufWriter::new(AutoStream::always_ansi(io::stdout()));
    }

    /// Leaves the rest out, since nobody reads it any more.
    pub(in crate::cli) fn close(&mut self) {
        self.is_closed = true;
    }

    /// Hands the last of the output over.
    pub(in crate::cli) fn finish(&mut self) -> io::Result<()> {
        self.flush()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_closed { Ok(bytes.len()) } else { self.stream.write(bytes) }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.is_closed { Ok(()) } else { self.stream.flush() }
    }
}

/// Characters of the narrowest terminal that lines are broken for.
const NARROWEST: usize = 40;

/// Line width of messages where standard error is no terminal, and the widest one elsewhere.
const WIDEST_MESSAGE: usize = 100;

/// The line width in a terminal of that size.
fn width_in(size: Option<(terminal_size::Width, terminal_size::Height)>) -> Option<usize> {
    size.map(|(width, _)| usize::from(width.0).max(NARROWEST))
}

/// Tells what went wrong with one piece of evidence, or with the output, on standard error.
///
/// A standard error that is closed is no reason to stop.
pub(in crate::cli) fn complain(report: &Report) {
    let width = width_in(terminal_size::terminal_size_of(io::stderr()));
    let width = width.map_or(WIDEST_MESSAGE, |width| width.min(WIDEST_MESSAGE));
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode()).with_width(width).with_links(false);
    let mut text = String::new();
    if handler.render_report(&mut text, &WithoutHeading(report.as_ref())).is_ok() {
        let mut stream = anstream::AutoStream::auto(io::stderr());
        let _ = stream.write_all(text.as_bytes());
    }
}

/// Lists a file that is not evidence on standard error, which may be closed.
pub(in crate::cli) fn list_skipped(Passed { label, reason, found }: &Passed) {
    let [label, found] = [label, found].map(|text| Text::from(text.as_str()).shortened(200));
    let _ = writeln!(io::stderr(), "skipped: {label}: {} ({found})", reason.name());
}

/// What is wrong with the command line, where the arguments alone do not show it.
pub(in crate::cli) fn usage(error: impl std::fmt::Display) -> Report {
    miette::miette!(code = "catalog9::usage", "{error}")
}

/// Where names are hidden, nothing is written in a format that shows them.
pub(in crate::cli) fn ensure_hidden<'f>(
    hidden: Hidden,
    formats: impl IntoIterator<Item = &'f str>,
) -> Result<(), Report> {
    match formats.into_iter().find(|format| hidden.is_anything() && *format != "html") {
        Some(format) => {
            Err(usage(format!("expected the format html with --redact, found {format}, which hides no names")))
        }
        None => Ok(()),
    }
}

/// Prints what clap has to say: help to standard output, what is wrong to standard error.
///
/// clap repeats arguments as they are, and those may be file names that act on a terminal.
pub(in crate::cli) fn refuse_arguments(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        return if error.print().is_ok() { ExitCode::SUCCESS } else { Exit::Failed.code() };
    }
    let text = error.render().to_string();
    let mut harmless = String::with_capacity(text.len());
    for character in text.chars() {
        if is_harmful(character) && character != '\n' {
            harmless.extend(character.escape_unicode());
        } else {
            harmless.push(character);
        }
    }
    let _ = io::stderr().write_all(harmless.as_bytes());
    Exit::Usage.code()
}
