//! The members of a zip archive without a central directory: each begins with a head, wherever that stands.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use rawzip::extra_fields::ExtraFields;
use rawzip::{CompressionMethod, ZipVerification};

use super::{AHEAD, Head, PACKED_NOTHING, Visiting, aes};
use crate::archive::MOST;
use crate::archive::member::Visit;
use crate::archive::trouble::Trouble;

/// What the head of a member begins with.
const MARK: &[u8] = b"PK\x03\x04";

/// Bytes of a head after its mark, before the name.
const HEAD: usize = 26;

/// Bytes of a head that are looked at. Longer names are taken for none.
const LONGEST_HEAD: u64 = 1 << 10;

/// Bit of the flags: packed with a password.
const ENCRYPTED: u16 = 1;

/// Bit of the flags: lengths and checksum follow the data.
const LENGTHS_FOLLOW: u16 = 1 << 3;

/// Visits the members in the order in which they stand.
pub(super) fn each(
    source: &mut (impl Read + Seek),
    visiting: &mut Visiting<'_>,
    visit: &mut Visit<'_>,
) -> io::Result<()> {
    source.seek(SeekFrom::Start(0))?;
    let mut source = BufReader::with_capacity(AHEAD, source);
    let (mut index, mut position) = (0, 0_u64);
    while let Some(passed) = pass_mark(&mut source)? {
        position = position.saturating_add(passed);
        let mut bytes = Vec::new();
        (&mut source).take(LONGEST_HEAD).read_to_end(&mut bytes)?;
        let Some((head, length)) = head_of(&bytes) else {
            source.seek_relative(-i64::try_from(bytes.len()).unwrap_or_default())?;
            continue;
        };
        if index >= MOST {
            visiting.troubles.add(Trouble::TooMany, &head.name);
            break;
        }
        position = position.saturating_add(length);
        source.seek(SeekFrom::Start(position))?;
        // Where the head does not give the length, the next one is looked for in the data.
        let after = if head.expected.is_some() { position.saturating_add(head.packed) } else { position };
        let data = (&mut source).take(head.packed);
        let is_folder = head.name.ends_with('/') && head.packed <= PACKED_NOTHING;
        if !is_folder && (visiting.is_wanted)(index) && !visiting.member(index, head, data, visit) {
            break;
        }
        index += 1;
        position = after;
        source.seek(SeekFrom::Start(position))?;
    }
    Ok(())
}

/// Reads on until the mark of a head was read, and tells how far that is; `None` where no mark follows.
fn pass_mark(source: &mut impl BufRead) -> io::Result<Option<u64>> {
    let (mut matched, mut passed) = (0, 0_u64);
    loop {
        let bytes = source.fill_buf()?;
        if bytes.is_empty() {
            return Ok(None);
        }
        let mut read = 0;
        for byte in bytes {
            read += 1;
            // Only its first byte can begin the mark again.
            matched = if MARK.get(matched) == Some(byte) { matched + 1 } else { usize::from(*byte == b'P') };
            if matched == MARK.len() {
                break;
            }
        }
        source.consume(read);
        passed = passed.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        if matched == MARK.len() {
            return Ok(Some(passed));
        }
    }
}

/// The head behind a mark, and its length up to the data; `None` where it is none.
fn head_of(bytes: &[u8]) -> Option<(Head, u64)> {
    let short = |offset: usize| Some(u16::from_le_bytes(bytes.get(offset..offset + 2)?.try_into().ok()?));
    let long = |offset: usize| Some(u32::from_le_bytes(bytes.get(offset..offset + 4)?.try_into().ok()?));
    let (flags, method) = (short(2)?, CompressionMethod::new(short(4)?));
    let (crc, packed, size) = (long(10)?, long(14)?, long(18)?);
    let (name_length, extra_length) = (short(22)?, short(24)?);
    let name = bytes.get(HEAD..HEAD + usize::from(name_length))?;
    if name.is_empty() || name.contains(&0) || method.name().is_none() {
        return None;
    }
    let length = HEAD + usize::from(name_length) + usize::from(extra_length);
    let extra = bytes.get(HEAD + usize::from(name_length)..length).unwrap_or_default();
    // Lengths of 32 bits that do not suffice stand elsewhere, and are not needed: deflate tells its end.
    let is_told = flags & LENGTHS_FOLLOW == 0 && packed != u32::MAX && size != u32::MAX;
    let head = Head {
        name: String::from_utf8_lossy(name).into_owned(),
        method,
        is_encrypted: flags & ENCRYPTED != 0,
        aes: aes(method, ExtraFields::new(extra)),
        packed: if is_told { packed.into() } else { u64::MAX },
        expected: is_told.then_some(ZipVerification { crc, uncompressed_size: size.into() }),
    };
    Some((head, u64::try_from(length).ok()?))
}
