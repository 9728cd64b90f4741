//! The JSON of a few pieces of evidence: a document of each.

use std::io::{self, Write};

use super::json;
use super::writer::{Fragment, Item, Remark, Writer};
use crate::batch::{Detail, Summary, Unit};
use crate::wire::v2;

/// The document of an item. In an array what could not be examined has its record, which says why.
pub(super) fn press(item: &Item<'_>, is_array: bool) -> io::Result<Fragment> {
    let Some(record) = item.record() else { return Ok(Fragment::default()) };
    let depth = usize::from(is_array);
    Fragment::written(|stream| match record.examination() {
        Some(examination) => json::write_within(depth, &v2::Document::from(examination), stream),
        None if is_array => json::write_within(depth, &v2::Record::of(record, Detail::Everything), stream),
        None => Ok(()),
    })
}

/// One document, or an array of those of several pieces of evidence.
pub(super) struct Documents {
    is_array: bool,
    has_begun: bool,
}

impl Documents {
    pub(super) fn new(is_array: bool) -> Self {
        Self { is_array, has_begun: false }
    }
}

impl Writer for Documents {
    fn add(&mut self, _unit: &Unit, fragment: &Fragment, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        if self.is_array {
            stream.write_all(if std::mem::replace(&mut self.has_begun, true) { b",\n  " } else { b"[\n  " })?;
            stream.write_all(fragment.only())?;
        } else if !fragment.only().is_empty() {
            stream.write_all(fragment.only())?;
            stream.write_all(b"\n")?;
        }
        Ok(None)
    }

    fn end(self: Box<Self>, _summary: &Summary, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        if self.is_array { stream.write_all(b"\n]\n").map(|()| None) } else { Ok(None) }
    }
}
