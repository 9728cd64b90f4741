//! Why a file could not be examined at all.

use miette::{Diagnostic, NamedSource, SourceSpan};
use thiserror::Error;

use crate::catalog::Text;

/// A file that cannot be examined: what was found in it, and what to do instead.
#[derive(Debug, Clone, Error, Diagnostic)]
#[non_exhaustive]
pub enum Error {
    /// No bytes.
    #[error("expected evidence, found an empty file")]
    #[diagnostic(
        code(catalog9::empty),
        help("a failed copy often leaves an empty file: collect it again with a tool that can read locked files")
    )]
    Empty,

    /// Not a supported kind of evidence.
    #[error("expected a SYSTEM hive, a registration file, an msinfo32 report or a netsh listing, found {found}")]
    #[diagnostic(code(catalog9::not_evidence), help("{help}"))]
    NotEvidence {
        /// What its first bytes are or look like.
        found: String,
        /// What to collect instead.
        help: &'static str,
    },

    /// The bytes could not be read.
    #[error("expected evidence, found a stream that cannot be read: {found}")]
    #[diagnostic(code(catalog9::stream), help("check the storage medium and the permissions"))]
    Stream {
        /// What the operating system reports.
        found: String,
    },

    /// More bytes than any evidence has.
    #[error("expected at most {limit} bytes, found more")]
    #[diagnostic(code(catalog9::too_large), help("no registry hive is that large; is this a disk image?"))]
    TooLarge {
        /// The most that is read.
        limit: u64,
    },

    /// A registration file from which Windows would import nothing.
    #[error(transparent)]
    #[diagnostic(transparent)]
    RegHeader(RegHeader),

    /// A registration file without Winsock keys.
    #[error(r"expected Services\WinSock2 or Services\Winsock, found a registration file without either")]
    #[diagnostic(
        code(catalog9::nothing_of_winsock),
        help(r"export the key: reg export HKLM\SYSTEM\CurrentControlSet\Services\WinSock2 winsock2.reg")
    )]
    NothingOfWinsock,

    /// A registry of Wine, which keeps its providers elsewhere.
    #[error("expected the registry of Windows, found the registry of a Wine prefix, which has empty catalogs")]
    #[diagnostic(code(catalog9::wine), help("Wine has built-in providers: there an empty catalog is not damage"))]
    Wine,

    /// Evidence that cannot be examined together.
    #[error("expected one registry and the reports of its system, found {found}")]
    #[diagnostic(
        code(catalog9::not_together),
        help(
            "give one hive, or the registration files of one system, together with the msinfo32 report and netsh listing of that system"
        )
    )]
    NotTogether {
        /// What is missing or superfluous.
        found: &'static str,
    },

    /// Evidence of two computers that was to be examined together.
    #[error("expected evidence of one computer, found {one} in {place_of_one} and {other} in {place_of_other}")]
    #[diagnostic(code(catalog9::other_computer), help("examine the evidence of the other computer separately"))]
    OtherComputer {
        /// Name of the one computer.
        one: String,
        /// Which evidence names it.
        place_of_one: String,
        /// Name of the other.
        other: String,
        /// Which evidence names it.
        place_of_other: String,
    },

    /// Parts that contradict each other.
    #[error(
        "expected parts of one system, found a contradiction: {value} is {one} in one file and {other} in another ({place})"
    )]
    #[diagnostic(
        code(catalog9::contradiction),
        help("the files are from two systems, or from one system at two times: examine each separately")
    )]
    Contradiction {
        /// The value that differs.
        value: String,
        /// What the one states.
        one: String,
        /// What the other states.
        other: String,
        /// Where the other states it.
        place: String,
    },

    /// A hive whose base block or first bin is truncated.
    #[error("expected a hive of at least 8192 bytes, found {length} bytes")]
    #[diagnostic(code(catalog9::hive_too_short), help("the file is truncated: collect it again"))]
    HiveTooShort {
        /// Length of the file.
        length: usize,
    },

    /// An event log whose header is truncated.
    #[error("expected an event log of at least 4096 bytes, found {length} bytes")]
    #[diagnostic(code(catalog9::event_log_too_short), help("the file is truncated: collect it again"))]
    EventLogTooShort {
        /// Length of the file.
        length: usize,
    },

    /// A transaction log without its hive.
    #[error("expected a hive, found a transaction log (file type {file_type})")]
    #[diagnostic(code(catalog9::log_alone), help("give the hive instead: SYSTEM for SYSTEM.LOG1 and SYSTEM.LOG2"))]
    LogAlone {
        /// The number in its head.
        file_type: u32,
    },

    /// A hive from before Windows NT 4.
    #[error("expected a hive of version 1.3 to 1.6, found version {major}.{minor}")]
    #[diagnostic(
        code(catalog9::hive_version),
        help("hives of Windows NT 3.1 to 3.51 have a different cell layout, and no Winsock 2, which came with NT 4")
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
        help("the hive is damaged at its root: look for another copy (RegBack, a shadow copy, a restore point)")
    )]
    NoRootKey {
        /// What is there instead.
        found: String,
    },

    /// A hive, but not SYSTEM.
    #[error("expected a SYSTEM hive, found {found}")]
    #[diagnostic(
        code(catalog9::other_hive),
        help(r"the catalogs are in the SYSTEM hive, in %SystemRoot%\System32\config")
    )]
    OtherHive {
        /// Which hive it looks like.
        found: String,
    },

    /// A hive of a container without Winsock keys.
    #[error(
        r"expected Services\WinSock2 or Services\Winsock, found a differencing hive of a container (version 1.6) without either"
    )]
    #[diagnostic(
        code(catalog9::differencing),
        help(
            "such a hive contains only the differences from its base: examine the SYSTEM hive of the container's base image"
        )
    )]
    Differencing,

    /// A SYSTEM hive of Windows setup.
    #[error("expected a SYSTEM hive with Winsock catalogs, found one from before Windows setup created them")]
    #[diagnostic(
        code(catalog9::before_setup),
        help(
            "such hives (system.sav, SETUPREG.HIV) are not a sign of damage; collect SYSTEM from the installed system"
        )
    )]
    BeforeSetup,

    /// A SYSTEM hive in which neither Winsock nor TCP/IP was installed.
    #[error(r"expected a SYSTEM hive with Services\WinSock2, found one with neither that key nor Services\Tcpip")]
    #[diagnostic(
        code(catalog9::no_network),
        help("no network was installed on that system, or the hive is stripped down (a boot image, a container)")
    )]
    NoNetwork,

    /// The requested control set does not exist.
    #[error("expected the control set {wanted}, found {found}")]
    #[diagnostic(code(catalog9::no_such_control_set), help("name one of these, or use `current` or `all`"))]
    NoSuchControlSet {
        /// The requested name.
        wanted: String,
        /// The control sets that exist.
        found: String,
    },
}

/// A registration file without its header, with its first line instead.
#[derive(Debug, Clone, Error, Diagnostic)]
#[error("expected the header of a registration file, found a different first line")]
#[diagnostic(
    code(catalog9::reg_header),
    help(
        "Windows imports nothing from a file that does not begin with exactly `Windows Registry Editor Version 5.00` or \
         `REGEDIT4`; export it again, or correct the first line of a copy"
    )
)]
pub struct RegHeader {
    #[source_code]
    line: NamedSource<String>,
    #[label("this is not a header")]
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
