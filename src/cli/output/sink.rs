//! Where results go.

use std::fs::{self, File};
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use catalog9::batch::{Summary, Unit};
use catalog9::catalog::Text;
use catalog9::render::{Beside, Bytes, Format, Fragment, Item, Remark, Scope, Settings, Store, Writer};
use miette::{Report, Severity, miette};

use super::atomic::AtomicFile;
use super::presses::Presses;
use super::{Output, complain, ensure_hidden, usage, width_in};

/// Everything that a result is written to.
pub(in crate::cli) struct Sinks<'a> {
    stdout: Sink<&'a mut Output>,
    /// Whether nobody reads standard output any more, although there are files to be written.
    is_closed: bool,
    files: Vec<Sink<AtomicFile>>,
    /// The file in a folder of parts, whose name is only known at the end.
    part: Option<Sink<AtomicFile>>,
    presses: Presses,
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
        let mut presses = Presses::new(Vec::new(), scope, settings.clone());
        let mut files = Vec::new();
        for path in outputs.files {
            let name = path.to_string_lossy();
            let format = Format::of_file(&name, scope).ok_or_else(|| {
                let shown = Text::from(&*name).shortened(200);
                usage(format!("expected a name that ends with {}, found {shown}", Format::endings(scope)))
            })?;
            files.push(Sink::create(path, format, &mut presses)?);
        }
        let part = outputs.folder.zip(Format::by_name("jsonl", scope));
        let part = part.map(|(folder, lines)| Sink::create(&folder.join("part.jsonl"), lines, &mut presses));
        let part = part.transpose()?;
        let formats =
            files.iter().map(|file| file.format).chain([outputs.format]).chain(part.iter().map(|part| part.format));
        ensure_hidden(settings.heading.hidden, formats.map(|format| format.name))?;
        if outputs.format.bytes == Bytes::Binary && io::stdout().is_terminal() {
            return Err(usage("expected a file or a pipe for a binary format, found a terminal"));
        }
        if outputs.format.bytes != Bytes::StyledText {
            stdout.pass_through();
        }
        presses.set_width(width_of_stdout(settings.view.width));
        Ok(Self { stdout: Sink::new(stdout, outputs.format, &mut presses)?, is_closed: false, files, part, presses })
    }

    /// What makes the fragments that are added.
    pub(in crate::cli) fn presses(&self) -> &Presses {
        &self.presses
    }

    /// Writes what stands before the first item.
    pub(in crate::cli) fn begin(&mut self) -> io::Result<()> {
        let result = self.stdout.begin();
        self.while_open(result)?;
        self.files_mut().try_for_each(Sink::begin)
    }

    /// Writes a unit, of which each format says that.
    pub(in crate::cli) fn add(&mut self, unit: &Unit, fragments: &[Fragment]) -> io::Result<()> {
        if !self.is_closed {
            let result = self.stdout.add(unit, fragments);
            self.while_open(result)?;
        }
        self.files_mut().try_for_each(|file| file.add(unit, fragments))
    }

    /// Presses an item and writes it.
    pub(in crate::cli) fn add_item(&mut self, item: &Item<'_>) -> io::Result<()> {
        let fragments = self.presses.press(item)?;
        self.add(item.unit(), &fragments)
    }

    /// Writes what everything comes to, and gives files their names; `part` is that of the file in a folder of parts.
    pub(in crate::cli) fn end(mut self, summary: &Summary, part: &str) -> io::Result<()> {
        let result = if self.is_closed { Ok(()) } else { self.stdout.end(summary) };
        self.while_open(result)?;
        for mut file in self.files {
            file.spill()?;
            file.end(summary)?;
            file.stream.finish()?;
        }
        if let Some(mut file) = self.part {
            file.end(summary)?;
            file.stream.named(part).finish()?;
        }
        if self.is_closed {
            complain(&miette!(
                code = "catalog9::output",
                severity = Severity::Warning,
                "nobody read the standard output to its end; the files are complete"
            ));
        }
        Ok(())
    }

    /// Writes what everything comes to on standard output alone, since the work was interrupted.
    pub(in crate::cli) fn abandon(mut self, summary: &Summary) -> io::Result<()> {
        let result = if self.is_closed { Ok(()) } else { self.stdout.end(summary) };
        self.while_open(result)?;
        if self.has_files() {
            complain(&miette!(code = "catalog9::interrupted", "the work was interrupted, so no files were written"));
        }
        Ok(())
    }

    /// Where nobody reads standard output any more, the files are written all the same.
    fn while_open(&mut self, result: io::Result<()>) -> io::Result<()> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe && self.has_files() => {
                self.is_closed = true;
                self.stdout.stream.close();
                Ok(())
            }
            result => result,
        }
    }

    fn has_files(&self) -> bool {
        self.part.is_some() || !self.files.is_empty()
    }

    fn files_mut(&mut self) -> impl Iterator<Item = &mut Sink<AtomicFile>> {
        self.files.iter_mut().chain(&mut self.part)
    }
}

/// Bytes that must be kept to the end are held in memory up to here, and then lie in a file without a name.
const HELD: usize = 1 << 20;

fn new_store() -> Box<dyn Store> {
    Box::new(tempfile::spooled_tempfile(HELD))
}

/// The line width on standard output: that of the terminal, unless the user gives one.
pub(in crate::cli) fn width_of_stdout(chosen: Option<usize>) -> Option<usize> {
    chosen.or_else(|| width_in(terminal_size::terminal_size_of(io::stdout())))
}

/// One place that a result is written to, in one format.
struct Sink<W> {
    stream: W,
    format: &'static Format,
    writer: Option<Box<dyn Writer>>,
    /// Which of the fragments is of its format.
    press: usize,
}

impl Sink<AtomicFile> {
    fn create(path: &Path, format: &'static Format, presses: &mut Presses) -> Result<Self, Report> {
        let file = AtomicFile::create(path, format.bytes == Bytes::StyledText)
            .map_err(|error| usage(format!("the output cannot be written: {error}")))?;
        Self::new(file, format, presses)
    }

    /// Writes what has no room in the file into a folder beside it, which ends with `.files`.
    fn spill(&mut self) -> io::Result<()> {
        let path = self.stream.path().to_owned();
        let (file, folder) = (path.file_name().unwrap_or_default().to_string_lossy(), path.with_extension("files"));
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let mut write = |name: &str, bytes: &[u8]| {
            fs::create_dir_all(&folder)?;
            let mut file = AtomicFile::create(&folder.join(name), false)?;
            file.write_all(bytes)?;
            file.finish()
        };
        let mut remove = |name: &str, mark: &str| remove(&folder.join(name), mark);
        let mut beside = Beside { file: &file, folder: &name, write: &mut write, remove: &mut remove };
        self.writer.as_mut().map_or(Ok(()), |writer| writer.spill(&mut beside))
    }
}

impl<W: Write> Sink<W> {
    fn new(stream: W, format: &'static Format, presses: &mut Presses) -> Result<Self, Report> {
        let (writer, press) = presses
            .writer(format, new_store)
            .ok_or_else(|| usage(format!("expected a different format here, found {}", format.name)))?;
        Ok(Self { stream, format, writer: Some(writer), press })
    }

    fn begin(&mut self) -> io::Result<()> {
        self.writer.as_mut().map_or(Ok(()), |writer| writer.begin(&mut self.stream))
    }

    fn add(&mut self, unit: &Unit, fragments: &[Fragment]) -> io::Result<()> {
        let (Some(writer), Some(fragment)) = (&mut self.writer, fragments.get(self.press)) else { return Ok(()) };
        writer.add(unit, fragment, &mut self.stream).map(tell)
    }

    /// Writes what everything comes to.
    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        let Some(writer) = self.writer.take() else { return Ok(()) };
        writer.end(summary, &mut self.stream).map(tell)?;
        self.stream.flush()
    }
}

/// Bytes of a file among which the mark of what earlier runs have written stands.
const HEAD: u64 = 4096;

/// Removes a file that an earlier run has written, which its mark shows, and its folder with the last of them.
fn remove(path: &Path, mark: &str) -> io::Result<bool> {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    let is_ours = read.is_ok() && memchr::memmem::find(&head, mark.as_bytes()).is_some();
    if is_ours {
        fs::remove_file(path)?;
        // What others have put into the folder keeps it.
        let _ = path.parent().map(fs::remove_dir);
    }
    Ok(is_ours)
}

fn tell(remark: Option<Remark>) {
    if let Some(remark) = remark {
        complain(&Report::new(remark));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_earlier_run_has_written_is_removed_and_what_others_have_is_not() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("hosts.files");
        fs::create_dir(&folder).unwrap();
        let file = |name: &str, text: &str| {
            fs::write(folder.join(name), text).unwrap();
            folder.join(name)
        };
        let (ours, other) = (file("1.html", "<title>page 1</title>"), file("2.html", "<title>notes</title>"));
        assert!(remove(&ours, "<title>page 1</title>").unwrap() && !ours.exists());
        assert!(!remove(&ours, "<title>page 1</title>").unwrap(), "it is gone");
        assert!(!remove(&other, "<title>page 2</title>").unwrap() && other.exists());
        assert!(remove(&other, "<title>notes</title>").unwrap() && !folder.exists(), "the folder goes with the last");
    }
}
