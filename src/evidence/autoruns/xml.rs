//! The output of `autorunsc -x`: an element `item` for each row.

use std::ops::ControlFlow;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::{COLUMNS, Row};
use crate::catalog::Place;
use crate::evidence::Defect;
use crate::evidence::xml::character;

/// Bytes of a field that are read.
const LONGEST: usize = 1 << 16;

/// Whether a text begins as such XML.
pub(in crate::evidence) fn is_xml(beginning: &str) -> bool {
    let beginning = beginning.trim_start();
    beginning.starts_with('<') && beginning.contains("<autoruns>")
}

/// Reads its rows; the damage that was met.
pub(super) fn read(text: &str, take: &mut dyn FnMut(Row) -> ControlFlow<()>) -> Vec<Defect> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut row: Option<Row> = None;
    let mut column: Option<usize> = None;
    let (mut counted, mut line) = (0, 1_u64);
    let mut is_ended = false;
    let defect = |line: u64, expected: &str, found: &str| {
        Defect::new(Place { line: Some(line), ..Place::default() }, expected, found)
    };
    loop {
        let position = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let passed = text.get(counted..position).unwrap_or_default();
        line += u64::try_from(passed.matches('\n').count()).unwrap_or(u64::MAX);
        counted = position.max(counted);
        let field = row.as_mut().zip(column).and_then(|(row, column)| row.fields.get_mut(column));
        match reader.read_event() {
            Ok(Event::Start(tag)) if tag.name().as_ref() == "item" => {
                (row, column) = (Some(Row { line, ..Row::default() }), None);
            }
            Ok(Event::Start(tag)) => {
                let name = tag.name();
                column = COLUMNS.iter().position(|(_, element)| *element == name.as_ref());
            }
            Ok(Event::End(tag)) if tag.name().as_ref() == "item" => {
                column = None;
                if row.take().is_some_and(|row| take(row).is_break()) {
                    return Vec::new();
                }
            }
            Ok(Event::End(tag)) => {
                is_ended |= tag.name().as_ref() == "autoruns";
                column = None;
            }
            Ok(Event::Text(piece)) => add(field, &piece),
            Ok(Event::CData(piece)) => add(field, &piece),
            Ok(Event::GeneralRef(reference)) => {
                let character = character(&reference).unwrap_or(char::REPLACEMENT_CHARACTER);
                add(field, character.encode_utf8(&mut [0; 4]));
            }
            Ok(Event::Eof) if is_ended => return Vec::new(),
            Ok(Event::Eof) => {
                return vec![defect(line, "the end of the element autoruns", "a file that ends before it")];
            }
            Ok(_) => {}
            Err(error) => return vec![defect(line, "well-formed XML", &error.to_string())],
        }
    }
}

fn add(field: Option<&mut Option<String>>, piece: &str) {
    let Some(field) = field else { return };
    let field = field.get_or_insert_default();
    let room = LONGEST.saturating_sub(field.len());
    field.push_str(piece.get(..piece.floor_char_boundary(room)).unwrap_or_default());
}
