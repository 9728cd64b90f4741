//! The JSON of a few pieces of evidence: a document of each.

use std::io::{self, Write};

use super::json;
use super::writer::{Item, Remark, Writer};
use crate::batch::{Record, Summary};
use crate::wire::v1;

/// One document, or an array of those of several pieces of evidence.
pub(super) struct Documents {
    documents: Vec<v1::Document>,
    is_array: bool,
}

impl Documents {
    pub(super) fn new(is_array: bool) -> Self {
        Self { documents: Vec::new(), is_array }
    }
}

impl Writer for Documents {
    fn add(&mut self, item: &Item<'_>, _stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        self.documents.extend(item.record().and_then(Record::examination).map(v1::Document::from));
        Ok(None)
    }

    fn end(self: Box<Self>, _summary: &Summary, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        if self.is_array {
            json::write(&self.documents, stream)?;
        } else {
            self.documents.iter().try_for_each(|document| json::write(document, &mut *stream))?;
        }
        Ok(None)
    }
}
