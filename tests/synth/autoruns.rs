//! What Autoruns writes: a table of comma-separated values in UTF-16, or XML.

use catalog9::catalog::{Catalogs, Text};

/// A row: a DLL of an entry.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The list of entries below `WinSock2\Parameters`.
    pub list: &'a str,
    /// Name of the entry.
    pub name: &'a str,
    /// Whether Autoruns has left it enabled.
    pub is_enabled: bool,
    /// Signer, with the result of the verification before it.
    pub signer: &'a str,
    /// Path of the DLL without variables, in small letters.
    pub image: &'a str,
    /// Path of the DLL as it is stored.
    pub launch: &'a str,
    /// SHA-256 of the DLL.
    pub sha256: &'a str,
}

const LOCATION: &str = r"HKLM\System\CurrentControlSet\Services\WinSock2\Parameters";

const HEADINGS: &str = "Time,Entry Location,Entry,Enabled,Category,Profile,Description,Signer,Company,Image Path,Version,\
    Launch String,MD5,SHA-1,PESHA-1,PESHA-256,SHA-256,IMP";

/// A table of all entries of a case, as Autoruns writes it when it hides none.
pub fn all(catalogs: &Catalogs) -> Vec<u8> {
    let protocol = catalogs.protocol.iter().flat_map(|catalog| catalog.lists());
    let name_space = catalogs.name_space.iter().flat_map(|catalog| catalog.lists());
    let named = |name: Text, path: Option<&Text>| Some((name.lossy().into_owned(), path?.lossy().into_owned()));
    let mut entries = Vec::new();
    for (list, place) in protocol.zip([r"Protocol_Catalog9\Catalog_Entries", r"Protocol_Catalog9\Catalog_Entries64"]) {
        let of_list = list.iter().flat_map(|list| &list.entries);
        entries.extend(of_list.filter_map(|entry| Some((place, named(entry.name(), entry.library_path.as_ref())?))));
    }
    for (list, place) in
        name_space.zip([r"NameSpace_Catalog5\Catalog_Entries", r"NameSpace_Catalog5\Catalog_Entries64"])
    {
        let of_list = list.iter().flat_map(|list| &list.entries);
        entries.extend(of_list.filter_map(|entry| Some((place, named(entry.name(), entry.library_path.as_ref())?))));
    }
    let rows = entries.iter().map(|(list, (name, path))| Row {
        list,
        name,
        is_enabled: true,
        signer: "",
        image: path,
        launch: path,
        sha256: "",
    });
    table(&rows.collect::<Vec<_>>())
}

/// A table of these rows, with a row of their location before each.
pub fn table(rows: &[Row<'_>]) -> Vec<u8> {
    let mut text = format!("\u{feff}{HEADINGS}\r\n");
    for row in rows {
        let location = format!(r"{LOCATION}\{}", row.list);
        let state = if row.is_enabled { "enabled" } else { "disabled" };
        // Real tables lack a field here.
        text += &format!("1/1/2024 1:00 AM,{location},,,\"Network Providers\",System-wide,,,,,,,,,,,\r\n");
        text += &format!(
            "1/1/2024 1:00 AM,\"{location}\",\"{}\",{state},\"Network Providers\",System-wide,\"x\",\"{}\",\"Company, Inc.\",\
             \"{}\",1.0,\"{}\",MD5,SHA1,P,P,{},I\r\n",
            row.name, row.signer, row.image, row.launch, row.sha256
        );
    }
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// The same as XML.
pub fn xml(rows: &[Row<'_>]) -> Vec<u8> {
    let items: String = rows
        .iter()
        .map(|row| {
            let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
            format!(
                "<item><location>{LOCATION}\\{}</location><itemname>{}</itemname><enabled>{}</enabled><signer>{}</signer>\
                 <imagepath>{}</imagepath><launchstring>{}</launchstring><sha256hash>{}</sha256hash></item>\n",
                row.list,
                escaped(row.name),
                if row.is_enabled { "Enabled" } else { "Disabled" },
                escaped(row.signer),
                escaped(row.image),
                escaped(row.launch),
                row.sha256
            )
        })
        .collect();
    format!("<?xml version=\"1.0\"?>\n<autoruns>\n{items}</autoruns>\n").into_bytes()
}
