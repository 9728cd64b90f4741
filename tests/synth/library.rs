//! DLLs as the linker writes them, as small as Windows would load them: heads, and a section with exports.

/// Where the section stands in the file, and in memory.
const IN_FILE: usize = 0x200;
const IN_MEMORY: u32 = 0x1000;

/// 32-bit Intel.
pub const X86: u16 = 0x014c;
/// 64-bit Intel and AMD.
pub const X64: u16 = 0x8664;
/// 64-bit ARM.
pub const ARM64: u16 = 0xaa64;

/// A DLL for those processors with exports of these names; those with a target are forwarders to another DLL.
pub fn write(machine: u16, exports: &[(&str, Option<&str>)]) -> Vec<u8> {
    let section = exports_section(exports);
    let is_64_bit = machine != X86;
    let optional_size: u16 = if is_64_bit { 240 } else { 224 };
    let mut file = vec![0; 0x80];
    file[..2].copy_from_slice(b"MZ");
    file[0x3c..0x40].copy_from_slice(&0x80_u32.to_le_bytes());
    file.extend(b"PE\0\0");
    file.extend(machine.to_le_bytes());
    file.extend(1_u16.to_le_bytes());
    file.extend([0; 12]);
    file.extend(optional_size.to_le_bytes());
    // A DLL that can be executed.
    file.extend(0x2022_u16.to_le_bytes());
    let optional = file.len();
    file.resize(optional + usize::from(optional_size), 0);
    let magic: u16 = if is_64_bit { 0x20b } else { 0x10b };
    file[optional..optional + 2].copy_from_slice(&magic.to_le_bytes());
    let mut number =
        |at: usize, number: u32| file[optional + at..optional + at + 4].copy_from_slice(&number.to_le_bytes());
    // Alignment in memory and in the file, size in memory, size of the heads.
    number(32, 0x1000);
    number(36, 0x200);
    number(56, 0x2000);
    number(60, 0x200);
    let directories = if is_64_bit { 108 } else { 92 };
    number(directories, 16);
    if !exports.is_empty() {
        number(directories + 4, IN_MEMORY);
        number(directories + 8, section.len() as u32);
    }
    file.extend(b".edata\0\0");
    for number in [section.len() as u32, IN_MEMORY, section.len().next_multiple_of(0x200) as u32, IN_FILE as u32] {
        file.extend(number.to_le_bytes());
    }
    file.extend([0; 12]);
    file.extend(0x4000_0040_u32.to_le_bytes());
    assert!(file.len() <= IN_FILE);
    file.resize(IN_FILE, 0);
    file.extend(&section);
    file.resize(IN_FILE + section.len().next_multiple_of(0x200), 0);
    file
}

/// The directory, then addresses, pointers to names, ordinals, and texts.
fn exports_section(exports: &[(&str, Option<&str>)]) -> Vec<u8> {
    let mut sorted = exports.to_vec();
    sorted.sort_unstable();
    let count = sorted.len();
    let texts = 40 + count * 10;
    let (mut addresses, mut names, mut ordinals, mut text) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (index, (name, target)) in sorted.iter().enumerate() {
        let mut add = |words: &str| {
            let place = IN_MEMORY + (texts + text.len()) as u32;
            text.extend(words.bytes().chain([0]));
            place
        };
        // Whatever stands outside of the section counts as code.
        let address = target.map_or(0x1800, &mut add);
        names.extend(add(name).to_le_bytes());
        addresses.extend(address.to_le_bytes());
        ordinals.extend((index as u16).to_le_bytes());
    }
    let place = |offset: usize| IN_MEMORY + offset as u32;
    let mut section = vec![0; 12];
    for number in [0, 1, count as u32, count as u32, place(40), place(40 + count * 4), place(40 + count * 8)] {
        section.extend(u32::to_le_bytes(number));
    }
    [section, addresses, names, ordinals, text].concat()
}
