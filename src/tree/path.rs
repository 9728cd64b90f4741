//! Where a path of the catalogs leads.

use super::NotKnown;
use super::search::compared;
use crate::catalog::{CanonicalPath, Text, WindowsFolder};

/// Where a path leads: names of folders from there downwards, the file last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    /// Into the Windows folder.
    Windows(Vec<String>),
    /// To the drive of Windows.
    WindowsDrive(Vec<String>),
    /// To another drive.
    Drive(char, Vec<String>),
}

impl Target {
    /// The same place for every spelling of it that NTFS takes for one.
    pub(super) fn folded(&self) -> Self {
        let folded = |names: &[String]| names.iter().map(|name| compared(name)).collect();
        match self {
            Self::Windows(names) => Self::Windows(folded(names)),
            Self::WindowsDrive(names) => Self::WindowsDrive(folded(names)),
            Self::Drive(letter, names) => Self::Drive(letter.to_ascii_uppercase(), folded(names)),
        }
    }
}

/// The longest path that Windows opens, in characters.
const LONGEST: usize = 32_767;

/// Folders of System32 that 32-bit programs share with 64-bit ones.
const SHARED: [&[&str]; 6] =
    [&["catroot"], &["catroot2"], &["driverstore"], &["drivers", "etc"], &["logfiles"], &["spool"]];

/// Variables that mean another folder in 32-bit programs on 64-bit Windows.
const OF_BITNESS: [(&str, &str); 2] =
    [("%programfiles%", "%programfiles(x86)%"), ("%commonprogramfiles%", "%commonprogramfiles(x86)%")];

/// Where a path leads that a program opens: a 32-bit one on 64-bit Windows where `wow64`.
pub(super) fn target(stored: &Text, wow64: bool, folder: &WindowsFolder) -> Result<Target, NotKnown> {
    let path = stored.lossy();
    if stored.undecoded().is_some() || path.len() > LONGEST {
        return Err(NotKnown::Malformed);
    }
    let of_bitness = |(variable, other): &(&str, &str)| {
        let beginning = path.get(..variable.len()).filter(|beginning| beginning.eq_ignore_ascii_case(variable))?;
        path.strip_prefix(beginning).map(|rest| format!("{other}{rest}"))
    };
    let of_bitness = OF_BITNESS.iter().filter(|_| wow64).find_map(of_bitness);
    let canonical = CanonicalPath::as_spelled(of_bitness.as_deref().unwrap_or(&path));
    if canonical.is_on_server() {
        return Err(NotKnown::OtherComputer);
    }
    if !canonical.is_absolute() {
        return Err(NotKnown::Relative);
    }
    let is_verbatim = [r"\\?\", r"\??\"].iter().any(|prefix| path.starts_with(prefix));
    if let Some(below) = folder.below(&canonical) {
        return names(below, is_verbatim).map(|names| Target::Windows(redirected(names, wow64)));
    }
    let names = names(canonical.behind_root().trim_start_matches('\\'), is_verbatim)?;
    match canonical.drive().filter(|drive| *drive != '?') {
        Some(drive) if Some(drive) != folder.drive() => Ok(Target::Drive(drive, names)),
        _ => Ok(Target::WindowsDrive(names)),
    }
}

/// The names of a path. Windows ignores dots and blanks at their ends, unless the path says that it is meant literally.
fn names(path: &str, is_verbatim: bool) -> Result<Vec<String>, NotKnown> {
    let mut names = Vec::new();
    for name in path.split('\\') {
        let trimmed = name.trim_end_matches(['.', ' ']);
        if name == "?" {
            return Err(NotKnown::UserFolder);
        }
        let is_name = !trimmed.is_empty()
            && !trimmed.contains(|character: char| character.is_control() || r#"<>:"|?*"#.contains(character));
        if !is_name || (is_verbatim && trimmed != name) {
            return Err(NotKnown::Malformed);
        }
        names.push(trimmed.to_owned());
    }
    Ok(names)
}

/// The names below the Windows folder as a program reaches them.
fn redirected(mut names: Vec<String>, wow64: bool) -> Vec<String> {
    let lower: Vec<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
    let is_shared = |rest: &[String]| {
        SHARED
            .iter()
            .any(|shared| rest.len() >= shared.len() && shared.iter().zip(rest).all(|(one, other)| one == other))
    };
    let instead = match lower.split_first() {
        Some((first, rest)) if wow64 && first == "system32" && !is_shared(rest) => "SysWOW64",
        Some((first, _)) if wow64 && first == "sysnative" => "System32",
        _ => return names,
    };
    if let Some(first) = names.first_mut() {
        instead.clone_into(first);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::notation;

    fn of(case: &str, path: &str, wow64: bool) -> Result<Target, NotKnown> {
        target(&Text::from(path), wow64, &WindowsFolder::of(&notation::parse(case).unwrap()))
    }

    /// The target in words: `<windows>`, `<drive>` or a letter, then the names.
    fn shown(path: &str, wow64: bool) -> String {
        match of(r"folder  C:\WINDOWS", path, wow64) {
            Ok(Target::Windows(names)) => format!("<windows>/{}", names.join("/")),
            Ok(Target::WindowsDrive(names)) => format!("<drive>/{}", names.join("/")),
            Ok(Target::Drive(letter, names)) => format!("{letter}:/{}", names.join("/")),
            Err(why) => format!("{why:?}"),
        }
    }

    #[test]
    fn variables_and_drives_lead_to_the_windows_folder_and_its_drive() {
        for (path, expected) in [
            (r"%SystemRoot%\System32\mswsock.dll", "<windows>/system32/mswsock.dll"),
            (r"\SystemRoot\System32\x.dll", "<windows>/system32/x.dll"),
            (r"c:/windows/System32/./y/../x.dll", "<windows>/system32/x.dll"),
            (r"\\?\C:\Windows\x.dll", "<windows>/x.dll"),
            (r"%SystemRoot%\..\Foo\x.dll", "<drive>/foo/x.dll"),
            (r"%ProgramFiles%\Foo\x.dll", "<drive>/program files/foo/x.dll"),
            (r"C:\Programme\Foo\x.dll. .", "<drive>/programme/foo/x.dll"),
            (r"C:\Windows2\x.dll", "<drive>/windows2/x.dll"),
            (r"D:\Foo\x.dll", "d:/foo/x.dll"),
            (r"C:\PROGRA~2\Foo\x.dll", "<drive>/progra~2/foo/x.dll"),
        ] {
            assert_eq!(shown(path, false), expected, "{path}");
        }
    }

    #[test]
    fn what_leads_nowhere_is_said_to() {
        for (path, expected) in [
            (r"\\server\share\x.dll", NotKnown::OtherComputer),
            ("mswsock.dll", NotKnown::Relative),
            (r"%Foo%\x.dll", NotKnown::Relative),
            (r"C:x.dll", NotKnown::Relative),
            (r"\\?\Volume{01234567-89ab-cdef-0123-456789abcdef}\x.dll", NotKnown::Relative),
            (r"%AppData%\x.dll", NotKnown::UserFolder),
            (r"C:\x.dll:stream", NotKnown::Malformed),
            ("C:\\a\u{7}\\x.dll", NotKnown::Malformed),
            (r"C:\a\*.dll", NotKnown::Malformed),
            (r"C:\...\x.dll", NotKnown::Malformed),
            (r"\\?\C:\x.dll.", NotKnown::Malformed),
        ] {
            assert_eq!(of(r"folder  C:\WINDOWS", path, false), Err(expected), "{path}");
        }
        let long = format!(r"C:\{}\x.dll", "a".repeat(LONGEST));
        assert_eq!(of("", &long, false), Err(NotKnown::Malformed));
    }

    #[test]
    fn programs_of_32_bits_are_redirected_on_64_bit_windows() {
        for (path, expected) in [
            (r"%SystemRoot%\system32\mswsock.dll", "<windows>/SysWOW64/mswsock.dll"),
            (r"C:\Windows\Sysnative\mswsock.dll", "<windows>/System32/mswsock.dll"),
            (r"C:\Windows\SysWOW64\mswsock.dll", "<windows>/syswow64/mswsock.dll"),
            (r"C:\Windows\System32\spool\x.dll", "<windows>/system32/spool/x.dll"),
            (r"C:\Windows\System32\drivers\etc\x.dll", "<windows>/system32/drivers/etc/x.dll"),
            (r"C:\Windows\System32\drivers\x.dll", "<windows>/SysWOW64/drivers/x.dll"),
            (r"%ProgramFiles%\Foo\x.dll", "<drive>/program files (x86)/foo/x.dll"),
            (r"%CommonProgramFiles%\x.dll", "<drive>/program files (x86)/common files/x.dll"),
            (r"%ProgramW6432%\Foo\x.dll", "<drive>/program files/foo/x.dll"),
        ] {
            assert_eq!(shown(path, true), expected, "{path}");
        }
        assert_eq!(shown(r"C:\Windows\Sysnative\mswsock.dll", false), "<windows>/sysnative/mswsock.dll");
    }

    #[test]
    fn a_drive_that_nothing_confirms_is_another_one() {
        assert_eq!(
            of("1001  tcp", r"C:\Foo\x.dll", false),
            Ok(Target::Drive('c', vec!["foo".to_owned(), "x.dll".to_owned()]))
        );
    }
}
