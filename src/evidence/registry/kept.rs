//! The keys that were read of a registry, so that a copy of them can be changed and read again.

use super::control_set::read_control_sets;
use super::key::Key;
use super::links::Links;
use super::reg;
use crate::catalog::Text;
use crate::evidence::encoding::CodePage;
use crate::evidence::{ControlSet, Defects, Error};

/// The keys that were read of a registry, with their values as they are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry {
    /// The key above the control sets.
    pub(crate) root: Key,
    pub(super) links: Links,
    pub(super) code_page: Option<CodePage>,
}

impl Registry {
    /// The keys that a registration file leaves in an empty registry.
    ///
    /// # Errors
    ///
    /// Where Windows would import nothing of it, or drops a part of it.
    pub(crate) fn of_file(mut bytes: &[u8]) -> Result<Self, Error> {
        let export = reg::read(&mut bytes, None, &mut Defects::default())?;
        Ok(Self { root: export.root, links: Links::default(), code_page: None })
    }

    /// Its control sets, as they read now; last what setup keeps of the Windows that was upgraded.
    #[must_use]
    pub(crate) fn control_sets(&self) -> Vec<ControlSet> {
        read_control_sets(&self.root, &self.links, self.code_page, &mut Defects::default())
    }

    /// Bytes of memory that a copy of it takes.
    #[must_use]
    pub(crate) fn size(&self) -> usize {
        self.root.whole_size()
    }

    /// The control set of that name.
    #[must_use]
    pub(crate) fn control_set(&self, name: &Text) -> Option<&Key> {
        self.root.subkeys.iter().find(|key| key.name == *name)
    }
}
