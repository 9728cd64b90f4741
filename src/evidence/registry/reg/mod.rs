//! Registration files: what regedit, reg.exe and others export.
//!
//! Sources: article 310516; the reader and the tests of Wine's regedit, which pass on Windows too; files of regedit
//! 5.00, reged (chntpw), hivexregedit in both of its forms, and Wine's `system.reg`. What Windows would drop when it
//! imports the file is dropped and reported.

mod lines;
mod path;
mod query;
mod tree;
mod value;
mod width;

use std::io::Read;

use self::lines::{Line, Lines};
use self::path::KeyLine;
use self::tree::{Entered, Node, Tree};
use self::value::{Bytes, Data, Fault, Outcome};
use super::key::{Key, MAX_DEPTH};
use super::salvage::WITHIN_ROOM;
use super::wanted::Wanted;
use crate::catalog::{Place, Text};
use crate::evidence::encoding::{CodePage, TextEncoding};
use crate::evidence::{Defect, Defects, Error, TextHead};

pub(in crate::evidence) use self::query::is_query;
pub(super) use self::query::read as read_query;

/// How the strings of a file are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    /// regedit 5.00 and all who write the same header.
    Version5,
    /// regedit of Windows 9x and NT 4.
    Version4,
    /// A file of a Wine prefix.
    Wine,
}

/// Headers, matched as exactly as Windows does, and how the report calls them.
const HEADERS: [(&str, Dialect, &str); 3] = [
    ("Windows Registry Editor Version 5.00", Dialect::Version5, "version 5.00"),
    ("REGEDIT4", Dialect::Version4, "REGEDIT4"),
    ("WINE REGISTRY Version 2", Dialect::Wine, "a Wine prefix"),
];

/// A registration file as keys, of which only the wanted ones are kept.
pub(super) struct Export {
    /// The root of what it says.
    pub(super) root: Key,
    /// How it was written.
    pub(super) head: TextHead,
    /// Whether it is of a Wine prefix, which has keys of these names and no catalogs in them.
    pub(super) is_wine: bool,
}

/// Whether the first line begins as those of registration files do. Whether Windows would import it shows when it is
/// read.
pub(in crate::evidence) fn is_registration_file(bytes: &[u8]) -> bool {
    let first = bytes.get(..128).unwrap_or(bytes);
    let (encoding, mark) = TextEncoding::of_beginning(first);
    let first = first.get(mark..).unwrap_or_default();
    let text: String = if encoding.is_utf16() {
        encoding.units(first).map(|unit| u8::try_from(unit).map_or('?', char::from)).collect()
    } else {
        first.iter().copied().map(char::from).collect()
    };
    let text = text.trim_start_matches([' ', '\t']).to_ascii_lowercase();
    ["windows registry editor", "regedit", "wine registry"].iter().any(|beginning| text.starts_with(beginning))
}

/// Reads a registration file as a stream.
///
/// # Errors
///
/// Where the stream cannot be read, or Windows would import nothing of it.
pub(super) fn read(stream: &mut dyn Read, code_page: Option<CodePage>, defects: &mut Defects) -> Result<Export, Error> {
    let mut lines = Lines::new(stream, code_page)?;
    let (dialect, name) = read_header(&mut lines)?;
    let (is_unicode, code_page) = (lines.is_unicode(), code_page.unwrap_or(CodePage::GUESS));
    let tree = Tree::new();
    let mut reader = Reader {
        dialect,
        is_unicode,
        code_page,
        wanted: Wanted::of_export(),
        tree,
        key: None,
        ends_in_wanted: false,
        pending: None,
        is_ended: true,
        defects,
    };
    if lines.lacks_mark() {
        let found = "UTF-16 text without one, from which Windows would import nothing";
        reader.note(At { line: 1, indent: 0 }, 1, "a byte order mark", found);
    }
    let mut last_is_blank = false;
    while let Some(line) = lines.next(|first| reader.may_skip(first))? {
        last_is_blank = line.text.trim().is_empty();
        reader.line(&line);
    }
    reader.end(lines.number(), last_is_blank);
    Ok(Export { root: reader.tree.into_key(), head: lines.head(name), is_wine: dialect == Dialect::Wine })
}

fn read_header(lines: &mut Lines<'_>) -> Result<(Dialect, &'static str), Error> {
    let header = lines.next(|_| false)?.map(|line| line.text).unwrap_or_default();
    let known = HEADERS.iter().find(|(known, ..)| header.trim_matches([' ', '\t']) == *known);
    known.map(|(_, dialect, name)| (*dialect, *name)).ok_or_else(|| Error::reg_header(&header))
}

struct Reader<'d> {
    dialect: Dialect,
    is_unicode: bool,
    code_page: CodePage,
    wanted: &'static Wanted,
    tree: Tree,
    /// The key that values belong to; `None` where they are passed over.
    key: Option<Node<'static>>,
    /// Whether the last key that was named is wanted: the file then ends in something that counts.
    ends_in_wanted: bool,
    /// A value that goes on in the next line, and its name where it is wanted.
    pending: Option<(Option<Text>, Bytes)>,
    /// Whether the end of a line stands behind the line that is read, and not the end of the file.
    is_ended: bool,
    defects: &'d mut Defects,
}

impl Reader<'_> {
    /// Whether a line that begins with that character says nothing that is wanted, so that it need not be decoded.
    ///
    /// In a key that is passed over values are not followed from line to line. So a key line there always counts,
    /// although Windows would let a value that is continued wrongly swallow it.
    fn may_skip(&self, first: Option<u16>) -> bool {
        self.key.is_none() && first.is_some_and(|first| first != u16::from(b'['))
    }

    fn line(&mut self, line: &Line) {
        let text = line.text.trim_start_matches([' ', '\t']);
        let indent = line.text.chars().count() - text.chars().count();
        let at = At { line: line.number, indent: u64::try_from(indent).unwrap_or(u64::MAX) };
        self.is_ended = line.is_ended;
        if line.is_damaged {
            self.lose(at, 1, "text in the encoding of the file", "bytes that are invalid in it");
        }
        if line.is_cut {
            self.lose(at, 1, "a line of a length that a registry can have", "a longer one; its end is ignored");
        }
        if let Some((name, bytes)) = self.pending.take() {
            return self.continuation(name, bytes, at, text);
        }
        match text.chars().next() {
            Some('[') => self.key_line(at, text),
            Some('@' | '"') => self.value_line(at, text),
            None | Some(';' | '#') => {}
            Some(_) if self.key.is_none() => {}
            Some(_) => {
                let found = format!("“{}”, which Windows ignores", Text::from(text).shortened(40));
                self.note(at, 1, "a key, a value or a comment", found);
            }
        }
    }

    fn key_line(&mut self, at: At, text: &str) {
        self.key = None;
        match path::parse(text, self.dialect == Dialect::Wine) {
            KeyLine::Key(path) if path.len() > MAX_DEPTH => {
                self.note(at, 1, &format!("at most {MAX_DEPTH} levels of keys"), "more; the key is ignored");
            }
            KeyLine::Key(path) => {
                let entered = self.tree.enter(&path, at.line, self.wanted);
                self.ends_in_wanted = !matches!(entered, Entered::Unwanted);
                match entered {
                    Entered::Key(key) => {
                        self.tree.name(&key);
                        self.key = Some(key);
                    }
                    Entered::Unwanted => {}
                    Entered::NoRoom => self.note(at, 1, WITHIN_ROOM, "more; the key is ignored"),
                }
            }
            KeyLine::Deletion(path) => self.tree.delete(&path),
            KeyLine::Foreign => self.ends_in_wanted = false,
            KeyLine::Malformed(found) => self.note(at, 1, "a key in brackets", found),
        }
    }

    fn value_line(&mut self, at: At, text: &str) {
        let Some(key) = &self.key else { return };
        match value::parse(text, self.dialect) {
            Ok(assignment) => {
                let name = Some(assignment.name).filter(|name| key.wants(name));
                match (assignment.outcome, name) {
                    (Outcome::Continued(bytes), name) => self.pending = Some((name, bytes)),
                    (Outcome::Bytes(bytes), Some(name)) => self.set_bytes(name, at, text, bytes),
                    (Outcome::Deletion, Some(name)) => self.tree.delete_value(key, &name),
                    (Outcome::Data(data), Some(name)) => self.set(name, at, text, data),
                    (_, None) => {}
                }
            }
            Err(fault) => self.drop_value(at, &fault),
        }
    }

    /// The next line of a value: it goes on with a hexadecimal digit, or is passed over where it is blank or a comment;
    /// any other line costs the value and is itself consumed, even where it names a key.
    fn continuation(&mut self, name: Option<Text>, mut bytes: Bytes, at: At, text: &str) {
        match text.chars().next() {
            None | Some(';') => self.pending = Some((name, bytes)),
            Some(digit) if digit.is_ascii_hexdigit() => match (bytes.go_on(text), name) {
                (Ok(true), name) => {
                    if name.is_none() {
                        bytes.forget();
                    }
                    self.pending = Some((name, bytes));
                }
                (Ok(false), Some(name)) => self.set_bytes(name, at, text, bytes),
                (Ok(false), None) => {}
                (Err(fault), _) => self.drop_value(at, &fault),
            },
            Some(_) => {
                let found =
                    format!("“{}”; Windows drops the value, and this line with it", Text::from(text).shortened(40));
                self.lose(at, 1, "the next bytes of a value", found);
            }
        }
    }

    /// Sets a value, of which `text` is the last line.
    fn set(&mut self, name: Text, at: At, text: &str, data: Data) {
        if !self.is_ended && !value::is_whole(&name, &data, text) {
            self.lose_last(at, &name);
        } else if let Some(key) = &self.key
            && !self.tree.set(key, name, at.line, data)
        {
            self.lose(at, 1, WITHIN_ROOM, "more; the value is ignored");
        }
    }

    fn set_bytes(&mut self, name: Text, at: At, text: &str, bytes: Bytes) {
        self.set(name, at, text, bytes.into_data(self.is_unicode, self.code_page));
    }

    /// A value in the middle of which the file ends: Windows would keep what came of it, but that is not what there was.
    fn lose_last(&mut self, at: At, name: &Text) {
        let found = format!("the end of the file, which may be truncated; {} is not trusted", name.shortened(40));
        self.lose(at, 1, "the end of the last value", found);
    }

    /// The end of the file. One that does not end with an empty line, as all exporters write it, may have been cut off,
    /// and so may one that ends before the counts of a catalog are reached.
    fn end(&mut self, number: u64, last_is_blank: bool) {
        let at = At { line: number, indent: 0 };
        let pending = self.pending.take();
        let is_cut = pending.is_some() || !last_is_blank;
        if let Some((Some(name), _)) = pending {
            self.lose_last(at, &name);
        }
        if !self.ends_in_wanted {
            return;
        }
        self.tree.leave_open();
        if is_cut {
            self.tree.damage_last();
            self.note(at, 1, "an empty line at the end of an export", "the end of the file, which may be truncated");
        } else if let Some(path) = self.tree.damage_where_cut() {
            let expected = format!("as many entries as {path} counts");
            self.note(at, 1, &expected, "the end of the file, which may be truncated");
        }
    }

    fn drop_value(&mut self, at: At, fault: &Fault) {
        let found = format!("{}; Windows drops the value", fault.found);
        self.lose(at, fault.column, fault.expected, found);
    }

    /// Reports what was found and that something of the current key is lost.
    fn lose(&mut self, at: At, column: u64, expected: &str, found: impl Into<String>) {
        if let Some(key) = &self.key {
            self.tree.damage(key);
        }
        self.note(at, column, expected, found);
    }

    /// Reports what was found.
    fn note(&mut self, at: At, column: u64, expected: &str, found: impl Into<String>) {
        let path = self.key.as_ref().map(|key| self.tree.path_of(key)).unwrap_or_default();
        let column = Some(at.indent.saturating_add(column));
        let place = Place { path, line: Some(at.line), column, offset: None };
        self.defects.push(Defect::new(place, expected, found));
    }
}

/// A line, and how many characters of it stand before what is read.
#[derive(Clone, Copy)]
struct At {
    line: u64,
    indent: u64,
}
