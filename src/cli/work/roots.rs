//! Where the files of a computer are, whose DLLs are looked for.

use catalog9::Options;
use catalog9::collection::JoinReason;
use catalog9::tree::Drive;

use super::examination;
use crate::cli::intake::packed::{Packed, PackedDrive};
use crate::cli::intake::piece::Piece;
use crate::cli::intake::tree::{NamedRoot, Root};

/// What is known of the place of evidence.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    /// The computer that a manifest names.
    pub(super) host: Option<&'a str>,
    /// The archive that it was taken out of.
    pub(super) packed: Option<&'a Packed<'a>>,
}

/// The files of a computer.
pub(super) enum Roots<'a> {
    /// In folders.
    Folders(Vec<Root>),
    /// In an archive.
    Members(Vec<PackedDrive<'a>>),
}

impl<'a> Around<'a> {
    /// What was named for the computer of these files, or what is around its hives.
    pub(super) fn roots(self, named: &[NamedRoot], pieces: &[&Piece], options: &Options) -> Roots<'a> {
        if !named.is_empty() {
            let of_host = |host: &str| Some(NamedRoot::of_host(named, host)).filter(|roots| !roots.is_empty());
            let by_evidence = || {
                let host = pieces.iter().find_map(|piece| examination::identity(piece, options)?.1)?;
                of_host(&host.lossy())
            };
            if let Some(roots) = self.host.and_then(of_host).or_else(by_evidence) {
                return Roots::Folders(roots);
            }
        }
        // A shadow copy lies among files of its time.
        let of_now = pieces.iter().copied().filter(|piece| piece.joined != Some(JoinReason::EarlierState));
        match self.packed {
            Some(packed) => Roots::Members(packed.around(of_now)),
            None => Roots::Folders(Root::around(of_now)),
        }
    }
}

impl Roots<'_> {
    /// The drives as the library takes them.
    pub(super) fn drives(&self) -> Vec<Drive<'_>> {
        match self {
            Self::Folders(roots) => roots.iter().map(Root::drive).collect(),
            Self::Members(drives) => drives.iter().map(PackedDrive::drive).collect(),
        }
    }
}
