//! What rules ask of a DLL, of everything that its file says about itself.

use super::{Exports, Image, Machine, Signature};
use crate::library_file::{self, Embedded, Facts, Startup};

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
        Embedded::Nothing | Embedded::Damaged => Signature::NotKnown,
        Embedded::Signature(signature) => {
            Signature::Embedded { signer: signature.signer.clone(), is_unaltered: image.is_unaltered(bytes) }
        }
    };
    let exports = image.exports.map(|exports| exports.iter().map(|export| startup(export.function)).collect());
    let version = image.version.unwrap_or_default();
    Ok(Image {
        machine: machine(image.machine),
        exports,
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

/// Code of ARM64EC belongs to programs of x64.
fn machine(machine: library_file::Machine) -> Option<Machine> {
    Some(match machine {
        library_file::Machine::X86 => Machine::X86,
        library_file::Machine::X64 | library_file::Machine::Arm64Ec => Machine::X64,
        library_file::Machine::Ia64 => Machine::Ia64,
        library_file::Machine::Arm => Machine::Arm,
        library_file::Machine::Arm64 => Machine::Arm64,
        library_file::Machine::Arm64X => Machine::Arm64X,
        library_file::Machine::Other(_) => return None,
    })
}
