//! The evidence and the system that it is of.

use schemars::JsonSchema;
use serde::Serialize;

use crate::batch::newest;
use crate::catalog::{FileTime, Product, Text, Version, hex};
use crate::evidence::{HiveHead, ReportHead};
use crate::examination::{self, Examination};

/// The file that was examined.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct EvidenceHead {
    /// What it was called on the command line.
    path: String,
    /// Its bytes in hexadecimal digits; left out where it is valid Unicode.
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    /// `hive`, `reg`, `reg-query`, `nfo`, `msinfo-text`, `netsh`, `event-log`, `autoruns`, `software-hive`,
    /// `crash-annotation`, `system-info`, `tool-log` or `wmic`.
    kind: &'static str,
    /// Its length in bytes.
    size: u64,
    /// Its SHA-256 in hexadecimal digits; `null` where it was not asked for.
    sha256: Option<String>,
    /// Whether a write of the hive had not ended when it was stored; `null` where it is no hive.
    dirty: Option<bool>,
    /// Whether the user accepts a dirty hive as it was stored.
    as_stored: bool,
    /// Whether the catalogs could be read in full, as far as this kind of evidence holds them.
    has_whole_catalogs: bool,
    /// The newest plausible time at which a key was last written; `null` where the evidence has no times.
    newest: Option<String>,
    /// Head of the hive; `null` where it is none.
    hive: Option<Hive>,
    /// How a registration file was written; `null` where it is none.
    text: Option<TextForm>,
    /// The files that were examined as one; empty where the evidence is a single file.
    parts: Vec<EvidenceFile>,
    /// Head of the report or listing; left out where it is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<Head>,
}

/// How a registration file was written.
#[derive(Debug, Serialize, JsonSchema)]
struct TextForm {
    /// Its encoding.
    encoding: String,
    /// Whether the encoding was guessed.
    encoding_is_guessed: bool,
    /// Which of several forms it has.
    form: &'static str,
}

/// One of several files that were examined as one.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Part")]
struct EvidenceFile {
    /// What it was called on the command line.
    path: String,
    /// Its bytes in hexadecimal digits; left out where it is valid Unicode.
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    /// Its length in bytes.
    size: u64,
    /// Its SHA-256 in hexadecimal digits.
    sha256: Option<String>,
}

/// Head of a report or listing.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Report")]
struct Head {
    /// When it was written: RFC 3339, in UTC where a `Z` says so, else in the time of the system.
    written: Option<String>,
    /// Its language in English; `null` where it is one that is not known.
    language: Option<&'static str>,
    /// `UTF-16LE`, `UTF-16BE`, `UTF-8` or `ANSI`.
    encoding: &'static str,
    /// Version of the format of an NFO file.
    format_version: Option<String>,
    /// What the system calls its Windows.
    os_name: Option<String>,
}

/// Head of a hive.
#[derive(Debug, Serialize, JsonSchema)]
struct Hive {
    /// Version of the format, such as `1.5`.
    version: String,
    /// Raised when a write begins.
    primary_sequence_number: u32,
    /// Raised when it has ended.
    secondary_sequence_number: u32,
    /// Whether the checksum of the head is right.
    checksum_is_right: bool,
    /// When it was last written; `null` where Windows does not record it (8.1 and later, `reg save`).
    last_written: Option<String>,
    /// When it was last reorganized (Windows 8 and later).
    last_reorganized: Option<String>,
    /// Bytes behind the last bin.
    remnant: u64,
}

/// The system that the evidence is of.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct System {
    /// Name of the computer.
    computer_name: Option<String>,
    /// Its bytes in hexadecimal digits; left out where it is valid Unicode.
    #[serde(skip_serializing_if = "Option::is_none")]
    computer_name_bytes: Option<String>,
    /// Its Windows.
    windows: Windows,
    /// `x86`, `x64`, `ia64` or `arm64`.
    architecture: Option<String>,
    /// The control sets that there are, examined or not.
    control_sets: Vec<Role>,
}

/// Which Windows it is.
#[derive(Debug, Serialize, JsonSchema)]
struct Windows {
    /// What people call it, such as `Windows XP SP3`; `null` where the evidence does not show it.
    version: Option<String>,
    /// Number of the version, such as `5.1` or `10.0`.
    number: Option<String>,
    /// Number of the build.
    build: Option<u32>,
    /// Number of the service pack; 0 is none.
    service_pack: Option<u32>,
    /// `workstation`, `server` or `domain-controller`.
    product: Option<&'static str>,
    /// The facts that the version was concluded from.
    told_by: Vec<String>,
}

/// A control set and what `Select` says of it.
#[derive(Debug, Serialize, JsonSchema)]
#[expect(clippy::struct_excessive_bools, reason = "four values of Select, each of which may name any control set")]
struct Role {
    /// Name of its key.
    name: Option<String>,
    /// The system runs with it.
    current: bool,
    /// The system starts with it.
    default: bool,
    /// The system last started well with it.
    last_known_good: bool,
    /// The system last failed to start with it.
    failed: bool,
}

impl From<&Examination> for EvidenceHead {
    fn from(examination: &Examination) -> Self {
        Self {
            path: examination.path.to_lossy(),
            path_bytes: bytes(&examination.path),
            kind: examination.kind.name(),
            size: examination.size,
            sha256: examination.sha256.as_ref().map(|digest| hex(digest)),
            dirty: examination.is_dirty(),
            as_stored: examination.as_stored,
            has_whole_catalogs: examination.has_whole_catalogs(),
            newest: newest(examination).and_then(time),
            hive: examination.hive.as_ref().map(Hive::from),
            text: examination.text.as_ref().map(|text| TextForm {
                encoding: text.encoding.clone(),
                encoding_is_guessed: text.is_guess,
                form: text.form,
            }),
            parts: examination.parts.iter().map(EvidenceFile::from).collect(),
            report: examination.report.as_ref().map(Head::from),
        }
    }
}

/// The bytes of a text that is no valid Unicode.
fn bytes(text: &Text) -> Option<String> {
    text.undecoded().map(|bytes| hex(&bytes))
}

impl From<&ReportHead> for Head {
    fn from(head: &ReportHead) -> Self {
        Self {
            written: head.written.map(|written| written.to_string()),
            language: head.language,
            encoding: head.encoding.name(),
            format_version: head.format_version.as_ref().map(Text::to_lossy),
            os_name: head.os_name.as_ref().map(Text::to_lossy),
        }
    }
}

impl From<&examination::EvidenceFile> for EvidenceFile {
    fn from(part: &examination::EvidenceFile) -> Self {
        Self {
            path: part.path.to_lossy(),
            path_bytes: bytes(&part.path),
            size: part.size,
            sha256: part.sha256.as_ref().map(|digest| hex(digest)),
        }
    }
}

impl From<&HiveHead> for Hive {
    fn from(head: &HiveHead) -> Self {
        let block = &head.base_block;
        Self {
            version: format!("{}.{}", block.major_version, block.minor_version),
            primary_sequence_number: block.primary_sequence_number,
            secondary_sequence_number: block.secondary_sequence_number,
            checksum_is_right: head.checksum_is_right,
            last_written: head.last_written().and_then(time),
            last_reorganized: head.last_reorganized().and_then(time),
            remnant: head.remnant,
        }
    }
}

/// RFC 3339; `None` where the time lies beyond what that can write.
pub(super) fn time(time: FileTime) -> Option<String> {
    time.timestamp().map(|_| time.to_string())
}

impl From<&Examination> for System {
    fn from(examination: &Examination) -> Self {
        let main = examination.main();
        let windows = main.map(|main| main.control_set.catalogs.windows.clone()).unwrap_or_default();
        let computer_name = main.and_then(|main| main.control_set.computer_name.as_ref());
        Self {
            computer_name: computer_name.map(Text::to_lossy),
            computer_name_bytes: computer_name.and_then(bytes),
            architecture: windows.architecture.map(|architecture| architecture.to_string()),
            windows: Windows {
                version: windows.version.map(|_| windows.name()),
                number: windows.version.map(Version::without_build).map(|version| version.to_string()),
                build: windows.version.and_then(|version| version.build),
                service_pack: windows.service_pack,
                product: windows.product.map(|product| match product {
                    Product::Workstation => "workstation",
                    Product::Server => "server",
                    Product::DomainController => "domain-controller",
                }),
                told_by: windows.told_by.iter().map(Text::to_lossy).collect(),
            },
            control_sets: examination
                .control_sets
                .iter()
                .map(|(name, roles)| Role {
                    name: name.as_ref().map(Text::to_lossy),
                    current: roles.current,
                    default: roles.default,
                    last_known_good: roles.last_known_good,
                    failed: roles.failed,
                })
                .collect(),
        }
    }
}
