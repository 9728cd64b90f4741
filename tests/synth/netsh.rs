//! What `netsh winsock show catalog` prints.

use catalog9::catalog::{Catalogs, NameSpaceEntry, ProtocolEntry};

/// A language of netsh: titles of both kinds of entries, the three kinds of protocol entries, and the labels.
pub struct Language {
    /// Titles of protocol and of namespace entries.
    pub titles: [&'static str; 2],
    /// Base, chain, layered.
    pub kinds: [&'static str; 3],
    /// What stands before the mark of 32-bit entries.
    pub before_mark: &'static str,
    /// Labels of a protocol entry.
    pub protocol: [&'static str; 14],
    /// Labels of a namespace entry.
    pub name_space: [&'static str; 5],
}

/// As English Windows has it.
pub const ENGLISH: Language = Language {
    titles: ["Winsock Catalog Provider Entry", "Name Space Provider Entry"],
    kinds: ["Base Service Provider", "Layered Chain Entry", "Layered Service Provider"],
    before_mark: " ",
    protocol: [
        "Entry Type",
        "Description",
        "Provider ID",
        "Provider Path",
        "Catalog Entry ID",
        "Version",
        "Address Family",
        "Max Address Length",
        "Min Address Length",
        "Socket Type",
        "Protocol",
        "Service Flags",
        "Protocol Chain Length",
        "Protocol Chain",
    ],
    name_space: ["Description", "Provider ID", "Name Space", "Active", "Version"],
};

/// A language that nobody speaks.
pub const INVENTED: Language = Language {
    titles: ["Steckerbuch-Blatt", "Namensbuch-Blatt"],
    kinds: ["Grundschluck", "Kettling", "Zwischenschluck"],
    before_mark: "",
    protocol: [
        "Sorte",
        "Gered",
        "Wem",
        "Wo's liegt",
        "Nummer",
        "Wurf",
        "Sippe",
        "Längst",
        "Kürzest",
        "Zapfen",
        "Ränk",
        "Fahnen",
        "Kettlänge",
        "Kett",
    ],
    name_space: ["Gered", "Wem", "Raum", "Wach", "Wurf"],
};

const RULE: &str = "------------------------------------------------------";

/// The output of the command after its prompt, with LF for line ends.
pub fn listing(catalogs: &Catalogs, language: &Language) -> String {
    let mut text = String::new();
    if let Some(version) = catalogs.windows.version {
        let build = version.build.unwrap_or(2600);
        text = format!("Microsoft Windows [Wurf {}.{}.{build}]\n\n", version.major, version.minor);
    }
    text += "C:\\>netsh winsock show catalog\n\n";
    if let Some(catalog) = &catalogs.protocol {
        let has_two = catalog.entries64.is_some();
        for list in [&catalog.entries64, &catalog.entries] {
            let mark = has_two && std::ptr::eq(list, &raw const catalog.entries);
            for entry in list.iter().flat_map(|list| &list.entries) {
                text += &protocol(entry, mark, language);
            }
        }
    }
    if let Some(catalog) = &catalogs.name_space {
        let list = catalog.entries64.as_ref().or(catalog.entries.as_ref());
        for entry in list.iter().flat_map(|list| &list.entries) {
            text += &name_space(entry, language);
        }
    }
    text
}

fn protocol(entry: &ProtocolEntry, is_marked: bool, language: &Language) -> String {
    let chain = entry.chain.clone().expect("a case tells chains");
    let kind = language.kinds[match chain.len {
        0 => 2,
        1 => 0,
        _ => 1,
    }];
    let mark = if is_marked { format!("{}(32)", language.before_mark) } else { String::new() };
    let id = entry.provider_id.unwrap_or_default();
    let number = |number: Option<i32>| number.unwrap_or_default().to_string();
    let values = [
        format!("{kind}{mark}"),
        entry.name().lossy().into_owned(),
        format!("{:X}", id.braced()),
        entry.library_path.as_ref().map(|path| path.lossy().into_owned()).unwrap_or_default(),
        entry.catalog_entry_id.unwrap_or_default().to_string(),
        number(entry.version),
        number(entry.address_family),
        number(entry.max_address_length),
        number(entry.min_address_length),
        number(entry.socket_type),
        number(entry.protocol),
        format!("0x{:x}", entry.service_flags.map_or(0, |flags| flags.bits())),
        chain.len.to_string(),
    ];
    let mut text = block(language.titles[0], &language.protocol, &values);
    if chain.len > 1 {
        let ids: Vec<String> = chain.ids.iter().map(u32::to_string).collect();
        text += &format!("{}: {}\n\n", language.protocol[13], ids.join(" : "));
    }
    text + "\n"
}

fn name_space(entry: &NameSpaceEntry, language: &Language) -> String {
    let number = |number: Option<u32>| number.unwrap_or_default().to_string();
    let values = [
        entry.name().lossy().into_owned(),
        format!("{:X}", entry.provider_id.unwrap_or_default().braced()),
        number(entry.supported_name_space),
        number(entry.enabled),
        number(entry.version),
    ];
    block(language.titles[1], &language.name_space, &values) + "\n"
}

fn block(title: &str, labels: &[&str], values: &[String]) -> String {
    let fields = labels.iter().zip(values).map(|(label, value)| format!("{:36}{value}\n", format!("{label}:")));
    format!("{title}\n{RULE}\n{}", fields.collect::<String>())
}
