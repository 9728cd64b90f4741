//! What keeps members of an archive from being examined: of each kind the first is named and the others are counted.

use std::error::Error as StdError;
use std::io;

use miette::Diagnostic;
use thiserror::Error;

use super::budget::{LONGEST, Limit, RATIO, TooWide};
use super::{LARGEST_LIST, MOST};
use crate::catalog::Text;
use crate::evidence::LARGEST;

/// How files may be packed.
const METHODS: &str = if cfg!(feature = "archives") { "deflate, LZMA, zstd or MSZIP" } else { "deflate" };

/// What keeps members of an archive from being examined, or from being examined as they were.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
#[non_exhaustive]
pub enum Trouble {
    /// It unpacks to more than any honest archive does.
    #[error("expected at most {RATIO} times as many bytes as are packed, found a bomb")]
    #[diagnostic(
        code(catalog9::bomb),
        help("it was made to fill memory or disk: list it with an archive tool, on an isolated machine")
    )]
    Bomb,

    /// It unpacks to more bytes than are read of an archive.
    #[error("expected at most {LONGEST} bytes in an archive, found more")]
    #[diagnostic(code(catalog9::archive_too_large), help("unpack the archive and name the folder"))]
    TooLong,

    /// A member is larger than any evidence.
    #[error("expected at most {LARGEST} bytes, found a larger file in the archive")]
    #[diagnostic(code(catalog9::too_large), help("no registry hive is that large; extract the file and name it"))]
    TooLarge,

    /// There are more members than are looked at.
    #[error("expected at most {MOST} files in the archive, found more")]
    #[diagnostic(code(catalog9::too_many_members), help("unpack the archive and name the folder"))]
    TooMany,

    /// There are more members that may be evidence than are kept in mind.
    #[error("expected at most {} files that may be evidence, and {} bytes of names, found more", LARGEST_LIST.0, LARGEST_LIST.1)]
    #[diagnostic(code(catalog9::too_many_members), help("unpack the archive and name the folder"))]
    TooManyPieces,

    /// The directory of an archive would take too much memory.
    #[error("expected a directory of the archive that takes at most 40 MiB of memory, found a larger one")]
    #[diagnostic(code(catalog9::too_many_members), help("unpack the archive and name the folder"))]
    Directory,

    /// An archive in an archive in an archive.
    #[error("expected at most one archive within another, found a third level")]
    #[diagnostic(code(catalog9::nested), help("extract the inner archive and name it"))]
    Nested,

    /// Its window needs more memory than it may have.
    #[error("expected a dictionary window of at most {limit} MiB, found a larger one")]
    #[diagnostic(
        code(catalog9::window),
        help("if there is enough memory, allow it with --max-window; else unpack the archive and name the folder")
    )]
    TooWide {
        /// MiB that are allowed.
        limit: u64,
    },

    /// Members share the bytes that they are packed in.
    #[error("expected files that do not share bytes in the archive, found overlapping ones; only the first was read")]
    #[diagnostic(
        code(catalog9::overlapping_members),
        help("no legitimate tool writes such an archive: list its offsets with an archive tool")
    )]
    Overlapping,

    /// A password is needed.
    #[error("expected readable files in the archive, found encrypted ones")]
    #[diagnostic(
        code(catalog9::encrypted),
        help("if you know the password, name a file with it: --archive-password-file")
    )]
    Encrypted,

    /// The password that was given does not fit.
    #[error("expected the password of the archive, found another one, or damaged data")]
    #[diagnostic(code(catalog9::wrong_password), help("check the password; capital letters and spaces count"))]
    WrongPassword,

    /// They are packed in a way that is not read.
    #[error("expected files stored or packed with {METHODS}, found {0}")]
    #[diagnostic(code(catalog9::unknown_packing), help("unpack the archive and name the folder"))]
    Unknown(String),

    /// Several members have one name.
    #[error("expected different file names in the archive, found several files with one name; all were read")]
    #[diagnostic(
        code(catalog9::ambiguous_archive),
        help("tools that unpack it keep only one of them, and tools differ in which one")
    )]
    Ambiguous,

    /// The archive is damaged.
    #[error("expected a readable archive, found a damaged one: {0}")]
    #[diagnostic(code(catalog9::damaged_archive), help("collect it again; what could be read was examined"))]
    Damaged(String),
}

impl Trouble {
    /// What an error while a member is read comes to.
    #[must_use]
    pub fn of(error: &io::Error) -> Self {
        match cause(error) {
            Some(trouble) => trouble,
            None => Self::Damaged(Text::from(error.to_string()).shortened(200)),
        }
    }

    /// Whether it is a limit of this library, and no fault of the archive. Then nothing of the member is to be examined.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        !matches!(
            self,
            Self::Overlapping
                | Self::Encrypted
                | Self::WrongPassword
                | Self::Unknown(_)
                | Self::Ambiguous
                | Self::Damaged(_)
        )
    }
}

/// What is at the bottom of it: those that read archives wrap what their streams say.
fn cause(error: &(dyn StdError + 'static)) -> Option<Trouble> {
    if let Some(wrapped) = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        return cause(wrapped);
    }
    if let Some(trouble) = error.downcast_ref::<Trouble>() {
        return Some(trouble.clone());
    }
    let by_type = match (error.downcast_ref(), error.downcast_ref()) {
        (Some(Limit::Ratio), _) => Some(Trouble::Bomb),
        (Some(Limit::Total), _) => Some(Trouble::TooLong),
        (None, Some(TooWide { limit })) => Some(Trouble::TooWide { limit: limit >> 20 }),
        (None, None) => None,
    };
    by_type.or_else(|| cause(error.source()?))
}

/// What is packed in a way that is not read without the feature `archives`.
#[cfg(not(feature = "archives"))]
pub(super) struct Unread(pub(super) crate::collection::Packing);

#[cfg(not(feature = "archives"))]
impl Unread {
    /// Why it is not read.
    pub(super) fn trouble(&self) -> Trouble {
        use crate::collection::Packing;
        let packing = match self.0 {
            Packing::SevenZip => "a 7z archive",
            Packing::Cab => "a cabinet",
            Packing::Xz => "xz",
            Packing::Zstd => "zstd",
            Packing::Zip | Packing::Tar | Packing::Gzip => "an archive",
        };
        Trouble::Unknown(packing.to_owned())
    }
}

#[cfg(not(feature = "archives"))]
impl io::Read for Unread {
    fn read(&mut self, _space: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other(self.trouble()))
    }
}

/// A kind of trouble, and which members have it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Told {
    /// The trouble of the first.
    pub trouble: Trouble,
    /// What the first is called; empty where it is the archive itself.
    pub first: String,
    /// How many there are.
    pub count: u64,
}

impl Told {
    /// Trouble of the archive itself.
    #[must_use]
    pub fn of_archive(trouble: Trouble) -> Self {
        Self { trouble, first: String::new(), count: 1 }
    }

    fn is_of_the_kind_of(&self, trouble: &Trouble) -> bool {
        std::mem::discriminant(&self.trouble) == std::mem::discriminant(trouble)
    }
}

/// All that keeps members of an archive from being examined.
#[derive(Debug, Default)]
pub struct Troubles(Vec<Told>);

impl Troubles {
    /// Adds a member; of each kind of trouble only the first is named.
    pub fn add(&mut self, trouble: Trouble, name: &str) {
        match self.0.iter_mut().find(|told| told.is_of_the_kind_of(&trouble)) {
            Some(told) => told.count += 1,
            None => self.0.push(Told { trouble, first: name.to_owned(), count: 1 }),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is trouble of that kind.
    pub(super) fn has(&self, trouble: &Trouble) -> bool {
        self.0.iter().any(|told| told.is_of_the_kind_of(trouble))
    }
}

impl IntoIterator for Troubles {
    type Item = Told;
    type IntoIter = std::vec::IntoIter<Told>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
