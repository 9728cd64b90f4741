//! How a command that handles many pieces of evidence ends.

use super::value::FailOn;

// What the exit code of a command that handles many pieces of evidence says.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line are independent of each other")]
pub(in crate::cli) struct EndingArgs {
    /// Lowest severity that causes exit code 1
    #[arg(long, value_name = "SEVERITY", default_value = "warning")]
    pub(in crate::cli) fail_on: FailOn,
    /// Also exit with 3 if nothing suspicious is visible, but the evidence, such as an msinfo32 report, does not show DLL
    /// paths; and if there are empty files or transaction logs without their hive
    #[arg(long)]
    pub(in crate::cli) strict: bool,
    /// Do not exit with 3 because of evidence that could not be examined
    #[arg(long, conflicts_with = "strict")]
    pub(in crate::cli) ignore_unreadable: bool,
    /// Do not exit with 3 if there is no evidence at all
    #[arg(long)]
    pub(in crate::cli) allow_empty: bool,
    /// Exit with 0 instead of 1 and 3, for workflow engines that treat any other code as a crash; the summary still has
    /// the result
    #[arg(long)]
    pub(in crate::cli) exit_zero: bool,
}
