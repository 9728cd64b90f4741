//! What rules ask of a DLL, of everything that its file says about itself.

use super::{Exports, Image, Signature};
use crate::library_file::{Algorithm, Embedded, Facts, Startup};

/// Reads what a DLL says of itself.
///
/// # Errors
///
/// Where the bytes are no DLL: what was expected and what was found.
pub(super) fn read(bytes: &[u8]) -> Result<Image, String> {
    let facts = Facts::of(bytes);
    let Some(image) = facts.image else {
        let damage = facts.defects.first().map(|defect| (defect.expected.as_str(), defect.found.as_str()));
        let (expected, found) = damage.unwrap_or(("a DLL", "none"));
        return Err(format!("expected {expected}, found {found}"));
    };
    let signature = match &image.signature {
        Embedded::Nothing => Signature::NotKnown,
        Embedded::Damaged => Signature::Damaged,
        Embedded::Signature(signature) => {
            Signature::Embedded { signer: signature.signer.clone(), is_unaltered: image.is_unaltered(bytes) }
        }
    };
    let digests = image.digests_in_catalogs(bytes);
    let authentihash = image.digest(bytes, Algorithm::Sha256).try_into().ok();
    let exports = image.exports.map(|exports| exports.iter().map(|export| startup(export.function)).collect());
    let version = image.version.unwrap_or_default();
    Ok(Image {
        machine: Some(image.machine),
        linked: image.linked,
        exports,
        imphash: image.imphash,
        authentihash,
        digests,
        company: version.company,
        product: version.product,
        original_name: version.original_name,
        version: version.file_version,
        signature,
    })
}

fn startup(function: Startup) -> Exports {
    match function {
        Startup::Wsp => Exports::WSP_STARTUP,
        Startup::Nsp => Exports::NSP_STARTUP,
        Startup::NspV2 => Exports::NSP_V2_STARTUP,
    }
}
