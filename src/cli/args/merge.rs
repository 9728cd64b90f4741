//! The arguments of `catalog9 merge`.

use std::path::PathBuf;

use catalog9::render::{Format, Scope};

use super::value::{EXIT_CODES, FailOn, formats, output_help};

#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(in crate::cli) struct MergeArgs {
    /// Results of `catalog9 scan --format jsonl`, each with its summary at the end
    #[arg(required = true, value_name = "FILE")]
    pub(in crate::cli) parts: Vec<PathBuf>,
    /// Format of standard output
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = formats(Scope::ReadBack))]
    pub(in crate::cli) format: &'static Format,
    #[arg(long, value_name = "FILE", value_parser = clap::value_parser!(PathBuf), help = output_help(Scope::ReadBack))]
    pub(in crate::cli) output: Vec<PathBuf>,
    /// Lowest severity that causes exit code 1
    #[arg(long, value_name = "SEVERITY", default_value = "warning")]
    pub(in crate::cli) fail_on: FailOn,
    /// Also exit with 3 if nothing suspicious is visible, but the evidence, such as an msinfo32 report, does not show DLL
    /// paths
    #[arg(long)]
    pub(in crate::cli) strict: bool,
    /// Exit with 0 instead of 1 and 3, for workflow engines that treat any other code as a crash; the summary still has
    /// the result
    #[arg(long)]
    pub(in crate::cli) exit_zero: bool,
}
