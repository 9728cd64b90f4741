//! A member of an archive, and what is done with it.

use std::io::Read;

use super::password::Password;
use super::trouble::Troubles;

/// Bytes of the longest path that a link may lead to.
pub(super) const LONGEST_LINK: u64 = 4096;

/// What those that read archives may take and know.
#[derive(Clone, Copy)]
pub(super) struct Means<'a> {
    /// Largest dictionary window, in bytes.
    pub(super) window: u64,
    pub(super) password: Option<&'a Password>,
}

/// A member.
pub(super) struct Member<'a> {
    /// What it is called. It is never joined to a path.
    pub(super) name: String,
    /// Its bytes.
    pub(super) reader: &'a mut dyn Read,
    /// Whether it is read on the way to the members after it, so that an error ends all.
    pub(super) is_in_stream: bool,
    /// Whether it may be read to its end, whatever it is: it is hardly longer than it is packed, or alone and not long.
    pub(super) is_dense: bool,
    /// Whether it is a link, of which nothing is read.
    pub(super) is_link: bool,
}

/// What is done with each member, by its place among all; whether it goes on.
pub(super) type Visit<'a> = dyn FnMut(usize, Member<'_>, &mut Troubles) -> bool + 'a;
