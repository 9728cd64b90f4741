//! The arguments of `catalog9 examine`.

use std::ffi::OsString;
use std::path::PathBuf;

use catalog9::evidence::encoding::CodePage;
use catalog9::examination::Selection;
use catalog9::render::{Format, Scope};
use clap::builder::{NonEmptyStringValueParser, TypedValueParser};

use super::heading::HeadingArgs;
use super::knowledge::KnowledgeArgs;
use super::password::PasswordArgs;
use super::policy::PolicyArgs;
use super::value::{EXIT_CODES, FailOn, code_page, formats, output_help, selection, windows};

#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line are independent of each other")]
pub(in crate::cli) struct ExamineArgs {
    /// Evidence: SYSTEM hives, registration files, msinfo32 reports (NFO or text), `netsh winsock show catalog` listings,
    /// and archives with such files; `-` reads standard input
    #[arg(required = true, value_name = "FILE")]
    pub(in crate::cli) files: Vec<OsString>,

    /// Output format
    #[arg(long, short, value_name = "FORMAT", default_value = "table", value_parser = formats(Scope::Few))]
    pub(in crate::cli) format: &'static Format,

    #[arg(long, short, value_name = "FILE", value_parser = clap::value_parser!(PathBuf), help = output_help(Scope::Few))]
    pub(in crate::cli) output: Vec<PathBuf>,

    /// Control sets to examine: `current` (and the default one for the next start, if different), `all`, or a name such as
    /// ControlSet002
    #[arg(long, value_name = "WHICH", default_value = "current", value_parser = NonEmptyStringValueParser::new().map(selection))]
    pub(in crate::cli) control_set: Selection,

    /// Show PackedCatalogItem byte by byte: for all entries, or for the entry with this id or key name
    #[arg(long, value_name = "ENTRY", num_args = 0..=1, require_equals = true, default_missing_value = "all")]
    pub(in crate::cli) raw: Option<String>,

    /// Show everything, not only what fits a screen: all entries, the provider of each socket type, slack, history
    #[arg(long)]
    pub(in crate::cli) full: bool,

    /// Show everything as with --full, and the bytes that each finding is about
    #[arg(long, short)]
    pub(in crate::cli) verbose: bool,

    /// Line width of the report in characters; default: the width of the terminal, or 100 without one
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(40..))]
    pub(in crate::cli) width: Option<u16>,

    /// Examine several files of one system together: registration files, or a registry and reports to compare with it
    #[arg(long)]
    pub(in crate::cli) together: bool,

    /// Transaction log of the hive; repeatable. Default: the logs next to the hive, such as `SYSTEM.LOG1`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["no_logs", "together"])]
    pub(in crate::cli) log: Vec<OsString>,

    /// Folder with the files of the computer, such as a mounted image, to look for the DLLs in; `C=DIR` names the drive;
    /// repeatable. Default: the folder around a hive at `Windows/System32/config/SYSTEM`
    #[arg(long, value_name = "[DRIVE=]DIR")]
    pub(in crate::cli) root: Vec<OsString>,

    /// Known files: one SHA-256 per line, or CSV such as that of the NSRL. Reports mark the DLLs on the list
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) known_hashes: Option<OsString>,

    /// Copy the DLLs that Windows does not install into this folder, named by their SHA-256, with a manifest
    #[arg(long, value_name = "FOLDER")]
    pub(in crate::cli) export_libraries: Option<PathBuf>,

    /// Ignore transaction logs and examine the hive as stored; see --as-stored
    #[arg(long)]
    pub(in crate::cli) no_logs: bool,

    /// Accept a dirty hive as stored, although its transaction logs may contain a newer state
    #[arg(long)]
    pub(in crate::cli) as_stored: bool,

    /// Do not carve the hive for deleted entries, values and keys
    #[arg(long)]
    pub(in crate::cli) no_carve: bool,

    /// Code page of text that does not declare one, such as 1252
    #[arg(long, value_name = "NUMBER", value_parser = code_page)]
    pub(in crate::cli) ansi_codepage: Option<CodePage>,

    /// Windows version to assume regardless of the evidence, such as xp or 10-2004; an invalid name lists all versions
    #[arg(long, value_name = "VERSION", value_parser = windows)]
    pub(in crate::cli) windows: Option<&'static str>,

    /// Do not compute the SHA-256 of the evidence, the slowest step
    #[arg(long)]
    pub(in crate::cli) no_hash: bool,

    /// Hash the evidence before and after it is examined, and refuse what has changed meanwhile: proof that nothing was
    /// written to it
    #[arg(long)]
    pub(in crate::cli) verify_unchanged: bool,

    /// Show no remarks on standard error, only warnings and errors
    #[arg(long, short)]
    pub(in crate::cli) quiet: bool,

    #[command(flatten)]
    pub(in crate::cli) password: PasswordArgs,

    #[command(flatten)]
    pub(in crate::cli) policy: PolicyArgs,

    #[command(flatten)]
    pub(in crate::cli) knowledge: KnowledgeArgs,

    #[command(flatten)]
    pub(in crate::cli) heading: HeadingArgs,

    /// Earlier result of `--format json` or of `scan`; known findings do not affect the exit code
    #[arg(long, visible_alias = "baseline", value_name = "FILE")]
    pub(in crate::cli) earlier: Option<OsString>,

    /// Lowest severity that causes exit code 1
    #[arg(long, value_name = "SEVERITY", default_value = "warning")]
    pub(in crate::cli) fail_on: FailOn,

    /// End with 3 also where nothing suspicious is visible because the evidence, such as an msinfo32 report, does not show
    /// DLL paths
    #[arg(long)]
    pub(in crate::cli) strict: bool,
}
