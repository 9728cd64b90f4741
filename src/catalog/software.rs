//! What other evidence of a computer says of its Windows and of installed products.

use std::fmt;

use super::{Place, Text, Version};

/// What a SOFTWARE hive says, or system information.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Software {
    /// What says it, as it is called in a sentence: `SOFTWARE hive`.
    pub source: &'static str,
    /// `ProductName`. Windows 11 says Windows 10 here.
    pub product_name: Option<Text>,
    /// `DisplayVersion`, such as `22H2`, or `ReleaseId`.
    pub display_version: Option<Text>,
    /// The version with its build.
    pub version: Option<Version>,
    /// `SystemRoot`.
    pub system_root: Option<Text>,
    /// `ProgramFilesDir`.
    pub program_files: Option<Text>,
    /// `ProgramFilesDir (x86)`.
    pub program_files_x86: Option<Text>,
    /// The entries of `Uninstall`, of both bitnesses.
    pub products: Vec<InstalledProduct>,
}

/// An entry of `Uninstall`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InstalledProduct {
    /// `DisplayName`.
    pub name: Text,
    /// `Publisher`.
    pub publisher: Option<Text>,
    /// `DisplayVersion`.
    pub version: Option<Text>,
    /// `InstallLocation`.
    pub folder: Option<Text>,
    /// `UninstallString`.
    pub uninstall: Option<Text>,
    /// Where its key is.
    pub place: Place,
}

/// Longest text in a sentence, in characters.
const LONGEST: usize = 200;

impl fmt::Display for InstalledProduct {
    /// `installed product: ProxyCap 5.36 of Proxy Labs, uninstalled with MsiExec.exe /X{…}`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "installed product: {}", self.name.shortened(LONGEST))?;
        for (word, text) in [(" ", &self.version), (" of ", &self.publisher), (", uninstalled with ", &self.uninstall)]
        {
            if let Some(text) = text.as_ref().filter(|text| !text.is_empty()) {
                write!(formatter, "{word}{}", text.shortened(LONGEST))?;
            }
        }
        Ok(())
    }
}
