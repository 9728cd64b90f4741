//! What other evidence of the computer says of its software and its files.

use schemars::JsonSchema;
use serde::Serialize;

use super::Place;
use crate::catalog::{self, SeenFile, Text};

/// What the SOFTWARE hive says.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Software {
    /// `ProductName`; Windows 11 says Windows 10 here.
    product_name: Option<String>,
    /// `DisplayVersion`, or `ReleaseId`.
    display_version: Option<String>,
    /// The version with its build, such as `10.0.19045`.
    version: Option<String>,
    /// `SystemRoot`.
    system_root: Option<String>,
    /// `ProgramFilesDir`.
    program_files: Option<String>,
    /// `ProgramFilesDir (x86)`.
    program_files_x86: Option<String>,
}

/// A DLL as Autoruns saw it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct File {
    /// Its path, without variables.
    path: String,
    /// Who signed it.
    signer: Option<String>,
    /// Whether the signature was verified; `null` where Autoruns did not look.
    verified: Option<bool>,
    /// The company that its version resource names.
    company: Option<String>,
    /// Its version.
    version: Option<String>,
    /// Its MD5.
    md5: Option<String>,
    /// Its SHA-1.
    sha1: Option<String>,
    /// Its SHA-256.
    sha256: Option<String>,
    /// Where in the evidence.
    place: Place,
}

fn text(text: Option<&Text>) -> Option<String> {
    text.map(Text::to_lossy)
}

impl From<&catalog::Software> for Software {
    fn from(software: &catalog::Software) -> Self {
        Self {
            product_name: text(software.product_name.as_ref()),
            display_version: text(software.display_version.as_ref()),
            version: software.version.map(|version| version.to_string()),
            system_root: text(software.system_root.as_ref()),
            program_files: text(software.program_files.as_ref()),
            program_files_x86: text(software.program_files_x86.as_ref()),
        }
    }
}

impl From<&SeenFile> for File {
    fn from(file: &SeenFile) -> Self {
        Self {
            path: file.path.to_lossy(),
            signer: text(file.signer.as_ref()),
            verified: file.is_verified,
            company: text(file.company.as_ref()),
            version: text(file.version.as_ref()),
            md5: text(file.md5.as_ref()),
            sha1: text(file.sha1.as_ref()),
            sha256: text(file.sha256.as_ref()),
            place: Place::from(&file.place),
        }
    }
}
