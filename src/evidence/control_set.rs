//! A state of the system that evidence holds.

use crate::catalog::{Catalogs, Text};

/// One state of the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlSet {
    /// Name of its key, such as `ControlSet001`; `None` where the evidence has no control sets.
    pub name: Option<Text>,
    /// What `Select` says of it.
    pub roles: Roles,
    /// Name of the computer.
    pub computer_name: Option<Text>,
    /// What it says of the catalogs.
    pub catalogs: Catalogs,
}

/// Where setup keeps the catalogs of the Windows that was upgraded, for the new one to take over.
pub(super) const UPGRADE: &str = r"Setup\Upgrade\WinsockUpgrade";

impl ControlSet {
    /// Whether it is what setup keeps of the Windows that was upgraded: an earlier state of the catalogs.
    #[must_use]
    pub fn is_of_upgrade(&self) -> bool {
        self.name.as_ref().is_some_and(|name| name.is(UPGRADE))
    }
}

/// What `Select` says of a control set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four values of Select, each of which may name any control set")]
pub struct Roles {
    /// The one that the system runs with.
    pub current: bool,
    /// The one that it starts with.
    pub default: bool,
    /// The one of the last good start: often a state from before.
    pub last_known_good: bool,
    /// The one that last failed to start.
    pub failed: bool,
}

impl Roles {
    /// Whether it decides what is to be thought of the system: Windows runs with it, or starts with it next time.
    #[must_use]
    pub fn is_in_use(self) -> bool {
        self.current || self.default
    }

    /// What `Select` calls it; nothing where it does not name it.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        let roles = [
            (self.current, "current"),
            (self.default, "default"),
            (self.last_known_good, "last known good"),
            (self.failed, "failed"),
        ];
        roles.into_iter().filter(|(has_it, _)| *has_it).map(|(_, name)| name).collect()
    }
}
