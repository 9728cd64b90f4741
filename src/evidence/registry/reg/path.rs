//! Key lines: which key they name, and where below the root of a SYSTEM hive it lies.

use crate::catalog::Text;
use crate::evidence::registry::key::MAX_DEPTH;
use crate::evidence::registry::records::LONGEST_KEY_NAME;
use crate::evidence::registry::wanted::WANTED;

/// Names of a path that are looked at: more than the deepest key that is read has.
const MOST_NAMES: usize = 2 * MAX_DEPTH;

/// What a line in brackets says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum KeyLine {
    /// A key of a SYSTEM hive, as the names on the way from its root.
    Key(Vec<String>),
    /// Its deletion, with everything below.
    Deletion(Vec<String>),
    /// A key of another hive.
    Foreign,
    /// No key that Windows would open: what it is instead.
    Malformed(String),
}

/// Roots that are not of this machine's hives, and those of its other hives.
const FOREIGN_ROOTS: [&str; 10] = [
    "HKEY_CLASSES_ROOT",
    "HKCR",
    "HKEY_CURRENT_USER",
    "HKCU",
    "HKEY_USERS",
    "HKU",
    "HKEY_CURRENT_CONFIG",
    "HKCC",
    "HKEY_DYN_DATA",
    "HKEY_PERFORMANCE_DATA",
];

/// Reads a line that begins with `[`. Behind the last `]` Wine writes a time, which is no part of the key.
pub(super) fn parse(line: &str, is_wine: bool) -> KeyLine {
    let Some(inside) = line.strip_prefix('[').and_then(|line| line.rsplit_once(']')).map(|(inside, _)| inside) else {
        return KeyLine::Malformed("a key without a closing bracket; Windows ignores it".to_owned());
    };
    if inside.starts_with([' ', '\t']) {
        return KeyLine::Malformed("a blank after the opening bracket; Windows ignores the key".to_owned());
    }
    let (is_deletion, path) = match inside.strip_prefix('-') {
        Some(path) => (true, path),
        None => (false, inside),
    };
    at(path, is_deletion, path.starts_with('\\') || is_wine)
}

/// The key at that path; `is_relative` says that it may begin below the root of the hive.
pub(super) fn at(path: &str, is_deletion: bool, is_relative: bool) -> KeyLine {
    // Doubled backslashes (Wine; exports that were pasted) and trailing ones collapse.
    let names: Vec<&str> = path.split('\\').filter(|name| !name.is_empty()).take(MOST_NAMES).collect();
    if names.iter().any(|name| name.encode_utf16().count() > LONGEST_KEY_NAME) {
        let found = format!("a name of more than {LONGEST_KEY_NAME} characters, which Windows does not allow");
        return KeyLine::Malformed(found);
    }
    match below_system(&names, is_relative) {
        Below::System(names) if is_deletion => KeyLine::Deletion(names),
        Below::System(names) => KeyLine::Key(names),
        Below::Elsewhere => KeyLine::Foreign,
        Below::Unknown => {
            let root = Text::from(names.first().copied().unwrap_or_default()).shortened(40);
            KeyLine::Malformed(format!("the root “{root}”, which Windows does not know"))
        }
    }
}

/// The other hives that are mounted below `HKEY_LOCAL_MACHINE`.
const OTHER_HIVES: [&str; 8] =
    ["SOFTWARE", "SAM", "SECURITY", "HARDWARE", "COMPONENTS", "DRIVERS", "BCD00000000", "SCHEMA"];

fn is_other_hive(name: &str) -> bool {
    OTHER_HIVES.iter().any(|hive| hive.eq_ignore_ascii_case(name))
}

/// Whether a key of that name at the root of a SYSTEM hive is wanted.
fn is_root_key(name: &str) -> bool {
    WANTED.iter().any(|path| path.split(['\\', ':']).next().is_some_and(|root| root.eq_ignore_ascii_case(name)))
}

enum Below {
    System(Vec<String>),
    Elsewhere,
    Unknown,
}

/// Whether this is the name of a control set.
fn is_control_set(name: &str) -> bool {
    let digits = name.get(10..).unwrap_or_default();
    name.eq_ignore_ascii_case("CurrentControlSet")
        || (name.get(..10).is_some_and(|start| start.eq_ignore_ascii_case("ControlSet"))
            && digits.len() == 3
            && digits.bytes().all(|digit| digit.is_ascii_digit()))
}

/// The names below the root of the SYSTEM hive, whatever name it was mounted or exported under.
fn below_system(names: &[&str], is_relative: bool) -> Below {
    let is = |name: &str, other: &str| name.eq_ignore_ascii_case(other);
    let owned = |names: &[&str]| Below::System(names.iter().map(|name| (*name).to_owned()).collect());
    let (has_root, names) = match names {
        [first, rest @ ..] if is(first, "HKEY_LOCAL_MACHINE") || is(first, "HKLM") => (true, rest),
        [first, second, rest @ ..] if is(first, "REGISTRY") && is(second, "MACHINE") => (true, rest),
        [first, ..] if FOREIGN_ROOTS.iter().any(|root| is(first, root)) => return Below::Elsewhere,
        names => (is_relative, names),
    };
    match names {
        [first, ..] if is_control_set(first) => owned(names),
        [first, rest @ ..] if is(first, "SYSTEM") || rest.first().is_some_and(|name| is_control_set(name)) => {
            owned(rest)
        }
        // A SYSTEM hive that was mounted under another name.
        [first, second, ..] if has_root && !is_other_hive(first) && is_root_key(second) => {
            owned(names.get(1..).unwrap_or_default())
        }
        [first, rest @ ..] if has_root => match rest.iter().position(|name| is(name, "Services")) {
            // A control set that was mounted without the rest.
            Some(0) if !is_other_hive(first) => Below::System(
                std::iter::once("CurrentControlSet").chain(rest.iter().copied()).map(str::to_owned).collect(),
            ),
            _ if is_relative => owned(names),
            _ => Below::Elsewhere,
        },
        [] => Below::Elsewhere,
        [..] => Below::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(line: &str) -> Option<String> {
        match parse(line, false) {
            KeyLine::Key(names) => Some(names.join("/")),
            _ => None,
        }
    }

    #[test]
    fn every_root_that_is_met_leads_to_the_same_key() {
        for root in [
            r"HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001",
            r"hklm\system\ControlSet001",
            r"HKLM\OFFLINE\ControlSet001",
            r"\REGISTRY\MACHINE\SYSTEM\ControlSet001",
            r"SYSTEM\ControlSet001",
            r"\ControlSet001",
            r"ControlSet001",
            r"HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001",
        ] {
            let expected = Some("ControlSet001/Services/WinSock2".to_owned());
            assert_eq!(key(&format!(r"[{root}\Services\WinSock2]")), expected, "{root}");
        }
    }

    #[test]
    fn keys_beside_the_control_sets_are_told_from_those_of_other_hives() {
        assert_eq!(key(r"[HKEY_LOCAL_MACHINE\SYSTEM\Select]").as_deref(), Some("Select"));
        assert_eq!(key(r"[\Select]").as_deref(), Some("Select"));
        assert_eq!(key(r"[HKEY_LOCAL_MACHINE\SYSTEM]").as_deref(), Some(""));
        for line in [r"[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft]", r"[HKEY_CURRENT_USER\SYSTEM\ControlSet001]"] {
            assert_eq!(parse(line, false), KeyLine::Foreign, "{line}");
        }
    }

    #[test]
    fn keys_of_a_hive_that_was_mounted_under_another_name_are_known() {
        assert_eq!(key(r"[HKLM\OFFLINE\Select]").as_deref(), Some("Select"));
        assert_eq!(parse(r"[HKLM\DRIVERS\DriverDatabase]", false), KeyLine::Foreign);
        assert_eq!(parse(r"[HKLM\SOFTWARE\Services\x]", false), KeyLine::Foreign);
    }

    #[test]
    fn a_hive_that_was_mounted_at_a_control_set_is_the_current_one() {
        assert_eq!(key(r"[HKLM\X\Services\WinSock2]").as_deref(), Some("CurrentControlSet/Services/WinSock2"));
    }

    #[test]
    fn the_last_bracket_closes() {
        assert_eq!(key(r"[HKLM\SYSTEM\ControlSet001\a]b]  ; x").as_deref(), Some("ControlSet001/a]b"));
        assert_eq!(key(r"[HKLM\SYSTEM\ControlSet001\a ]").as_deref(), Some("ControlSet001/a "));
    }

    #[test]
    fn what_windows_would_not_open_is_malformed() {
        for line in [r"[HKLM\SYSTEM\ControlSet001", r"[ HKLM\SYSTEM\ControlSet001]", r"[HKEY_FOO\SYSTEM]"] {
            assert!(matches!(parse(line, false), KeyLine::Malformed(_)), "{line}");
        }
    }

    #[test]
    fn deletions_and_wines_times_are_understood() {
        let names = vec!["ControlSet001".to_owned(), "x".to_owned()];
        assert_eq!(parse(r"[-HKLM\SYSTEM\ControlSet001\x] ", false), KeyLine::Deletion(names));
        let names = vec!["CurrentControlSet".to_owned(), "Services".to_owned()];
        assert_eq!(parse(r"[System\\CurrentControlSet\\Services] 1710099824", true), KeyLine::Key(names));
    }
}
