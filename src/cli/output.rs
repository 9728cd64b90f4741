//! Where the output goes.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use catalog9::catalog::is_harmful;
use miette::{GraphicalReportHandler, GraphicalTheme, Report};

use super::exit::Exit;

/// Standard output, buffered, with styles where the terminal shows them.
pub(super) struct Output(BufWriter<AutoStream<io::Stdout>>);

impl Output {
    pub(super) fn new(color: ColorChoice) -> Self {
        Self(BufWriter::new(AutoStream::new(io::stdout(), color)))
    }

    /// Leaves everything as it is from now on, since what follows is no text.
    pub(super) fn pass_through(&mut self) {
        self.0 = BufWriter::new(AutoStream::always_ansi(io::stdout()));
    }

    /// Hands the last of the output over.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Tells what went wrong with one piece of evidence, or with the output, on standard error.
///
/// A standard error that is closed is no reason to stop.
pub(super) fn complain(report: &Report) {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode()).with_width(100).with_links(false);
    let mut text = String::new();
    if handler.render_report(&mut text, report.as_ref()).is_ok() {
        let mut stream = anstream::AutoStream::auto(io::stderr());
        let _ = stream.write_all(text.as_bytes());
    }
}

/// Prints what clap has to say: help to standard output, what is wrong to standard error.
///
/// clap repeats arguments as they are, and those may be file names that act on a terminal.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
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
