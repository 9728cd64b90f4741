//! All tests that look at the program from outside.
#![allow(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::format_collect,
    clippy::format_push_string,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::string_slice,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test that fails may panic, and nothing in here is seen outside"
)]

mod architecture;
mod archive_oracle;
mod archives;
mod beside;
mod budget;
mod carriers;
mod cases;
mod circles;
mod clean_systems;
mod cli;
mod command_line;
mod compare;
mod comparison_oracle;
mod computer;
mod control_sets;
mod cost;
mod cut_exports;
mod damage;
mod damaged_reports;
mod docs;
mod event_logs;
mod evidence;
mod explain;
mod formats;
mod history;
mod hostile_catalogs;
mod json;
mod knowledge;
mod libraries;
mod library_file;
mod library_file_oracle;
mod links;
mod listings;
mod logs;
mod memory;
mod mutations;
mod notation;
mod numbers;
mod odd_hives;
mod oracle;
mod pack;
mod packed_libraries;
mod picture;
mod policy;
mod providers;
mod real_evidence;
mod recovery;
mod reg;
mod registry_import;
mod regressions;
mod remedies;
mod repair;
mod repair_oracle;
mod report_size;
mod reports;
mod salvage;
mod scan;
mod signers;
mod stories;
mod together;
mod transports;
mod truth;
mod verdict_exit;
mod verdicts;
mod winners;
mod words;

use catalog9_synth as synth;
