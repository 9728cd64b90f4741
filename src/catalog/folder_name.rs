//! Names under which folders of Windows go: in other languages, in short, and with a number.

/// Other names of folders in the root of a drive: what Windows XP and Server 2003 in other languages call the folder
/// of programs (real folders there, links since Vista), and the short names that installers of that time wrote.
///
/// `PROGRA~2` is not among them, since it depends on the bitness of Windows.
const ROOT_FOLDERS: &[(&str, &str)] = &[
    ("programme", "program files"),
    ("archivos de programa", "program files"),
    ("programmi", "program files"),
    ("arquivos de programas", "program files"),
    ("programfiler", "program files"),
    ("program", "program files"),
    ("programmer", "program files"),
    ("ohjelmatiedostot", "program files"),
    ("progra~1", "program files"),
    ("archiv~1", "program files"),
    ("arquiv~1", "program files"),
    ("ohjelm~1", "program files"),
    ("progra~3", "programdata"),
    ("docume~1", "documents and settings"),
];

/// What the folder of shared files below the folder of programs is called in other languages, and its short names
/// (source: paths in public projects and in Microsoft's documentation in German, Spanish, Italian,
/// Portuguese, French and Norwegian).
const COMMON_FILES: &[&str] = &[
    "gemeinsame dateien",
    "archivos comunes",
    "file comuni",
    "arquivos comuns",
    "fichiers communs",
    "fellesfiler",
    "common~1",
    "gemein~1",
    "archiv~1",
    "fileco~1",
    "arquiv~1",
    "fichie~1",
    "felles~1",
];

/// Whether Windows gives its folder that name: `winnt` up to Windows 2000 and where that was upgraded, `windows` later;
/// a number follows where setup found the name taken (`WINDOWS.0`).
pub(super) fn is_name_of_windows(folder: &str) -> bool {
    let (name, number) = folder.split_once('.').unwrap_or((folder, "0"));
    let is_number = !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit());
    matches!(name, "windows" | "winnt") && is_number
}

/// Whether a folder's short name can stand for that long one: six letters of it, a tilde and a digit.
pub(super) fn is_short_name(short: &str, long: &str) -> bool {
    let Some((beginning, number)) = short.split_once('~') else { return false };
    let letters: String = long.chars().filter(|letter| !matches!(letter, ' ' | '.')).take(6).collect();
    let has_short_name = long.len() > 8 || long.contains(' ');
    has_short_name && letters == beginning && number.len() == 1 && number.bytes().all(|digit| digit.is_ascii_digit())
}

/// Gives the folders of programs the names that they have in English.
pub(super) fn by_usual_names(folders: &mut [&str]) {
    let [first, second, ..] = folders else { return };
    if let Some((_, usual)) = ROOT_FOLDERS.iter().find(|(name, _)| name == first) {
        *first = usual;
    }
    if first.starts_with("program files") && COMMON_FILES.contains(second) {
        *second = "common files";
    }
}

#[cfg(test)]
mod tests {
    use super::super::CanonicalPath;
    use super::is_short_name;

    #[test]
    fn the_folder_of_programs_has_a_name_in_each_language_and_a_short_one() {
        let bonjour = CanonicalPath::new(r"%ProgramFiles%\Bonjour", false);
        let shared = CanonicalPath::new(r"%CommonProgramFiles%\Microsoft Shared\Windows Live", false);
        let is_within = |folder: &CanonicalPath, path: &str| CanonicalPath::new(path, false).is_within(folder);
        for folder in [
            "Program Files",
            "Programme",
            "Archivos de programa",
            "Programmi",
            "Arquivos de programas",
            "Programfiler",
            "Program",
            "Programmer",
            "Ohjelmatiedostot",
            "PROGRA~1",
        ] {
            assert!(is_within(&bonjour, &format!(r"C:\{folder}\Bonjour\mdnsNSP.dll")), "{folder}");
            assert!(!is_within(&bonjour, &format!(r"C:\{folder}\Bonjour2\mdnsNSP.dll")), "{folder}");
        }
        for folder in [r"Programme\Gemeinsame Dateien", r"PROGRA~1\COMMON~1", r"Program Files\Fichiers communs"] {
            assert!(is_within(&shared, &format!(r"C:\{folder}\MICROS~1\Windows Live\WLIDNSP.DLL")), "{folder}");
        }
        for path in [r"C:\x\Programme\Bonjour\x.dll", r"C:\PROGRA~3\Bonjour\x.dll", r"C:\PROGRA~4\Bonjour\x.dll"] {
            assert!(!is_within(&bonjour, path), "{path}");
        }
        assert!(!is_within(&shared, r"C:\Programme\Gemeinsame Dateien\MICROS~9x\Windows Live\WLIDNSP.DLL"));
        let program_data = CanonicalPath::new(r"C:\PROGRA~3\x\y.dll", false);
        assert_eq!(program_data.writable_folder(), Some(r"\programdata"));
    }

    #[test]
    fn a_short_name_is_six_letters_a_tilde_and_a_digit() {
        for (short, long) in [("progra~1", "program files"), ("progra~2", "programs1"), ("ab~1", "a b")] {
            assert!(is_short_name(short, long), "{short} for {long}");
        }
        for (short, long) in [
            ("progra~1", "programs"),
            ("other~1", "program files"),
            ("progra~12", "program files"),
            ("progra~x", "program files"),
            ("progra~", "program files"),
            ("abc~1", "abc"),
        ] {
            assert!(!is_short_name(short, long), "{short} for {long}");
        }
    }
}
