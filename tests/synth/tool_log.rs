//! Logs of HijackThis and FRST, with the lines that these write about the catalogs of a case.

use catalog9::catalog::{Catalogs, Text};

/// What HijackThis and FRST of 64-bit Windows write for a path: without variables.
fn expanded(path: &Text) -> String {
    let path = path.lossy().into_owned();
    let variables =
        [("%SystemRoot%", r"C:\Windows"), ("%windir%", r"C:\Windows"), ("%ProgramFiles%", r"C:\Program Files")];
    variables.iter().fold(path, |path, (variable, value)| path.replace(variable, value))
}

/// Files that HijackThis does not list, whatever folder they are in.
const SAFE: [&str; 7] =
    ["mswsock.dll", "rsvpsp.dll", "winrnr.dll", "napinsp.dll", "pnrpnsp.dll", "nlaapi.dll", "wshbth.dll"];

fn is_default(path: &str) -> bool {
    let path = path.to_lowercase();
    SAFE.iter().any(|file| path == format!(r"c:\windows\system32\{file}"))
}

/// A log of HijackThis: of the 32-bit lists, each DLL once.
pub fn hijack_this(catalogs: &Catalogs) -> String {
    let protocol = catalogs.protocol.iter().filter_map(|catalog| catalog.entries.as_ref());
    let protocol = protocol.flat_map(|list| &list.entries).filter_map(|entry| entry.library_path.as_ref());
    let name_space = catalogs.name_space.iter().filter_map(|catalog| catalog.entries.as_ref());
    let name_space = name_space.flat_map(|list| &list.entries).filter_map(|entry| entry.library_path.as_ref());
    let mut paths: Vec<String> = protocol.chain(name_space).map(|path| expanded(path).to_lowercase()).collect();
    paths.sort();
    paths.dedup();
    paths.retain(|path| !SAFE.iter().any(|file| path.rsplit('\\').next() == Some(file)));
    let lines: String = paths.iter().map(|path| format!("O10 - Unknown file in Winsock LSP: {path}\r\n")).collect();
    format!(
        "Logfile of Trend Micro HijackThis v2.0.5\r\nScan saved at 12:34:56, on 29.02.2024\r\n\r\nRunning processes:\r\n\
         C:\\Windows\\Explorer.EXE\r\n\r\nO4 - HKLM\\..\\Run: [x] C:\\x.exe\r\n{lines}O23 - Service: x - C:\\x.exe\r\n\
         \r\n--\r\nEnd of file - 1234 bytes\r\n"
    )
}

/// A log of FRST: of all lists, with what is not in its folder.
pub fn frst(catalogs: &Catalogs) -> String {
    let mut lines = String::new();
    let mut add = |catalog: &str, number: usize, path: Option<&Text>| {
        let Some(path) = path.map(expanded).filter(|path| !is_default(path)) else { return };
        lines += &format!("Winsock: {catalog} {number:02} {path} [90608 2024-02-29] (Example (Labs) -> )\r\n");
    };
    let protocol = catalogs.protocol.iter().flat_map(|catalog| catalog.lists());
    for (list, name) in protocol.zip(["Catalog9", "Catalog9-x64"]) {
        for (number, entry) in (1..).zip(list.iter().flat_map(|list| &list.entries)) {
            add(name, number, entry.library_path.as_ref());
        }
    }
    let name_space = catalogs.name_space.iter().flat_map(|catalog| catalog.lists());
    for (list, name) in name_space.zip(["Catalog5", "Catalog5-x64"]) {
        for (number, entry) in (1..).zip(list.iter().flat_map(|list| &list.entries)) {
            add(name, number, entry.library_path.as_ref());
        }
    }
    format!(
        "Scan result of Farbar Recovery Scan Tool (FRST) (x64) Version: 29-02-2024\r\nRan by x (administrator) on EXAMPLE\r\n\r\n\
         ==================== Internet (Whitelisted) ====================\r\n\r\nTcpip\\Parameters: [DhcpNameServer] 10.0.0.1\r\n\
         {lines}\r\nEdge:\r\n=======\r\n"
    )
}
