//! Why a file could not be examined at all.

use miette::{Diagnostic, NamedSource, SourceSpan};
use thiserror::Error;

use crate::catalog::Text;

/// A file that tells nothing: what was found in it, and the way out.
#[derive(Debug, Clone, Error, Diagnostic)]
#[non_exhaustive]
pub enum Error {
    /// No bytes.
    #[error("expected evidence, found an empty file")]
    #[diagnostic(
        code(catalog9::empty),
        help("an empty file is what remains when a copy fails: collect it again, with a tool that reads locked files")
    )]
    Empty,

    /// None of the kinds that are read.
    #[error("expected a SYSTEM hive, a registration file, a report or a listing, found {found}")]
    #[diagnostic(code(catalog9::not_evidence), help("{help}"))]
    NotEvidence {
        /// What its first bytes are or look like.
        found: String,
        /// What to bring instead.
        help: &'static str,
    },

    /// The bytes could not be had.
    #[error("expected evidence, found a stream that cannot be read: {found}")]
    #[diagnostic(code(catalog9::stream), help("check the medium that it lies on, and its permissions"))]
    Stream {
        /// What the system says.
        found: String,
    },

    /// More bytes than any evidence has.
    #[error("expected at most {limit} bytes, found more")]
    #[diagnostic(code(catalog9::too_large), help("no registry is that large; is this a disk image?"))]
    TooLarge {
        /// The most that is read.
        limit: u64,
    },

    /// A registration file of which Windows would import nothing.
    #[error(transparent)]
    #[diagnostic(transparent)]
    RegHeader(RegHeader),

    /// A registration file that tells nothing of Winsock.
    #[error(r"expected Services\WinSock2 or Services\Winsock, found a registration file with neither")]
    #[diagnostic(
        code(catalog9::nothing_of_winsock),
        help(r"export the key: reg export HKLM\SYSTEM\CurrentControlSet\Services\WinSock2 winsock2.reg")
    )]
    NothingOfWinsock,

    /// A registry of Wine, which keeps its providers elsewhere.
    #[error("expected the registry of Windows, found one of a Wine prefix, whose catalogs are empty")]
    #[diagnostic(code(catalog9::wine), help("Wine has its providers built in: an empty catalog is no damage there"))]
    Wine,

    /// Evidence that cannot be examined as one.
    #[error("expected one registry and the reports of its system, found {found}")]
    #[diagnostic(
        code(catalog9::not_together),
        help(
            "give one hive or the registration files of one system, and beside it what msinfo32 and netsh said there"
        )
    )]
    NotTogether {
        /// What there is too much or too little of.
        found: &'static str,
    },

    /// Evidence of two computers that was to be examined as one.
    #[error("expected evidence of one computer, found {one} in {place_of_one} and {other} in {place_of_other}")]
    #[diagnostic(code(catalog9::other_computer), help("examine what is of another computer by itself"))]
    OtherComputer {
        /// Name of the one computer.
        one: String,
        /// Which evidence tells it.
        place_of_one: String,
        /// Name of the other.
        other: String,
        /// Which evidence tells it.
        place_of_other: String,
    },

    /// Parts of one system that are not.
    #[error(
        "expected parts of one system, found a contradiction: {value} is {one} in one and {other} in another ({place})"
    )]
    #[diagnostic(
        code(catalog9::contradiction),
        help("the files are of two systems, or of one at two times: examine each by itself")
    )]
    Contradiction {
        /// What they do not agree on.
        value: String,
        /// What the one says.
        one: String,
        /// What the other says.
        other: String,
        /// Where the other says it.
        place: String,
    },

    /// A hive whose base block or first bin is cut off.
    #[error("expected a hive of 8192 bytes or more, found {length} bytes")]
    #[diagnostic(code(catalog9::hive_too_short), help("the file is cut off: collect it again"))]
    HiveTooShort {
        /// Length of the file.
        length: usize,
    },

    /// A transaction log without its hive.
    #[error("expected a hive, found a transaction log (file type {file_type})")]
    #[diagnostic(
        code(catalog9::log_alone),
        help("give the hive that it belongs to: SYSTEM for SYSTEM.LOG1 and SYSTEM.LOG2")
    )]
    LogAlone {
        /// The number in its head.
        file_type: u32,
    },

    /// A hive from before Windows NT 4.
    #[error("expected a hive of version 1.3 to 1.6, found version {major}.{minor}")]
    #[diagnostic(
        code(catalog9::hive_version),
        help("hives of Windows NT 3.1 to 3.51 have another layout of cells; Winsock 2 came with NT 4")
    )]
    HiveVersion {
        /// Major version.
        major: u32,
        /// Minor version.
        minor: u32,
    },

    /// The tree cannot be entered.
    #[error("expected a root key, found {found}")]
    #[diagnostic(
        code(catalog9::no_root_key),
        help("the hive is damaged where it begins: look for another copy (RegBack, a shadow copy, a restore point)")
    )]
    NoRootKey {
        /// What stands in its place.
        found: String,
    },

    /// A hive, but not SYSTEM.
    #[error("expected a SYSTEM hive, found {found}")]
    #[diagnostic(
        code(catalog9::other_hive),
        help(r"the catalogs are in the hive SYSTEM, which lies in %SystemRoot%\System32\config")
    )]
    OtherHive {
        /// Which hive it looks like.
        found: String,
    },

    /// A hive of a container that tells nothing of Winsock.
    #[error(
        r"expected Services\WinSock2 or Services\Winsock, found a differencing hive of a container (version 1.6) with neither"
    )]
    #[diagnostic(
        code(catalog9::differencing),
        help(
            "such a hive holds what differs from the one below it: examine the SYSTEM hive of the container's base image"
        )
    )]
    Differencing,

    /// A SYSTEM hive of Windows setup.
    #[error("expected a SYSTEM hive with Winsock catalogs, found one from before setup has made them")]
    #[diagnostic(
        code(catalog9::before_setup),
        help(
            "such hives (system.sav, SETUPREG.HIV) are no sign of damage; collect SYSTEM from the running installation"
        )
    )]
    BeforeSetup,

    /// A SYSTEM hive in which neither Winsock nor TCP/IP was ever installed.
    #[error(r"expected a SYSTEM hive with Services\WinSock2, found one that has neither that key nor Services\Tcpip")]
    #[diagnostic(
        code(catalog9::no_network),
        help("no network was installed on that system, or the hive is a stripped one (a boot image, a container)")
    )]
    NoNetwork,

    /// The control set that was asked for is not there.
    #[error("expected the control set {wanted}, found {found}")]
    #[diagnostic(code(catalog9::no_such_control_set), help("name one of those, or `current` or `all`"))]
    NoSuchControlSet {
        /// The name that was asked for.
        wanted: String,
        /// The control sets that there are.
        found: String,
    },
}

/// A registration file without its header, with the line that stands in its place.
#[derive(Debug, Clone, Error, Diagnostic)]
#[error("expected the header of a registration file, found another first line")]
#[diagnostic(
    code(catalog9::reg_header),
    help(
        "Windows imports nothing of a file that does not begin with exactly `Windows Registry Editor Version 5.00` or \
         `REGEDIT4`; export it again, or mend the first line of a copy"
    )
)]
pub struct RegHeader {
    #[source_code]
    line: NamedSource<String>,
    #[label("this is no such header")]
    span: SourceSpan,
}

impl Error {
    /// The error that a registration file with that first line is.
    pub(super) fn reg_header(line: &str) -> Self {
        let line = Text::from(line).shortened(100);
        let span = SourceSpan::from((0, line.len()));
        Self::RegHeader(RegHeader { line: NamedSource::new("registration file", line), span })
    }
}
