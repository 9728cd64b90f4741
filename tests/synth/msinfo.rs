//! Reports of msinfo32, as NFO and as text, in a language of one's choice.

use catalog9::catalog::{Catalogs, Product, ProtocolEntry};

/// A language in which reports are written.
pub struct Language {
    /// First and second line of a text report, up to the colon.
    pub head: [&'static str; 2],
    /// Names of the categories up to Serial, in their order.
    pub categories: [&'static str; 26],
    /// Headings of the two columns.
    pub columns: [&'static str; 2],
    /// The properties of a protocol.
    pub properties: [&'static str; 17],
    /// Yes and no.
    pub words: [&'static str; 2],
    /// What stands behind a number of bytes, and behind one of kilobytes.
    pub units: [&'static str; 2],
    /// What groups digits, and what begins decimals.
    pub separators: [&'static str; 2],
    /// What a base provider of TCP/IP is called but for its bracket.
    pub tcpip: &'static str,
    /// What a quality of service provider is called; `*` stands for its protocol.
    pub rsvp: &'static str,
    /// What stands before the number of the build, and behind the architecture.
    pub build: [&'static str; 2],
}

/// As English Windows has it.
pub const ENGLISH: Language = Language {
    head: ["System Information report written at", "System Name"],
    categories: [
        "System Summary",
        "Hardware Resources",
        "Conflicts/Sharing",
        "DMA",
        "Forced Hardware",
        "I/O",
        "IRQs",
        "Memory",
        "Components",
        "Multimedia",
        "Audio Codecs",
        "Video Codecs",
        "CD-ROM",
        "Sound Device",
        "Display",
        "Infrared",
        "Input",
        "Keyboard",
        "Pointing Device",
        "Modem",
        "Network",
        "Adapter",
        "Protocol",
        "WinSock",
        "Ports",
        "Serial",
    ],
    columns: ["Item", "Value"],
    properties: [
        "Name",
        "Connectionless Service",
        "Guarantees Delivery",
        "Guarantees Sequencing",
        "Maximum Address Size",
        "Maximum Message Size",
        "Message Oriented",
        "Minimum Address Size",
        "Pseudo Stream Oriented",
        "Supports Broadcasting",
        "Supports Connect Data",
        "Supports Disconnect Data",
        "Supports Encryption",
        "Supports Expedited Data",
        "Supports Graceful Closing",
        "Supports Guaranteed Bandwidth",
        "Supports Multicasting",
    ],
    words: ["Yes", "No"],
    units: ["bytes", "KB"],
    separators: [",", "."],
    tcpip: "MSAFD Tcpip",
    rsvp: "RSVP * Service Provider",
    build: ["Build", "-based PC"],
};

/// A language that nobody speaks: nothing of it is in any table.
pub const INVENTED: Language = Language {
    head: ["Rundumschau vom Ding gekritzelt", "Dingsname"],
    categories: [
        "Überblock",
        "Kram",
        "Zank/Teil",
        "QWZ",
        "Zwangskram",
        "R/A",
        "Rufe",
        "Gedenk",
        "Brocken",
        "Bunt",
        "Ohrgänge",
        "Augengänge",
        "Scheibe",
        "Tuter",
        "Schau",
        "Rotlicht",
        "Rein",
        "Tastbrett",
        "Zeiger",
        "Piepser",
        "Gewebe",
        "Stecker",
        "Ränke",
        "WinSock",
        "Häfen",
        "Reihum",
    ],
    columns: ["Ding d'hier", "Gält"],
    properties: [
        "Nam",
        "Ohn Verband",
        "Trägt's hin",
        "Hält d'Reih",
        "Größt's Anschrift",
        "Größt's Brief",
        "Mag Brief",
        "Kleinst's Anschrift",
        "Als wär's Fluss",
        "Ruft all",
        "Mit Gruß",
        "Mit Abschied",
        "Mit Siegel",
        "Mit Eil",
        "Geht sacht",
        "Mit Bürgschaft",
        "Ruft viel",
    ],
    words: ["jau", "nöö"],
    units: ["Häpple", "KH"],
    separators: ["’", "·"],
    tcpip: "Drahtwerk-MSAFD",
    rsvp: "Zuteiler vun RSVP-*",
    build: ["Wurf", "-Kiste"],
};

/// The properties that are yes or no, with the bit that each shows; `None` are the name and the sizes.
const BITS: [Option<u32>; 17] = [
    None,
    Some(0x1),
    Some(0x2),
    Some(0x4),
    None,
    None,
    Some(0x8),
    None,
    Some(0x10),
    Some(0x200),
    Some(0x80),
    Some(0x100),
    Some(0x2000),
    Some(0x40),
    Some(0x20),
    Some(0x800),
    Some(0x400),
];

/// Which category each lies in.
const ABOVE: [usize; 26] = [0, 0, 1, 1, 1, 1, 1, 1, 0, 8, 9, 9, 8, 8, 8, 8, 8, 16, 16, 8, 8, 20, 20, 20, 8, 24];

const PROTOCOL: usize = 22;
const WINSOCK: usize = 23;

type Row = [String; 2];

/// The NFO file, as Windows writes it.
pub fn nfo(catalogs: &Catalogs, computer_name: &str, language: &Language) -> Vec<u8> {
    utf16(&nfo_text(catalogs, computer_name, language))
}

/// Its text, with LF for line ends.
pub fn nfo_text(catalogs: &Catalogs, computer_name: &str, language: &Language) -> String {
    let mut lines: Vec<String> =
        ["<?xml version=\"1.0\"?>", "<MsInfo>", "<Metadata>", "<Version>8.0</Version>"].map(str::to_owned).to_vec();
    lines.extend(["<CreationUTC>02/29/24 12:34:56</CreationUTC>", "</Metadata>"].map(str::to_owned));
    let columns = language.columns.map(|column| column.replace(' ', "_"));
    let mut open: Vec<usize> = Vec::new();
    for (index, name) in language.categories.iter().enumerate() {
        while open.last().is_some_and(|last| *last != ABOVE[index] || index == 0) {
            open.pop();
            lines.push("</Category>".to_owned());
        }
        lines.push(format!("<Category name=\"{name}\">"));
        open.push(index);
        let rows = rows(index, catalogs, computer_name, language);
        for row in &rows {
            let cells =
                columns.iter().zip(row).map(|(column, cell)| format!("<{column}><![CDATA[{cell}]]></{column}>"));
            lines.extend(std::iter::once("<Data>".to_owned()).chain(cells).chain(["</Data>".to_owned()]));
        }
        if rows.is_empty() && !ABOVE[1..].contains(&index) {
            let cells = columns.iter().map(|column| format!("<{column}></{column}>"));
            lines.extend(std::iter::once("<Data>".to_owned()).chain(cells).chain(["</Data>".to_owned()]));
        }
    }
    lines.extend(open.iter().map(|_| "</Category>".to_owned()));
    lines.push("</MsInfo>".to_owned());
    lines.join("\n")
}

/// The text report, as Windows writes it.
pub fn text(catalogs: &Catalogs, computer_name: &str, language: &Language) -> Vec<u8> {
    utf16(&plain_text(catalogs, computer_name, language))
}

/// Its text, with LF for line ends.
pub fn plain_text(catalogs: &Catalogs, computer_name: &str, language: &Language) -> String {
    let [written, name] = language.head;
    let mut text = format!("{written}: 02/29/24 12:34:56\n{name}: {computer_name}\n");
    for (index, name) in language.categories.iter().enumerate() {
        text += &format!("[{name}]\n\n");
        let rows = rows(index, catalogs, computer_name, language);
        if ABOVE[1..].contains(&index) && index != 0 {
            text += "\n\n";
            continue;
        }
        let headings = language.columns.map(str::to_owned);
        for row in std::iter::once(&headings).chain(&rows) {
            text += &format!("{}\t{}\t\n", row[0], row[1]);
        }
        text += "\n";
    }
    text
}

/// UTF-16, little endian, with a byte order mark and CRLF.
pub fn utf16(text: &str) -> Vec<u8> {
    let units = text.replace('\n', "\r\n");
    [0xfeff].into_iter().chain(units.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

fn rows(index: usize, catalogs: &Catalogs, computer_name: &str, language: &Language) -> Vec<Row> {
    let row = |label: &str, value: &str| [label.to_owned(), value.to_owned()];
    match index {
        0 => summary(catalogs, computer_name, language),
        6 => vec![row("IRQ 5", "Sound 16"), row("IRQ 9", "Yes [TCP/IP]")],
        PROTOCOL => separated(&catalogs.sections().map(|entry| protocol(entry, language)).collect::<Vec<_>>()),
        WINSOCK => {
            let version = version(catalogs);
            let folders: &[&str] =
                if catalogs.windows.is_64_bit() == Some(true) { &["SysWOW64", "system32"] } else { &["system32"] };
            let file = |folder: &&str| {
                let [bytes, _] = language.units;
                let path = format!("c:\\windows\\{folder}\\wsock32.dll");
                vec![row("File", &path), row("Size", &format!("15 {bytes}")), row("Version", &format!("{version}.1"))]
            };
            separated(&folders.iter().map(file).collect::<Vec<_>>())
        }
        _ => Vec::new(),
    }
}

/// Between two records stands a row without anything in it.
fn separated(records: &[Vec<Row>]) -> Vec<Row> {
    records.join(&[String::new(), String::new()])
}

fn version(catalogs: &Catalogs) -> String {
    let version = catalogs.windows.version.expect("a report tells the version");
    let build = version.build.unwrap_or(if version.minor == 1 { 2600 } else { 3790 });
    format!("{}.{}.{build}", version.major, version.minor)
}

fn summary(catalogs: &Catalogs, computer_name: &str, language: &Language) -> Vec<Row> {
    let windows = &catalogs.windows;
    let is_server = matches!(windows.product, Some(Product::Server | Product::DomainController));
    let os_name = if is_server { "Microsoft Windows Server" } else { "Microsoft Windows" };
    let version = version(catalogs);
    let pack = windows.service_pack.filter(|pack| *pack > 0).map(|pack| format!(" Service Pack {pack}"));
    let [build, kind] = language.build;
    let architecture = windows.architecture.map_or("x86".to_owned(), |architecture| architecture.to_string());
    let number = version.rsplit('.').next().unwrap_or_default();
    let values = [
        os_name.to_owned(),
        format!("{version}{} {build} {number}", pack.unwrap_or_default()),
        "-".to_owned(),
        "Microsoft Corporation".to_owned(),
        computer_name.to_owned(),
        "Acme x64".to_owned(),
        "Box 7".to_owned(),
        format!("{architecture}{kind}"),
        "10.0.1 no version".to_owned(),
    ];
    (0..).zip(values).map(|(number, value): (u32, _)| [format!("{} {number}", language.columns[0]), value]).collect()
}

/// The seventeen rows of an entry.
fn protocol(entry: &ProtocolEntry, language: &Language) -> Vec<Row> {
    let flags = entry.service_flags.map_or(0, |flags| flags.bits());
    let sizes = [
        (4, entry.max_address_length.map_or(0, i32::unsigned_abs)),
        (5, entry.message_size.unwrap_or_default()),
        (7, entry.min_address_length.map_or(0, i32::unsigned_abs)),
    ];
    let value = |index: usize| match (BITS[index], sizes.iter().find(|(position, _)| *position == index)) {
        (Some(bit), _) => language.words[usize::from(flags & bit == 0)].to_owned(),
        (None, Some((_, bytes))) => size(*bytes, language),
        (None, None) => name(&entry.name().lossy(), language),
    };
    (0..17).map(|index| [language.properties[index].to_owned(), value(index)]).collect()
}

/// The name of an entry in a language.
pub fn name(english: &str, language: &Language) -> String {
    if let Some(bracket) = english.strip_prefix("MSAFD Tcpip [") {
        return format!("{} [{bracket}", language.tcpip);
    }
    match english.strip_prefix("RSVP ").and_then(|rest| rest.strip_suffix(" Service Provider")) {
        Some(protocol) => language.rsvp.replace('*', protocol),
        None => english.to_owned(),
    }
}

fn size(bytes: u32, language: &Language) -> String {
    let [unit, thousand] = language.units;
    let [group, point] = language.separators;
    if bytes < 1024 {
        return format!("{bytes} {unit}");
    }
    let kilobytes = format!("{:.2}", f64::from(bytes) / 1024.0).replace('.', point);
    let digits = bytes.to_string();
    let (front, back) = digits.split_at(digits.len() - 3);
    let separator = if front.is_empty() { "" } else { group };
    format!("{kilobytes} {thousand} ({front}{separator}{back} {unit})")
}
