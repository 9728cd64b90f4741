//! How each kind of evidence is recognized, and what reads it.

use super::encoding::Encoded;
use super::{
    Error, Kind, ReadOptions, Reading, autoruns, client_info, crash, event_log, msinfo, netsh, query, registry,
    system_info, tool_log, wmic,
};

/// A kind of evidence: a row of the table.
pub(super) struct Carrier {
    /// What it is called.
    pub(super) kind: Kind,
    /// How it is recognized.
    pub(super) mark: Mark,
    /// Reads it.
    pub(super) read: fn(&Encoded<'_>, &ReadOptions<'_>) -> Result<Reading, Error>,
}

/// How a kind of evidence is recognized, by its bytes and never by the name of the file.
pub(super) enum Mark {
    /// By its first bytes.
    Bytes(fn(&[u8]) -> bool),
    /// By the beginning of its text.
    Beginning(fn(&str) -> bool),
    /// By the whole of its text, since people paste it among other text.
    Text(fn(&str) -> bool),
}

/// The kinds in the order in which they are tried.
pub(super) static CARRIERS: &[Carrier] = &[
    Carrier {
        kind: Kind::Hive,
        mark: Mark::Bytes(|bytes| bytes.starts_with(b"regf")),
        read: |file, options| registry::read_hive(file.bytes, options),
    },
    Carrier {
        kind: Kind::Reg,
        mark: Mark::Bytes(registry::is_registration_file),
        read: |file, options| registry::read_reg(&mut &*file.bytes, options),
    },
    Carrier {
        kind: Kind::EventLog,
        mark: Mark::Bytes(|bytes| bytes.starts_with(event_log::MARK)),
        read: |file, _| event_log::read(file.bytes),
    },
    Carrier {
        kind: Kind::Nfo,
        mark: Mark::Beginning(msinfo::is_nfo),
        read: |file, _| Ok(msinfo::read_nfo(file.decoded())),
    },
    Carrier {
        kind: Kind::RegQuery,
        mark: Mark::Text(registry::is_query),
        read: |file, options| query::read(file.decoded(), options),
    },
    Carrier {
        kind: Kind::Autoruns,
        mark: Mark::Beginning(|text| autoruns::is_table(text) || autoruns::is_xml(text)),
        read: |file, _| Ok(autoruns::read(file.bytes)),
    },
    // The rows of its list look like those of a report. A listing of netsh shows more.
    Carrier {
        kind: Kind::Wmic,
        mark: Mark::Text(|text| wmic::is_output(text) && !netsh::is_listing(text)),
        read: |file, _| Ok(wmic::read(file.bytes)),
    },
    Carrier {
        kind: Kind::MsinfoText,
        mark: Mark::Text(msinfo::is_report),
        read: |file, _| Ok(msinfo::read_text(file.decoded())),
    },
    Carrier { kind: Kind::Netsh, mark: Mark::Text(netsh::is_listing), read: |file, _| Ok(netsh::read(file.decoded())) },
    Carrier {
        kind: Kind::CrashAnnotation,
        mark: Mark::Text(crash::is_annotation),
        read: |file, _| Ok(crash::read(file.bytes)),
    },
    Carrier {
        kind: Kind::SystemInfo,
        mark: Mark::Text(system_info::is_system_info),
        read: |file, _| Ok(system_info::read(file.bytes)),
    },
    Carrier {
        kind: Kind::SystemInfo,
        mark: Mark::Text(client_info::is_client_info),
        read: |file, _| Ok(client_info::read(file.bytes)),
    },
    Carrier { kind: Kind::ToolLog, mark: Mark::Text(tool_log::is_log), read: |file, _| Ok(tool_log::read(file.bytes)) },
];
