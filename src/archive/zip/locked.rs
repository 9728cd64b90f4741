//! Members that are packed with a password: in the way of the first zip archives, which protects little, or with AES, as
//! WinZip does it. What no crate offers for a stream is put together here from those of the RustCrypto project.

use std::io::{self, Read};

use aes::{Aes128, Aes192, Aes256};
use ctr::Ctr128LE;
use ctr::cipher::{KeyIvInit, StreamCipher};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use crate::archive::password::Password;
use crate::archive::trouble::Trouble;

/// Bytes before the data that nobody needs, in the old way.
const HEAD: usize = 12;

/// Bytes that show whether a password may be the right one, and bytes that show whether the data is whole, with AES.
const CHECK: usize = 2;
const SEAL: usize = 10;

/// How often a password is hashed.
const ROUNDS: u32 = 1000;

/// The bytes of a member as they were before they were locked.
pub(super) fn unlocked<'a>(
    mut packed: impl Read + 'a,
    length: u64,
    strength: Option<u8>,
    password: &Password,
) -> io::Result<Box<dyn Read + 'a>> {
    let Some(strength) = strength else {
        let mut keys = Keys::of(password);
        let mut head = [0; HEAD];
        packed.read_exact(&mut head)?;
        for byte in &mut head {
            *byte = keys.unlock(*byte);
        }
        return Ok(Box::new(Old { packed, keys }));
    };
    let (salt, key) = match strength {
        1 => (8, 16),
        2 => (12, 24),
        3 => (16, 32),
        _ => return Err(io::Error::other(Trouble::Unknown(format!("AES of the strength {strength}")))),
    };
    let mut salt = vec![0; salt];
    packed.read_exact(&mut salt)?;
    let mut check = [0; CHECK];
    packed.read_exact(&mut check)?;
    let mut derived = vec![0; 2 * key + CHECK];
    pbkdf2::pbkdf2_hmac::<Sha1>(password.reveal().as_bytes(), &salt, ROUNDS, &mut derived);
    let (of_cipher, rest) = derived.split_at(key);
    let (of_seal, expected) = rest.split_at(key);
    if check != expected {
        return Err(io::Error::other(Trouble::WrongPassword));
    }
    let around = u64::try_from(salt.len() + CHECK + SEAL).unwrap_or(u64::MAX);
    let left = length.checked_sub(around).ok_or(io::ErrorKind::UnexpectedEof)?;
    let cipher = cipher(of_cipher).ok_or(io::ErrorKind::InvalidData)?;
    let seal = Hmac::new_from_slice(of_seal).map_err(io::Error::other)?;
    Ok(Box::new(Aes { packed, left, cipher, seal }))
}

/// The cipher of a key of 16, 24 or 32 bytes. It counts from one.
fn cipher(key: &[u8]) -> Option<Box<dyn StreamCipher>> {
    let mut first = [0; 16];
    first[0] = 1;
    Some(match key.len() {
        16 => Box::new(Ctr128LE::<Aes128>::new_from_slices(key, &first).ok()?),
        24 => Box::new(Ctr128LE::<Aes192>::new_from_slices(key, &first).ok()?),
        _ => Box::new(Ctr128LE::<Aes256>::new_from_slices(key, &first).ok()?),
    })
}

/// Bytes that are locked with AES, and after them what shows whether they are whole.
struct Aes<R> {
    packed: R,
    left: u64,
    cipher: Box<dyn StreamCipher>,
    seal: Hmac<Sha1>,
}

impl<R: Read> Read for Aes<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        if space.is_empty() {
            return Ok(0);
        }
        let read = (&mut self.packed).take(self.left).read(space)?;
        let bytes = space.get_mut(..read).unwrap_or_default();
        self.seal.update(bytes);
        self.cipher.apply_keystream(bytes);
        let before = self.left;
        self.left = before.saturating_sub(u64::try_from(read).unwrap_or(u64::MAX));
        if self.left == 0 && before > 0 {
            let mut seal = [0; SEAL];
            self.packed.read_exact(&mut seal)?;
            let whole = self.seal.clone().verify_truncated_left(&seal);
            whole.map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "the seal of an encrypted file is wrong"))?;
        } else if read == 0 && before > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(read)
    }
}

/// Bytes that are locked in the old way.
struct Old<R> {
    packed: R,
    keys: Keys,
}

impl<R: Read> Read for Old<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let read = self.packed.read(space)?;
        for byte in space.iter_mut().take(read) {
            *byte = self.keys.unlock(*byte);
        }
        Ok(read)
    }
}

/// The three keys of the old way, which change with each byte.
struct Keys([u32; 3]);

impl Keys {
    fn of(password: &Password) -> Self {
        let mut keys = Self([0x1234_5678, 0x2345_6789, 0x3456_7890]);
        for byte in password.reveal().bytes() {
            keys.turn(byte);
        }
        keys
    }

    fn unlock(&mut self, byte: u8) -> u8 {
        let [_, _, last] = self.0;
        let number = (last | 2) & 0xffff;
        let [_, mask, ..] = number.wrapping_mul(number ^ 1).to_le_bytes();
        let plain = byte ^ mask;
        self.turn(plain);
        plain
    }

    fn turn(&mut self, byte: u8) {
        let [first, second, third] = self.0;
        let first = crc(first, byte);
        let second = second.wrapping_add(first & 0xff).wrapping_mul(134_775_813).wrapping_add(1);
        let [.., high] = second.to_le_bytes();
        self.0 = [first, second, crc(third, high)];
    }
}

/// What a checksum becomes with one more byte.
fn crc(sum: u32, byte: u8) -> u32 {
    (0..8).fold(sum ^ u32::from(byte), |sum, _| (sum >> 1) ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 })
}
