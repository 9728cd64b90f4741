//! The members of archives of every kind, one after another.

use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};

use super::budget::{Budget, Metered};
use super::member::{Means, Member, Visit};
use super::stream::unpacked;
use super::trouble::Troubles;
use super::{Archive, tar, zip};
#[cfg(feature = "archives")]
use super::{cab, seven};
use crate::collection::Packing;

/// Bytes of the longest compressed file that is read to its end although it begins like no evidence: damage may have made
/// it what it seems, and only the checksum at its end shows that. SYSTEM hives come to a third of it.
const LONGEST_ALONE: u64 = 64 << 20;

/// Bytes of a tar archive by which it is told.
const TAR_HEAD: u64 = 512;

impl<S: Read + Seek> Archive<'_, S> {
    /// Visits the members that are regular files, or those of them that are wanted.
    pub(super) fn each(
        &mut self,
        is_wanted: &dyn Fn(usize) -> bool,
        budget: &Budget<'_>,
        troubles: &mut Troubles,
        visit: &mut Visit<'_>,
    ) -> io::Result<()> {
        let means = Means { window: self.window, password: self.password };
        if self.packing == Packing::Zip {
            return zip::each(&mut self.source, means, budget, is_wanted, troubles, visit);
        }
        #[cfg(not(feature = "archives"))]
        if matches!(self.packing, Packing::SevenZip | Packing::Cab) {
            troubles.add(super::trouble::Unread(self.packing).trouble(), "");
            return Ok(());
        }
        #[cfg(feature = "archives")]
        if self.packing == Packing::SevenZip {
            return seven::each(&mut self.source, means, budget, is_wanted, troubles, visit);
        }
        #[cfg(feature = "archives")]
        if self.packing == Packing::Cab {
            return cab::each(&mut self.source, budget, is_wanted, troubles, visit);
        }
        let length = self.source.seek(SeekFrom::End(0))?;
        self.source.seek(SeekFrom::Start(0))?;
        let bytes = BufReader::new(&mut self.source);
        // What is not compressed cannot be longer than it is.
        let counted = (self.packing != Packing::Tar).then_some(budget);
        let mut stream = Metered::new(unpacked(bytes, self.packing, self.window), counted);
        let mut head = Vec::new();
        let result = (&mut stream).take(TAR_HEAD).read_to_end(&mut head);
        if Packing::of(&head) == Some(Packing::Tar) {
            result?;
            return tar::each(Cursor::new(head).chain(stream), budget, is_wanted, troubles, visit);
        }
        let name = stem(self.name);
        if head.is_empty() {
            result?;
        }
        let mut whole = Cursor::new(head).chain(stream);
        let is_dense = length <= LONGEST_ALONE;
        visit(0, Member { name, reader: &mut whole, is_in_stream: false, is_dense, is_link: false }, troubles);
        Ok(())
    }
}

/// What a compressed file was called before.
fn stem(label: &str) -> String {
    let name = label.rsplit(['/', '\\']).next().unwrap_or(label);
    let lower = name.to_ascii_lowercase();
    let ending = [".gz", ".xz", ".zst"].into_iter().find(|ending| lower.ends_with(ending)).unwrap_or_default();
    name.get(..name.len() - ending.len()).unwrap_or(name).to_owned()
}
