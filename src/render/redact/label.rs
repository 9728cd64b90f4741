//! Names of files and folders, any of which may be that of a computer: `PC7.SYSTEM`, `cases/PC7/SYSTEM`.

/// Words of the names that Windows and collectors give to every computer's files. A name that has another word is hidden.
const WORDS: [&str; 46] = [
    "7z", "after", "autoruns", "bak", "before", "c", "cab", "catalog", "client", "config", "csv", "evtx", "export",
    "gz", "hiv", "hive", "info", "json", "jsonl", "log", "log1", "log2", "logs", "msinfo32", "netsh", "nfo", "old",
    "reg", "regback", "registry", "sav", "scan", "software", "system", "system32", "tar", "txt", "windows", "winevt",
    "winnt", "winsock", "winsock2", "xml", "xz", "zip", "zst",
];

/// A path with another name for each part that may be that of a computer. `named` gives it for what stands before the
/// ending of a file, which stays.
pub(super) fn renamed(path: &str, mut named: impl FnMut(&str) -> String) -> String {
    let mut renamed = String::with_capacity(path.len());
    for part in path.split_inclusive(['/', '\\']) {
        let name = part.trim_end_matches(['!', '/', '\\']);
        let (stem, _) = name.rsplit_once('.').filter(|(_, ending)| is_common(ending)).unwrap_or((name, ""));
        if is_common(stem) {
            renamed.push_str(part);
        } else {
            renamed.push_str(&named(stem));
            renamed.push_str(part.get(stem.len()..).unwrap_or_default());
        }
    }
    renamed
}

/// Whether a name says nothing of the computer.
pub(super) fn is_common(name: &str) -> bool {
    let mut words = name.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    words.all(|word| WORDS.contains(&word.to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_every_computer_has_stay() {
        for (path, expected) in [
            ("SYSTEM", "SYSTEM"),
            ("PC7.SYSTEM", "<PC7>.SYSTEM"),
            ("PC7.SYSTEM.LOG1", "<PC7.SYSTEM>.LOG1"),
            ("PC7.zip!/C/Windows/System32/config/SYSTEM", "<PC7>.zip!/C/Windows/System32/config/SYSTEM"),
            (r"\\SERVER\share\winsock.reg", r"\\<SERVER>\<share>\winsock.reg"),
            ("cases/PC7/system.pc8", "<cases>/<PC7>/<system.pc8>"),
            ("PC7", "<PC7>"),
            ("Ärger/über.nfo", "<Ärger>/<über>.nfo"),
            ("", ""),
        ] {
            assert_eq!(renamed(path, |name| format!("<{name}>")), expected);
        }
    }
}
