//! Paths of two states, in the form in which they are compared.

use crate::catalog::{CanonicalPath, CatalogName, Catalogs, Text, WindowsFolder};

/// How paths of one state are to be read.
#[derive(Debug, Clone)]
pub(super) struct Paths {
    /// Whether they are those of 32-bit programs on 64-bit Windows.
    wow64: bool,
    folder: WindowsFolder,
}

impl Paths {
    /// Those of a list of both states. A state that does not show its Windows folder has that of the other one.
    pub(super) fn of([before, after]: [&Catalogs; 2], name: CatalogName) -> [Self; 2] {
        let folders = [before, after].map(WindowsFolder::of);
        let [of_before, of_after] = &folders;
        let folder = |own: &WindowsFolder, other: &WindowsFolder| {
            if own.shown().is_none() { other.clone() } else { own.clone() }
        };
        let [folder_before, folder_after] = [folder(of_before, of_after), folder(of_after, of_before)];
        [(before, folder_before), (after, folder_after)]
            .map(|(catalogs, folder)| Self { wow64: catalogs.is_wow64(name), folder })
    }

    pub(super) fn canonical(&self, path: &Text) -> CanonicalPath {
        self.folder.resolve_leniently(&CanonicalPath::new(&path.lossy(), self.wow64))
    }
}
