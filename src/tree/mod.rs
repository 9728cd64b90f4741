//! The files of the examined computer: which of the DLLs that its catalogs name are there.
//!
//! Nothing in here opens a file: [`Files`] is what somebody else reads. A mounted image, a backup and a triage collection
//! are trees of the same kind; how much of the computer they hold decides what is concluded from a file that they do not
//! have.

mod drives;
mod image;
#[cfg(test)]
pub(crate) mod invented;
mod library;
mod look;
mod named;
mod not_known;
mod path;
mod portable_executable;
mod reading;
mod search;
mod security_catalogs;

pub use crate::library_file::{Hashes, Machine};
pub use image::{Exports, Image, Signature};
pub use library::{Content, Libraries, LibraryFile, Presence};
pub(crate) use look::look;
pub use not_known::NotKnown;
pub use security_catalogs::{CatalogSearch, CatalogsUnknown};

use crate::catalog::{FileTime, Text};

/// The most names of a folder that are read. `WinSxS`, the largest folder of a Windows, has 30,000.
pub const MOST_NAMES: usize = 100_000;

/// The longest DLL that is read, in bytes. The largest ones of browsers have 250 MB.
pub const LARGEST: u64 = 512 << 20;

/// A drive of the examined computer, as a tree of files.
#[derive(Clone, Copy)]
pub struct Drive<'a> {
    /// Its letter, where somebody knows it; the drive with the Windows folder needs none.
    pub letter: Option<char>,
    /// Its files.
    pub files: &'a dyn Files,
}

/// A tree of files. Folders and files are named by the names from its root downwards, as [`Files::list`] spells them.
pub trait Files {
    /// What the tree is called.
    fn label(&self) -> Text;

    /// What lies in a folder, in any order.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, and where there is more in it than [`MOST_NAMES`]. A link is an error, whatever it leads
    /// to.
    fn list(&self, folder: &[String]) -> Result<Vec<Node>, Obstacle>;

    /// The letter that a collection calls it by, as in a folder `D`. It is that of the computer only where the drive of
    /// Windows is called as Windows calls it.
    fn called(&self) -> Option<char> {
        None
    }

    /// Whether everything that it has is listed. Where not, what is not listed may be there all the same.
    fn is_listed_whole(&self) -> bool {
        true
    }

    /// These files are read next. Where files cannot be read one by one, the tree reads all of them now.
    fn announce(&self, _files: &[Vec<String>]) {}

    /// Hands over the bytes of a file, all at once, and says when it was last written.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, where it is a link or no file, where it has more than [`LARGEST`] bytes, and where it was
    /// changed while it was read: then what was made of its bytes is not to be believed.
    fn read(&self, file: &[String], take: &mut dyn FnMut(&[u8])) -> Result<Option<FileTime>, Obstacle>;
}

/// Something in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: NodeKind,
}

/// What something in a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum NodeKind {
    /// A folder.
    Folder,
    /// A regular file.
    File,
    /// A link, a junction, or another reparse point that this system does not resolve.
    Link,
    /// Something else, such as `a device`.
    Other(&'static str),
}

/// Why something in a tree cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Obstacle {
    /// It is a link, which is never followed.
    Link,
    /// It is neither a file nor a folder, but this.
    Other(&'static str),
    /// The system says why.
    Unreadable(String),
    /// The folder has more than [`MOST_NAMES`] names.
    TooManyNames,
    /// The file has more than [`LARGEST`] bytes: this many.
    TooLarge(u64),
    /// The files that were read before it have so many bytes that it is not.
    TooMuch,
    /// The file was changed while it was read.
    Changed,
}

impl std::fmt::Debug for Drive<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Drive").field("letter", &self.letter).field("label", &self.files.label()).finish()
    }
}
