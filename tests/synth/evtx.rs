//! Event logs of Windows Vista and later, with events of Winsock.

/// An event of a log.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its provider.
    pub provider: &'static str,
    /// GUID of the provider as it is stored.
    pub guid: [u8; 16],
    /// Its number.
    pub id: u16,
    /// When it happened, as a FILETIME.
    pub time: u64,
    /// Name of the computer.
    pub computer: String,
    /// SID of the user as it is stored.
    pub sid: Vec<u8>,
    /// Its own fields.
    pub data: Vec<(&'static str, Datum)>,
}

/// A field of an event.
#[derive(Debug, Clone)]
pub enum Datum {
    /// UTF-16.
    Wide(String),
    /// One byte a character.
    Ansi(String),
    /// A number of four bytes.
    Number(u32),
    /// A GUID as it is stored.
    Guid([u8; 16]),
}

/// How events are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// All values stand in the elements, as text.
    Plain,
    /// A template, with the values after it, as Windows writes events.
    Template,
}

/// The provider of Winsock.
pub const WINSOCK: [u8; 16] = *b"\x9a\x5f\xc2\xd5\x47\x4d\x3e\x49\x91\x84\x40\xdd\x39\x7a\x00\x4d";

/// The user SYSTEM.
pub const SYSTEM: &[u8] = b"\x01\x01\0\0\0\0\0\x05\x12\0\0\0";

/// An event of Winsock about an LSP: 1 for its installation, 2 for its removal, 3 for its deactivation.
pub fn of_lsp(id: u16, time: u64, name: &str, guid: [u8; 16], catalog_id: u32) -> Event {
    let data = vec![
        ("LSPName", Datum::Wide(name.to_owned())),
        ("Catalog", Datum::Number(32)),
        ("Installer", Datum::Ansi(r"C:\Windows\System32\MsiExec.exe".to_owned())),
        ("GUID", Datum::Guid(guid)),
        ("Category", Datum::Number(catalog_id)),
    ];
    Event {
        provider: "Microsoft-Windows-Winsock-WS2HELP",
        guid: WINSOCK,
        id,
        time,
        computer: "EXAMPLE".to_owned(),
        sid: SYSTEM.to_vec(),
        data,
    }
}

/// The event of a reset.
pub fn of_reset(time: u64) -> Event {
    Event { data: vec![("Catalog", Datum::Number(32))], ..of_lsp(4, time, "", [0; 16], 0) }
}

/// An event of another provider.
pub fn of_another(time: u64, text: &str) -> Event {
    let data = vec![("param1", Datum::Wide(text.to_owned()))];
    Event { provider: "Example", guid: [7; 16], data, ..of_lsp(1, time, "", [0; 16], 0) }
}

const CHUNK: usize = 65_536;
const HEADER: usize = 512;

/// A log of these events.
pub fn log(events: &[Event], form: Form) -> Vec<u8> {
    let mut chunks: Vec<Vec<u8>> = Vec::new();
    let mut records = 0..0;
    for (number, event) in (1_u64..).zip(events) {
        if !chunks.last_mut().is_some_and(|chunk| add(chunk, number, event, form)) {
            let full = chunks.pop().map(|chunk| ended(chunk, records.clone()));
            chunks.extend(full);
            records = number..number;
            let mut chunk = vec![0; HEADER];
            assert!(add(&mut chunk, number, event, form), "an event is shorter than a chunk");
            chunks.push(chunk);
        }
        records.end = number;
    }
    let last = chunks.pop().map(|chunk| ended(chunk, records));
    chunks.extend(last);
    let mut file = vec![0; 4096];
    file[..8].copy_from_slice(b"ElfFile\0");
    file[16..24].copy_from_slice(&(chunks.len().max(1) as u64 - 1).to_le_bytes());
    file[24..32].copy_from_slice(&(events.len() as u64 + 1).to_le_bytes());
    file[32..36].copy_from_slice(&128_u32.to_le_bytes());
    file[36..40].copy_from_slice(&[1, 0, 3, 0]);
    file[40..42].copy_from_slice(&4096_u16.to_le_bytes());
    file[42..44].copy_from_slice(&(chunks.len() as u16).to_le_bytes());
    file.extend(chunks.into_iter().flatten());
    sign(&mut file);
    file
}

/// Writes the checksums of the file, of its chunks and of their records again.
pub fn sign(file: &mut [u8]) {
    let checksum = crc(file[..120].iter());
    file[124..128].copy_from_slice(&checksum.to_le_bytes());
    for chunk in file[4096..].chunks_exact_mut(CHUNK).filter(|chunk| chunk.starts_with(b"ElfChnk\0")) {
        let end = (u32::from_le_bytes(chunk[48..52].try_into().unwrap()) as usize).clamp(HEADER, CHUNK);
        let records = crc(chunk[HEADER..end].iter());
        chunk[52..56].copy_from_slice(&records.to_le_bytes());
        let header = crc(chunk[..120].iter().chain(&chunk[128..HEADER]));
        chunk[124..128].copy_from_slice(&header.to_le_bytes());
    }
}

fn crc<'b>(bytes: impl Iterator<Item = &'b u8>) -> u32 {
    !bytes.fold(!0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| sum >> 1 ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 })
    })
}

fn ended(mut chunk: Vec<u8>, records: std::ops::Range<u64>) -> Vec<u8> {
    chunk[..8].copy_from_slice(b"ElfChnk\0");
    for (at, number) in [(8, records.start), (16, records.end), (24, records.start), (32, records.end)] {
        chunk[at..at + 8].copy_from_slice(&number.to_le_bytes());
    }
    chunk[40..44].copy_from_slice(&128_u32.to_le_bytes());
    let end = chunk.len() as u32;
    chunk[48..52].copy_from_slice(&end.to_le_bytes());
    chunk.resize(CHUNK, 0);
    chunk
}

/// Adds a record, where there is room for it.
fn add(chunk: &mut Vec<u8>, number: u64, event: &Event, form: Form) -> bool {
    let begin = chunk.len();
    chunk.extend(b"**\0\0\0\0\0\0");
    chunk.extend(number.to_le_bytes());
    chunk.extend(event.time.to_le_bytes());
    let mut writer = Writer { bytes: std::mem::take(chunk), form, values: Vec::new() };
    writer.record(number, event);
    *chunk = writer.bytes;
    while !(chunk.len() - begin + 4).is_multiple_of(8) {
        chunk.push(0);
    }
    let length = (chunk.len() - begin + 4) as u32;
    chunk.extend(length.to_le_bytes());
    chunk[begin + 4..begin + 8].copy_from_slice(&length.to_le_bytes());
    let fits = chunk.len() <= CHUNK;
    if !fits {
        chunk.truncate(begin);
    }
    fits
}

/// A value: its type, the bytes that are stored, and its text.
type Stored = (u8, Vec<u8>, String);

/// Writes binary XML; names always stand where they are used.
struct Writer {
    bytes: Vec<u8>,
    form: Form,
    values: Vec<(u8, Vec<u8>)>,
}

impl Writer {
    fn record(&mut self, number: u64, event: &Event) {
        self.bytes.extend(b"\x0f\x01\x01\0");
        if self.form == Form::Plain {
            self.event(number, event);
            self.bytes.push(0);
            return;
        }
        self.bytes.extend(b"\x0c\x01\x01\0\0\0");
        self.here();
        self.bytes.extend([0; 20]);
        let length_at = self.bytes.len();
        self.bytes.extend([0; 4]);
        self.bytes.extend(b"\x0f\x01\x01\0");
        self.event(number, event);
        self.bytes.push(0);
        let length = (self.bytes.len() - length_at - 4) as u32;
        self.bytes[length_at..length_at + 4].copy_from_slice(&length.to_le_bytes());
        self.bytes.extend((self.values.len() as u32).to_le_bytes());
        for (kind, value) in &self.values {
            self.bytes.extend((value.len() as u16).to_le_bytes());
            self.bytes.extend([*kind, 0]);
        }
        let values: Vec<u8> = self.values.drain(..).flat_map(|(_, value)| value).collect();
        self.bytes.extend(values);
    }

    fn event(&mut self, number: u64, event: &Event) {
        self.begin("Event", false);
        self.bytes.push(2);
        self.begin("System", false);
        self.bytes.push(2);
        let (name, guid) = (event.provider.to_owned(), event.guid);
        self.empty("Provider", &[("Name", wide(&name)), ("Guid", (0x0f, guid.to_vec(), braced(guid)))]);
        self.leaf("EventID", (0x06, event.id.to_le_bytes().to_vec(), event.id.to_string()));
        let time = (0x11, event.time.to_le_bytes().to_vec(), rfc_3339(event.time));
        self.empty("TimeCreated", &[("SystemTime", time)]);
        self.leaf("EventRecordID", (0x0a, number.to_le_bytes().to_vec(), number.to_string()));
        self.leaf("Computer", wide(&event.computer));
        self.empty("Security", &[("UserID", (0x13, event.sid.clone(), "S-1-5-18".to_owned()))]);
        self.bytes.push(4);
        self.begin("EventData", false);
        self.bytes.push(2);
        for (name, datum) in &event.data {
            let value = match datum {
                Datum::Wide(text) => wide(text),
                Datum::Ansi(text) => (0x02, text.clone().into_bytes(), text.clone()),
                Datum::Number(number) => (0x08, number.to_le_bytes().to_vec(), number.to_string()),
                Datum::Guid(guid) => (0x0f, guid.to_vec(), braced(*guid)),
            };
            self.begin("Data", true);
            self.attribute("Name");
            self.text(name);
            self.bytes.push(2);
            self.value(value);
            self.bytes.push(4);
        }
        self.bytes.extend([4, 4]);
    }

    /// The offset of the byte after the offset.
    fn here(&mut self) {
        let at = self.bytes.len() as u32 + 4;
        self.bytes.extend(at.to_le_bytes());
    }

    fn name(&mut self, name: &str) {
        self.here();
        self.bytes.extend([0; 6]);
        self.bytes.extend((name.len() as u16).to_le_bytes());
        self.bytes.extend(name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes));
    }

    fn begin(&mut self, name: &str, has_attributes: bool) {
        self.bytes.push(if has_attributes { 0x41 } else { 0x01 });
        if self.form == Form::Template {
            self.bytes.extend([0xff, 0xff]);
        }
        self.bytes.extend([0; 4]);
        self.name(name);
        if has_attributes {
            self.bytes.extend([0; 4]);
        }
    }

    fn attribute(&mut self, name: &str) {
        self.bytes.push(0x06);
        self.name(name);
    }

    fn text(&mut self, text: &str) {
        let units: Vec<u16> = text.encode_utf16().collect();
        self.bytes.extend([5, 1]);
        self.bytes.extend((units.len() as u16).to_le_bytes());
        self.bytes.extend(units.into_iter().flat_map(u16::to_le_bytes));
    }

    fn value(&mut self, (kind, stored, shown): Stored) {
        match self.form {
            Form::Plain => self.text(&shown),
            Form::Template => {
                self.bytes.push(0x0e);
                self.bytes.extend((self.values.len() as u16).to_le_bytes());
                self.bytes.push(kind);
                self.values.push((kind, stored));
            }
        }
    }

    fn leaf(&mut self, name: &str, value: Stored) {
        self.begin(name, false);
        self.bytes.push(2);
        self.value(value);
        self.bytes.push(4);
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, Stored)]) {
        self.begin(name, true);
        for (name, value) in attributes {
            self.attribute(name);
            self.value(value.clone());
        }
        self.bytes.push(3);
    }
}

fn wide(text: &str) -> Stored {
    (0x01, text.encode_utf16().flat_map(u16::to_le_bytes).collect(), text.to_owned())
}

/// A GUID in braces.
fn braced(guid: [u8; 16]) -> String {
    let digits = |places: &[usize]| places.iter().map(|place| format!("{:02X}", guid[*place])).collect::<String>();
    let parts = [&[3, 2, 1, 0][..], &[5, 4], &[7, 6], &[8, 9], &[10, 11, 12, 13, 14, 15]].map(digits);
    format!("{{{}}}", parts.join("-"))
}

/// A FILETIME of 2024-02-29 as text; others are not needed.
fn rfc_3339(time: u64) -> String {
    let begin = 133_536_384_000_000_000;
    let of_day = time.checked_sub(begin).expect("a time of 2024-02-29 or later");
    let (second, rest) = (of_day / 10_000_000, of_day % 10_000_000);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    assert!(hour < 24, "a time of 2024-02-29");
    format!("2024-02-29T{hour:02}:{minute:02}:{second:02}.{rest:07}Z")
}
