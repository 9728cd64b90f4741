//! Reading the files that were found.

use super::{Content, Drive, Obstacle, portable_executable};
use crate::library_file::Hashes;

/// A file: the drive that it is on, by its place among all, and its path in the tree.
pub(super) type Place = (usize, Vec<String>);

/// What may still be read.
pub(super) struct Reading<'a> {
    drives: &'a [Drive<'a>],
    /// How many bytes.
    left: u64,
}

impl<'a> Reading<'a> {
    /// At most that many bytes are read.
    pub(super) fn of(drives: &'a [Drive<'a>], most_bytes: u64) -> Self {
        Self { drives, left: most_bytes }
    }

    /// These files are read next.
    pub(super) fn announce(&self, places: Vec<Place>) {
        let mut of_drives = vec![Vec::new(); self.drives.len()];
        for (drive, place) in places {
            if let Some(places) = of_drives.get_mut(drive) {
                places.push(place);
            }
        }
        for (drive, places) in self.drives.iter().zip(of_drives) {
            if !places.is_empty() {
                drive.files.announce(&places);
            }
        }
    }

    /// What is in a file.
    pub(super) fn content(&mut self, drive: usize, place: &[String]) -> Result<Box<Content>, Obstacle> {
        let Some(files) = self.drives.get(drive).map(|drive| drive.files) else {
            return Err(Obstacle::TooMuch);
        };
        let left = self.left;
        let mut content = Err(Obstacle::TooMuch);
        let modified = files.read(place, &mut |bytes| {
            let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            if size <= left {
                let (hashes, image) = (Hashes::of(bytes), portable_executable::read(bytes));
                content = Ok(Box::new(Content { size, modified: None, hashes, image, is_known: None }));
            }
        })?;
        let mut content = content?;
        content.modified = modified;
        self.left = left.saturating_sub(content.size);
        Ok(content)
    }
}
