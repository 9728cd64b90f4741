//! The JSON of many pieces of evidence: a record of each unit, then the summary.

use std::io::{self, Write};

use super::json;
use super::writer::{Fragment, Item, Remark, Writer};
use crate::batch::{Detail, Summary, Unit};
use crate::wire::v2;

/// The record of an item as a line, with everything or with what was found alone.
pub(super) fn press(item: &Item<'_>, is_full: bool) -> io::Result<Fragment> {
    let detail = if is_full { Detail::Everything } else { Detail::Findings };
    Fragment::written(|stream| match item {
        Item::Record(record) => json::write_line(&v2::Record::of(record, detail), stream),
        Item::Line { line, .. } => stream.write_all(line),
    })
}

/// A record a line.
pub(super) struct Lines;

impl Writer for Lines {
    fn add(&mut self, _unit: &Unit, fragment: &Fragment, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        stream.write_all(fragment.only()).map(|()| None)
    }

    fn end(self: Box<Self>, summary: &Summary, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        json::write_line(&v2::Record::from(summary), stream).map(|()| None)
    }
}

/// The same records as one array.
#[derive(Default)]
pub(super) struct Array {
    has_begun: bool,
}

impl Array {
    fn separate(&mut self, stream: &mut dyn Write) -> io::Result<()> {
        stream.write_all(if std::mem::replace(&mut self.has_begun, true) { b"," } else { b"[" })
    }
}

impl Writer for Array {
    fn add(&mut self, _unit: &Unit, fragment: &Fragment, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        self.separate(stream)?;
        stream.write_all(fragment.only()).map(|()| None)
    }

    fn end(mut self: Box<Self>, summary: &Summary, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        self.separate(stream)?;
        json::write_line(&v2::Record::from(summary), &mut *stream)?;
        stream.write_all(b"]\n").map(|()| None)
    }
}
