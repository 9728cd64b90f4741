//! DLLs as linkers write them, with everything that catalog9 reads in them, and security catalogs.
//!
//! The signatures have a certificate that nobody issued, and a number in place of what its key would sign: nobody who
//! verifies no chain notices.

use sha2::{Digest, Sha256};

/// Where the section is in the file, and in memory.
const IN_FILE: usize = 0x400;
const IN_MEMORY: u32 = 0x1000;

/// 32-bit Intel.
pub const X86: u16 = 0x014c;
/// 64-bit Intel and AMD.
pub const X64: u16 = 0x8664;
/// 64-bit ARM.
pub const ARM64: u16 = 0xaa64;

/// Places in the table of the head.
const EXPORTS: usize = 0;
const IMPORTS: usize = 1;
const RESOURCES: usize = 2;
const CERTIFICATES: usize = 4;
const LOAD_CONFIGURATION: usize = 10;

/// A file that is yet to be written.
#[derive(Debug, Clone)]
pub struct Pe<'a> {
    /// Its processors.
    pub machine: u16,
    /// Whether it is a DLL.
    pub is_dll: bool,
    /// When it was linked.
    pub linked: u32,
    /// The names of its exports; those with a target are forwarders.
    pub exports: &'a [(&'a str, Option<&'a str>)],
    /// The DLLs that it imports from, with the names of functions, or `#` and their numbers.
    pub imports: &'a [(&'a str, &'a [&'a str])],
    /// The keys and texts of its version resource.
    pub version: &'a [(&'a str, &'a str)],
    /// Whether it has code for ARM64 and x64.
    pub is_hybrid: bool,
    /// Bytes after the section.
    pub overlay: &'a [u8],
}

impl Default for Pe<'_> {
    fn default() -> Self {
        Self {
            machine: X64,
            is_dll: true,
            linked: 0x5f00_0000,
            exports: &[("WSPStartup", None)],
            imports: &[],
            version: &[],
            is_hybrid: false,
            overlay: &[],
        }
    }
}

/// A DLL for those processors with these exports; those with a target are forwarders.
pub fn dll(machine: u16, exports: &[(&str, Option<&str>)]) -> Vec<u8> {
    Pe { machine, exports, ..Pe::default() }.write()
}

/// The section while it grows, and the entries of the head that lead into it.
struct Section {
    bytes: Vec<u8>,
    entries: Vec<(usize, u32, u32)>,
}

impl Section {
    fn next(&self) -> u32 {
        IN_MEMORY + self.bytes.len() as u32
    }

    /// Adds bytes at a multiple of 8, and says where they are.
    fn add(&mut self, bytes: &[u8]) -> u32 {
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        let place = self.next();
        self.bytes.extend(bytes);
        place
    }

    fn add_text(&mut self, text: &str) -> u32 {
        self.add(&[text.as_bytes(), &[0]].concat())
    }

    fn enter(&mut self, index: usize, place: u32) {
        self.entries.push((index, place, self.next() - place));
    }
}

fn words(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

impl Pe<'_> {
    fn is_64_bit(&self) -> bool {
        self.machine != X86
    }

    /// Writes the file.
    pub fn write(&self) -> Vec<u8> {
        let section = self.section();
        let is_64_bit = self.is_64_bit();
        let optional_size: u16 = if is_64_bit { 240 } else { 224 };
        let mut file = vec![0; 0x80];
        file[..2].copy_from_slice(b"MZ");
        file[0x3c..0x40].copy_from_slice(&0x80_u32.to_le_bytes());
        file.extend(b"PE\0\0");
        file.extend(self.machine.to_le_bytes());
        file.extend(1_u16.to_le_bytes());
        file.extend(words(&[self.linked, 0, 0]));
        file.extend(optional_size.to_le_bytes());
        let characteristics: u16 = if self.is_dll { 0x2022 } else { 0x0022 };
        file.extend(characteristics.to_le_bytes());
        let optional = file.len();
        file.resize(optional + usize::from(optional_size), 0);
        let magic: u16 = if is_64_bit { 0x20b } else { 0x10b };
        file[optional..optional + 2].copy_from_slice(&magic.to_le_bytes());
        let mut number =
            |at: usize, number: u32| file[optional + at..optional + at + 4].copy_from_slice(&number.to_le_bytes());
        for (at, value) in [(32, 0x1000), (36, 0x200), (56, 0x10_0000), (60, IN_FILE as u32)] {
            number(at, value);
        }
        let table = if is_64_bit { 108 } else { 92 };
        number(table, 16);
        for (index, place, size) in &section.entries {
            number(table + 4 + 8 * index, *place);
            number(table + 8 + 8 * index, *size);
        }
        file.extend(b".rdata\0\0");
        let length = section.bytes.len();
        file.extend(words(&[length as u32, IN_MEMORY, length.next_multiple_of(0x200) as u32, IN_FILE as u32, 0, 0, 0]));
        file.extend(0x4000_0040_u32.to_le_bytes());
        file.resize(IN_FILE, 0);
        file.extend(&section.bytes);
        file.resize(IN_FILE + length.next_multiple_of(0x200), 0);
        file.extend(self.overlay);
        file
    }

    fn section(&self) -> Section {
        let mut section = Section { bytes: Vec::new(), entries: Vec::new() };
        if !self.exports.is_empty() {
            self.write_exports(&mut section);
        }
        if !self.imports.is_empty() {
            self.write_imports(&mut section);
        }
        if !self.version.is_empty() {
            self.write_version(&mut section);
        }
        if self.is_hybrid {
            let mut configuration = vec![0; 320];
            configuration[..4].copy_from_slice(&320_u32.to_le_bytes());
            configuration[200..208].copy_from_slice(&0x1_8000_1000_u64.to_le_bytes());
            let place = section.add(&configuration);
            section.enter(LOAD_CONFIGURATION, place);
        }
        section
    }

    /// The directory, the three tables, and then the texts, so that targets of forwarders are within the exports.
    fn write_exports(&self, section: &mut Section) {
        let mut sorted = self.exports.to_vec();
        sorted.sort_unstable();
        let count = sorted.len();
        let begin = section.add(&[0; 40]);
        let functions = section.add(&vec![0; 4 * count]);
        let names = section.add(&vec![0; 4 * count]);
        let ordinals = section.add(&vec![0; 2 * count]);
        for (index, (name, target)) in sorted.iter().enumerate() {
            // Another address counts as code.
            let function = target.map_or(0x9_0000, |target| section.add_text(target));
            let name = section.add_text(name);
            // The functions are in the opposite order of the names.
            let ordinal = count - 1 - index;
            section.set(functions + 4 * ordinal as u32, &function.to_le_bytes());
            section.set(names + 4 * index as u32, &name.to_le_bytes());
            section.set(ordinals + 2 * index as u32, &(ordinal as u16).to_le_bytes());
        }
        let count = count as u32;
        section.set(begin, &words(&[0, 0, 0, begin, 1, count, count, functions, names, ordinals]));
        section.enter(EXPORTS, begin);
    }

    fn write_imports(&self, section: &mut Section) {
        let mut directory = Vec::new();
        for (library, functions) in self.imports {
            let mut thunks = Vec::new();
            for function in *functions {
                let thunk = match function.strip_prefix('#') {
                    Some(number) => {
                        let high = if self.is_64_bit() { 1 << 63 } else { 1 << 31 };
                        high | number.parse::<u64>().unwrap()
                    }
                    None => section.add(&[&[0, 0], function.as_bytes(), &[0]].concat()).into(),
                };
                thunks.push(thunk);
            }
            thunks.push(0);
            let width = if self.is_64_bit() { 8 } else { 4 };
            let thunks: Vec<u8> = thunks.iter().flat_map(|thunk| thunk.to_le_bytes()[..width].to_vec()).collect();
            let (names, addresses) = (section.add(&thunks), section.add(&thunks));
            let library = section.add_text(library);
            directory.extend([names, 0, 0, library, addresses]);
        }
        directory.extend([0; 5]);
        let begin = section.add(&words(&directory));
        section.enter(IMPORTS, begin);
    }

    /// Kind, number and language, each a table with one entry, then where the resource is, then the resource.
    fn write_version(&self, section: &mut Section) {
        let strings: Vec<Vec<u8>> = self.version.iter().map(|(key, text)| string(key, text)).collect();
        let table = block("040904b0", 1, &[], &strings);
        let mut numbers = words(&[0xfeef_04bd, 0x1_0000, (1 << 16) | 2, (3 << 16) | 4]);
        numbers.resize(52, 0);
        let root = block("VS_VERSION_INFO", 0, &numbers, &[block("StringFileInfo", 1, &[], &[table])]);
        let mut tables = Vec::new();
        for (kind, next) in [(16, 0x8000_0018), (1, 0x8000_0030), (1033, 0x48_u32)] {
            tables.extend(words(&[0, 0, 0, 1 << 16, kind, next]));
        }
        tables.extend([0; 16]);
        let begin = section.add(&tables);
        let place = section.add(&root);
        section.set(begin + 0x48, &words(&[place, root.len() as u32]));
        section.enter(RESOURCES, begin);
    }
}

impl Section {
    fn set(&mut self, place: u32, bytes: &[u8]) {
        let at = (place - IN_MEMORY) as usize;
        self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
    }
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

fn string(key: &str, text: &str) -> Vec<u8> {
    let mut bytes = block(key, 1, &utf16(text), &[]);
    // Of a text, the length is one of characters.
    bytes[2..4].copy_from_slice(&(text.encode_utf16().count() as u16 + 1).to_le_bytes());
    bytes
}

fn block(key: &str, kind: u16, value: &[u8], children: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![0; 6];
    bytes.extend(utf16(key));
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes.extend(value);
    for child in children {
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes.extend(child);
    }
    let length = bytes.len() as u16;
    bytes[..2].copy_from_slice(&length.to_le_bytes());
    bytes[2..4].copy_from_slice(&(value.len() as u16).to_le_bytes());
    bytes[4..6].copy_from_slice(&kind.to_le_bytes());
    bytes
}

/// Where the head of a file has its checksum, and its entry for the certificates.
fn changed_by_signing(file: &[u8]) -> (usize, usize) {
    let optional = u32::from_le_bytes(file[0x3c..0x40].try_into().unwrap()) as usize + 24;
    let is_64_bit = file[optional..optional + 2] == [0x0b, 0x02];
    (optional + 64, optional + if is_64_bit { 112 } else { 96 } + 8 * CERTIFICATES)
}

/// The bytes of an unsigned file that are signed.
pub fn signed_bytes(file: &[u8]) -> Vec<u8> {
    let (checksum, entry) = changed_by_signing(file);
    let mut bytes = [&file[..checksum], &file[checksum + 4..entry], &file[entry + 8..]].concat();
    bytes.extend(vec![0; file.len().next_multiple_of(8) - file.len()]);
    bytes
}

/// Signs a file with SHA-256, in that name.
pub fn sign(file: &[u8], signer: &str, issuer: &str) -> Vec<u8> {
    let digest = Sha256::digest(signed_bytes(file));
    let image = der::sequence(&[der::identifier(&[0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 1, 15]), der::sequence(&[])]);
    let content = [image, der::sequence(&[der::sha256(), der::octets(&digest)])].concat();
    let mut signature = der::signed(der::INDIRECT_DATA, &content, signer, issuer);
    signature.resize(signature.len().next_multiple_of(8), 0);
    let (_, entry) = changed_by_signing(file);
    let mut file = file.to_vec();
    file.resize(file.len().next_multiple_of(8), 0);
    let size = signature.len() as u32 + 8;
    let place = words(&[file.len() as u32, size]);
    file[entry..entry + 8].copy_from_slice(&place);
    file.extend(words(&[size, 0x0002_0200]));
    file.extend(signature);
    file
}

/// How a security catalog names a file that it lists.
#[derive(Debug, Clone, Copy)]
pub enum Listed {
    /// By its digest.
    Digest,
    /// By the digits of its digest.
    Digits,
    /// By something else; the digest is among the attributes.
    Attribute,
}

/// A security catalog that lists these digests.
pub fn security_catalog(digests: &[(&[u8], Listed)], signer: &str) -> Vec<u8> {
    let member = |(digest, listed): &(&[u8], Listed)| {
        let digits: String = digest.iter().map(|byte| format!("{byte:02X}")).collect();
        let name = match listed {
            Listed::Digest => digest.to_vec(),
            Listed::Digits => utf16(&digits),
            Listed::Attribute => utf16("{DE351A42-8E59-11D0-8C47-00C04FC295EE}"),
        };
        let image = der::sequence(&[der::identifier(&[0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 1, 15]), der::sequence(&[])]);
        let indirect = der::sequence(&[image, der::sequence(&[der::sha256(), der::octets(digest)])]);
        let attribute = der::sequence(&[der::identifier(der::INDIRECT_DATA), der::set(&[indirect])]);
        let attributes = if matches!(listed, Listed::Attribute) { vec![attribute] } else { Vec::new() };
        der::sequence(&[der::octets(&name), der::set(&attributes)])
    };
    let members: Vec<Vec<u8>> = digests.iter().map(member).collect();
    let content = [
        der::sequence(&[der::identifier(&[0x2b, 6, 1, 4, 1, 0x82, 0x37, 12, 1, 1])]),
        der::octets(b"list"),
        der::item(0x17, &[b"240229123456Z"]),
        der::sequence(&[der::identifier(&[0x2b, 6, 1, 4, 1, 0x82, 0x37, 12, 1, 3])]),
        der::sequence(&members),
    ];
    der::signed(&[0x2b, 6, 1, 4, 1, 0x82, 0x37, 10, 1], &content.concat(), signer, "Test Root")
}

/// Writing DER.
mod der {
    use sha2::{Digest, Sha256};

    pub(super) const INDIRECT_DATA: &[u8] = &[0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 1, 4];

    pub(super) fn item(tag: u8, parts: &[impl AsRef<[u8]>]) -> Vec<u8> {
        let value: Vec<u8> = parts.iter().flat_map(|part| part.as_ref().to_vec()).collect();
        let length = value.len() as u32;
        let digits: Vec<u8> = length.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
        let head = match length {
            0..0x80 => vec![tag, length as u8],
            _ => [&[tag, 0x80 | digits.len() as u8], &digits[..]].concat(),
        };
        [head, value].concat()
    }

    pub(super) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
        item(0x30, parts)
    }

    pub(super) fn set(parts: &[Vec<u8>]) -> Vec<u8> {
        item(0x31, parts)
    }

    pub(super) fn octets(bytes: &[u8]) -> Vec<u8> {
        item(0x04, &[bytes])
    }

    pub(super) fn identifier(bytes: &[u8]) -> Vec<u8> {
        item(0x06, &[bytes])
    }

    fn number(number: u8) -> Vec<u8> {
        item(0x02, &[[number]])
    }

    pub(super) fn sha256() -> Vec<u8> {
        sequence(&[identifier(&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1]), item(0x05, &[[]])])
    }

    fn name(common: &str) -> Vec<u8> {
        let country = sequence(&[identifier(&[0x55, 4, 6]), item(0x13, &[b"DE"])]);
        let common = sequence(&[identifier(&[0x55, 4, 3]), item(0x0c, &[common])]);
        sequence(&[set(&[country]), set(&[common])])
    }

    fn certificate(subject: &str, issuer: &str, serial: u8) -> Vec<u8> {
        let time = || item(0x17, &[b"240229123456Z"]);
        let to_be_signed = sequence(&[
            item(0xa0, &[number(2)]),
            number(serial),
            sha256(),
            name(issuer),
            sequence(&[time(), time()]),
            name(subject),
            sequence(&[sha256(), item(0x03, &[[0, 1]])]),
        ]);
        sequence(&[to_be_signed, sha256(), item(0x03, &[[0, 1]])])
    }

    /// Signs content of that kind.
    pub(super) fn signed(kind: &[u8], content: &[u8], signer: &str, issuer: &str) -> Vec<u8> {
        let attribute = |kind: &[u8], value| sequence(&[identifier(kind), set(&[value])]);
        let attributes = [
            attribute(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3], identifier(kind)),
            attribute(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4], octets(&Sha256::digest(content))),
        ];
        let information = sequence(&[
            number(1),
            sequence(&[name(issuer), number(7)]),
            sha256(),
            item(0xa0, &attributes),
            sha256(),
            octets(&[1; 256]),
        ]);
        let data = sequence(&[
            number(1),
            set(&[sha256()]),
            sequence(&[identifier(kind), item(0xa0, &[item(0x30, &[content])])]),
            // The certificate of the issuer comes first.
            item(0xa0, &[certificate(issuer, issuer, 1), certificate(signer, issuer, 7)]),
            set(&[information]),
        ]);
        sequence(&[identifier(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2]), item(0xa0, &[data])])
    }
}
