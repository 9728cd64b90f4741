//! Where results go.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use catalog9::batch::Summary;
use catalog9::catalog::Text;
use catalog9::render::{Format, Item, Remark, Scope, Settings, Writer};
use miette::{Report, miette};

use super::atomic::AtomicFile;
use super::{Output, complain, usage};

/// Everything that a result is written to.
pub(in crate::cli) struct Sinks<'a> {
    stdout: Sink<&'a mut Output>,
    files: Vec<Sink<AtomicFile>>,
    /// The file in a folder of parts, whose name is only known at the end.
    part: Option<Sink<AtomicFile>>,
}

/// What a command writes its result to.
pub(in crate::cli) struct Outputs<'a> {
    /// The format on standard output.
    pub(in crate::cli) format: &'static Format,
    /// Files, each in the format that its name ends with.
    pub(in crate::cli) files: &'a [PathBuf],
    /// A folder of parts, which are JSON lines.
    pub(in crate::cli) folder: Option<&'a Path>,
}

impl<'a> Sinks<'a> {
    /// Creates the files. Why one cannot be created is an error of the command line.
    pub(in crate::cli) fn new(
        outputs: &Outputs<'_>,
        scope: Scope,
        settings: &Settings,
        stdout: &'a mut Output,
    ) -> Result<Self, Report> {
        let file = |path: &PathBuf| {
            let name = path.to_string_lossy();
            let format = Format::of_file(&name, scope).ok_or_else(|| {
                let shown = Text::from(&*name).shortened(200);
                usage(format!("expected a name that ends with {}, found {shown}", Format::endings(scope)))
            })?;
            Sink::create(path, format, scope, settings)
        };
        let files = outputs.files.iter().map(file).collect::<Result<_, Report>>()?;
        let part = outputs.folder.zip(Format::by_name("jsonl", scope));
        let part = part.map(|(folder, lines)| Sink::create(&folder.join("part.jsonl"), lines, scope, settings));
        if outputs.format.is_binary {
            if io::stdout().is_terminal() {
                return Err(usage("expected a file or a pipe for a form that is no text, found a terminal"));
            }
            stdout.pass_through();
        }
        Ok(Self { stdout: Sink::new(stdout, outputs.format, scope, settings)?, files, part: part.transpose()? })
    }

    /// Writes what stands before the first item.
    pub(in crate::cli) fn begin(&mut self) -> io::Result<()> {
        self.stdout.begin()?;
        self.files.iter_mut().chain(&mut self.part).try_for_each(Sink::begin)
    }

    /// Writes an item.
    pub(in crate::cli) fn add(&mut self, item: &Item<'_>) -> io::Result<()> {
        self.stdout.add(item)?;
        self.files.iter_mut().chain(&mut self.part).try_for_each(|file| file.add(item))
    }

    /// Writes what everything comes to, and gives files their names; `part` is that of the file in a folder of parts.
    pub(in crate::cli) fn end(self, summary: &Summary, part: &str) -> io::Result<()> {
        self.stdout.end(summary)?;
        for file in self.files {
            file.end(summary)?.finish()?;
        }
        match self.part {
            Some(file) => file.end(summary)?.named(part).finish(),
            None => Ok(()),
        }
    }

    /// Writes what everything comes to on standard output alone, since the work was interrupted.
    pub(in crate::cli) fn abandon(self, summary: &Summary) -> io::Result<()> {
        self.stdout.end(summary)?;
        if self.part.is_some() || !self.files.is_empty() {
            complain(&miette!(
                code = "catalog9::interrupted",
                "the work was interrupted, so that no files were written"
            ));
        }
        Ok(())
    }
}

/// One place that a result is written to, in one format.
struct Sink<W> {
    stream: W,
    writer: Box<dyn Writer>,
}

impl Sink<AtomicFile> {
    fn create(path: &Path, format: &Format, scope: Scope, settings: &Settings) -> Result<Self, Report> {
        let file = AtomicFile::create(path, format.is_binary)
            .map_err(|error| usage(format!("the output cannot be written: {error}")))?;
        Self::new(file, format, scope, settings)
    }
}

impl<W: Write> Sink<W> {
    fn new(stream: W, format: &Format, scope: Scope, settings: &Settings) -> Result<Self, Report> {
        let writer = format.writer(scope, settings);
        let writer = writer.ok_or_else(|| usage(format!("expected another format here, found {}", format.name)))?;
        Ok(Self { stream, writer })
    }

    fn begin(&mut self) -> io::Result<()> {
        self.writer.begin(&mut self.stream)
    }

    fn add(&mut self, item: &Item<'_>) -> io::Result<()> {
        self.writer.add(item, &mut self.stream).map(tell)
    }

    /// Writes what everything comes to, and gives the stream back.
    fn end(mut self, summary: &Summary) -> io::Result<W> {
        self.writer.end(summary, &mut self.stream).map(tell)?;
        Ok(self.stream)
    }
}

fn tell(remark: Option<Remark>) {
    if let Some(remark) = remark {
        complain(&Report::new(remark));
    }
}
