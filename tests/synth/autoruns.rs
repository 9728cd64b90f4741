//! What Autoruns writes: a table of comma-separated values in UTF-16, or XML.

/// A row: a DLL of an entry.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The list of entries below `WinSock2\Parameters`.
    pub list: &'static str,
    /// Name of the entry.
    pub name: &'static str,
    /// Whether Autoruns has left it enabled.
    pub is_enabled: bool,
    /// Signer, with the result of the verification before it.
    pub signer: &'static str,
    /// Path of the DLL without variables, in small letters.
    pub image: &'static str,
    /// Path of the DLL as it is stored.
    pub launch: &'static str,
    /// SHA-256 of the DLL.
    pub sha256: &'static str,
}

const LOCATION: &str = r"HKLM\System\CurrentControlSet\Services\WinSock2\Parameters";

const HEADINGS: &str = "Time,Entry Location,Entry,Enabled,Category,Profile,Description,Signer,Company,Image Path,Version,\
    Launch String,MD5,SHA-1,PESHA-1,PESHA-256,SHA-256,IMP";

/// A table of these rows, with a row of their location before each.
pub fn table(rows: &[Row]) -> Vec<u8> {
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
pub fn xml(rows: &[Row]) -> Vec<u8> {
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
