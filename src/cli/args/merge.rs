//! The arguments of `catalog9 merge`.

use std::path::PathBuf;

use catalog9::render::{Format, Scope};

use super::ending::EndingArgs;
use super::heading::HeadingArgs;
use super::value::{EXIT_CODES, formats, output_help};

#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(in crate::cli) struct MergeArgs {
    /// Results of `catalog9 scan --format jsonl`, each with its summary at the end
    #[arg(required = true, value_name = "FILE")]
    pub(in crate::cli) parts: Vec<PathBuf>,
    /// Format of standard output
    #[arg(long, short, value_name = "FORMAT", default_value = "table", value_parser = formats(Scope::ReadBack))]
    pub(in crate::cli) format: &'static Format,
    #[arg(long, short, value_name = "FILE", value_parser = clap::value_parser!(PathBuf), help = output_help(Scope::ReadBack))]
    pub(in crate::cli) output: Vec<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) heading: HeadingArgs,
    #[command(flatten)]
    pub(in crate::cli) ending: EndingArgs,
}
