//! The files of the examined computer, as members of an archive. Their names are compared and never joined to a path.
//!
//! An archive is read once more for the files that are wanted of it. What they hold is copied into a temporary file without
//! a name.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek, SeekFrom, Write};
use std::ops::Range;

use catalog9::archive::{Archive, Budget, Child, Listing, Password, Trouble};
use catalog9::catalog::{FileTime, Text};
use catalog9::collection::Packing;
use catalog9::tree::{Drive, Files, LARGEST, MOST_NAMES, Node, NodeKind, Obstacle};

use super::map::Unlinked;
use super::piece::Piece;
use super::source::Source;
use super::tree::drive_of;

/// Most bytes of files that are held at the same time.
const MOST_BYTES: u64 = 1 << 30;

/// What it costs to look at a name, as bytes that could be read instead.
const OF_NAME: u64 = 4096;

/// An archive whose members may be the files of computers.
pub(in crate::cli) struct Packed<'a> {
    pub(super) source: &'a Source,
    pub(super) packing: Packing,
    /// What the archive is called.
    pub(super) label: &'a str,
    pub(super) window: u64,
    pub(super) password: Option<&'a Password>,
    pub(super) listing: Listing,
    /// What everything may come to that is read of it for DLLs.
    pub(super) budget: Budget<'a>,
    /// Whether nobody wants to know more.
    pub(super) is_over: &'a dyn Fn() -> bool,
    pub(super) most_bytes: u64,
}

/// The files of a drive, in an archive.
pub(in crate::cli) struct PackedDrive<'a> {
    packed: &'a Packed<'a>,
    /// The folder that holds them; empty where it is that of all.
    root: String,
    copied: RefCell<Copied>,
}

/// Members that were read.
#[derive(Default)]
struct Copied {
    bytes: Option<Unlinked>,
    /// Where the bytes of each are, or why they are not there.
    members: BTreeMap<usize, Result<Range<usize>, Obstacle>>,
}

impl<'a> Packed<'a> {
    /// What is held of an archive at the same time.
    pub(super) const MOST_BYTES: u64 = MOST_BYTES;

    /// The drives that these hives lie on, and those that were collected beside them.
    pub(in crate::cli) fn around<'p>(&'a self, pieces: impl IntoIterator<Item = &'p Piece>) -> Vec<PackedDrive<'a>> {
        pieces.into_iter().filter_map(|piece| self.root_of(piece)).flat_map(|root| self.drives(root)).collect()
    }

    /// The folder with the drive that a hive lies on.
    fn root_of(&self, piece: &Piece) -> Option<String> {
        let label = piece.label.lossy();
        let path = label.strip_prefix(self.label)?.strip_prefix("!/")?;
        let names: Vec<&str> = path.split(['/', '\\']).filter(|name| !name.is_empty() && *name != ".").collect();
        hive_below_root(&names).map(|root| root.join("/"))
    }

    fn drives(&'a self, root: String) -> Vec<PackedDrive<'a>> {
        let drive = |root| PackedDrive { packed: self, root, copied: RefCell::default() };
        let (above, name) = root.rsplit_once('/').unwrap_or(("", &root));
        let own = drive_of(name);
        let others: Vec<PackedDrive<'a>> = spellings_of_drives()
            .filter(|(letter, _)| own.is_some_and(|own| own != *letter))
            .map(|(_, name)| if above.is_empty() { name } else { format!("{above}/{name}") })
            .filter(|root| self.listing.has_folder(root))
            .map(drive)
            .collect();
        std::iter::once(drive(root)).chain(others).collect()
    }

    /// Copies members.
    fn copy(&self, wanted: &BTreeSet<usize>) -> Copied {
        let mut members = BTreeMap::new();
        let bytes = self.copy_into(wanted, &mut members);
        let (bytes, why) = match bytes {
            Ok(bytes) => (Some(bytes), Obstacle::Unreadable("the archive cannot be read up to it".to_owned())),
            Err(why) => {
                members.clear();
                (None, why)
            }
        };
        for index in wanted {
            members.entry(*index).or_insert_with(|| Err(why.clone()));
        }
        Copied { bytes, members }
    }

    fn copy_into(
        &self,
        wanted: &BTreeSet<usize>,
        members: &mut BTreeMap<usize, Result<Range<usize>, Obstacle>>,
    ) -> Result<Unlinked, Obstacle> {
        self.budget.spend(OF_NAME.saturating_mul(as_u64(self.listing.len()))).map_err(|error| of_io(&error))?;
        let source = self.source.seekable().map_err(|error| Obstacle::Unreadable(error.to_string()))?;
        let mut archive = Archive::new(source, self.packing, self.label);
        archive.outer = Some(&self.budget);
        archive.window = self.window;
        archive.password = self.password;
        let mut file = tempfile::tempfile().map_err(|error| of_io(&error))?;
        let mut end = 0;
        let mut failed = None;
        let read = archive.read_again(wanted, &mut |index, stream| {
            let left = self.most_bytes.saturating_sub(end).min(LARGEST);
            // What a member before has left behind it is written over.
            let copied = file.seek(SeekFrom::Start(end)).and_then(|_| copy_bytes(stream, &mut file, left));
            let result = match copied {
                Ok(Ok(length)) if length > left => Err(Obstacle::TooMuch),
                Ok(Ok(length)) => {
                    let begin = end;
                    end += length;
                    Ok(as_usize(begin)..as_usize(end))
                }
                Ok(Err(why)) => Err(why),
                Err(error) => {
                    failed = Some(of_io(&error));
                    return false;
                }
            };
            members.insert(index, result);
            members.len() < wanted.len() && !(self.is_over)()
        });
        read.map_err(|error| of_io(&error))?;
        failed.map_or(Ok(()), Err)?;
        Unlinked::new(&file).map_err(|error| of_io(&error))
    }
}

/// The folder that holds the drive with a hive at `Windows/System32/config/SYSTEM`: the names down to it.
fn hive_below_root<'n, 's>(names: &'n [&'s str]) -> Option<&'n [&'s str]> {
    let [root @ .., _, system, config, hive] = names else { return None };
    let is = [(system, "System32"), (config, "config"), (hive, "SYSTEM")];
    is.iter().all(|(name, expected)| name.eq_ignore_ascii_case(expected)).then_some(root)
}

/// What collections call the folder of a drive, with its letter.
fn spellings_of_drives() -> impl Iterator<Item = (char, String)> {
    ('A'..='Z').flat_map(|letter| {
        let spelled = [letter, letter.to_ascii_lowercase()];
        spelled.into_iter().flat_map(move |spelled| {
            ["", "%5C%5C.%5C"].into_iter().flat_map(move |before| {
                ["", ":", "%3A"].map(move |after| (letter, format!("{before}{spelled}{after}")))
            })
        })
    })
}

/// Copies a stream, and how many bytes it has, or that they are more. The outer error is that of the file, the inner one of
/// the stream.
fn copy_bytes(stream: &mut dyn Read, file: &mut impl Write, most: u64) -> std::io::Result<Result<u64, Obstacle>> {
    let mut space = vec![0; 64 << 10];
    let mut length = 0_u64;
    while length <= most {
        let read = match stream.read(&mut space) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Ok(Err(of_io(&error))),
        };
        length = length.saturating_add(as_u64(read));
        if length <= most {
            file.write_all(space.get(..read).unwrap_or_default())?;
        }
    }
    Ok(Ok(length))
}

fn of_io(error: &std::io::Error) -> Obstacle {
    match Trouble::of(error) {
        Trouble::TooLong | Trouble::TooLarge => Obstacle::TooMuch,
        Trouble::Damaged(what) => Obstacle::Unreadable(what),
        trouble => Obstacle::Unreadable(trouble.to_string()),
    }
}

impl PackedDrive<'_> {
    /// The drive as the library takes it.
    pub(in crate::cli) fn drive(&self) -> Drive<'_> {
        Drive { letter: None, files: self }
    }

    fn path(&self, names: &[String]) -> String {
        let root = Some(&self.root).filter(|root| !root.is_empty());
        root.into_iter().chain(names).map(String::as_str).collect::<Vec<_>>().join("/")
    }

    fn index_of(&self, file: &[String]) -> Option<usize> {
        self.packed.listing.index_of(&self.path(file))
    }
}

impl Files for PackedDrive<'_> {
    fn label(&self) -> Text {
        Text::new(format!("{}!/{}", self.packed.label, self.root))
    }

    fn called(&self) -> Option<char> {
        drive_of(self.root.rsplit('/').next()?)
    }

    fn is_listed_whole(&self) -> bool {
        self.packed.listing.is_whole()
    }

    fn list(&self, folder: &[String]) -> Result<Vec<Node>, Obstacle> {
        let mut nodes = Vec::new();
        for (name, child) in self.packed.listing.children(&self.path(folder)) {
            if nodes.len() == MOST_NAMES {
                return Err(Obstacle::TooManyNames);
            }
            let kind = match child {
                Child::Folder => NodeKind::Folder,
                Child::File => NodeKind::File,
                Child::Link => NodeKind::Link,
            };
            nodes.push(Node { name: name.to_owned(), kind });
        }
        // Many hives of one archive may lie beside the same names.
        self.packed.budget.spend(OF_NAME.saturating_mul(as_u64(nodes.len()))).map_err(|error| of_io(&error))?;
        Ok(nodes)
    }

    fn announce(&self, files: &[Vec<String>]) {
        let wanted: BTreeSet<usize> = files.iter().filter_map(|file| self.index_of(file)).collect();
        self.copied.replace(if wanted.is_empty() { Copied::default() } else { self.packed.copy(&wanted) });
    }

    fn read(&self, file: &[String], take: &mut dyn FnMut(&[u8])) -> Result<Option<FileTime>, Obstacle> {
        let missing = || Obstacle::Unreadable("the archive has no such file".to_owned());
        let index = self.index_of(file).ok_or_else(missing)?;
        if !self.copied.borrow().members.contains_key(&index) {
            self.announce(&[file.to_vec()]);
        }
        let copied = self.copied.borrow();
        let range = copied.members.get(&index).cloned().unwrap_or_else(|| Err(missing()))?;
        let bytes = copied.bytes.as_ref().map(Unlinked::bytes).unwrap_or_default();
        take(bytes.get(range).unwrap_or_default());
        Ok(None)
    }
}

fn as_u64(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn as_usize(length: u64) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::sync::Arc;

    use super::*;
    use crate::cli::intake::spool::Held;

    /// A tar archive of these files.
    fn tar_of(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = tar::Builder::new(Vec::new());
        for (name, bytes) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(as_u64(bytes.len()));
            archive.append_data(&mut header, name, *bytes).unwrap();
        }
        archive.into_inner().unwrap()
    }

    /// What is done with an archive, of which so many bytes are copied at the same time.
    fn with_packed<T>(most_bytes: u64, is_over: bool, work: impl FnOnce(&Packed<'_>, &PackedDrive<'_>) -> T) -> T {
        let files = [("C/a", &b"aaaa"[..]), ("C/b", b"bbbb"), ("x", b"x"), ("C/c", b"cc")];
        let archive = tar_of(&files);
        let listing = Archive::new(Cursor::new(&archive), Packing::Tar, "a.tar").look(&|| false).unwrap().0.listing;
        let source = Source::Held(Arc::new(Held::Memory(archive)));
        let packed = Packed {
            source: &source,
            packing: Packing::Tar,
            label: "a.tar",
            window: 0,
            password: None,
            listing,
            budget: Budget::again(None),
            is_over: &|| is_over,
            most_bytes,
        };
        let drive = packed.drives("C".to_owned()).remove(0);
        work(&packed, &drive)
    }

    fn read(drive: &PackedDrive<'_>) -> Vec<Result<Vec<u8>, Obstacle>> {
        let files = ["a", "b", "c"].map(|name| vec![name.to_owned()]);
        drive.announce(&files);
        let read = |file: &Vec<String>| {
            let mut read = Vec::new();
            drive.read(file, &mut |bytes| read.extend_from_slice(bytes)).map(|_| read)
        };
        files.iter().map(read).collect()
    }

    #[test]
    fn members_are_copied_up_to_a_limit() {
        let [a, b, c] = [&b"aaaa"[..], b"bbbb", b"cc"].map(|bytes| Ok(bytes.to_vec()));
        let too_much = Err(Obstacle::TooMuch);
        let read_within = |most_bytes, is_over| with_packed(most_bytes, is_over, |_, drive| read(drive));
        assert_eq!(read_within(100, false), [a.clone(), b.clone(), c.clone()]);
        assert_eq!(read_within(9, false), [a.clone(), b, too_much.clone()]);
        assert_eq!(read_within(6, false), [a.clone(), too_much, c]);
        let ended = read_within(100, true);
        assert_eq!(ended.iter().filter(|read| read.is_ok()).count(), 1, "{ended:?}");
    }

    #[test]
    fn what_is_read_again_is_bounded_for_all_hives_of_an_archive() {
        let times = with_packed(100, false, |_, drive| {
            // Each time costs the length of the archive, and 4 KiB for each of four members.
            (0..).take_while(|_| read(drive).iter().all(Result::is_ok)).take(3).count()
        });
        assert_eq!(times, 3);
        with_packed(100, false, |packed, drive| {
            assert_eq!(drive.list(&[]).unwrap().len(), 3);
            packed.budget.spend((32 << 30) - 3 * 4096 - 5000).unwrap();
            assert_eq!(drive.list(&[]), Err(Obstacle::TooMuch));
            assert_eq!(read(drive), [const { Err(Obstacle::TooMuch) }; 3]);
        });
    }

    #[test]
    fn collections_spell_drives_in_many_ways() {
        let spelled: BTreeSet<String> = spellings_of_drives().map(|(_, name)| name).collect();
        for (letter, name) in spellings_of_drives() {
            assert_eq!(drive_of(&name), Some(letter), "{name}");
        }
        for name in ["C", "d", "E:", "f%3A", "%5C%5C.%5CG%3A"] {
            assert!(spelled.contains(name), "{name}");
        }
    }
}
