//! Where records go.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use catalog9::batch::{Record, Summary};
use miette::miette;

use super::super::output::{Output, complain};
use super::args::{Form, ScanArgs, Sort};
use super::atomic::AtomicFile;
use super::report::Report;
use super::usage;

/// Everything that records are written to.
pub(super) struct Sinks<'a> {
    stdout: Sink<&'a mut Output>,
    files: Vec<Sink<AtomicFile>>,
    /// The file in --output-dir, whose name is only known at the end.
    part: Option<Sink<AtomicFile>>,
}

impl<'a> Sinks<'a> {
    pub(super) fn new(arguments: &ScanArgs, output: &'a mut Output) -> Result<Self, miette::Report> {
        let mut files = Vec::new();
        for path in &arguments.output {
            let name = path.to_string_lossy();
            let form = Form::of_name(&name).ok_or_else(|| {
                let shown = catalog9::catalog::Text::from(&*name).shortened(200);
                usage(format!("expected a name that ends with {}, found {shown}", Form::endings()))
            })?;
            files.push(Sink::create(path, form, arguments.sort)?);
        }
        let part = match arguments.output_dir.as_ref().map(|folder| folder.join("part.jsonl")) {
            None => None,
            Some(path) => Some(Sink::create(&path, Form::Jsonl, None)?),
        };
        if arguments.format.is_binary() {
            if io::stdout().is_terminal() {
                return Err(usage("expected a file or a pipe for a form that is no text, found a terminal"));
            }
            output.pass_through();
        }
        Ok(Self { stdout: Sink::new(output, arguments.format, arguments.sort), files, part })
    }

    /// Writes a record.
    pub(super) fn record(&mut self, record: &Record) -> io::Result<()> {
        self.stdout.record(record)?;
        self.files.iter_mut().chain(&mut self.part).try_for_each(|file| file.record(record))
    }

    /// Writes what all records come to, and gives files their names, unless the work was interrupted. That of a part is
    /// made of what was examined.
    pub(super) fn finish(self, summary: &Summary, part: &str) -> io::Result<()> {
        self.stdout.finish(summary)?;
        let has_files = self.part.is_some() || !self.files.is_empty();
        if summary.interrupted && has_files {
            complain(&miette!(
                code = "catalog9::interrupted",
                "the work was interrupted, so that no files were written"
            ));
            return Ok(());
        }
        for file in self.files {
            file.finish(summary)?.finish()?;
        }
        match self.part {
            Some(file) => file.finish(summary)?.named(part).finish(),
            None => Ok(()),
        }
    }
}

/// One place that records are written to, in one form.
struct Sink<W> {
    writer: W,
    report: Report,
}

impl Sink<AtomicFile> {
    fn create(path: &Path, form: Form, sort: Option<Sort>) -> Result<Self, miette::Report> {
        let file = AtomicFile::create(path, form.is_binary())
            .map_err(|error| usage(format!("the output cannot be written: {error}")))?;
        Ok(Self::new(file, form, sort))
    }
}

impl<W: Write> Sink<W> {
    fn new(writer: W, form: Form, sort: Option<Sort>) -> Self {
        Self { writer, report: Report::new(form, sort) }
    }

    fn record(&mut self, record: &Record) -> io::Result<()> {
        self.report.record(record, &mut self.writer)
    }

    /// Writes what all records come to, and gives the writer back.
    fn finish(mut self, summary: &Summary) -> io::Result<W> {
        self.report.finish(summary, &mut self.writer)?;
        Ok(self.writer)
    }
}
