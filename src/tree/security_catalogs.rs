//! The security catalogs of Windows, which list the digests of files that contain no signature.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::image::{Image, Signature, is_microsoft};
use super::search::Search;
use super::{NotKnown, Obstacle};
use crate::catalog::Text;
use crate::library_file::SecurityCatalog;

/// The folder that they are in, below the Windows folder: those that concern files of Windows and drivers.
const FOLDER: [&str; 3] = ["System32", "CatRoot", "{F750E6C3-38EE-11D1-85E5-00C04FC295EE}"];

/// The most catalogs that are read. Computers with years of updates have some 20,000.
const MOST: usize = 50_000;

/// The longest catalog that is read, in bytes. The largest ones of Windows have 10 MB.
const LARGEST: u64 = 64 << 20;

/// The most bytes that are read of all of them together.
const MOST_BYTES: u64 = 512 << 20;

/// How far the security catalogs of Windows were searched for DLLs that contain no signature.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CatalogSearch {
    /// Not at all, since every DLL that was read contains a signature, or none was read.
    #[default]
    NotNeeded,
    /// All of them, this many.
    Whole(usize),
    /// It is not known what they list.
    NotWhole(CatalogsUnknown),
}

/// Why it is not known what the security catalogs list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CatalogsUnknown {
    /// The tree does not hold their folder, or not all of the Windows folder.
    NotCollected,
    /// Something on the way to them cannot be read.
    Unreadable(NotKnown),
    /// There are more than are read, or they have more bytes.
    TooMany,
    /// This many of them are damaged, or altered after they were signed.
    Damaged(usize),
    /// They do not list the system files of this Windows.
    OtherSystem,
}

/// Who signed the catalogs that list a digest; the name is not always known.
pub(super) type Listed = BTreeMap<Vec<u8>, Option<Text>>;

/// Which of these digests the catalogs list, and why others may be listed nevertheless.
pub(super) fn search(
    search: &mut Search<'_>,
    (drive, windows): (usize, &str),
    wanted: &BTreeSet<Vec<u8>>,
) -> (Listed, Result<usize, CatalogsUnknown>) {
    let mut listed = Listed::new();
    let folder: Vec<String> = std::iter::once(windows).chain(FOLDER).map(str::to_owned).collect();
    let files = match search.files_in(drive, &folder, ".cat") {
        Ok(files) => files,
        Err(NotKnown::PartOfFolder) => return (listed, Err(CatalogsUnknown::NotCollected)),
        Err(why) => return (listed, Err(CatalogsUnknown::Unreadable(why))),
    };
    let Some(tree) = search.drives.get(drive).map(|drive| drive.files) else {
        return (listed, Err(CatalogsUnknown::NotCollected));
    };
    let count: usize = files.iter().map(|(_, names)| names.len()).sum();
    if count == 0 {
        return (listed, Err(CatalogsUnknown::NotCollected));
    }
    let mut unknown = (count > MOST).then_some(CatalogsUnknown::TooMany);
    let (mut damaged, mut left) = (0, MOST_BYTES);
    let files = files.iter().flat_map(|(folder, names)| names.iter().map(move |name| (folder, name)));
    let path = |(folder, name): (&Vec<String>, &String)| folder.iter().chain([name]).cloned().collect();
    let files: Vec<Vec<String>> = files.take(MOST).map(path).collect();
    tree.announce(&files);
    for file in &files {
        let mut is_read = false;
        let result = tree.read(file, &mut |bytes| {
            let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            if size <= LARGEST.min(left) {
                left = left.saturating_sub(size);
                is_read = true;
                match SecurityCatalog::read(bytes) {
                    Ok(catalog) if catalog.is_unaltered != Some(false) => add(&mut listed, &catalog, wanted),
                    _ => damaged += 1,
                }
            }
        });
        match result {
            Ok(_) if is_read => {}
            Ok(_) | Err(Obstacle::TooLarge(_)) => unknown = unknown.or(Some(CatalogsUnknown::TooMany)),
            Err(why) => unknown = unknown.or(Some(CatalogsUnknown::Unreadable(NotKnown::Obstacle(why)))),
        }
    }
    let unknown = unknown.or_else(|| (damaged > 0).then_some(CatalogsUnknown::Damaged(damaged)));
    (listed, unknown.map_or(Ok(count), Err))
}

/// Of several catalogs that list a digest, one of Microsoft's counts before others.
fn add(listed: &mut Listed, catalog: &SecurityCatalog<'_>, wanted: &BTreeSet<Vec<u8>>) {
    let is_microsofts = |signer: &Option<Text>| signer.as_ref().is_some_and(is_microsoft);
    for digest in catalog.listed(wanted) {
        let known = listed.get(digest).is_some_and(|known| is_microsofts(known) || !is_microsofts(&catalog.signer));
        if !known {
            listed.insert(digest.to_vec(), catalog.signer.clone());
        }
    }
}

/// Whether catalogs are those of the system with these files: they list something, and account for all but one of the files
/// that there should be, since one may have been replaced.
pub(super) fn are_of_this_system((witnesses, expected): (&[Image], usize), listed: &Listed) -> bool {
    let is_signed = |image: &&Image| match &image.signature {
        Signature::Embedded { .. } => image.is_signed_by_microsoft() == Some(true),
        _ => image.digests.iter().any(|digest| listed.contains_key(digest)),
    };
    !listed.is_empty() && witnesses.iter().filter(is_signed).count() + 1 >= expected
}

/// What is known of the signer of a file with one of these digests, which contains no signature.
pub(super) fn signature(digests: &[Vec<u8>], listed: &Listed, is_whole: bool) -> Signature {
    let signers: Vec<&Option<Text>> = digests.iter().filter_map(|digest| listed.get(digest)).collect();
    let signer = signers.iter().copied().find(|signer| signer.as_ref().is_some_and(is_microsoft));
    match signer.or_else(|| signers.first().copied()) {
        Some(signer) => Signature::Catalog { signer: signer.clone() },
        None if is_whole => Signature::Nobody,
        None => Signature::NotKnown,
    }
}

impl fmt::Display for CatalogsUnknown {
    /// The reason as a clause, such as `the tree does not contain the security catalogs of Windows (CatRoot)`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotCollected => {
                formatter.write_str("the tree does not contain the security catalogs of Windows (CatRoot)")
            }
            Self::Unreadable(why) => write!(formatter, "not all security catalogs (CatRoot) can be read: {why}"),
            Self::TooMany => formatter.write_str("there are more security catalogs (CatRoot) than are read"),
            Self::Damaged(1) => formatter.write_str("1 security catalog (CatRoot) is damaged"),
            Self::Damaged(count) => write!(formatter, "{count} security catalogs (CatRoot) are damaged"),
            Self::OtherSystem => {
                formatter.write_str("the security catalogs (CatRoot) do not list the system files of this Windows")
            }
        }
    }
}
