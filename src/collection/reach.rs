//! Which units of a collection can be put together by their computers, where there are too many of them to hold.

use super::Name;

/// Which units are held until all of a collection was met. Everything else is examined as it is met.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reach {
    /// All but event logs that are not about Winsock by their names.
    #[default]
    Everything,
    /// Those with names of what may be joined, and of what may lead it.
    Joinable,
    /// Those with names of evidence alone.
    Evidence,
    /// None at all.
    Nothing,
}

impl Reach {
    /// The next narrower one.
    #[must_use]
    pub fn narrower(self) -> Self {
        match self {
            Self::Everything => Self::Joinable,
            Self::Joinable => Self::Evidence,
            Self::Evidence | Self::Nothing => Self::Nothing,
        }
    }

    /// Whether a unit is held that has a file of that name.
    #[must_use]
    pub fn holds(self, name: &Name) -> bool {
        match self {
            Self::Everything => !name.is_other_event_log(),
            Self::Joinable => name.may_join() || name.is_of_evidence(),
            Self::Evidence => name.is_of_evidence(),
            Self::Nothing => false,
        }
    }
}

/// Whether some of the files of these names can be of one computer: some may be joined to others, and not all are exports,
/// of which only a hive makes one computer.
pub fn can_join<'n>(mut names: impl Iterator<Item = &'n Name> + Clone) -> bool {
    names.clone().any(Name::may_join) && names.any(|name| !name.is_export())
}
