//! The arguments of `catalog9 scan`.

use std::ffi::OsString;
use std::path::PathBuf;

use catalog9::batch::Shard;
use catalog9::evidence::encoding::CodePage;
use catalog9::examination::Selection;
use catalog9::finding::Verdict;
use catalog9::render::{self, Format, Scope};
use clap::ValueEnum;
use clap::builder::{NonEmptyStringValueParser, TypedValueParser};
use globset::{Glob, GlobBuilder};

use super::ending::EndingArgs;
use super::heading::HeadingArgs;
use super::knowledge::KnowledgeArgs;
use super::password::PasswordArgs;
use super::policy::PolicyArgs;
use super::value::{EXIT_CODES, code_page, formats, output_help, selection};

#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line are independent of each other")]
pub(in crate::cli) struct ScanArgs {
    /// Folders, files and archives (zip, 7z, tar, cab, gz, xz, zst) with evidence. No file is skipped because of its name, links in
    /// folders are not followed, and archives are read in place: only files beyond 16 MiB in them use temporary files
    #[arg(value_name = "PATH", required_unless_present = "files_from", conflicts_with = "files_from")]
    pub(in crate::cli) paths: Vec<OsString>,
    /// Read the file names from this file, or from standard input with `-`: one per line, or one JSON object per line with
    /// path, label, role, group, host, size and sha256
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) files_from: Option<OsString>,
    /// The names in that file end with NUL instead of a line break
    #[arg(short = '0', requires = "files_from")]
    pub(in crate::cli) nul: bool,
    /// In folders, examine only files that match this pattern, such as `*.reg` or `**/config/SYSTEM*`; repeatable
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    pub(in crate::cli) include: Vec<Glob>,
    /// In folders, skip files and folders that match this pattern; repeatable
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    pub(in crate::cli) exclude: Vec<Glob>,
    /// Format of standard output
    #[arg(long, short, value_name = "FORMAT", default_value = "table", value_parser = formats(Scope::Many))]
    pub(in crate::cli) format: &'static Format,
    #[arg(long, short, value_name = "FILE", value_parser = clap::value_parser!(PathBuf), help = output_help(Scope::Many))]
    pub(in crate::cli) output: Vec<PathBuf>,
    /// Write full records as JSON and JSON lines: also the entries that are Windows' own, all times, and the rules that
    /// could not be judged. `merge` needs them for entries and timelines
    #[arg(long)]
    pub(in crate::cli) full: bool,
    /// Also write the result to this folder, as JSON lines. The file name depends only on the shard and the evidence, so a
    /// repeated run writes the same file
    #[arg(long, value_name = "FOLDER")]
    pub(in crate::cli) output_dir: Option<PathBuf>,
    /// Earlier result of `scan --format jsonl` or `--format json`, or of `examine --format json`; known findings do not
    /// affect the exit code
    #[arg(long, visible_alias = "baseline", value_name = "FILE")]
    pub(in crate::cli) earlier: Option<OsString>,
    /// List only these units, separated by commas: `findings`, `errors`, `unreadable`, or a verdict such as `hijacked`; the
    /// summary and the exit code still cover all
    #[arg(long, value_name = "WHICH", value_delimiter = ',', value_parser = only)]
    pub(in crate::cli) only: Vec<Only>,
    /// List only units of computers whose name matches this pattern, ignoring case
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    pub(in crate::cli) host: Option<Glob>,
    /// Order of tables, which show the worst verdict first by default, and of CSV files; other formats keep the order of
    /// the input
    #[arg(long, value_name = "BY")]
    pub(in crate::cli) sort: Option<Sort>,
    /// Do not compute the SHA-256 of the evidence
    #[arg(long)]
    pub(in crate::cli) no_hash: bool,
    /// Carve hives for deleted entries, values and keys, the slowest step
    #[arg(long)]
    pub(in crate::cli) carve: bool,
    /// The same as --no-hash
    #[arg(long, conflicts_with_all = ["deep", "carve"])]
    pub(in crate::cli) quick: bool,
    /// The same as --carve
    #[arg(long, conflicts_with = "no_hash")]
    pub(in crate::cli) deep: bool,
    /// Line width of the table in characters; default: the width of the terminal, or 100 without one
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(40..))]
    pub(in crate::cli) width: Option<u16>,
    /// Examine only part I of N, counted from 0; `catalog9 merge` merges the parts
    #[arg(long, value_name = "I/N")]
    pub(in crate::cli) shard: Option<Shard>,
    /// Number of units to examine in parallel, at most four per processor; 0 means one per processor
    #[arg(long, short, value_name = "NUMBER", default_value = "0")]
    pub(in crate::cli) jobs: usize,
    /// Where to examine units: in worker processes, so that a unit that crashes or takes all memory affects no other, or
    /// in threads of this process
    #[arg(long, value_name = "WHERE", default_value = "process")]
    pub(in crate::cli) isolation: Isolation,
    /// Time limit in seconds for each unit in a worker process; 0 means no limit
    #[arg(long, value_name = "SECONDS", default_value = "60")]
    pub(in crate::cli) unit_timeout: u64,
    /// Largest dictionary window of a compressed file, in MiB; each job may need that much memory
    #[arg(long, value_name = "MIB", default_value = "128", value_parser = clap::value_parser!(u64).range(1..=4096))]
    pub(in crate::cli) max_window: u64,
    /// Accept dirty hives as stored, although their transaction logs may contain newer states
    #[arg(long)]
    pub(in crate::cli) as_stored: bool,
    /// Control sets to examine: `current` (and the default one for the next start, if different), `all`, or a name such as
    /// ControlSet002
    #[arg(long, value_name = "WHICH", default_value = "current", value_parser = NonEmptyStringValueParser::new().map(selection))]
    pub(in crate::cli) control_set: Selection,
    /// Folder with the files of a computer, such as a mounted image, to look for its DLLs in; `PC1:D=DIR` names another
    /// drive; repeatable. Default: the folder around a hive at `Windows/System32/config/SYSTEM`
    #[arg(long, value_name = "COMPUTER[:DRIVE]=DIR")]
    pub(in crate::cli) root: Vec<OsString>,
    /// Known files: one SHA-256 per line, or CSV such as that of the NSRL. Records mark the DLLs on the list
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) known_hashes: Option<OsString>,
    /// Code page of text that does not declare one, such as 1252
    #[arg(long, value_name = "NUMBER", value_parser = code_page)]
    pub(in crate::cli) ansi_codepage: Option<CodePage>,
    /// Hash the evidence before and after it is examined, and refuse what has changed meanwhile: proof that nothing was
    /// written to it
    #[arg(long)]
    pub(in crate::cli) verify_unchanged: bool,
    /// List the files that are not evidence on standard error, with the reason. Members of archives that do not begin like
    /// evidence are only counted
    #[arg(long)]
    pub(in crate::cli) list_skipped: bool,
    /// Show no progress on the terminal
    #[arg(long)]
    pub(in crate::cli) no_progress: bool,
    /// Show no progress and no remarks on standard error, only warnings and errors
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
    #[command(flatten)]
    pub(in crate::cli) ending: EndingArgs,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Only {
    /// Those with a finding at or above `--fail-on`; with `--earlier`, a new one.
    Findings,
    /// Those with an error; with `--earlier`, a new one.
    Errors,
    /// Those that could not be examined, or only in part or as stored.
    Unreadable,
    /// Those with that verdict.
    Verdict(Verdict),
}

fn only(name: &str) -> Result<Only, String> {
    match name {
        "findings" => Ok(Only::Findings),
        "errors" => Ok(Only::Errors),
        "unreadable" => Ok(Only::Unreadable),
        _ => Verdict::by_name(name).map(Only::Verdict).ok_or_else(|| {
            let verdicts = Verdict::ALL.map(Verdict::name).join(", ");
            format!("expected findings, errors, unreadable or a verdict: {verdicts}")
        }),
    }
}

/// In which order units are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Sort {
    /// Worst verdict first
    Verdict,
    /// By computer name
    Host,
    /// By evidence name
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
