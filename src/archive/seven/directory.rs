//! The directory of a 7z archive, which stands at its end and is mostly compressed itself.

use std::io::{self, Read, Seek, SeekFrom};

use sevenz_rust2::{Archive, BlockDecoder, Error, Password};

use super::claims::Claims;
use super::{allowed, limit, password, trouble};
use crate::archive::budget::{Budget, Metered};
use crate::archive::member::Means;
use crate::archive::spliced::Spliced;
use crate::archive::trouble::{Trouble, Troubles};

/// Bytes before everything else: mark, version, and where the directory stands.
const START: u64 = 32;

/// The mark and the version that the crate reads.
const MARK: &[u8; 8] = b"7z\xbc\xaf\x27\x1c\0\x04";

/// Most bytes of a directory.
const LONGEST: u64 = 16 << 20;

/// What a directory begins with that is packed.
const PACKED: u8 = 0x17;

/// The directory of an archive with one file, before and after what is said of the streams. How a block is parted must be said
/// there, and most archives do not say it of a block with one part.
const BEFORE: &[u8] = &[1, 4];
const ONE_PART: &[u8] = &[8, 0];
const AFTER: &[u8] = &[0, 5, 1, 0x11, 5, 0, b'x', 0, 0, 0, 0, 0];

/// What an archive says of its members, and its bytes as the crate reads them.
pub(super) struct Directory<S> {
    pub(super) archive: Archive,
    pub(super) source: Spliced<S>,
}

impl<'s, S: Read + Seek> Directory<&'s mut S> {
    /// Reads the directory; nothing where the archive is empty.
    pub(super) fn read(
        source: &'s mut S,
        means: Means<'_>,
        budget: &Budget<'_>,
        troubles: &mut Troubles,
    ) -> io::Result<Option<Self>> {
        let end = source.seek(SeekFrom::End(0))?;
        source.seek(SeekFrom::Start(0))?;
        let mut start = [0; 32];
        source
            .read_exact(&mut start)
            .map_err(|_| damage(format!("it ends after {end} bytes, within its first {START}")))?;
        let [_, _, _, _, _, _, _, _, s0, s1, s2, s3, rest @ ..] = start;
        let [o0, o1, o2, o3, o4, o5, o6, o7, l0, l1, l2, l3, l4, l5, l6, l7, c0, c1, c2, c3] = rest;
        let offset = u64::from_le_bytes([o0, o1, o2, o3, o4, o5, o6, o7]);
        let length = u64::from_le_bytes([l0, l1, l2, l3, l4, l5, l6, l7]);
        if crc32fast::hash(&rest) != u32::from_le_bytes([s0, s1, s2, s3]) {
            let wrong =
                if rest == [0; 20] { "it was never finished" } else { "the checksum of its first 32 bytes is wrong" };
            troubles.add(Trouble::Damaged(wrong.to_owned()), "");
        }
        if length == 0 {
            return Ok(None);
        }
        let begin = START.saturating_add(offset);
        if begin.saturating_add(length) > end {
            let missing = format!("its directory takes {length} bytes from {begin} on, and the archive has {end}");
            return Err(damage(missing));
        }
        if length > LONGEST {
            return Err(io::Error::other(Trouble::Directory));
        }
        source.seek(SeekFrom::Start(begin))?;
        let mut directory = Vec::new();
        (&mut *source).take(length).read_to_end(&mut directory)?;
        if crc32fast::hash(&directory) != u32::from_le_bytes([c0, c1, c2, c3]) {
            troubles.add(Trouble::Damaged(format!("the checksum of its directory, at byte {begin}, is wrong")), "");
        }
        let place = |trouble: Trouble| match trouble {
            Trouble::Damaged(what) => damage(format!("its directory, at byte {begin}, cannot be read ({what})")),
            trouble => io::Error::other(trouble),
        };
        if let [PACKED, streams @ .., 0] = directory.as_slice() {
            let mut unpacked = |parts| {
                let of_one = Directory::open(&mut *source, end, [BEFORE, streams, parts, AFTER].concat())?;
                of_one.only_file(means, budget)
            };
            directory = unpacked(ONE_PART)
                .or_else(|trouble| match trouble {
                    Trouble::Damaged(_) => unpacked(&[]),
                    trouble => Err(trouble),
                })
                .map_err(place)?;
        }
        Self::open(source, end, directory).map(Some).map_err(place)
    }

    /// The archive of these bytes, with that directory.
    fn open(source: &'s mut S, end: u64, directory: Vec<u8>) -> Result<Self, Trouble> {
        let claims = Claims::of(&directory).ok_or_else(|| Trouble::Damaged("it breaks off".to_owned()))?;
        if !claims.fit(end) {
            return Err(Trouble::Directory);
        }
        let length = u64::try_from(directory.len()).unwrap_or(u64::MAX);
        let rest = [
            &end.saturating_sub(START).to_le_bytes()[..],
            &length.to_le_bytes(),
            &crc32fast::hash(&directory).to_le_bytes(),
        ];
        let rest = rest.concat();
        let head = [&MARK[..], &crc32fast::hash(&rest).to_le_bytes(), &rest].concat();
        let mut source = Spliced::new(head, source, START, directory).map_err(|error| Trouble::of(&error))?;
        // What the directory may take was counted.
        let archive = Archive::read_with_memory_limit(&mut source, &Password::empty(), usize::MAX >> 10);
        Ok(Self { archive: archive.map_err(|error| trouble(&error, false))?, source })
    }

    /// The bytes of the only file.
    fn only_file(mut self, means: Means<'_>, budget: &Budget<'_>) -> Result<Vec<u8>, Trouble> {
        let block =
            self.archive.blocks.first().ok_or_else(|| Trouble::Damaged("nothing is packed in it".to_owned()))?;
        let is_encrypted = allowed(block, means)?;
        let password = password(means);
        let decoder =
            BlockDecoder::new_with_memory_limit(1, limit(means), 0, &self.archive, &password, &mut self.source);
        let mut bytes = Vec::new();
        let read = decoder.for_each_entries(&mut |_, stream| {
            let mut stream = Metered::new(stream, Some(budget)).take(LONGEST + 1);
            stream.read_to_end(&mut bytes).map_err(|error| Error::Io(error, "".into()))?;
            Ok(true)
        });
        read.map_err(|error| trouble(&error, is_encrypted))?;
        match bytes.len() {
            length if u64::try_from(length).is_ok_and(|length| length <= LONGEST) => Ok(bytes),
            _ => Err(Trouble::Directory),
        }
    }
}

fn damage(what: String) -> io::Error {
    io::Error::other(Trouble::Damaged(what))
}
