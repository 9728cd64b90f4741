//! The arguments of `catalog9 repair`.

use std::ffi::OsString;
use std::path::PathBuf;

use catalog9::evidence::encoding::CodePage;
use catalog9::render::repair::{FORMATS, PlanFormat};
use clap::builder::{NonEmptyStringValueParser, PossibleValue, PossibleValuesParser, TypedValueParser};

use super::heading::HeadingArgs;
use super::value::{code_page, windows};

const AFTER_HELP: &str = "\
Without --reg and --script, nothing is written. catalog9 never changes a registry: it writes files that an
administrator imports or runs.

Exit codes:
  0  nothing is wrong
  1  something is wrong; the plan shows what to do
  2  invalid command line; nothing was done
  3  the evidence could not be read, or --reg or --script was refused; the plan says why
  4  the output could not be written completely";

#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(in crate::cli) struct RepairArgs {
    /// Evidence: a SYSTEM hive or a registration file; of reports and listings there is a plan only
    #[arg(value_name = "EVIDENCE")]
    pub(in crate::cli) file: OsString,

    /// Write the fix as a registration file. It is written only if the repair was proved
    #[arg(long, value_name = "FIX.reg", requires = "undo")]
    pub(in crate::cli) reg: Option<PathBuf>,

    /// Write the registration file that takes the fix back
    #[arg(long, value_name = "UNDO.reg", requires = "reg")]
    pub(in crate::cli) undo: Option<PathBuf>,

    /// Write the fix as a PowerShell script for the running system, which checks the computer and every value first
    #[arg(long, value_name = "FIX.ps1")]
    pub(in crate::cli) script: Option<PathBuf>,

    /// Take what is good from other evidence of the same computer first: an older hive, such as RegBack, or an export
    #[arg(long, value_name = "EVIDENCE")]
    pub(in crate::cli) restore_from: Option<OsString>,

    /// Repair the control set of this name, and address the files to it, as an offline hive needs; default: the current
    /// one, addressed as CurrentControlSet
    #[arg(long, value_name = "ControlSet00n", value_parser = NonEmptyStringValueParser::new())]
    pub(in crate::cli) control_set: Option<String>,

    /// Keep the LSP with this GUID or name, and its chains; repeatable
    #[arg(long, value_name = "GUID|NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(in crate::cli) keep: Vec<String>,

    /// Also remove the entries with this GUID or name, which a repair leaves alone otherwise; repeatable
    #[arg(long, value_name = "GUID|NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(in crate::cli) remove: Vec<String>,

    /// Accept a dirty hive as stored, although its transaction logs may contain a newer state
    #[arg(long)]
    pub(in crate::cli) as_stored: bool,

    /// Windows version to assume regardless of the evidence, such as xp or 10-2004; an invalid name lists all versions
    #[arg(long, value_name = "VERSION", value_parser = windows)]
    pub(in crate::cli) windows: Option<&'static str>,

    /// Code page of text that does not declare one, such as 1252
    #[arg(long, value_name = "NUMBER", value_parser = code_page)]
    pub(in crate::cli) ansi_codepage: Option<CodePage>,

    /// Output format
    #[arg(long, short, value_name = "FORMAT", default_value = "table", value_parser = formats())]
    pub(in crate::cli) format: &'static PlanFormat,

    /// Line width of the plan in characters; default: the width of the terminal, or 80 without one
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(40..))]
    pub(in crate::cli) width: Option<u16>,

    #[command(flatten)]
    pub(in crate::cli) heading: HeadingArgs,
}

fn formats() -> impl TypedValueParser<Value = &'static PlanFormat> {
    PossibleValuesParser::new(FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.help)))
        .try_map(|name| PlanFormat::by_name(&name).ok_or("expected one of the possible values"))
}
