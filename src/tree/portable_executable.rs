//! Reading what a DLL says of itself: the only file that knows the crate `object`.

use object::LittleEndian as LE;
use object::pe;
use object::read::pe::{ImageNtHeaders, PeFile, optional_header_magic};

use super::{Exports, Image, Machine};

/// Processors by their names in the head of a file.
const MACHINES: [(pe::Machine, Machine); 6] = [
    (pe::IMAGE_FILE_MACHINE_I386, Machine::X86),
    (pe::IMAGE_FILE_MACHINE_AMD64, Machine::X64),
    (pe::IMAGE_FILE_MACHINE_IA64, Machine::Ia64),
    (pe::IMAGE_FILE_MACHINE_ARM, Machine::Arm),
    (pe::IMAGE_FILE_MACHINE_ARMNT, Machine::Arm),
    (pe::IMAGE_FILE_MACHINE_ARM64, Machine::Arm64),
];

/// The functions that Winsock calls first.
const STARTUP: [(&[u8], Exports); 3] = [
    (b"WSPStartup\0", Exports::WSP_STARTUP),
    (b"NSPStartup\0", Exports::NSP_STARTUP),
    (b"NSPv2Startup\0", Exports::NSP_V2_STARTUP),
];

/// The most sections that Windows loads.
const MOST_SECTIONS: usize = 96;

/// The most names that a DLL can export, since each has a number of 16 bits.
const MOST_NAMES: usize = 1 << 16;

/// Reads what a DLL says of itself.
///
/// # Errors
///
/// Where the bytes are no DLL: what was expected and what was found.
pub(super) fn read(bytes: &[u8]) -> Result<Image, String> {
    if !bytes.starts_with(b"MZ") {
        return Err("expected a DLL, found a file that does not begin with MZ".to_owned());
    }
    match optional_header_magic(bytes) {
        Ok(pe::IMAGE_NT_OPTIONAL_HDR64_MAGIC) => read_of::<pe::ImageNtHeaders64>(bytes),
        _ => read_of::<pe::ImageNtHeaders32>(bytes),
    }
}

fn read_of<Pe: ImageNtHeaders>(bytes: &[u8]) -> Result<Image, String> {
    let file = PeFile::<Pe>::parse(bytes).map_err(|error| format!("expected a DLL, found a damaged one: {error}"))?;
    let machine = file.nt_headers().file_header().machine.get(LE);
    Ok(Image {
        machine: MACHINES.iter().find(|(known, _)| *known == machine).map(|(_, machine)| *machine),
        exports: exports(&file, bytes),
        ..Image::default()
    })
}

/// Which of the functions it exports; `None` where its exports are damaged.
fn exports<Pe: ImageNtHeaders>(file: &PeFile<'_, Pe>, bytes: &[u8]) -> Option<Exports> {
    let Some(table) = file.export_table().ok()? else { return Some(Exports::empty()) };
    let sections = file.section_table();
    let names = table.name_pointers();
    if sections.len() > MOST_SECTIONS || names.len() > MOST_NAMES {
        return None;
    }
    let mut exports = Exports::empty();
    for name in names {
        // Only its beginning is looked at: names may be as long as the file, and all of them the same.
        let name = sections.pe_data_at(bytes, name.get(LE))?;
        exports |= STARTUP.iter().filter(|(known, _)| name.starts_with(known)).map(|(_, export)| *export).collect();
    }
    Some(exports)
}
