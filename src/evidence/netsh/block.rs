//! Entries of a listing as they stand in it: a title, a line of dashes, and lines of a label and a value.

use std::collections::VecDeque;

use crate::catalog::Guid;
use crate::evidence::lines::{is_gap, lines};

/// Shortest line that is taken for the one below a title; netsh writes 54 dashes.
const SHORTEST_RULE: usize = 20;

/// Fields of a whole protocol entry without its chain, and of a namespace entry.
pub(super) const PROTOCOL_FIELDS: usize = 13;
pub(super) const NAME_SPACE_FIELDS: usize = 5;

/// Fields that are taken for those of one entry; the longest has 14.
const MOST_FIELDS: usize = 32;

/// A line of a label and a value; of the label nothing is kept, since it is in the user's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field<'a> {
    pub(super) line: u64,
    pub(super) value: &'a str,
}

impl Field<'_> {
    /// The GUID in braces that the value is.
    pub(super) fn guid(&self) -> Option<Guid> {
        self.value.starts_with('{').then(|| Guid::parse_str(self.value).ok())?
    }

    /// The ids of the chain that the value is, such as `1031 : 1006`: no more than are needed to see that there are
    /// too many.
    pub(super) fn chain(&self) -> Option<Vec<u32>> {
        let ids = self.value.split(':').take(8);
        self.value.contains(':').then(|| ids.map(|id| id.trim().parse().ok()).collect())?
    }
}

/// An entry as it stands in a listing, or what is shown of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Block<'a> {
    /// Its line of dashes, or the first that is left of it.
    pub(super) line: u64,
    /// What stands above its line of dashes; `None` where its beginning was left out.
    pub(super) title: Option<&'a str>,
    pub(super) fields: Vec<Field<'a>>,
    /// Whether its last line may have lost its end: something was left out after it, or the text ends within it.
    pub(super) is_cut: bool,
}

impl Block<'_> {
    /// Where its GUID stands.
    pub(super) fn guid_index(&self) -> Option<usize> {
        self.fields.iter().position(|field| field.guid().is_some())
    }

    fn is_whole(&self) -> bool {
        match self.guid_index() {
            Some(1) => self.fields.len() >= NAME_SPACE_FIELDS,
            Some(2) => self.fields.len() >= PROTOCOL_FIELDS,
            _ => false,
        }
    }
}

/// What stands in a text, in its order; empty lines are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Block(Block<'a>),
    /// Something was left out.
    Gap(u64),
    /// A line that belongs to no listing: a command, or the output of another one.
    Other(&'a str),
}

/// Whether a text holds an entry of a listing.
pub(in crate::evidence) fn is_listing(text: &str) -> bool {
    pieces(text).any(|piece| match piece {
        Piece::Block(block) => block.title.is_some() && matches!(block.guid_index(), Some(1 | 2)),
        Piece::Gap(_) | Piece::Other(_) => false,
    })
}

/// Cuts a text into entries and what stands between them.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut pieces = Pieces::default();
    let mut lines = lines(text);
    std::iter::from_fn(move || {
        while pieces.ready.is_empty() {
            let Some(line) = lines.next() else {
                pieces.end_of_text(text.ends_with('\n'));
                break;
            };
            pieces.line(line.number, line.text.trim());
        }
        pieces.ready.pop_front()
    })
}

/// What was read of a text and not yet handed out.
#[derive(Default)]
struct Pieces<'a> {
    /// The entry whose lines are being read.
    open: Option<Block<'a>>,
    /// An entry that an empty line has ended; its chain may follow.
    ended: Option<Block<'a>>,
    /// A line that may be the title of the next entry.
    other: Option<&'a str>,
    is_behind_gap: bool,
    ready: VecDeque<Piece<'a>>,
}

impl<'a> Pieces<'a> {
    fn line(&mut self, number: u64, line: &'a str) {
        if line.is_empty() {
            // Some forums put an empty line behind each line: only that behind a whole entry ends it.
            if let Some(block) = self.open.take_if(|block| block.is_whole()) {
                self.ended = Some(block);
            }
        } else if is_gap(line) {
            if let Some(block) = &mut self.open {
                block.is_cut = true;
            }
            self.flush();
            self.ready.push_back(Piece::Gap(number));
            self.is_behind_gap = true;
        } else if line.len() >= SHORTEST_RULE && line.bytes().all(|byte| byte == b'-') {
            self.begin_block(number);
        } else if !value_of(line).is_some_and(|value| self.field(Field { line: number, value })) {
            self.flush();
            self.other = Some(line);
            self.is_behind_gap = false;
        }
    }

    /// The line before one of dashes is its title.
    fn begin_block(&mut self, line: u64) {
        let title = self.other.take();
        self.flush();
        self.open = Some(Block { line, title: Some(title.unwrap_or_default()), ..Block::default() });
        self.is_behind_gap = false;
    }

    /// Takes a field; false where it belongs to no entry.
    fn field(&mut self, field: Field<'a>) -> bool {
        if let Some(block) = self.open.as_mut().filter(|block| block.fields.len() < MOST_FIELDS) {
            block.fields.push(field);
            return true;
        }
        if let Some(block) = &mut self.ended
            && block.fields.len() == PROTOCOL_FIELDS
            && field.chain().is_some()
        {
            block.fields.push(field);
            return true;
        }
        // Behind a gap an entry may stand without its beginning.
        if self.is_behind_gap {
            self.open = Some(Block { line: field.line, fields: vec![field], ..Block::default() });
        }
        std::mem::take(&mut self.is_behind_gap)
    }

    /// Hands out what cannot change any more.
    fn flush(&mut self) {
        let blocks = [self.ended.take(), self.open.take()].into_iter().flatten();
        self.ready.extend(blocks.map(Piece::Block));
        self.ready.extend(self.other.take().map(Piece::Other));
    }

    fn end_of_text(&mut self, has_last_line_ended: bool) {
        if let Some(block) = self.open.as_mut().filter(|block| !block.is_whole()) {
            block.is_cut = !has_last_line_ended;
        }
        self.flush();
    }
}

/// What stands behind the first colon that a blank or nothing follows.
fn value_of(line: &str) -> Option<&str> {
    let colon = |(index, _): &(usize, &str)| {
        line.get(*index..).and_then(|rest| rest.chars().nth(1)).is_none_or(char::is_whitespace)
    };
    let (index, mark) = line.match_indices([':', '：']).find(colon)?;
    line.get(index + mark.len()..).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = "------------------------------------------------------";

    #[test]
    fn values_stand_behind_a_colon_and_a_blank() {
        assert_eq!(value_of("Provider Path:      C:\\x\\y.dll"), Some("C:\\x\\y.dll"));
        assert_eq!(value_of("Protocol Chain: 1031 : 1006"), Some("1031 : 1006"));
        assert_eq!((value_of("Provider ID:"), value_of("项类型： 基本")), (Some(""), Some("基本")));
        assert_eq!(value_of(r"C:\Windows>netsh winsock show catalog"), None);
    }

    #[test]
    fn entries_are_told_from_what_stands_around_them() {
        let text = format!(
            "C:\\>netsh\n\nTitel\n{RULE}\na: 1\nb: {{00000000-0000-0000-0000-000000000001}}\nc: 2\nd: 3\ne: 4\n\n  IP: 5\nC:\\>"
        );
        let pieces: Vec<_> = pieces(&text).collect();
        let [Piece::Other(_), Piece::Block(block), Piece::Other(_), Piece::Other("C:\\>")] = pieces.as_slice() else {
            panic!("{pieces:?}")
        };
        assert_eq!((block.title, block.fields.len(), block.line), (Some("Titel"), 5, 4));
        assert!(is_listing(&text));
        assert!(!is_listing(&format!("Titel\n{RULE}\na: 1\nb: 2\nc: 3\n")));
    }

    #[test]
    fn gaps_end_entries_and_begin_others_in_their_middle() {
        let text = format!("T\n{RULE}\na: 1\nb: 2\n[...]\ny: 0x66\nz: 1\nw: 2\n");
        let pieces: Vec<_> = pieces(&text).collect();
        let [Piece::Block(first), Piece::Gap(5), Piece::Block(second)] = pieces.as_slice() else {
            panic!("{pieces:?}")
        };
        assert_eq!((first.is_cut, first.fields.len()), (true, 2));
        assert_eq!((second.title, second.fields.len(), second.is_cut), (None, 3, false));
    }

    #[test]
    fn the_last_field_counts_when_its_line_has_ended() {
        let text = format!("T\n{RULE}\na: 1\nb: 2");
        for (text, is_cut) in [(text.clone(), true), (format!("{text}\n"), false), (format!("{text}\r\n\r\n"), false)] {
            let pieces: Vec<_> = pieces(&text).collect();
            let [Piece::Block(block)] = pieces.as_slice() else { panic!("{pieces:?}") };
            assert_eq!((block.fields.len(), block.is_cut), (2, is_cut), "{text:?}");
        }
    }

    #[test]
    fn empty_lines_between_all_lines_do_no_harm() {
        let id = "{00000000-0000-0000-0000-000000000001}";
        let fields = ["Layered", "Foo", id, "x.dll", "1032", "2", "2", "16", "16", "1", "6", "0x66", "2"];
        let lines: Vec<String> = fields.iter().map(|value| format!("x: {value}")).collect();
        let text = format!("T\n\n{RULE}\n\n{}\n\nx: 1031 : 1006\n\nT\n\n{RULE}\n", lines.join("\n\n"));
        let pieces: Vec<_> = pieces(&text).collect();
        let blocks: Vec<usize> = pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Block(block) => Some(block.fields.len()),
                _ => None,
            })
            .collect();
        assert_eq!(blocks, [14, 0]);
        assert!(matches!(pieces.as_slice(), [Piece::Block(Block { title: Some("T"), .. }), ..]), "{pieces:?}");
    }
}
