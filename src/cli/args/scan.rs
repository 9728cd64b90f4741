//! The arguments of `catalog9 scan`.

use std::ffi::OsString;
use std::path::PathBuf;

use catalog9::batch::Shard;
use catalog9::evidence::encoding::CodePage;
use catalog9::examination::Selection;
use catalog9::render::{self, Format, Scope};
use clap::ValueEnum;
use clap::builder::{NonEmptyStringValueParser, TypedValueParser};
use globset::{Glob, GlobBuilder};

use super::policy::PolicyArgs;
use super::value::{EXIT_CODES, FailOn, code_page, formats, output_help, selection};

#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line are independent of each other")]
pub(in crate::cli) struct ScanArgs {
    /// Folders, files and archives (zip, tar, gz, xz, zst) with evidence; nothing is skipped by its name, links in
    /// folders are not followed, and archives are read as they are: only members beyond 16 MiB pass through temporary files
    #[arg(value_name = "PATH", required_unless_present = "files_from", conflicts_with = "files_from")]
    pub(in crate::cli) paths: Vec<OsString>,
    /// Read the names of the files from this file, or from standard input where it is `-`: one a line, or a JSON object
    /// with path, label, role, group, host, size and sha256
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) files_from: Option<OsString>,
    /// The names in that file end with NUL and not with a line break
    #[arg(short = '0', requires = "files_from")]
    pub(in crate::cli) nul: bool,
    /// Only files in folders that this pattern fits, such as `*.reg` or `**/config/SYSTEM*`; repeatable
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    pub(in crate::cli) include: Vec<Glob>,
    /// No files and folders in folders that this pattern fits; repeatable
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    pub(in crate::cli) exclude: Vec<Glob>,
    /// Form of the result on standard output
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = formats(Scope::Many))]
    pub(in crate::cli) format: &'static Format,
    #[arg(long, value_name = "FILE", value_parser = clap::value_parser!(PathBuf), help = output_help(Scope::Many))]
    pub(in crate::cli) output: Vec<PathBuf>,
    /// Write the result to this folder, too, as JSON lines, under a name that is made of the shard and of what is examined:
    /// who does the same work again writes the same file
    #[arg(long, value_name = "FOLDER")]
    pub(in crate::cli) output_dir: Option<PathBuf>,
    /// Earlier result of `scan --format jsonl` or `--format json`, or of `examine --format json`: what it has already does
    /// not lead to exit code 1
    #[arg(long, visible_alias = "baseline", value_name = "FILE")]
    pub(in crate::cli) earlier: Option<OsString>,
    /// List only these units; the summary and the exit code are about all
    #[arg(long, value_name = "WHICH")]
    pub(in crate::cli) only: Option<Only>,
    /// List only units of computers whose name this pattern fits, in any letter case
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    pub(in crate::cli) host: Option<Glob>,
    /// Order of tables and comma-separated values; all else has the order of the input
    #[arg(long, value_name = "BY")]
    pub(in crate::cli) sort: Option<Sort>,
    /// Neither hash the evidence nor look for deleted catalogs, which is the default
    #[arg(long, conflicts_with = "deep")]
    pub(in crate::cli) quick: bool,
    /// Hash the evidence and look for deleted catalogs
    #[arg(long)]
    pub(in crate::cli) deep: bool,
    /// Examine only part i of n, counted from 0; `catalog9 merge` puts the parts together
    #[arg(long, value_name = "I/N")]
    pub(in crate::cli) shard: Option<Shard>,
    /// How many units are examined at the same time, four times the number of processors at most; as many as there are
    /// processors where it is 0
    #[arg(long, value_name = "NUMBER", default_value = "0")]
    pub(in crate::cli) jobs: usize,
    /// Where units are examined: in worker processes, so that one which breaks its process or takes all memory costs no
    /// other, or in threads of this process
    #[arg(long, value_name = "WHERE", default_value = "process")]
    pub(in crate::cli) isolation: Isolation,
    /// How many seconds the examination of a unit may take in a worker process; as many as it wants where it is 0
    #[arg(long, value_name = "SECONDS", default_value = "60")]
    pub(in crate::cli) unit_timeout: u64,
    /// Largest dictionary window of a compressed file, in MiB: that much memory is taken for each job
    #[arg(long, value_name = "MIB", default_value = "128", value_parser = clap::value_parser!(u64).range(1..=4096))]
    pub(in crate::cli) max_window: u64,
    /// Accept dirty hives as they were stored, although their transaction logs may hold newer states
    #[arg(long)]
    pub(in crate::cli) as_stored: bool,
    /// Which control sets to examine: `current` (and the one that Windows starts with next time), `all`, or a name such as
    /// ControlSet002
    #[arg(long, value_name = "WHICH", default_value = "current", value_parser = NonEmptyStringValueParser::new().map(selection))]
    pub(in crate::cli) control_set: Selection,
    /// Number of the code page of text that does not name its own, such as 1252
    #[arg(long, value_name = "NUMBER", value_parser = code_page)]
    pub(in crate::cli) ansi_codepage: Option<CodePage>,
    /// Hash the evidence before and after it is examined, and refuse what has changed meanwhile: proof that nothing was
    /// written to it
    #[arg(long)]
    pub(in crate::cli) verify_unchanged: bool,
    #[command(flatten)]
    pub(in crate::cli) policy: PolicyArgs,
    /// Least severity that leads to exit code 1
    #[arg(long, value_name = "SEVERITY", default_value = "warning")]
    pub(in crate::cli) fail_on: FailOn,
    /// End with 3 also where nothing suspicious is visible because the evidence, such as an msinfo32 report, does not show
    /// DLL paths
    #[arg(long)]
    pub(in crate::cli) strict: bool,
    /// End with 0 in place of 1 and 3, for engines that take every other code for a crash; the summary still tells
    #[arg(long)]
    pub(in crate::cli) exit_zero: bool,
}

/// Where units are examined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Isolation {
    /// In worker processes
    Process,
    /// In threads of this process
    None,
}

/// Which units are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Only {
    /// Those with a finding at or above --fail-on that is new, where there is an --earlier result
    Findings,
    /// Those with a finding that is an error, and new likewise
    Errors,
    /// Those that could not be examined, only in part or only as stored
    Unreadable,
}

/// In which order units are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Sort {
    /// The weightiest verdict first
    Verdict,
    /// By name of the computer
    Host,
    /// By name of the evidence
    Label,
}

impl From<Sort> for render::Sort {
    fn from(sort: Sort) -> Self {
        match sort {
            Sort::Verdict => Self::Verdict,
            Sort::Host => Self::Host,
            Sort::Label => Self::Label,
        }
    }
}

fn glob(pattern: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(pattern).case_insensitive(true).build()
}
