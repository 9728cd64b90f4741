//! A hive, as the specification of the format has it.

use super::{Key, WRITTEN};

/// How the hive is written.
#[derive(Debug, Clone)]
pub struct Shape {
    /// Minor version: 3 to 6.
    pub minor: u32,
    /// Signature of the lists of subkeys: `li`, `lf` or `lh`.
    pub list: [u8; 2],
    /// Most subkeys of one list; more are split below an `ri`.
    pub longest_list: usize,
    /// Whether lists are sorted, as they must be.
    pub is_sorted: bool,
    /// Primary and secondary sequence number.
    pub sequence_numbers: (u32, u32),
    /// Bytes behind the last bin.
    pub remnant: usize,
    /// Whether the keys have a security descriptor, as programs demand that change a hive.
    pub has_security: bool,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            minor: 5,
            list: *b"lh",
            longest_list: 500,
            is_sorted: true,
            sequence_numbers: (7, 7),
            remnant: 0,
            has_security: false,
        }
    }
}

const NIL: u32 = u32::MAX;

/// Writes a hive whose root is `root`.
pub fn write(root: &Key, shape: &Shape) -> Vec<u8> {
    let mut bins = Bins { bytes: Vec::new(), free: 0, shape: shape.clone(), security: NIL };
    if shape.has_security {
        bins.security(root.count());
    }
    let root_cell = bins.key(root, NIL, 0x2c);
    bins.close();
    let mut hive = vec![0; 4096];
    put(&mut hive, 0, b"regf");
    put(&mut hive, 4, &shape.sequence_numbers.0.to_le_bytes());
    put(&mut hive, 8, &shape.sequence_numbers.1.to_le_bytes());
    put(&mut hive, 12, &WRITTEN.to_le_bytes());
    put(&mut hive, 20, &1_u32.to_le_bytes());
    put(&mut hive, 24, &shape.minor.to_le_bytes());
    put(&mut hive, 32, &1_u32.to_le_bytes());
    put(&mut hive, 36, &root_cell.to_le_bytes());
    put(&mut hive, 40, &u32_of(bins.bytes.len()).to_le_bytes());
    put(&mut hive, 44, &1_u32.to_le_bytes());
    let name: Vec<u8> = "SYSTEM".encode_utf16().flat_map(u16::to_le_bytes).collect();
    put(&mut hive, 48, &name);
    hive.extend(bins.bytes);
    hive.extend(vec![0xaa; shape.remnant]);
    seal(&mut hive);
    hive
}

/// Sets the checksum of the base block right.
pub fn seal(hive: &mut [u8]) {
    let sum = hive[..508].chunks(4).fold(0, |sum, word| sum ^ u32::from_le_bytes(word.try_into().unwrap()));
    let sum = match sum {
        0 => 1,
        u32::MAX => u32::MAX - 1,
        sum => sum,
    };
    put(hive, 508, &sum.to_le_bytes());
}

struct Bins {
    bytes: Vec<u8>,
    /// Bytes that are still free in the last bin.
    free: usize,
    shape: Shape,
    /// The security descriptor of all keys.
    security: u32,
}

impl Bins {
    /// Writes a key with everything below it; gives the offset of its cell.
    fn key(&mut self, key: &Key, parent: u32, flags: u16) -> u32 {
        let (name, is_latin) = name_of(&key.name);
        let mut node = vec![0; 76];
        put(&mut node, 0, b"nk");
        put(&mut node, 2, &(if is_latin { flags } else { flags & !0x20 }).to_le_bytes());
        put(&mut node, 4, &key.written.unwrap_or(WRITTEN).to_le_bytes());
        put(&mut node, 16, &parent.to_le_bytes());
        put(&mut node, 44, &self.security.to_le_bytes());
        for offset in [28, 32, 40, 48] {
            put(&mut node, offset, &NIL.to_le_bytes());
        }
        put(&mut node, 72, &u16::try_from(name.len()).unwrap().to_le_bytes());
        node.extend(&name);
        let cell = self.cell(&node);
        if !key.values.is_empty() {
            let values: Vec<u32> = key.values.iter().map(|value| self.value(value)).collect();
            let list: Vec<u8> = values.iter().flat_map(|offset| offset.to_le_bytes()).collect();
            let list = self.cell(&list);
            self.patch(cell, 36, u32_of(values.len()));
            self.patch(cell, 40, list);
        }
        if !key.subkeys.is_empty() {
            let mut subkeys: Vec<&Key> = key.subkeys.iter().collect();
            if self.shape.is_sorted {
                subkeys.sort_by_key(|subkey| subkey.name.to_uppercase());
            }
            let cells: Vec<(u32, &Key)> = subkeys
                .into_iter()
                .map(|subkey| (self.key(subkey, cell, if subkey.is_link { 0x30 } else { 0x20 }), subkey))
                .collect();
            let list = self.subkeys(&cells);
            self.patch(cell, 20, u32_of(cells.len()));
            self.patch(cell, 28, list);
        }
        cell
    }

    /// One security descriptor for so many keys: that of nobody, for everybody.
    fn security(&mut self, keys: u32) {
        let mut record = b"sk\0\0".to_vec();
        record.extend([0; 8]);
        record.extend(keys.to_le_bytes());
        record.extend(20_u32.to_le_bytes());
        record.extend([1, 0, 0, 0x80]);
        record.extend([0; 16]);
        let cell = self.cell(&record);
        self.security = cell;
        // The list of descriptors goes round.
        self.patch(cell, 4, cell);
        self.patch(cell, 8, cell);
    }

    fn subkeys(&mut self, subkeys: &[(u32, &Key)]) -> u32 {
        let lists: Vec<u32> = subkeys.chunks(self.shape.longest_list).map(|part| self.leaf(part)).collect();
        if let [only] = lists.as_slice() {
            return *only;
        }
        let mut index = b"ri".to_vec();
        index.extend(u16::try_from(lists.len()).unwrap().to_le_bytes());
        index.extend(lists.iter().flat_map(|list| list.to_le_bytes()));
        self.cell(&index)
    }

    fn leaf(&mut self, subkeys: &[(u32, &Key)]) -> u32 {
        let mut leaf = self.shape.list.to_vec();
        leaf.extend(u16::try_from(subkeys.len()).unwrap().to_le_bytes());
        for (cell, key) in subkeys {
            leaf.extend(cell.to_le_bytes());
            match &self.shape.list {
                b"lf" => {
                    let mut hint: Vec<u8> = key.name.bytes().take(4).collect();
                    hint.resize(4, 0);
                    leaf.extend(hint);
                }
                b"lh" => {
                    let units = key.name.to_uppercase().encode_utf16().collect::<Vec<_>>();
                    let hash =
                        units.iter().fold(0_u32, |hash, unit| hash.wrapping_mul(37).wrapping_add(u32::from(*unit)));
                    leaf.extend(hash.to_le_bytes());
                }
                _ => {}
            }
        }
        self.cell(&leaf)
    }

    fn value(&mut self, value: &super::Value) -> u32 {
        let (name, is_latin) = name_of(&value.name);
        let mut record = vec![0; 20];
        put(&mut record, 0, b"vk");
        put(&mut record, 2, &u16::try_from(name.len()).unwrap().to_le_bytes());
        let size = u32_of(value.data.len());
        if value.data.len() <= 4 {
            put(&mut record, 4, &(size | 0x8000_0000).to_le_bytes());
            put(&mut record, 8, &value.data);
        } else {
            let data = self.data(&value.data);
            put(&mut record, 4, &size.to_le_bytes());
            put(&mut record, 8, &data.to_le_bytes());
        }
        put(&mut record, 12, &value.data_type.to_le_bytes());
        put(&mut record, 16, &u16::from(is_latin).to_le_bytes());
        record.extend(&name);
        self.cell(&record)
    }

    /// The data of a value: in one cell, or from version 1.4 on in segments where it is long.
    fn data(&mut self, data: &[u8]) -> u32 {
        const SEGMENT: usize = 16_344;
        if data.len() <= SEGMENT || self.shape.minor < 4 {
            return self.cell(data);
        }
        let segments: Vec<u32> = data.chunks(SEGMENT).map(|segment| self.cell(segment)).collect();
        let list: Vec<u8> = segments.iter().flat_map(|segment| segment.to_le_bytes()).collect();
        let list = self.cell(&list);
        let mut record = b"db".to_vec();
        record.extend(u16::try_from(segments.len()).unwrap().to_le_bytes());
        record.extend(list.to_le_bytes());
        self.cell(&record)
    }

    /// Writes a cell; gives its offset.
    fn cell(&mut self, data: &[u8]) -> u32 {
        let size = (data.len() + 4).next_multiple_of(8);
        if size > self.free {
            self.close();
            let bin = (size + 32).next_multiple_of(4096);
            let begin = self.bytes.len();
            self.bytes.extend(b"hbin");
            self.bytes.extend(u32_of(begin).to_le_bytes());
            self.bytes.extend(u32_of(bin).to_le_bytes());
            self.bytes.extend([0; 8]);
            self.bytes.extend(WRITTEN.to_le_bytes());
            self.bytes.extend([0; 4]);
            self.free = bin - 32;
        }
        let offset = u32_of(self.bytes.len());
        self.bytes.extend((-i32::try_from(size).unwrap()).to_le_bytes());
        self.bytes.extend(data);
        self.bytes.resize(offset as usize + size, 0);
        self.free -= size;
        offset
    }

    /// Makes the rest of the last bin a free cell.
    fn close(&mut self) {
        if self.free > 0 {
            let begin = self.bytes.len();
            self.bytes.extend(u32_of(self.free).to_le_bytes());
            self.bytes.resize(begin + self.free, 0);
            self.free = 0;
        }
    }

    fn patch(&mut self, cell: u32, offset: usize, number: u32) {
        put(&mut self.bytes, cell as usize + 4 + offset, &number.to_le_bytes());
    }
}

/// A name as it is stored, and whether it is Latin-1.
fn name_of(name: &str) -> (Vec<u8>, bool) {
    let latin: Option<Vec<u8>> = name.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect();
    match latin {
        Some(latin) => (latin, true),
        None => (name.encode_utf16().flat_map(u16::to_le_bytes).collect(), false),
    }
}

fn put(bytes: &mut [u8], offset: usize, what: &[u8]) {
    bytes[offset..offset + what.len()].copy_from_slice(what);
}

fn u32_of(number: usize) -> u32 {
    u32::try_from(number).unwrap()
}
