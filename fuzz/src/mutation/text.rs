//! Evidence that is text: changed by lines, or written of a changed case.

use catalog9_synth::{msinfo, netsh, query as queries, reg as export};

use super::{Dice, hive};
use super::case::{catalogs, quietly, system};

/// Pieces of text with a meaning in some kind of evidence.
const PIECES: [&str; 26] = [
    "\"",
    "\\",
    "hex:",
    "hex(7):00,",
    "dword:",
    ",\\",
    "=-",
    "[-",
    "]",
    "@=",
    ";",
    "\t",
    ": ",
    "]]>",
    "<![CDATA[",
    "<Data>",
    "</Category>",
    "&#x202e;",
    "&#0;",
    "\u{feff}",
    "\u{202e}",
    "\0",
    "- 1",
    "0x",
    "1001 : 1002",
    "00000000000000000001",
];

/// A registration file that differs from this one, or one of a changed case.
pub fn reg(old: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    changed(old, dice, |dice| {
        let root = system(dice)?;
        let form = export::FORMS[dice.below(export::FORMS.len())];
        let paths = [r"HKEY_LOCAL_MACHINE\SYSTEM", r"HKEY_LOCAL_MACHINE\SYSTEM", r"HKLM\X", ""];
        let path = paths[dice.below(paths.len())];
        quietly(|| export::write(&root, path, form))
    })
}

/// The output of `reg query` likewise.
pub fn query(old: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    changed(old, dice, |dice| {
        let root = system(dice)?;
        let form = queries::FORMS[dice.below(queries::FORMS.len())];
        let paths = [r"HKEY_LOCAL_MACHINE\SYSTEM", r"HKEY_LOCAL_MACHINE\SYSTEM", r"HKLM\X", "x"];
        let path = paths[dice.below(paths.len())];
        quietly(|| queries::write(&root, path, form))
    })
}

/// Evidence of any kind that has a state, changed in the way of that kind.
pub fn any(old: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let (is_hive, is_query) = (old.starts_with(b"regf"), old.windows(9).any(|bytes| bytes == b"    REG_B"));
    let is_export = old.starts_with(b"Windows Reg") || old.starts_with(b"REGEDIT4");
    match dice.below(6) {
        _ if dice.is_one_of(2) && is_hive => hive(old, dice),
        _ if dice.is_one_of(2) && is_export => reg(old, dice),
        _ if dice.is_one_of(2) && is_query => query(old, dice),
        0 => hive(b"", dice),
        1 => reg(b"", dice),
        2 => query(b"", dice),
        3 => nfo(b"", dice),
        4 => report(b"", dice),
        _ => listing(b"", dice),
    }
}

/// An NFO file likewise.
pub fn nfo(old: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    changed(old, dice, |dice| {
        let (catalogs, language) = (catalogs(dice)?, report_language(dice));
        quietly(|| msinfo::nfo(&catalogs, "FUZZ", language))
    })
}

/// A text report likewise.
pub fn report(old: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    changed(old, dice, |dice| {
        let (catalogs, language) = (catalogs(dice)?, report_language(dice));
        quietly(|| msinfo::text(&catalogs, "FUZZ", language))
    })
}

/// A listing likewise.
pub fn listing(old: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    changed(old, dice, |dice| {
        let catalogs = catalogs(dice)?;
        let language = [&netsh::ENGLISH, &netsh::INVENTED][dice.below(2)];
        let text = quietly(|| netsh::listing(&catalogs, language))?;
        Some(if dice.is_one_of(2) { msinfo::utf16(&text) } else { text.into_bytes() })
    })
}

fn report_language(dice: &mut Dice) -> &'static msinfo::Language {
    [&msinfo::ENGLISH, &msinfo::INVENTED][dice.below(2)]
}

fn changed(old: &[u8], dice: &mut Dice, press: impl Fn(&mut Dice) -> Option<Vec<u8>>) -> Option<Vec<u8>> {
    if old.len() < 16 || dice.is_one_of(8) {
        return press(dice);
    }
    let is_wide = old.starts_with(b"\xff\xfe");
    let text = if is_wide {
        let units: Vec<u16> = old[2..].as_chunks().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
        String::from_utf16_lossy(&units)
    } else {
        String::from_utf8_lossy(old).into_owned()
    };
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    for _ in 0..=dice.below(4) {
        change(&mut lines, dice);
    }
    let text = lines.join("\n");
    if is_wide {
        return Some([0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect());
    }
    Some(text.into_bytes())
}

fn change(lines: &mut Vec<String>, dice: &mut Dice) {
    if lines.is_empty() {
        return lines.push("x".to_owned());
    }
    let at = dice.below(lines.len());
    let other = dice.below(lines.len());
    match dice.below(9) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[other].clone()),
        2 => lines.swap(at, other),
        3 => lines.truncate(at),
        4 => {
            let end = (at + dice.below(20)).min(lines.len());
            drop(lines.drain(at..end));
        }
        _ => {
            let line = &mut lines[at];
            let places: Vec<usize> = line.char_indices().map(|(place, _)| place).chain([line.len()]).collect();
            let (mut begin, mut end) = (places[dice.below(places.len())], places[dice.below(places.len())]);
            if begin > end {
                std::mem::swap(&mut begin, &mut end);
            }
            let end = if dice.is_one_of(2) { begin } else { end };
            let number = dice.number(7).to_string();
            let piece = if dice.is_one_of(3) { number.as_str() } else { PIECES[dice.below(PIECES.len())] };
            line.replace_range(begin..end, piece);
        }
    }
}
