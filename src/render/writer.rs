//! What every format is written by, in two stages: items are pressed into fragments, and a writer puts these together.

use std::borrow::Cow;
use std::io::{self, Write};

use miette::Diagnostic;
use thiserror::Error;

use super::Refused;
use crate::batch::{Detail, Extract, Record, Status, Summary, Unit};
use crate::catalog::Text;
use crate::examination::Examination;

/// What the bytes of a format are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Bytes {
    /// Text as it is.
    Text,
    /// Text with styles, which are left out where they are not shown.
    StyledText,
    /// No text: they must not reach a terminal.
    Binary,
}

/// What a format says of one item, as bytes. It depends on that item alone, so that it can be made on any thread or in
/// another process; only the writer of the same format reads it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fragment {
    /// Most formats have one part; those that write different things to different places have more.
    pub parts: Vec<Vec<u8>>,
}

impl Fragment {
    /// A fragment of one part, which `write` writes.
    pub(super) fn written(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<Self> {
        let mut part = Vec::new();
        write(&mut part)?;
        Ok(Self { parts: vec![part] })
    }

    /// A part; one that is not there is empty.
    pub(super) fn part(&self, index: usize) -> &[u8] {
        self.parts.get(index).map_or(&[], Vec::as_slice)
    }

    /// The only part.
    pub(super) fn only(&self) -> &[u8] {
        self.part(0)
    }
}

/// Where the files beside one are.
pub struct Beside<'a> {
    /// The name of the file that they belong to.
    pub file: &'a str,
    /// The name of the folder that they are in, which lies beside that file.
    pub folder: &'a str,
    /// Writes a file of that name into the folder.
    pub write: &'a mut dyn FnMut(&str, &[u8]) -> io::Result<()>,
    /// Removes the file of that name from the folder if its first bytes contain that text; whether it was there and did.
    pub remove: &'a mut dyn FnMut(&str, &str) -> io::Result<bool>,
}

/// Writes a result in one format: [`Writer::begin`] once, [`Writer::add`] for each item, [`Writer::end`] once.
///
/// A writer holds no stream: it is given the same one in each call. Where a format allows it, an item is written as
/// soon as it is added; what is needed at the end is put into a [`super::Store`]. So the memory does not grow with the
/// number of items.
pub trait Writer {
    /// Writes what stands before the first item.
    ///
    /// # Errors
    ///
    /// Those of the stream.
    fn begin(&mut self, _stream: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    /// Adds an item: the unit, and what [`super::Format::press`] has made of it in the same format. What the format has
    /// no place for comes back as a remark.
    ///
    /// # Errors
    ///
    /// Those of the stream and of the store.
    fn add(&mut self, unit: &Unit, fragment: &Fragment, stream: &mut dyn Write) -> io::Result<Option<Remark>>;

    /// Writes what one file has no room for into files beside it, once, after the last item. Without this everything is in the
    /// stream, as far as it fits.
    ///
    /// # Errors
    ///
    /// Those of the files and of the store.
    fn spill(&mut self, _beside: &mut Beside<'_>) -> io::Result<()> {
        Ok(())
    }

    /// Writes what is only known at the end.
    ///
    /// # Errors
    ///
    /// Those of the stream and of the store.
    fn end(self: Box<Self>, summary: &Summary, stream: &mut dyn Write) -> io::Result<Option<Remark>>;
}

/// One item of a result.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Item<'a> {
    /// The record of a unit, with its examination where there is one.
    Record(&'a Record),
    /// A record that was written as a line of JSON and read back.
    Line {
        /// The unit.
        unit: &'a Unit,
        /// The line, with its line break.
        line: &'a [u8],
        /// What was said of it, where it was examined and a format shows more than the unit.
        extract: Option<&'a Extract>,
    },
}

impl<'a> Item<'a> {
    /// The unit that it is about.
    #[must_use]
    pub fn unit(&self) -> &'a Unit {
        match self {
            Self::Record(record) => &record.unit,
            Self::Line { unit, .. } => unit,
        }
    }

    /// The record, unless it is only a line.
    pub(super) fn record(&self) -> Option<&'a Record> {
        match self {
            Self::Record(record) => Some(record),
            Self::Line { .. } => None,
        }
    }

    /// What formats show of its examination, where there is one.
    pub(super) fn extract(&self, detail: Detail) -> Option<Cow<'a, Extract>> {
        match self {
            Self::Record(record) => record.examination().map(|one| Cow::Owned(Extract::of(one, detail))),
            Self::Line { extract, .. } => extract.map(Cow::Borrowed),
        }
    }

    /// Its examination, unless there is none or it is only a line.
    pub(super) fn examination(&self) -> Option<&'a Examination> {
        self.record().and_then(Record::examination)
    }

    /// What formats that show findings need of it.
    pub(super) fn outcome(&self) -> Outcome<'a> {
        match self.extract(Detail::Findings) {
            Some(extract) => Outcome::Examined(extract),
            None if self.unit().status == Status::Skipped => Outcome::Skipped(self.refused()),
            None => Outcome::Refused(self.refused()),
        }
    }

    /// Why there is no examination of it.
    pub(super) fn refused(&self) -> Refused {
        let unit = self.unit();
        let message = unit.failure.as_ref().map(|failure| failure.message.clone()).unwrap_or_default();
        Refused { path: Text::from(unit.label.as_str()), message }
    }
}

/// What became of an item.
pub(super) enum Outcome<'a> {
    /// It was examined.
    Examined(Cow<'a, Extract>),
    /// It holds no evidence, such as a link.
    Skipped(Refused),
    /// It could not be examined.
    Refused(Refused),
}

/// What a format has no place for, although somebody may look for it there.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
#[diagnostic(severity(Warning))]
#[non_exhaustive]
pub enum Remark {
    /// A timeline has nothing of a piece of evidence.
    #[error("{}: expected times, found none", path.shortened(200))]
    #[diagnostic(
        code(catalog9::no_times),
        help("registry hives record when their keys were written; this kind of evidence does not")
    )]
    NoTimes {
        /// The evidence.
        path: Text,
    },
    /// A timeline leaves times out.
    #[error("expected times from 1980 to 2099, found others, which are left out: {count}")]
    #[diagnostic(
        code(catalog9::implausible_times),
        help("such times are damaged or forged; --format json shows those of the catalogs")
    )]
    ImplausibleTimes {
        /// How many.
        count: usize,
    },
}

impl Remark {
    /// The remark on times that a timeline leaves out, if there are any.
    pub(super) fn of_left_out(count: usize) -> Option<Self> {
        (count > 0).then_some(Self::ImplausibleTimes { count })
    }
}
