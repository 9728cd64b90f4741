//! Protocols as msinfo32 shows them: records of seventeen properties, which are read by position.
//!
//! Labels differ from language to language, and between versions of Windows in one language.

use super::row::Row;
use crate::catalog::{Place, ProtocolEntry, ServiceFlags, Text};
use crate::evidence::encoding::Decoded;
use crate::evidence::{Defect, Defects, MAX_ENTRIES};

/// How many properties a protocol has.
pub(super) const PROPERTIES: usize = 17;

/// The properties that are yes or no, and the bit that each shows (source: the mapping of `Win32_NetworkProtocol`;
/// the registry of the same systems). What msinfo32 calls encryption and guaranteed bandwidth is something else.
const YES_OR_NO: [(usize, ServiceFlags); 13] = [
    (1, ServiceFlags::CONNECTIONLESS),
    (2, ServiceFlags::GUARANTEED_DELIVERY),
    (3, ServiceFlags::GUARANTEED_ORDER),
    (6, ServiceFlags::MESSAGE_ORIENTED),
    (8, ServiceFlags::PSEUDO_STREAM),
    (9, ServiceFlags::SUPPORT_BROADCAST),
    (10, ServiceFlags::CONNECT_DATA),
    (11, ServiceFlags::DISCONNECT_DATA),
    (12, ServiceFlags::QOS_SUPPORTED),
    (13, ServiceFlags::EXPEDITED_DATA),
    (14, ServiceFlags::GRACEFUL_CLOSE),
    (15, ServiceFlags::MULTIPOINT_CONTROL_PLANE),
    (16, ServiceFlags::SUPPORT_MULTIPOINT),
];

/// The properties that are sizes: largest address, largest message, smallest address.
const SIZES: [usize; 3] = [4, 5, 7];

/// Whether the rows hold a whole protocol.
pub(super) fn stands_in(rows: &[Row<'_>]) -> bool {
    rows.windows(PROPERTIES).any(is_record)
}

/// Whether these are the rows of a protocol, in whatever language.
pub(super) fn is_record(rows: &[Row<'_>]) -> bool {
    let fits = |(index, row): (usize, &Row<'_>)| match index {
        0 => true,
        _ if SIZES.contains(&index) => row.size().is_some(),
        _ => !row.has_digits() && !row.word().is_empty(),
    };
    rows.len() == PROPERTIES && rows.iter().enumerate().all(fits)
}

/// The entries that the rows of a category show, and what of them is damaged. In text reports the first row is a
/// heading.
pub(super) fn read(
    rows: &[Row<'_>],
    has_heading: bool,
    category: &Place,
    decoded: &Decoded<'_>,
    defects: &mut Defects,
) -> Vec<ProtocolEntry> {
    let place = |rows: &[Row<'_>]| Place { line: rows.first().map(|row| row.line), ..category.clone() };
    let mut records: Vec<&[Row<'_>]> = Vec::new();
    for piece in pieces(rows, has_heading) {
        match piece {
            Piece::Record(rows) => records.push(rows),
            Piece::Rest(rows) => {
                let found = format!("{} rows without it", rows.len());
                defects.push(Defect::new(place(rows), "the first property of a protocol", found));
            }
        }
    }
    if records.len() > MAX_ENTRIES {
        let found = format!("{}; the rest is ignored", records.len());
        defects.push(Defect::new(place(rows), format!("at most {MAX_ENTRIES} protocols"), found));
        records.truncate(MAX_ENTRIES);
    }
    let words = Words::learn(&records);
    let entry = |rows: &&[Row<'_>]| {
        let stored_name = rows.first().map(|row| decoded.text_of(row.name()));
        let entry = ProtocolEntry { place: place(rows), stored_name, ..ProtocolEntry::default() };
        read_record(rows, &words, entry, defects)
    };
    records.iter().map(entry).collect()
}

/// A piece of a category.
enum Piece<'a> {
    /// A protocol: its name and what follows it.
    Record(&'a [Row<'a>]),
    /// Rows before the first name, or behind a gap.
    Rest(&'a [Row<'a>]),
}

/// Splits a category before each row that is labelled as the name of its first whole protocol is.
fn pieces<'a>(rows: &'a [Row<'a>], has_heading: bool) -> impl Iterator<Item = Piece<'a>> {
    let first = rows.windows(PROPERTIES).position(is_record).unwrap_or(usize::from(has_heading));
    let label = rows.get(first).map(Row::beginning);
    let is_name = move |row: &Row<'_>| Some(row.beginning()) == label;
    let begins_with_name = move |piece: &[Row<'_>]| piece.first().is_some_and(is_name);
    let pieces = rows.chunk_by(move |_, row| !is_name(row) && !row.follows_gap).enumerate();
    let is_heading =
        move |index, piece: &[Row<'_>]| has_heading && index == 0 && piece.len() == 1 && !begins_with_name(piece);
    let pieces = pieces.filter(move |(index, piece)| !is_heading(*index, piece));
    pieces.map(move |(_, piece)| if begins_with_name(piece) { Piece::Record(piece) } else { Piece::Rest(piece) })
}

fn read_record(rows: &[Row<'_>], words: &Words<'_>, mut entry: ProtocolEntry, defects: &mut Defects) -> ProtocolEntry {
    if !is_record(rows) {
        let found = if rows.len() == PROPERTIES { "other rows".to_owned() } else { format!("{} rows", rows.len()) };
        defects.push(Defect::new(entry.place.clone(), "the 17 properties of a protocol", found));
        return entry;
    }
    let size = |index: usize| rows.get(index).and_then(Row::size);
    let signed = |index: usize| size(index).and_then(|size| i32::try_from(size).ok());
    (entry.max_address_length, entry.message_size, entry.min_address_length) = (signed(4), size(5), signed(7));
    let mut flags = ServiceFlags::empty();
    for (index, flag) in YES_OR_NO {
        let Some(row) = rows.get(index) else { continue };
        let Some(is_set) = words.meaning(row.word()) else {
            let place = Place { line: Some(row.line), ..entry.place.clone() };
            defects.push(Defect::new(place, words.expected(), Text::from(row.word()).to_string()));
            return entry;
        };
        flags.set(flag, is_set);
    }
    ProtocolEntry { service_flags: Some(flags), ..entry }
}

/// The words for yes and no, learned from the records themselves.
struct Words<'a> {
    yes: Option<&'a str>,
    no: Option<&'a str>,
}

impl<'a> Words<'a> {
    fn learn(records: &[&'a [Row<'a>]]) -> Self {
        let whole = || records.iter().filter(|rows| is_record(rows));
        let word = |rows: &&'a [Row<'a>], index: usize| rows.get(index).map(Row::word);
        // TCP/IP is not connectionless, and what it sends arrives.
        let is_tcp = |rows: &&&'a [Row<'a>]| rows.first().is_some_and(|row| row.name().contains("[TCP/IP"));
        for rows in whole().filter(is_tcp) {
            if let (Some(no), Some(yes)) = (word(rows, 1), word(rows, 2))
                && no != yes
            {
                return Self { yes: Some(yes), no: Some(no) };
            }
        }
        // Nobody who is known sends data with connect and disconnect.
        let no = whole().find_map(|rows| word(rows, 10).filter(|no| word(rows, 11) == Some(*no)));
        let all = whole().flat_map(|rows| YES_OR_NO.iter().filter_map(|(index, _)| word(rows, *index)));
        Self { yes: all.into_iter().find(|word| Some(*word) != no), no }
    }

    fn meaning(&self, word: &str) -> Option<bool> {
        if Some(word) == self.no {
            Some(false)
        } else if Some(word) == self.yes {
            Some(true)
        } else {
            None
        }
    }

    fn expected(&self) -> String {
        let words = [self.yes, self.no].into_iter().flatten().map(|word| Text::from(word).to_string());
        words.collect::<Vec<_>>().join(" or ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::encoding::decode_text;

    /// Values in the order of the properties, in a language that nobody speaks.
    fn rows(first_line: u64, values: &[&str; PROPERTIES]) -> Vec<Row<'static>> {
        let row = |(index, value): (u64, &&str)| Row {
            line: first_line + index,
            label: Some(format!("Blorp {}", index.min(3)).into()),
            value: (*value).to_owned().into(),
            ..Row::default()
        };
        (0..).zip(values).map(row).collect()
    }

    const TCP: [&str; PROPERTIES] = [
        "MSAFD [TCP/IP]",
        "nix",
        "jep",
        "jep",
        "16 q",
        "0 q",
        "nix",
        "16 q",
        "nix",
        "nix",
        "nix",
        "nix",
        "nix",
        "jep",
        "jep",
        "nix",
        "nix",
    ];
    const UDP: [&str; PROPERTIES] = [
        "MSAFD [UDP/IP]",
        "jep",
        "nix",
        "nix",
        "16 q",
        "64 k (65·527 q)",
        "jep",
        "16 q",
        "nix",
        "jep",
        "nix",
        "nix",
        "nix",
        "nix",
        "nix",
        "nix",
        "jep",
    ];

    fn read_rows(rows: &[Row<'_>]) -> (Vec<ProtocolEntry>, Vec<Defect>) {
        let mut defects = Defects::default();
        let entries = read(rows, false, &Place::default(), &decode_text(b""), &mut defects);
        (entries, defects.into_list())
    }

    #[test]
    fn properties_are_read_by_position_in_any_language() {
        let (entries, defects) = read_rows(&[rows(1, &TCP), rows(18, &UDP)].concat());
        assert_eq!(defects, []);
        let [tcp, udp] = entries.as_slice() else { panic!("{entries:?}") };
        assert_eq!(
            (tcp.service_flags.unwrap().bits(), tcp.message_size, tcp.max_address_length),
            (0x66, Some(0), Some(16))
        );
        assert_eq!(
            (udp.service_flags.unwrap().bits(), udp.message_size, udp.place.line),
            (0x609, Some(65527), Some(18))
        );
    }

    #[test]
    fn yes_and_no_are_learned_without_tcp_too() {
        let (entries, defects) = read_rows(&rows(1, &UDP));
        assert_eq!((entries[0].service_flags.unwrap().bits(), defects.len()), (0x609, 0));
    }

    #[test]
    fn another_word_is_damage_of_its_record_alone() {
        let mut damaged = UDP;
        damaged[9] = "jop";
        let (entries, defects) = read_rows(&[rows(1, &TCP), rows(18, &damaged)].concat());
        assert_eq!((entries[0].service_flags.is_some(), entries[1].service_flags), (true, None));
        let [defect] = defects.as_slice() else { panic!("{defects:?}") };
        assert_eq!((defect.place.line, &*defect.expected, &*defect.found), (Some(27), "jep or nix", "jop"));
    }

    #[test]
    fn a_record_that_is_cut_off_keeps_its_name() {
        let rows = [rows(1, &TCP), rows(18, &UDP)].concat();
        let (entries, defects) = read_rows(&rows[..20]);
        assert_eq!(entries[1].stored_name, Some(Text::from("MSAFD [UDP/IP]")));
        assert_eq!((entries[1].service_flags, &*defects[0].found), (None, "3 rows"));
    }

    #[test]
    fn rows_before_the_first_name_are_told() {
        let rows = [rows(1, &TCP), rows(18, &UDP)].concat();
        let (entries, defects) = read_rows(&rows[5..]);
        assert_eq!((entries.len(), &*defects[0].found, defects[0].place.line), (1, "12 rows without it", Some(6)));
    }
}
