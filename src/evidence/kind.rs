//! The kinds of evidence.

/// The kinds of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A registry hive.
    Hive,
    /// A registration file.
    Reg,
    /// An NFO file of msinfo32.
    Nfo,
    /// A text report of msinfo32, whole or a part of it.
    MsinfoText,
    /// What `netsh winsock show catalog` prints, whole or a part of it, alone or among other output.
    Netsh,
}
