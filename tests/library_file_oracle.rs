//! The properties of the facts of every file, however hostile: tests and fuzz targets share them.

use catalog9::library_file::{Algorithm, Embedded, Facts, SecurityCatalog};

use crate::memory::most_during;

/// The most memory that the facts of a file may take.
const MOST_MEMORY: usize = 8 << 20;

/// Checks the properties, and hands over the facts.
pub fn hold(bytes: &[u8]) -> Facts {
    let (facts, memory) = most_during(|| Facts::of(bytes));
    assert!(memory <= MOST_MEMORY, "{memory} bytes of memory");
    assert_eq!(facts.size, bytes.len() as u64);
    assert!(facts.image.is_some() || !facts.defects.is_empty(), "not a DLL, for no reason");
    if let Some(image) = &facts.image {
        let is_damaged = |part: &str| facts.defects.iter().any(|defect| defect.place.path == part);
        assert_eq!(image.exports.is_none(), is_damaged("exports"));
        assert_eq!(
            image.signature == Embedded::Damaged,
            is_damaged("signature") || is_damaged("certificates"),
            "{:?}",
            facts.defects
        );
        if image.is_unaltered(bytes) == Some(true) && !bytes.is_empty() {
            hold_altered(bytes);
        }
    }
    if let Ok(catalog) = SecurityCatalog::read(bytes) {
        let digests = [1, 2, 3, 0xab].into_iter().flat_map(|byte| [vec![byte; 20], vec![byte; 32]]).collect();
        let listed = catalog.listed(&digests);
        assert!(digests.iter().all(|digest| listed.contains(&digest[..]) == catalog.lists(digest)));
    }
    let (catalog, memory) = most_during(|| SecurityCatalog::read(bytes).map(|catalog| catalog.lists(&[1; 32])));
    assert!(memory <= MOST_MEMORY, "{memory} bytes of memory for {catalog:?}");
    facts
}

/// A signed file that is altered anywhere in its sections is never called unaltered.
fn hold_altered(bytes: &[u8]) {
    // One place of each file is enough, if there are many files.
    let sum: usize = bytes.iter().map(|byte| usize::from(*byte)).sum();
    let head = usize::from(bytes[0x3c]) + 0x200;
    let end = bytes.len() / 2;
    if head < end {
        let mut altered = bytes.to_vec();
        altered[head + sum % (end - head)] ^= 1;
        let is_covered = |bytes: &[u8]| {
            let image = Facts::of(bytes).image;
            image.map(|image| (image.digest(bytes, Algorithm::Sha256), image.is_unaltered(bytes)))
        };
        let (before, after) = (is_covered(bytes), is_covered(&altered));
        let is_same = before.zip(after).is_some_and(|(before, after)| before.0 != after.0 && after.1 == Some(true));
        assert!(!is_same, "altered, and still called unaltered");
    }
}
