//! What Autoruns shows, in a sentence.

use crate::catalog::Catalogs;
use crate::sentence::list_of;

/// The entries that it shows: those of others, and those of Windows only where it was asked for them.
pub(super) fn sentence(catalogs: &Catalogs) -> String {
    let protocol = catalogs.protocol_lists().flat_map(|(_, list)| &list.entries).map(|entry| entry.name().to_string());
    let name_space =
        catalogs.name_space_lists().flat_map(|(_, list)| &list.entries).map(|entry| entry.name().to_string());
    let mut names: Vec<String> = protocol.chain(name_space).collect();
    names.sort();
    names.dedup();
    let shown = if names.is_empty() { "It shows no entry".to_owned() } else { format!("It shows {}", list_of(&names)) };
    format!("{shown}. Autoruns hides entries of Windows, so what it does not show may still exist and is not judged.")
}
