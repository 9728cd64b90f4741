//! The arguments of `catalog9 examine`.

use std::ffi::OsString;
use std::path::PathBuf;

use catalog9::baseline;
use catalog9::evidence::encoding::CodePage;
use catalog9::examination::Selection;
use catalog9::render::{Format, Scope};
use clap::builder::{NonEmptyStringValueParser, TypedValueParser};

use super::policy::PolicyArgs;
use super::value::{EXIT_CODES, FailOn, code_page, formats, output_help, selection};

#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line are independent of each other")]
pub(in crate::cli) struct ExamineArgs {
    /// Evidence: SYSTEM hives, registration files, msinfo32 reports (NFO or text), `netsh winsock show catalog` listings;
    /// `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(in crate::cli) files: Vec<OsString>,

    /// Form of the report
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = formats(Scope::Few))]
    pub(in crate::cli) format: &'static Format,

    #[arg(long, value_name = "FILE", value_parser = clap::value_parser!(PathBuf), help = output_help(Scope::Few))]
    pub(in crate::cli) output: Vec<PathBuf>,

    /// Which control sets to examine: `current` (and the one that Windows starts with next time), `all`, or a name such as
    /// ControlSet002
    #[arg(long, value_name = "WHICH", default_value = "current", value_parser = NonEmptyStringValueParser::new().map(selection))]
    pub(in crate::cli) control_set: Selection,

    /// Show packed items byte by byte: of every entry, or of the one with that id or key name
    #[arg(long, value_name = "ENTRY", num_args = 0..=1, require_equals = true, default_missing_value = "all")]
    pub(in crate::cli) raw: Option<String>,

    /// Point from findings into the bytes that they are about
    #[arg(long, short)]
    pub(in crate::cli) verbose: bool,

    /// Examine several files of one system as one: registration files, or a registry and the reports to compare it with
    #[arg(long)]
    pub(in crate::cli) together: bool,

    /// Transaction log of the hive, repeatable; else those beside it, `SYSTEM.LOG1` and the like, are taken
    #[arg(long, value_name = "FILE", conflicts_with_all = ["no_logs", "together"])]
    pub(in crate::cli) log: Vec<OsString>,

    /// Leave transaction logs alone and examine the hive as it is stored; see --as-stored
    #[arg(long)]
    pub(in crate::cli) no_logs: bool,

    /// Accept a dirty hive as it was stored, although its transaction logs may hold a newer state
    #[arg(long)]
    pub(in crate::cli) as_stored: bool,

    /// Leave deleted entries, values and keys alone that may be left in a hive
    #[arg(long)]
    pub(in crate::cli) no_carve: bool,

    /// Number of the code page of text that does not name its own, such as 1252
    #[arg(long, value_name = "NUMBER", value_parser = code_page)]
    pub(in crate::cli) ansi_codepage: Option<CodePage>,

    /// Which Windows it is, whatever the evidence tells, such as xp or 10-2004; all are named where it is none
    #[arg(long, value_name = "VERSION", value_parser = windows)]
    pub(in crate::cli) windows: Option<&'static str>,

    /// Leave the SHA-256 of the evidence out, which takes longer than everything else
    #[arg(long)]
    pub(in crate::cli) no_hash: bool,

    /// Hash the evidence before and after it is examined, and refuse what has changed meanwhile: proof that nothing was
    /// written to it
    #[arg(long)]
    pub(in crate::cli) verify_unchanged: bool,

    #[command(flatten)]
    pub(in crate::cli) policy: PolicyArgs,

    /// Earlier result of `--format json`, or of `scan`: what it has already does not lead to exit code 1
    #[arg(long, visible_alias = "baseline", value_name = "FILE")]
    pub(in crate::cli) earlier: Option<OsString>,

    /// Least severity that leads to exit code 1
    #[arg(long, value_name = "SEVERITY", default_value = "warning")]
    pub(in crate::cli) fail_on: FailOn,

    /// End with 3 also where nothing suspicious is visible because the evidence, such as an msinfo32 report, does not show
    /// DLL paths
    #[arg(long)]
    pub(in crate::cli) strict: bool,
}

fn windows(name: &str) -> Result<&'static str, String> {
    baseline::names().find(|known| known.eq_ignore_ascii_case(name)).ok_or_else(|| {
        let names: Vec<&str> = baseline::names().collect();
        format!("expected one of the versions that are known: {}", names.join(", "))
    })
}
