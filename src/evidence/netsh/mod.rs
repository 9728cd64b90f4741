//! What `netsh winsock show catalog` prints, in whatever language, alone or pasted among other output.
//!
//! It shows ids, paths, chains and hidden entries, but neither counts nor how entries are offered.

mod block;
mod entry;
mod listing;

use super::encoding::Decoded;
use super::{ControlSet, Defects, Kind, MAX_ENTRIES, Reading, ReportHead, Roles};
use crate::catalog::{Text, Version, Windows};
use block::{Piece, pieces};
use entry::{Reader, Shown, Titles};
use listing::Listing;

pub(super) use block::is_listing;

/// Reads every listing of a text. Each is a state of the system, and the last is the current one.
pub(super) fn read(decoded: &Decoded<'_>) -> Reading {
    let titles = Titles::of(&decoded.text);
    let mut reader = Reader { decoded, titles, defects: Defects::default(), is_whole: true };
    let mut listings: Vec<Listing> = Vec::new();
    let mut windows = Windows::default();
    let mut before = Before::Output;
    let mut entries = 0_usize;
    for piece in pieces(&decoded.text) {
        match piece {
            Piece::Other(line) => {
                windows = banner(line).unwrap_or(windows);
                before = Before::line(line);
            }
            Piece::Gap(line) => {
                if let Some(listing) = listings.last_mut() {
                    listing.is_whole = false;
                    reader.defect(line, "the whole listing", "a mark that something was omitted");
                }
                before = Before::Gap(line);
            }
            // A frame around the name of a command, as Microsoft's collections of diagnostics have it, or a line that
            // somebody drew.
            Piece::Block(block) if !reader.titles.is_of_listing(&block) => match block.title.unwrap_or_default() {
                "" => {}
                title if is_command(title) => before = Before::Command,
                _ => before = Before::Output,
            },
            Piece::Block(block) if entries == MAX_ENTRIES => {
                let expected = format!("at most {MAX_ENTRIES} entries");
                reader.defect(block.line, &expected, "more; the rest is ignored");
                if let Some(listing) = listings.last_mut() {
                    listing.is_whole = false;
                }
                break;
            }
            Piece::Block(block) => {
                entries += 1;
                let found_before = reader.defects.met();
                let shown = reader.read(&block);
                let has_ended = listings.last().is_some_and(Listing::has_ended);
                let is_next = has_ended && (before == Before::Output || matches!(shown, Shown::Protocol(..)));
                if listings.is_empty() || before == Before::Command || is_next {
                    let has_beginning = matches!(before, Before::Command | Before::Output);
                    listings.push(Listing::new(block.line, windows.clone(), has_beginning, found_before));
                    if let Before::Gap(line) = before {
                        reader.is_whole = false;
                        reader.defect(line, "the whole listing", "a mark that something was omitted");
                    }
                } else if matches!(before, Before::Other | Before::Output) {
                    reader.is_whole = false;
                    reader.defect(block.line, "the next entry of the listing", "other text before it");
                }
                if let Some(listing) = listings.last_mut() {
                    listing.is_whole &= reader.is_whole && !matches!(before, Before::Gap(_));
                    listing.add(shown);
                }
                before = Before::Entry;
            }
        }
    }
    let last_line = u64::try_from(decoded.text.lines().count()).unwrap_or(u64::MAX);
    for listing in &mut listings {
        let lack = listing.judge_ends();
        if !listing.is_whole && reader.defects.met() == listing.earlier_defects {
            let (expected, found) = lack.unwrap_or(("the whole listing", "text that ends within an entry".to_owned()));
            reader.defect(last_line, expected, &found);
        }
    }
    let count = listings.len();
    let control_set = |(number, listing): (usize, Listing)| ControlSet {
        name: (count > 1).then(|| Text::new(format!("listing {number}"))),
        roles: Roles { current: number == count, ..Roles::default() },
        computer_name: None,
        catalogs: listing.into_catalogs(),
    };
    let control_sets = (1..).zip(listings).map(control_set).collect();
    let mut defects = reader.defects;
    decoded.add_faults(u64::MAX, &mut defects);
    let report = ReportHead::of_text(decoded.encoding);
    Reading { report: Some(report), control_sets, defects: defects.into_list(), ..Reading::of(Kind::Netsh) }
}

/// What stands before an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    /// The beginning of an output: that of the text, a frame, or the end of what `reg query` printed.
    Output,
    /// The command that prints a listing.
    Command,
    /// Another entry.
    Entry,
    /// A mark that something was left out, and its line.
    Gap(u64),
    /// Other text, which may stand in the place of a beginning that is cut off.
    Other,
}

impl Before {
    /// What a line that belongs to no entry is.
    fn line(line: &str) -> Self {
        if is_command(line) {
            Self::Command
        } else if is_of_query(line) {
            Self::Output
        } else {
            Self::Other
        }
    }
}

/// Whether `reg query` printed that line: a key, or a value with its type.
fn is_of_query(line: &str) -> bool {
    line.starts_with("HKEY_") || line.contains("    REG_")
}

/// The version in `Microsoft Windows [Version 10.0.14393]`, with which a command prompt begins in every language.
fn banner(line: &str) -> Option<Windows> {
    let (_, bracket) = line.strip_prefix("Microsoft Windows")?.split_once('[')?;
    let (words, _) = bracket.split_once(']')?;
    let word = words.split_whitespace().next_back()?;
    let told_by = vec![Text::new(format!("the command prompt shows version {word}"))];
    Some(Windows { version: Some(Version::parse(word)?), told_by, ..Windows::default() })
}

fn is_command(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    line.contains("netsh") && line.contains("cat")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_stands_in_the_banner_of_the_prompt() {
        let version = |line| banner(line).and_then(|windows| windows.version);
        assert_eq!(version("Microsoft Windows [Version 10.0.14393]"), Some(Version::W10.with_build(14393)));
        assert_eq!(version("Microsoft Windows [版本 10.0.19045.2364]"), Some(Version::W10.with_build(19045)));
        assert_eq!((version("Microsoft Windows"), version("[Version 10.0.14393]")), (None, None));
    }
}
