//! What `wmic netprotocol` prints of a case, in each of its forms.

use catalog9::catalog::{Catalogs, ProtocolEntry};

/// The forms of the output.
pub const FORMS: [fn(&Catalogs) -> String; 3] = [list, table, csv];

/// The properties of the class in the order of the alphabet, and the bit that each shows.
const PROPERTIES: [(&str, Option<u32>); 23] = [
    ("Caption", None),
    ("ConnectionlessService", Some(0x1)),
    ("Description", None),
    ("GuaranteesDelivery", Some(0x2)),
    ("GuaranteesSequencing", Some(0x4)),
    ("InstallDate", None),
    ("MaximumAddressSize", None),
    ("MaximumMessageSize", None),
    ("MessageOriented", Some(0x8)),
    ("MinimumAddressSize", None),
    ("Name", None),
    ("PseudoStreamOriented", Some(0x10)),
    ("Status", None),
    ("SupportsBroadcasting", Some(0x200)),
    ("SupportsConnectData", Some(0x80)),
    ("SupportsDisconnectData", Some(0x100)),
    ("SupportsEncryption", Some(0x2000)),
    ("SupportsExpeditedData", Some(0x40)),
    ("SupportsFragmentation", Some(0x1000)),
    ("SupportsGracefulClosing", Some(0x20)),
    ("SupportsGuaranteedBandwidth", Some(0x800)),
    ("SupportsMulticasting", Some(0x400)),
    ("SupportsQualityofService", Some(0x2000)),
];

fn values(entry: &ProtocolEntry) -> Vec<String> {
    let flags = entry.service_flags.map_or(0, |flags| flags.bits());
    let value = |(name, bit): &(&str, Option<u32>)| match (*name, bit) {
        (_, Some(bit)) => if flags & bit == 0 { "FALSE" } else { "TRUE" }.to_owned(),
        ("MaximumAddressSize", _) => entry.max_address_length.unwrap_or_default().to_string(),
        ("MinimumAddressSize", _) => entry.min_address_length.unwrap_or_default().to_string(),
        ("MaximumMessageSize", _) => entry.message_size.unwrap_or_default().to_string(),
        ("InstallDate", _) => String::new(),
        ("Status", _) => "OK".to_owned(),
        _ => entry.name().lossy().into_owned(),
    };
    PROPERTIES.iter().map(value).collect()
}

/// `/format:list`.
pub fn list(catalogs: &Catalogs) -> String {
    let mut text = "\r\r\n\r\r\n".to_owned();
    for entry in catalogs.sections() {
        for ((name, _), value) in PROPERTIES.iter().zip(values(entry)) {
            text += &format!("{name}={value}\r\r\n");
        }
        text += "\r\r\n\r\r\n";
    }
    text + "\r\r\n"
}

/// The table that is printed where no form is asked for.
pub fn table(catalogs: &Catalogs) -> String {
    let mut rows = vec![PROPERTIES.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>()];
    rows.extend(catalogs.sections().map(values));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap() + 2;
    let widths: Vec<usize> = (0..PROPERTIES.len()).map(width).collect();
    let line = |row: &Vec<String>| {
        row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect::<String>() + "\r\r\n"
    };
    rows.iter().map(line).collect::<String>() + "\r\r\n"
}

/// `/format:csv`, which quotes nothing.
pub fn csv(catalogs: &Catalogs) -> String {
    let names: Vec<&str> = PROPERTIES.iter().map(|(name, _)| *name).collect();
    let mut text = format!("\r\r\nNode,{}\r\r\n", names.join(","));
    for entry in catalogs.sections() {
        text += &format!("EXAMPLE,{}\r\r\n", values(entry).join(","));
    }
    text
}
