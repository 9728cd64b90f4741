//! What an event log records, in a sentence.

use crate::catalog::{CatalogEvent, Change};
use crate::evidence::Kind;
use crate::sentence::list_of;

/// How many changes the event log records, by what changed; `None` where there is no log, or nothing in it.
pub(super) fn sentence(kind: Kind, events: &[CatalogEvent]) -> Option<String> {
    let count = |change| events.iter().filter(|event| event.change == change).count();
    let counts: Vec<String> = [
        (Change::Installed, "installed an LSP"),
        (Change::Removed, "removed one"),
        (Change::Disabled, "disabled one"),
        (Change::Reset, "reset the catalog"),
    ]
    .into_iter()
    .map(|(change, words)| (count(change), words))
    .filter(|(count, _)| *count > 0)
    .map(|(count, words)| format!("{count} that {words}"))
    .collect();
    match (counts.is_empty(), kind) {
        (false, _) => Some(format!("The event log records changes of the protocol catalog: {}.", list_of(&counts))),
        (true, Kind::EventLog) => Some("It records no change of the protocol catalog.".to_owned()),
        (true, _) => None,
    }
}
