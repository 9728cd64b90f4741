//! What `netsh winsock show catalog` prints, in whatever language, alone or pasted among other output.
//!
//! It tells ids, paths, chains and hidden entries, but neither counts nor how entries are offered.

mod block;
mod entry;
mod listing;

use super::encoding::decode_text;
use super::{ControlSet, Kind, MAX_ENTRIES, Reading, ReportHead, Roles};
use crate::catalog::{Text, Version, Windows};
use block::{Piece, pieces};
use entry::{Reader, Shown, Titles};
use listing::Listing;

pub(super) use block::is_listing;

/// Reads every listing of a text. Each is a state of the system, and the last is the current one.
pub(super) fn read(bytes: &[u8]) -> Reading {
    let decoded = decode_text(bytes);
    let mut reader = Reader { decoded: &decoded, titles: Titles::default(), defects: Vec::new(), is_whole: true };
    let mut listings: Vec<Listing> = Vec::new();
    let mut windows = Windows::default();
    let mut before = Before::Entry;
    let mut entries = 0_usize;
    for piece in pieces(&decoded.text) {
        match piece {
            Piece::Other(line) => {
                windows = banner(line).unwrap_or(windows);
                before = if is_command(line) { Before::Command } else { Before::Other };
            }
            Piece::Gap(line) => {
                if let Some(listing) = listings.last_mut() {
                    listing.is_whole = false;
                    reader.defect(line, "the whole listing", "a mark that something was left out");
                }
                before = Before::Gap;
            }
            Piece::Block(block) if entries == MAX_ENTRIES => {
                let expected = format!("at most {MAX_ENTRIES} entries");
                reader.defect(block.line, &expected, "more; the rest is passed over");
                if let Some(listing) = listings.last_mut() {
                    listing.is_whole = false;
                }
                break;
            }
            Piece::Block(block) => {
                entries += 1;
                let shown = reader.read(&block);
                let is_behind_end =
                    matches!(shown, Shown::Protocol(..)) && listings.last().is_some_and(Listing::has_ended);
                if listings.is_empty() || before == Before::Command || is_behind_end {
                    listings.push(Listing::new(block.line, windows.clone(), before == Before::Command));
                } else if before == Before::Other {
                    reader.is_whole = false;
                }
                if let Some(listing) = listings.last_mut() {
                    listing.is_whole &= reader.is_whole && before != Before::Gap;
                    listing.add(shown);
                }
                before = Before::Entry;
            }
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
    defects.extend(decoded.defects(u64::MAX));
    let report = ReportHead::of_text(decoded.encoding);
    Reading { report: Some(report), control_sets, defects, ..Reading::of(Kind::Netsh) }
}

/// What stands before an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    /// The command that prints a listing.
    Command,
    /// Another entry, or nothing.
    Entry,
    /// A mark that something was left out.
    Gap,
    /// Output of something else.
    Other,
}

/// The version in `Microsoft Windows [Version 10.0.14393]`, with which a command prompt begins in every language.
fn banner(line: &str) -> Option<Windows> {
    let (_, bracket) = line.strip_prefix("Microsoft Windows")?.split_once('[')?;
    let (words, _) = bracket.split_once(']')?;
    let word = words.split_whitespace().next_back()?;
    let told_by = vec![Text::new(format!("the command prompt says version {word}"))];
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
