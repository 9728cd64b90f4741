//! What programs show that hide what they consider default, in a sentence.

use crate::catalog::provider::windows_libraries;
use crate::catalog::{CanonicalPath, Catalogs, Text, WindowsFolder};
use crate::evidence::Kind;
use crate::sentence::list_of;

/// The entries that the program shows: those of others, and those of Windows only where it was asked for them, or by a
/// false alarm.
pub(super) fn sentences(kind: Kind, catalogs: &Catalogs) -> Vec<String> {
    let protocol = catalogs.protocol_lists().flat_map(|(_, list)| &list.entries);
    let protocol = protocol.map(|entry| (entry.name(), entry.library_path.as_ref()));
    let name_space = catalogs.name_space_lists().flat_map(|(_, list)| &list.entries);
    let name_space = name_space.map(|entry| (entry.name(), entry.library_path.as_ref()));
    let is_log = kind == Kind::ToolLog;
    let (own, others): (Vec<_>, Vec<_>) =
        protocol.chain(name_space).partition(|(_, path)| is_log && path.is_some_and(is_of_windows));
    let names = |entries: Vec<(Text, _)>| {
        let mut names: Vec<String> = entries.into_iter().map(|(name, _)| name.to_string()).collect();
        names.sort();
        names.dedup();
        names
    };
    let (own, others) = (names(own), names(others));
    let shown = match (others.is_empty(), own.is_empty()) {
        (true, true) => "It shows no entry".to_owned(),
        (true, false) => "It shows no entry but those of Windows".to_owned(),
        (false, _) => format!("It shows {}", list_of(&others)),
    };
    if !is_log {
        return vec![format!(
            "{shown}. Autoruns hides entries of Windows, so what it does not show may still exist and is not judged."
        )];
    }
    let hidden = "HijackThis and FRST hide what they consider default, so what this log does not show may still exist and is not \
                  judged. Collect `netsh winsock show catalog > catalog.txt` or the SYSTEM hive for a verdict.";
    let alarms = (!own.is_empty()).then(|| {
        let belongs = if own.len() == 1 { "belongs" } else { "belong" };
        format!("{} {belongs} to Windows: that these logs list it is a known false alarm.", list_of(&own))
    });
    std::iter::once(format!("{shown}. {hidden}")).chain(alarms).collect()
}

/// Whether it is the path of a DLL of Windows, in the Windows folder.
fn is_of_windows(path: &Text) -> bool {
    let canonical = |path: &str| WindowsFolder::usual().resolve(&CanonicalPath::new(path, true));
    let path = canonical(&path.lossy());
    windows_libraries().any(|own| canonical(own).same(&path))
}
