//! Changes of the catalogs that Windows logged.

use std::collections::BTreeMap;
use std::fmt;

use super::{FileTime, Guid, Place, Text};

/// A change of the protocol catalog that Windows Vista and later logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogEvent {
    /// What changed.
    pub change: Change,
    /// When.
    pub time: FileTime,
    /// Number of its record in the log.
    pub record: u64,
    /// Name of the computer, perhaps with its domain.
    pub computer: Option<Text>,
    /// SID of the user whose program changed it.
    pub user: Option<Text>,
    /// Name of the LSP; a reset has none.
    pub name: Option<Text>,
    /// The program that changed it.
    pub program: Option<Text>,
    /// GUID of the LSP.
    pub provider_id: Option<Guid>,
    /// Catalog entry id of the LSP.
    pub catalog_entry_id: Option<u32>,
    /// 32 or 64, as Windows logged it. Real logs have 32 for both catalogs.
    pub catalog: Option<u32>,
    /// Where in the log.
    pub place: Place,
}

/// How the protocol catalog changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// Event 1: an LSP was installed.
    Installed,
    /// Event 2: an LSP was removed.
    Removed,
    /// Event 3: an LSP was disabled.
    Disabled,
    /// Event 4: the catalog was reset.
    Reset,
}

impl Change {
    /// The change that an event of that number logs.
    #[must_use]
    pub fn of_event(number: u64) -> Option<Self> {
        match number {
            1 => Some(Self::Installed),
            2 => Some(Self::Removed),
            3 => Some(Self::Disabled),
            4 => Some(Self::Reset),
            _ => None,
        }
    }

    /// Its name in machine-readable output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Installed => "installed",
            Self::Removed => "removed",
            Self::Disabled => "disabled",
            Self::Reset => "reset",
        }
    }
}

/// Longest text of an event in a sentence, in characters.
const LONGEST: usize = 200;

impl CatalogEvent {
    /// The events about each LSP, in order of time, by catalog entry id and GUID.
    ///
    /// The catalog that the event names does not count: Windows logs 32 for both.
    #[must_use]
    pub fn by_identity(events: &[Self]) -> BTreeMap<(Option<u32>, Option<Guid>), Vec<&Self>> {
        let mut by_identity: BTreeMap<_, Vec<&Self>> = BTreeMap::new();
        for event in events.iter().filter(|event| event.change != Change::Reset) {
            by_identity.entry((event.catalog_entry_id, event.provider_id)).or_default().push(event);
        }
        by_identity
    }

    /// What it is about: `LSP "Foo"`, or the catalog.
    #[must_use]
    pub fn subject(&self) -> String {
        match (&self.name, self.change) {
            (_, Change::Reset) => "catalog".to_owned(),
            (Some(name), _) if !name.is_empty() => format!("LSP \"{}\"", name.shortened(LONGEST)),
            _ => "LSP".to_owned(),
        }
    }

    /// What happened to what: `LSP "Foo" (catalog id 1016): installed …`.
    #[must_use]
    pub fn sentence(&self) -> String {
        let id = self.catalog_entry_id.map(|id| format!(" (catalog id {id})")).unwrap_or_default();
        format!("{}{id}: {self}", self.subject())
    }
}

impl fmt::Display for CatalogEvent {
    /// `installed 2019-08-23 12:37:37 UTC by C:\Windows\System32\MsiExec.exe, S-1-5-18`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.change.name())?;
        match self.time.timestamp() {
            Some(time) => write!(formatter, " {}", time.strftime("%Y-%m-%d %H:%M:%S UTC"))?,
            None => write!(formatter, " {}", self.time)?,
        }
        let by: Vec<String> =
            [&self.program, &self.user].into_iter().flatten().map(|by| by.shortened(LONGEST)).collect();
        if by.is_empty() { Ok(()) } else { write!(formatter, " by {}", by.join(", ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(change: Change, name: Option<&str>, id: Option<u32>) -> CatalogEvent {
        CatalogEvent {
            change,
            time: FileTime(132_110_374_571_000_000),
            record: 1,
            computer: None,
            user: None,
            name: name.map(Text::from),
            program: None,
            provider_id: None,
            catalog_entry_id: id,
            catalog: None,
            place: Place::default(),
        }
    }

    #[test]
    fn each_number_is_a_change() {
        let names = [1, 2, 3, 4].map(|number| Change::of_event(number).unwrap().name());
        assert_eq!(names, ["installed", "removed", "disabled", "reset"]);
        assert_eq!(Change::of_event(5), None);
    }

    #[test]
    fn a_sentence_says_what_happened_to_what() {
        let sentence = |change, name, id| event(change, name, id).sentence();
        let time = "2019-08-23 12:37:37 UTC";
        assert_eq!(
            sentence(Change::Installed, Some("Foo"), Some(7)),
            format!("LSP \"Foo\" (catalog id 7): installed {time}")
        );
        assert_eq!(sentence(Change::Removed, Some(""), None), format!("LSP: removed {time}"));
        assert_eq!(sentence(Change::Reset, Some("Foo"), None), format!("catalog: reset {time}"));
    }
}
