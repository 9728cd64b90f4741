//! The head of a file, and where in the file its parts are: the only file that knows the crate `object`.

use std::fmt;

use object::LittleEndian as LE;
use object::pe;
use object::read::pe::{DataDirectories, ImageNtHeaders, SectionTable, optional_header_magic};

use super::defect;
use super::numbers::{size_at, u64_at};
use crate::evidence::Defect;

/// The most sections that Windows loads.
const MOST_SECTIONS: usize = 96;

/// Where `CHPEMetadataPointer` is in the load configuration of 64-bit files.
const CHPE: usize = 200;

/// Parts that the head leads to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Exports,
    Imports,
    Resources,
    Certificates,
    LoadConfiguration,
}

impl Part {
    fn index(self) -> usize {
        match self {
            Self::Exports => 0,
            Self::Imports => 1,
            Self::Resources => 2,
            Self::Certificates => 4,
            Self::LoadConfiguration => 10,
        }
    }
}

/// Processors that a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Machine {
    /// 32-bit Intel.
    X86,
    /// 64-bit Intel and AMD.
    X64,
    /// Itanium.
    Ia64,
    /// 32-bit ARM.
    Arm,
    /// 64-bit ARM.
    Arm64,
    /// 64-bit ARM, for programs that are otherwise x64.
    Arm64Ec,
    /// 64-bit ARM, for its own programs and those of x64 at once.
    Arm64X,
    /// Another, by its number in the head.
    Other(u16),
}

/// The head of a file.
pub(super) struct Head<'a> {
    /// The whole file.
    pub bytes: &'a [u8],
    /// When it was linked.
    pub linked: u32,
    /// Whether its addresses have 64 bits.
    pub is_64_bit: bool,
    /// Where the optional header is.
    pub optional: usize,
    machine: u16,
    is_dll: bool,
    directories: DataDirectories<'a>,
    sections: SectionTable<'a>,
}

impl<'a> Head<'a> {
    /// Reads the head of a file.
    ///
    /// # Errors
    ///
    /// Where Windows would not load the file.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Defect> {
        if bytes.is_empty() {
            return Err(defect("head", 0, "a DLL", "an empty file"));
        }
        if !bytes.starts_with(b"MZ") {
            return Err(defect("head", 0, "a DLL, which begins with MZ", "other bytes"));
        }
        match optional_header_magic(bytes) {
            Ok(pe::IMAGE_NT_OPTIONAL_HDR64_MAGIC) => Self::read_as::<pe::ImageNtHeaders64>(bytes),
            _ => Self::read_as::<pe::ImageNtHeaders32>(bytes),
        }
    }

    fn read_as<Pe: ImageNtHeaders>(bytes: &'a [u8]) -> Result<Self, Defect> {
        let place = size_at(bytes, 0x3c).unwrap_or_default();
        let damaged = |error: object::read::Error| defect("head", place, "a DLL", format!("damage: {error}"));
        let mut offset = u64::from(pe::ImageDosHeader::parse(bytes).map_err(damaged)?.nt_headers_offset());
        let (headers, directories) = Pe::parse(bytes, &mut offset).map_err(damaged)?;
        let sections = headers.sections(bytes, offset).map_err(damaged)?;
        if sections.len() > MOST_SECTIONS {
            let expected = format!("at most {MOST_SECTIONS} sections");
            return Err(defect("head", place, &expected, sections.len().to_string()));
        }
        let file = headers.file_header();
        Ok(Self {
            bytes,
            linked: file.time_date_stamp.get(LE),
            is_64_bit: headers.is_type_64(),
            optional: place.saturating_add(24),
            machine: file.machine.get(LE).0,
            is_dll: file.characteristics.get(LE) & pe::IMAGE_FILE_DLL != pe::FileFlags(0),
            directories,
            sections,
        })
    }

    /// The processors that the file is for.
    pub(super) fn machine(&self) -> Machine {
        match self.machine {
            0x014c => Machine::X86,
            0x8664 if self.has_hybrid_code() => Machine::Arm64Ec,
            0x8664 => Machine::X64,
            0x0200 => Machine::Ia64,
            0x01c0 | 0x01c2 | 0x01c4 => Machine::Arm,
            0xaa64 if self.has_hybrid_code() => Machine::Arm64X,
            0xaa64 => Machine::Arm64,
            other => Machine::Other(other),
        }
    }

    /// Whether it is a DLL.
    pub(super) fn is_dll(&self) -> bool {
        self.is_dll
    }

    /// Whether the load configuration leads to the metadata of code for ARM64 and x64.
    fn has_hybrid_code(&self) -> bool {
        let configuration = self.address_of(Part::LoadConfiguration).and_then(|(address, _)| self.at(address));
        configuration.is_some_and(|configuration| {
            let is_long_enough = size_at(configuration, 0).is_some_and(|size| size >= CHPE + 8);
            is_long_enough && u64_at(configuration, CHPE).is_some_and(|pointer| pointer != 0)
        })
    }

    /// Address and size of a part; `None` where the file has none. Of certificates the address is an offset in the file.
    pub(super) fn address_of(&self, part: Part) -> Option<(u32, u32)> {
        let (address, size) = self.directories.get(part.index())?.address_range();
        (address != 0).then_some((address, size))
    }

    /// The bytes from an address in memory to the end of its section.
    pub(super) fn at(&self, address: u32) -> Option<&'a [u8]> {
        self.sections.pe_data_at(self.bytes, address)
    }

    /// Where in the file an address in memory is, for the place of a defect.
    pub(super) fn offset_of(&self, address: u32) -> usize {
        let range = self.sections.pe_file_range_at(address);
        range.and_then(|(offset, _)| usize::try_from(offset).ok()).unwrap_or_default()
    }

    /// Where in the file the last section ends.
    pub(super) fn end_of_sections(&self) -> u64 {
        let end = |section: &pe::ImageSectionHeader| {
            u64::from(section.pointer_to_raw_data.get(LE)) + u64::from(section.size_of_raw_data.get(LE))
        };
        self.sections.iter().map(end).max().unwrap_or_default()
    }

    /// Where in the file the entry of a part in the head's table is; `None` where the table is shorter.
    pub(super) fn entry_of(&self, part: Part) -> Option<usize> {
        let index = part.index();
        let table = self.optional.checked_add(if self.is_64_bit { 112 } else { 96 })?;
        (index < self.directories.len()).then(|| table.checked_add(8 * index))?
    }
}

/// A text of one byte each that ends with a zero, of at most `limit` bytes.
pub(super) fn text_at(bytes: &[u8], limit: usize) -> Option<&[u8]> {
    let bytes = bytes.get(..bytes.len().min(limit.saturating_add(1)))?;
    bytes.get(..bytes.iter().position(|byte| *byte == 0)?)
}

impl fmt::Display for Machine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::X86 => "x86",
            Self::X64 => "x64",
            Self::Ia64 => "ia64",
            Self::Arm => "arm",
            Self::Arm64 => "arm64",
            Self::Arm64Ec => "arm64ec",
            Self::Arm64X => "arm64x",
            Self::Other(number) => return write!(formatter, "{number:#06x}"),
        })
    }
}
