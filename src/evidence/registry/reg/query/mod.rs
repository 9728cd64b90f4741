//! What `reg query KEY /s` prints, alone or among other output: as much as a registration file, in another form.
//!
//! The output of one command is a run: a key, and keys below it. It does not say how it was asked for. Without `/s` the
//! subkeys are only named, and with `/v` but one value of the key is shown, so a run is believed to be whole only where
//! it shows that it is: what is not in any other is unknown and not missing.

mod line;

use std::collections::HashSet;

use memchr::memchr_iter;

use self::line::ValueLine;
use super::path::{self, KeyLine};
use super::tree::{Entered, Node, Tree};
use super::value::Data;
use crate::catalog::{Place, Text};
use crate::evidence::encoding::{CodePage, Decoded};
use crate::evidence::lines::{Line, is_gap, lines};
use crate::evidence::registry::key::{Key, MAX_DEPTH};
use crate::evidence::registry::salvage::WITHIN_ROOM;
use crate::evidence::registry::wanted::Wanted;
use crate::evidence::{Defect, Defects};

/// Whether a text has the value of a Winsock key in it, as `reg query` prints it.
pub(in crate::evidence) fn is_query(text: &str) -> bool {
    // Most texts are not, and name no root at all.
    let is_root = |end: usize| end.checked_sub(4).and_then(|begin| text.get(begin..end)).is_some_and(is_hkey);
    if !memchr_iter(b'_', text.as_bytes()).any(is_root) {
        return false;
    }
    let mut is_of_winsock = false;
    lines(text).any(|Line { text, .. }| {
        if let Some(path) = line::key(text) {
            is_of_winsock = path.to_ascii_lowercase().contains(r"\services\winsock");
        }
        is_of_winsock && line::value(text).is_some()
    })
}

fn is_hkey(word: &str) -> bool {
    word.eq_ignore_ascii_case("HKEY")
}

/// The keys of a text, of which only the wanted ones are kept. `code_page` is that of the console where it is known.
pub(in crate::evidence::registry) fn read(
    decoded: &Decoded<'_>,
    code_page: Option<CodePage>,
    defects: &mut Defects,
) -> Key {
    let mut reader = Reader { code_page, tree: Tree::new(), run: None, key: None, before: Before::Other, defects };
    let mut last = Line { number: 0, text: "" };
    let mut all = lines(&decoded.text).peekable();
    while let Some(line) = all.next() {
        let is_ended = all.peek().is_some();
        if is_ended || !line.text.is_empty() {
            reader.line(line, is_ended);
            last = line;
        }
    }
    reader.end(last);
    reader.tree.into_key()
}

struct Reader<'d> {
    code_page: Option<CodePage>,
    tree: Tree,
    /// The output that is being read.
    run: Option<Run>,
    /// The key that values belong to; `None` where they are passed over.
    key: Option<Node<'static>>,
    before: Before,
    defects: &'d mut Defects,
}

/// What stands in the line before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Key,
    Value,
    Blank,
    Other,
}

/// The output of one command.
struct Run {
    /// The names of its first key, in lower case.
    first: Vec<String>,
    /// The first key in the tree, where it is wanted.
    first_index: Option<usize>,
    /// The line of it.
    line: u64,
    /// The keys of the tree that it names.
    keys: HashSet<usize>,
    /// Values of the first key.
    values: usize,
    /// Whether it shows what lies below the subkeys of the first key, or their values.
    is_recursive: bool,
    /// Whether the key that was named last is wanted.
    ends_in_wanted: bool,
}

impl Reader<'_> {
    /// Reads a line; `is_ended` says that the end of a line follows it, and not the end of the text.
    fn line(&mut self, Line { number, text }: Line<'_>, is_ended: bool) {
        if text.trim().is_empty() {
            // Blanks without an end are the beginning of a value.
            if is_ended {
                self.before = Before::Blank;
            }
        } else if is_gap(text) {
            if self.run.is_some() {
                self.tree.damage_way_to_last();
                self.note(number, "the whole output of reg query", "a mark that something was omitted");
            }
            self.end_run();
            self.before = Before::Other;
        } else if let Some(path) = line::key(text).filter(|_| is_ended) {
            self.key_line(number, path);
            self.before = Before::Key;
        } else if let Some(value) = line::value(text) {
            self.value_line(number, value, is_ended);
            self.before = Before::Value;
        } else {
            if self.before == Before::Value || !is_ended {
                let found = format!("“{}”", Text::from(text).shortened(40));
                self.lose(number, "the next value or an empty line", found);
            }
            // Where a line breaks off that may be that of a key, others may have followed.
            if !is_ended && self.run.as_ref().is_some_and(|run| run.ends_in_wanted) {
                self.tree.leave_open();
            }
            self.end_run();
            self.before = Before::Other;
        }
    }

    fn key_line(&mut self, number: u64, path: &str) {
        let names: Vec<String> = path.split('\\').map(str::to_lowercase).collect();
        match &mut self.run {
            Some(run) if names.len() > run.first.len() && names.starts_with(&run.first) => {
                run.is_recursive |= names.len() > run.first.len() + 1;
            }
            _ => {
                self.end_run();
                self.run = Some(Run {
                    first: names,
                    first_index: None,
                    line: number,
                    keys: HashSet::new(),
                    values: 0,
                    is_recursive: false,
                    ends_in_wanted: false,
                });
            }
        }
        self.key = None;
        let path = match path::at(path, false, false) {
            KeyLine::Key(path) if path.len() <= MAX_DEPTH => path,
            KeyLine::Key(_) => {
                return self.note(number, &format!("at most {MAX_DEPTH} levels of keys"), "more; the key is ignored");
            }
            KeyLine::Malformed(found) => return self.note(number, "a key", &found),
            KeyLine::Foreign | KeyLine::Deletion(_) => {
                if let Some(run) = &mut self.run {
                    run.ends_in_wanted = false;
                }
                return;
            }
        };
        let entered = self.tree.enter(&path, number, Wanted::of_export());
        let Some(run) = &mut self.run else { return };
        run.ends_in_wanted = !matches!(entered, Entered::Unwanted);
        match entered {
            Entered::Key(key) => {
                if run.line == number {
                    run.first_index = Some(key.index());
                }
                run.keys.insert(key.index());
                self.key = Some(key);
            }
            Entered::Unwanted => {}
            Entered::NoRoom => self.note(number, WITHIN_ROOM, "more; the key is ignored"),
        }
    }

    fn value_line(&mut self, number: u64, line: ValueLine<'_>, is_ended: bool) {
        let Some(run) = &mut self.run else { return };
        match &self.key {
            Some(key) if run.first_index == Some(key.index()) => run.values += 1,
            _ => run.is_recursive = true,
        }
        let name = line.name();
        let Some(key) = self.key.as_ref().filter(|key| key.wants(&name)) else { return };
        match line.data(self.code_page) {
            Ok(data) if is_ended || line.can_end(&data) => self.set(number, name, data),
            Ok(_) => {
                let found =
                    format!("the end of the file, which may be truncated; {} is not trusted", name.shortened(40));
                self.lose(number, "the end of the last value", found);
            }
            Err(expected) => {
                let path = self.tree.path_of(key);
                self.tree.damage(key);
                let place = Place { path, line: Some(number), ..Place::default() };
                let found = format!("a value that is not readable; {} is not trusted", name.shortened(40));
                self.defects.push(Defect::new(place, expected, found));
            }
        }
    }

    fn set(&mut self, number: u64, name: Text, data: Data) {
        if let Some(key) = &self.key
            && !self.tree.set(key, name, number, data)
        {
            self.lose(number, WITHIN_ROOM, "more; the value is ignored".to_owned());
        }
    }

    /// Ends the output of one command. What an earlier one showed of the same keys is of an earlier time.
    fn end_run(&mut self) {
        self.key = None;
        let Some(run) = self.run.take() else { return };
        let Some(first) = run.first_index else { return };
        if run.ends_in_wanted
            && let Some(path) = self.tree.damage_where_cut()
        {
            let expected = format!("as many entries as {path} counts");
            self.note(run.line, &expected, "output of reg query that ends before them");
        }
        if run.is_recursive {
            let mut seen = HashSet::new();
            for key in &run.keys {
                self.tree.name_between(first, *key, &mut seen);
            }
            if self.tree.delete_others(first, &seen) {
                let found = "output of an earlier command with other keys, of which the later one counts";
                self.note(run.line, "one state of each key", found);
            }
        } else if run.values > 1 || run.keys.len() > 1 {
            self.tree.name_between(first, first, &mut HashSet::new());
        }
    }

    /// The end of the text. It may be cut off where no empty line ends it.
    fn end(&mut self, last: Line<'_>) {
        if self.run.as_ref().is_some_and(|run| run.ends_in_wanted) {
            self.tree.leave_open();
            if self.before != Before::Blank {
                self.tree.damage_last();
                let found = "the end of the file, which may be truncated";
                self.note(last.number, "an empty line at the end of what reg query prints", found);
            }
        }
        self.end_run();
    }

    /// Reports what was found and that something of the current key is lost.
    fn lose(&mut self, line: u64, expected: &str, found: String) {
        let path = self.key.as_ref().map(|key| self.tree.path_of(key)).unwrap_or_default();
        if let Some(key) = &self.key {
            self.tree.damage(key);
            let place = Place { path, line: Some(line), ..Place::default() };
            self.defects.push(Defect::new(place, expected, found));
        }
    }

    fn note(&mut self, line: u64, expected: &str, found: &str) {
        let place = Place { line: Some(line), ..Place::default() };
        self.defects.push(Defect::new(place, expected, found));
    }
}
