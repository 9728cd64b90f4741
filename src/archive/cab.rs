//! The members of cabinets. What a folder of a cabinet holds is one compressed stream, so that its members are read on the
//! way to those after them.
//!
//! The crate cab decodes the streams. It finds members by their names alone, goes back to the beginning of a folder for each of
//! them, and panics on some places outside of a folder, so that the directory is read here, and the crate is given one
//! folder at a time, as a cabinet with one member.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use cab::Cabinet;

use super::budget::{Budget, Metered};
use super::member::{Member, Visit};
use super::spliced::Spliced;
use super::trouble::{Trouble, Troubles};

/// Longest name of a file, of another cabinet or of a disk, in bytes.
const LONGEST_NAME: u64 = 256;

/// The name of the only member of a folder that is given to the crate.
const MEMBER: &str = "x";

/// What a cabinet says of its members.
struct Directory {
    folders: Vec<Folder>,
    files: Vec<File>,
    /// Bytes of each block of data that belong to those who wrote it.
    reserved: u8,
    /// Why the list of files ends early.
    damage: Option<io::Error>,
}

/// Members that are one stream.
struct Folder {
    first_block: u32,
    blocks: u16,
    method: u16,
}

struct File {
    name: String,
    length: u32,
    /// Where it begins in its folder.
    begin: u32,
    folder: u16,
}

/// Visits the members that are wanted, each with its place among all, folder by folder.
pub(super) fn each(
    source: &mut (impl Read + Seek),
    budget: &Budget<'_>,
    is_wanted: &dyn Fn(usize) -> bool,
    troubles: &mut Troubles,
    visit: &mut Visit<'_>,
) -> io::Result<()> {
    let Directory { folders, mut files, reserved, damage } = Directory::read(&mut *source)?;
    if let Some(damage) = damage {
        troubles.add(Trouble::Damaged(format!("its list of files ends early ({damage})")), "");
    }
    files.sort_by_key(|file| (file.folder, file.begin));
    let mut rest: Vec<(usize, &File)> = files.iter().enumerate().filter(|(index, _)| is_wanted(*index)).collect();
    rest.reverse();
    while let Some((_, File { folder: place, name, .. })) = rest.last() {
        let begin = rest.iter().rposition(|(_, file)| file.folder != *place).map_or(0, |last| last + 1);
        let trouble = match folders.get(usize::from(*place)) {
            // The last folder goes on in the next cabinet, or the first one in the one before.
            None if *place >= 0xfffd => Some(Trouble::Unknown("files that continue in another cabinet".to_owned())),
            None => Some(Trouble::Damaged("a file is in a folder that does not exist".to_owned())),
            Some(folder) => folder.trouble(),
        };
        if let Some(trouble) = trouble {
            troubles.add(trouble, name);
            rest.truncate(begin);
            continue;
        }
        let mut files = rest.split_off(begin);
        files.reverse();
        let Some(folder) = folders.get(usize::from(*place)) else { continue };
        if !folder.each(source, reserved, budget, &files, troubles, visit) {
            break;
        }
    }
    Ok(())
}

impl Folder {
    /// What keeps it from being read.
    fn trouble(&self) -> Option<Trouble> {
        match self.method & 0xf {
            0 | 1 => None,
            2 => Some(Trouble::Unknown("Quantum".to_owned())),
            // Its decoder can panic on data that is invalid, which evidence must not cause.
            3 => Some(Trouble::Unknown("LZX".to_owned())),
            method => Some(Trouble::Unknown(format!("method {method} of cabinets"))),
        }
    }

    /// Visits files of this folder in the order in which they lie in it; whether it goes on.
    fn each(
        &self,
        source: &mut (impl Read + Seek),
        reserved: u8,
        budget: &Budget<'_>,
        files: &[(usize, &File)],
        troubles: &mut Troubles,
        visit: &mut Visit<'_>,
    ) -> bool {
        let cabinet = self.cabinet(source, reserved).and_then(Cabinet::new);
        let opened = cabinet.and_then(|mut cabinet| {
            let goes_on = {
                let cabinet = &mut cabinet;
                let stream = cabinet.read_file(MEMBER)?;
                visit_all(stream, budget, files, troubles, visit)
            };
            Ok(goes_on)
        });
        opened.unwrap_or_else(|error| fail(&error, files, troubles))
    }

    /// A cabinet of this folder alone.
    fn cabinet<S: Read + Seek>(&self, source: S, reserved: u8) -> io::Result<Spliced<S>> {
        let has_reserve = reserved > 0;
        let length = 36 + if has_reserve { 4 } else { 0 } + 8 + 18;
        let folder = 36 + if has_reserve { 4 } else { 0 };
        let file: u32 = folder + 8;
        let mut head = b"MSCF\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
        head.extend(file.to_le_bytes());
        // Version 1.3, one folder, one file; whether there are reserved bytes; its place in a set.
        head.extend([0, 0, 0, 0, 3, 1, 1, 0, 1, 0, if has_reserve { 4 } else { 0 }, 0, 0, 0, 0, 0]);
        if has_reserve {
            head.extend([0, 0, 0, reserved]);
        }
        head.extend(u32::to_le_bytes(length));
        head.extend(self.blocks.to_le_bytes());
        head.extend(self.method.to_le_bytes());
        head.extend(u32::MAX.to_le_bytes());
        head.extend([0; 12]);
        head.extend(MEMBER.bytes());
        head.push(0);
        Spliced::new(head, source, self.first_block.into(), Vec::new())
    }
}

/// Visits files of a folder in the order in which they lie in its stream; whether it goes on.
fn visit_all(
    stream: impl Read,
    budget: &Budget<'_>,
    files: &[(usize, &File)],
    troubles: &mut Troubles,
    visit: &mut Visit<'_>,
) -> bool {
    let mut stream = Metered::new(stream, Some(budget));
    let mut place = 0;
    for (at, (index, file)) in files.iter().enumerate() {
        let Some(gap) = u64::from(file.begin).checked_sub(place) else {
            troubles.add(Trouble::Overlapping, &file.name);
            continue;
        };
        let length = u64::from(file.length);
        let before = Exact { stream: (&mut stream).take(gap), left: gap };
        if let Err(error) = io::copy(&mut { before }, &mut io::sink()) {
            return fail(&error, files.get(at..).unwrap_or_default(), troubles);
        }
        let mut reader = Exact { stream: (&mut stream).take(length), left: length };
        let member = Member {
            name: file.name.clone(),
            reader: &mut reader,
            is_in_stream: true,
            is_dense: false,
            is_link: false,
        };
        if !visit(*index, member, troubles) {
            return false;
        }
        place = u64::from(file.begin) + (length - reader.left);
        if stream.has_failed() {
            break;
        }
    }
    true
}

/// Nothing of these files can be read, since their folder cannot; it goes on with the next folder.
fn fail(error: &io::Error, files: &[(usize, &File)], troubles: &mut Troubles) -> bool {
    for (_, file) in files {
        troubles.add(Trouble::of(error), &file.name);
    }
    true
}

/// A stream that must not end before it is that long.
struct Exact<R> {
    stream: R,
    left: u64,
}

impl<R: Read> Read for Exact<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(space)?;
        self.left = self.left.saturating_sub(u64::try_from(read).unwrap_or(u64::MAX));
        if read == 0 && !space.is_empty() && self.left > 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "a folder ends within a file"));
        }
        Ok(read)
    }
}

impl Directory {
    fn read(source: &mut (impl Read + Seek)) -> io::Result<Self> {
        const PREVIOUS: u16 = 1;
        const NEXT: u16 = 2;
        const RESERVE: u16 = 4;
        source.seek(SeekFrom::Start(0))?;
        let mut source = BufReader::new(source);
        skip(&mut source, 16)?;
        let first_file = u32::from_le_bytes(bytes(&mut source)?);
        skip(&mut source, 6)?;
        let [folders, files, flags] = [(); 3].map(|()| bytes(&mut source).map(u16::from_le_bytes));
        let (folders, files, flags) = (folders?, files?, flags?);
        skip(&mut source, 4)?;
        let [mut of_folder, mut reserved] = [0; 2];
        if flags & RESERVE != 0 {
            let of_head = u16::from_le_bytes(bytes(&mut source)?);
            [of_folder, reserved] = bytes(&mut source)?;
            skip(&mut source, of_head.into())?;
        }
        for flag in [PREVIOUS, NEXT] {
            if flags & flag != 0 {
                name(&mut source)?;
                name(&mut source)?;
            }
        }
        let folders = (0..folders).map(|_| {
            let first_block = u32::from_le_bytes(bytes(&mut source)?);
            let blocks = u16::from_le_bytes(bytes(&mut source)?);
            let method = u16::from_le_bytes(bytes(&mut source)?);
            skip(&mut source, of_folder.into())?;
            Ok(Folder { first_block, blocks, method })
        });
        let folders = folders.collect::<io::Result<Vec<Folder>>>()?;
        source.seek(SeekFrom::Start(first_file.into()))?;
        let mut read = Vec::new();
        let mut damage = None;
        for _ in 0..files {
            match File::read(&mut source) {
                Ok(file) => read.push(file),
                Err(error) => {
                    damage = Some(error);
                    break;
                }
            }
        }
        Ok(Self { folders, files: read, reserved, damage })
    }
}

impl File {
    fn read(source: &mut impl Read) -> io::Result<Self> {
        let length = u32::from_le_bytes(bytes(source)?);
        let begin = u32::from_le_bytes(bytes(source)?);
        let folder = u16::from_le_bytes(bytes(source)?);
        skip(source, 6)?;
        Ok(Self { name: String::from_utf8_lossy(&name(source)?).into_owned(), length, begin, folder })
    }
}

fn bytes<const N: usize>(source: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    source.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn skip(source: &mut impl Read, length: u64) -> io::Result<()> {
    if io::copy(&mut source.take(length), &mut io::sink())? < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}

/// A name that ends with a zero byte.
fn name(source: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut name = Vec::new();
    loop {
        match bytes(source)? {
            [0] => return Ok(name),
            _ if length_of(&name) == LONGEST_NAME => {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a name has more than 256 bytes"));
            }
            [byte] => name.push(byte),
        }
    }
}

fn length_of(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
