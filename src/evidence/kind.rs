//! The kinds of evidence.

/// The kinds of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A registry hive.
    Hive,
    /// A registration file.
    Reg,
    /// What `reg query` prints, alone or among other output.
    RegQuery,
    /// An NFO file of msinfo32.
    Nfo,
    /// A text report of msinfo32, whole or a part of it.
    MsinfoText,
    /// What `netsh winsock show catalog` prints, whole or a part of it, alone or among other output.
    Netsh,
    /// An event log of Windows Vista or later.
    EventLog,
    /// What Autoruns shows, as a table or XML.
    Autoruns,
    /// A SOFTWARE hive, which has no catalogs.
    SoftwareHive,
    /// The annotation `Winsock_LSP` of a crash report of Firefox or another Gecko program.
    CrashAnnotation,
    /// What says which Windows a computer has, without a catalog: `osinfo.txt`, the output of `systeminfo`, or
    /// `client_info.json` of Velociraptor.
    SystemInfo,
    /// Lines about the catalogs of a log of HijackThis (`O10`) or FRST (`Winsock:`).
    ToolLog,
    /// What `wmic netprotocol` prints.
    Wmic,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Hive,
        Self::Reg,
        Self::RegQuery,
        Self::Nfo,
        Self::MsinfoText,
        Self::Netsh,
        Self::EventLog,
        Self::Autoruns,
        Self::SoftwareHive,
        Self::CrashAnnotation,
        Self::SystemInfo,
        Self::ToolLog,
        Self::Wmic,
    ];

    /// Its name in machine-readable output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Hive => "hive",
            Self::Reg => "reg",
            Self::RegQuery => "reg-query",
            Self::Nfo => "nfo",
            Self::MsinfoText => "msinfo-text",
            Self::Netsh => "netsh",
            Self::EventLog => "event-log",
            Self::Autoruns => "autoruns",
            Self::SoftwareHive => "software-hive",
            Self::CrashAnnotation => "crash-annotation",
            Self::SystemInfo => "system-info",
            Self::ToolLog => "tool-log",
            Self::Wmic => "wmic",
        }
    }

    /// What people call it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Hive => "registry hive",
            Self::Reg => "registration file",
            Self::RegQuery => "reg query output",
            Self::Nfo => "msinfo32 report (NFO)",
            Self::MsinfoText => "msinfo32 report (text)",
            Self::Netsh => "netsh listing",
            Self::EventLog => "event log",
            Self::Autoruns => "output of Autoruns",
            Self::SoftwareHive => "SOFTWARE hive",
            Self::CrashAnnotation => "crash annotation",
            Self::SystemInfo => "system information",
            Self::ToolLog => "log of HijackThis or FRST",
            Self::Wmic => "wmic output",
        }
    }

    /// Whether it hides what its program considers default: what it does not show may still exist.
    #[must_use]
    pub fn shows_additions_only(self) -> bool {
        matches!(self, Self::Autoruns | Self::ToolLog)
    }

    /// Whether evidence of this kind may name the computer that it is of.
    #[must_use]
    pub fn names_computers(self) -> bool {
        match self {
            Self::Hive
            | Self::Reg
            | Self::RegQuery
            | Self::Nfo
            | Self::MsinfoText
            | Self::EventLog
            | Self::SystemInfo => true,
            Self::Netsh | Self::Autoruns | Self::SoftwareHive | Self::CrashAnnotation | Self::ToolLog | Self::Wmic => {
                false
            }
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
