//! What keeps members of an archive from being examined: one record for each kind, however many members there are.

use std::fmt::Write;
use std::io;

use catalog9::batch::{Failure, Record, Status};
use catalog9::catalog::Text;
use miette::Diagnostic;
use thiserror::Error;

use super::{LARGEST, MOST};

/// A stream that is longer than was thought possible.
#[derive(Debug, Error)]
#[error("it is longer than any honest archive unpacks to")]
pub(super) struct TooLong;

impl TooLong {
    pub(super) fn error() -> io::Error {
        io::Error::other(Self)
    }
}

/// What keeps members from being examined.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub(super) enum Trouble {
    #[error("expected members at most 200 times as long as they are packed, found a bomb")]
    #[diagnostic(
        code(catalog9::bomb),
        help(
            "it was made to fill memory or disk: look at it with a tool that lists archives, on a machine of its own"
        )
    )]
    Bomb,

    #[error("expected at most {LARGEST} bytes, found a member with more")]
    #[diagnostic(code(catalog9::too_large), help("no registry is that large; take the member out and name it"))]
    TooLarge,

    #[error("expected at most {MOST} members, found more")]
    #[diagnostic(code(catalog9::too_many_members), help("unpack the archive and name the folder"))]
    TooMany,

    #[error("expected at most one archive within another, found one more")]
    #[diagnostic(code(catalog9::nested), help("take the inner archive out and name it"))]
    Nested,

    #[error("expected members that can be read, found encrypted ones")]
    #[diagnostic(code(catalog9::encrypted), help("unpack the archive with its password and name the folder"))]
    Encrypted,

    #[error("expected members with different names, found several of one name, of which only the last was read")]
    #[diagnostic(code(catalog9::ambiguous_archive), help("unpack the archive with a tool that renames such members"))]
    Ambiguous,

    #[error("expected an archive that can be read, found a damaged one: {0}")]
    #[diagnostic(code(catalog9::damaged_archive), help("collect it again; what stands before the damage was examined"))]
    Damaged(String),
}

impl Trouble {
    /// What an error while reading comes to.
    pub(super) fn of(error: &io::Error) -> Self {
        if is_too_long(error) { Self::Bomb } else { Self::Damaged(Text::from(error.to_string()).shortened(200)) }
    }

    fn status(&self) -> Status {
        match self {
            Self::Bomb | Self::TooLarge | Self::TooMany | Self::Nested => Status::Limited,
            Self::Encrypted | Self::Ambiguous | Self::Damaged(_) => Status::Failed,
        }
    }
}

/// Whether that is at the bottom of it: those that read archives wrap what their streams say.
fn is_too_long(error: &(dyn std::error::Error + 'static)) -> bool {
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    match wrapped {
        Some(wrapped) => is_too_long(wrapped),
        None => error.is::<TooLong>() || error.source().is_some_and(is_too_long),
    }
}

/// All that kept members of an archive from being examined.
#[derive(Debug, Default)]
pub(super) struct Troubles(Vec<(Trouble, String, u64)>);

impl Troubles {
    /// Adds a member; of each kind of trouble only the first is named.
    pub(super) fn add(&mut self, trouble: Trouble, name: &str) {
        match self.0.iter_mut().find(|known| std::mem::discriminant(&known.0) == std::mem::discriminant(&trouble)) {
            Some((.., count)) => *count += 1,
            None => self.0.push((trouble, name.to_owned(), 1)),
        }
    }

    /// The records of the archive itself.
    pub(super) fn records(self, label: &str) -> impl Iterator<Item = Record> {
        self.0.into_iter().map(move |(trouble, first, count)| {
            let mut failure = Failure::of(&trouble);
            let more = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
            if !first.is_empty() && first != label {
                let first = Text::from(first.as_str()).shortened(100);
                let _ = write!(failure.message, " ({first}{more})");
            }
            Record::of_failure(label.to_owned(), trouble.status(), failure)
        })
    }
}
