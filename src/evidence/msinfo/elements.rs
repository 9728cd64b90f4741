//! The elements of an NFO file, and the categories and rows that they make.
//!
//! Only `MsInfo`, `Metadata`, `Version`, `CreationUTC`, `Category` and `Data` are called the same in all languages. Of
//! the elements in `Data` the first and the second are taken, whatever they are called.

use std::borrow::Cow;
use std::ops::ControlFlow;

use memchr::memchr;

use super::category::{Collector, Parts};
use super::row::Row;
use crate::catalog::{Place, Text};
use crate::evidence::encoding::TextEncoding;
use crate::evidence::{Defect, Defects};

/// Open elements within each other; real files have 7.
const MAX_DEPTH: usize = 256;
/// Bytes of one text or attribute; the longest real one has 12,725 characters.
pub(super) const MAX_LENGTH: usize = 1 << 20;

/// What the head of the file says.
#[derive(Debug, Default)]
pub(super) struct Metadata {
    pub(super) version: String,
    pub(super) created: String,
}

/// What an open element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Category,
    Data,
    Cell,
    Version,
    Created,
    Other,
}

/// The elements that are open, and what was read in those that are not.
#[derive(Debug)]
pub(super) struct Elements<'a> {
    /// The line that is being read.
    pub(super) line: u64,
    encoding: TextEncoding,
    collector: Collector<'a>,
    metadata: Metadata,
    /// Each with where its name begins.
    open: Vec<(Element, usize)>,
    /// Their names, one behind the other.
    names: String,
    /// The line on which the row begins that is open.
    row_line: u64,
    cells: Vec<Cow<'a, str>>,
    defects: Defects,
}

impl<'a> Elements<'a> {
    pub(super) fn new(encoding: TextEncoding) -> Self {
        Self {
            line: 1,
            encoding,
            collector: Collector::default(),
            metadata: Metadata::default(),
            open: Vec::new(),
            names: String::new(),
            row_line: 1,
            cells: Vec::new(),
            defects: Defects::default(),
        }
    }

    /// Whether everything that is wanted was read.
    pub(super) fn is_done(&self) -> bool {
        self.collector.is_done()
    }

    /// What was read; `is_end` says whether the document is known to end here.
    pub(super) fn finish(self, is_end: bool) -> (Metadata, Parts<'a>, Defects) {
        (self.metadata, self.collector.finish(is_end), self.defects)
    }

    pub(super) fn defect(&mut self, expected: &str, found: &str) {
        let place = Place { line: Some(self.line), ..Place::default() };
        self.defects.push(Defect::new(place, expected, Text::from(found).shortened(200)));
    }

    /// An element begins; `category` is its attribute `name`. Breaks where there are too many within each other.
    pub(super) fn start(&mut self, name: &str, category: &str) -> ControlFlow<bool> {
        if self.open.len() == MAX_DEPTH {
            self.defect("at most 256 nested elements", "more; reading ends here");
            return ControlFlow::Break(false);
        }
        let element = match (name, self.open.last().map(|(element, _)| *element)) {
            (_, Some(Element::Data)) => Element::Cell,
            ("Category", Some(_)) => Element::Category,
            ("Data", Some(Element::Category)) => Element::Data,
            ("Version", Some(Element::Other)) => Element::Version,
            ("CreationUTC", Some(Element::Other)) => Element::Created,
            ("MsInfo", None) | (_, Some(_)) => Element::Other,
            (_, None) => {
                self.defect("<MsInfo>", &format!("<{name}>"));
                Element::Other
            }
        };
        match element {
            Element::Data => {
                self.row_line = self.line;
                self.cells.clear();
            }
            Element::Cell => self.cells.push(Cow::default()),
            Element::Category => self.begin_category(category),
            Element::Version | Element::Created | Element::Other => {}
        }
        self.open.push((element, self.names.len()));
        self.names.push_str(name);
        ControlFlow::Continue(())
    }

    fn begin_category(&mut self, name: &str) {
        let kept = name.get(..name.floor_char_boundary(MAX_LENGTH)).unwrap_or_default();
        if kept.len() < name.len() {
            self.defect("an attribute of at most 1 MiB", "a longer one, which is truncated");
        }
        self.collector.begin(kept, self.line, false);
    }

    /// Ends the innermost element of that name, and with it those that stand open in it. Breaks where it was the last.
    pub(super) fn end(&mut self, name: &str) -> ControlFlow<bool> {
        let mut end = self.names.len();
        let is_called = |(_, begin): &(Element, usize)| {
            let own = self.names.get(*begin..std::mem::replace(&mut end, *begin));
            own == Some(name)
        };
        let last = self.open.iter().rev().position(is_called);
        let Some(index) = last.map(|last| self.open.len() - 1 - last) else {
            self.defect("the end tag of an open element", &format!("</{name}>"));
            return ControlFlow::Continue(());
        };
        if index + 1 != self.open.len() {
            let found = format!("</{name}> before the end tags of the {} elements in it", self.open.len() - index - 1);
            self.defect("the end tag of the innermost element", &found);
        }
        while self.open.len() > index {
            let Some((element, begin)) = self.open.pop() else { break };
            self.names.truncate(begin);
            match element {
                Element::Data => self.end_of_row(),
                Element::Category => self.collector.end(self.line),
                Element::Cell | Element::Version | Element::Created | Element::Other => {}
            }
        }
        if self.open.is_empty() { ControlFlow::Break(true) } else { ControlFlow::Continue(()) }
    }

    /// The file ends; always breaks.
    pub(super) fn end_of_file(&mut self) -> ControlFlow<bool> {
        let found = format!("the end of the file, with {} open elements", self.open.len());
        self.defect("</MsInfo>", &found);
        ControlFlow::Break(false)
    }

    fn end_of_row(&mut self) {
        let mut cells = self.cells.drain(..);
        let (label, value) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
        // Rows without anything stand between protocols, and in categories that are empty.
        if !label.is_empty() || !value.is_empty() {
            self.collector.row(Row { line: self.row_line, label: Some(label), value, follows_gap: false });
        }
    }

    /// Text in the innermost element, or a piece of it.
    pub(super) fn text(&mut self, piece: Cow<'a, str>) {
        if has_illegal(&piece) {
            self.defect("characters that XML allows", &piece);
        }
        let target = match self.open.last().map(|(element, _)| element) {
            // Nearly every cell is one piece, and is not copied.
            Some(Element::Cell) => match self.cells.last_mut() {
                Some(cell) if cell.is_empty() && piece.len() <= MAX_LENGTH => return *cell = piece,
                cell => cell.map(Cow::to_mut),
            },
            Some(Element::Version) => Some(&mut self.metadata.version),
            Some(Element::Created) => Some(&mut self.metadata.created),
            _ => None,
        };
        let Some(target) = target else { return };
        let room = MAX_LENGTH.saturating_sub(target.len());
        let kept = piece.get(..piece.floor_char_boundary(room)).unwrap_or_default();
        target.push_str(kept);
        if kept.len() < piece.len() {
            self.defect("a text of at most 1 MiB", "a longer one, which is truncated");
        }
    }

    /// A reference such as `&amp;`, and the character that it stands for, if it does.
    pub(super) fn text_of_reference(&mut self, reference: &str, character: Option<char>) {
        if let Some(character) = character {
            self.text(Cow::Owned(character.to_string()));
        } else {
            let written = format!("&{reference};");
            self.defect("no entities: these files never have any", &written);
            self.text(Cow::Owned(written));
        }
    }

    /// Compares the encoding that the file declares, which no real one does, with the one that it has.
    pub(super) fn compare_encoding(&mut self, declared: &str) {
        let declared = declared.to_ascii_lowercase();
        let fits = match self.encoding {
            TextEncoding::Utf16Le | TextEncoding::Utf16Be => declared.starts_with("utf-16"),
            TextEncoding::Utf8 => declared == "utf-8" || declared == "us-ascii",
            TextEncoding::Ansi | TextEncoding::Mixed => !declared.starts_with("utf-"),
        };
        if !fits {
            self.defect(&format!("an encoding that fits {}", self.encoding.name()), &declared);
        }
    }
}

/// Whether a text has characters that XML does not allow: U+FFFE and U+FFFF, and most below U+0020.
fn has_illegal(text: &str) -> bool {
    let is_control = |byte: u8| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r');
    // Every byte is tested, so that the processor tests many at once.
    let has_control = text.bytes().fold(false, |has, byte| has | is_control(byte));
    has_control || memchr(0xef, text.as_bytes()).is_some() && text.contains(['\u{fffe}', '\u{ffff}'])
}
