//! The tests of damage, with nothing but the library and the writer of evidence.
//!
//! They need no program, so they run where the whole suite cannot: with 32-bit addresses, and where a panic ends the
//! process. `.ci/run` runs them natively on i686 and as WebAssembly.
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
    dead_code,
    unreachable_pub,
    reason = "a test that fails may panic, and the suite uses more of these modules"
)]

mod cost;
mod cut_exports;
mod damage;
mod damaged_reports;
mod evidence;
mod logs;
mod salvage;

use catalog9_synth as synth;
