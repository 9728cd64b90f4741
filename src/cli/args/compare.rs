//! The arguments of `catalog9 compare`.

use std::ffi::OsString;
use std::path::PathBuf;

use catalog9::render::comparison::{ComparisonFormat, FORMATS};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::heading::HeadingArgs;

const AFTER_HELP: &str = "\
FILE#PART compares a part of a hive: a control set (#ControlSet002, #Default, #LastKnownGood), the hive as stored
without its transaction logs (#stored), or the list for 32-bit or 64-bit programs (#32, #64).

Exit codes:
  0  no differences in what both sides show
  1  differences
  2  invalid command line; nothing was done
  3  some evidence could not be read or compared; with --strict also where one side does not show everything
  4  the output could not be written completely";

#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(in crate::cli) struct CompareArgs {
    /// Two states to compare, the earlier one first: hives, registration files, reports, listings. With --golden, the
    /// evidence of one or more hosts
    #[arg(required = true, value_name = "FILE[#PART]")]
    pub(in crate::cli) files: Vec<OsString>,

    /// Compare every file with this golden state, one row per host
    #[arg(long, value_name = "FILE[#PART]")]
    pub(in crate::cli) golden: Option<OsString>,

    /// Compare with a golden state of another Windows version, which installs other entries
    #[arg(long, requires = "golden")]
    pub(in crate::cli) force: bool,

    /// Also compare what changes whenever Windows writes the catalogs: ids, key names, serial numbers, slack
    #[arg(long)]
    pub(in crate::cli) bytes: bool,

    /// Output format
    #[arg(long, short, value_name = "FORMAT", default_value = "table", value_parser = formats())]
    pub(in crate::cli) format: &'static ComparisonFormat,

    /// Also write the result to this file, in the format of its extension; repeatable. The file appears under this name
    /// only once it is complete
    #[arg(long, short, value_name = "FILE", value_parser = clap::value_parser!(PathBuf))]
    pub(in crate::cli) output: Vec<PathBuf>,

    /// Line width of the report in characters; default: the width of the terminal, or 100 without one
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(40..))]
    pub(in crate::cli) width: Option<u16>,

    #[command(flatten)]
    pub(in crate::cli) heading: HeadingArgs,

    /// End with 3 also where the result is the same only as far as both sides show it
    #[arg(long)]
    pub(in crate::cli) strict: bool,
}

fn formats() -> impl TypedValueParser<Value = &'static ComparisonFormat> {
    PossibleValuesParser::new(FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.help)))
        .try_map(|name| ComparisonFormat::by_name(&name).ok_or("expected one of the possible values"))
}
