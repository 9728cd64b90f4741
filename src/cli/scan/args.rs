//! The arguments of `catalog9 scan` and `catalog9 merge`.

use std::ffi::OsString;
use std::path::PathBuf;

use catalog9::batch::Shard;
use catalog9::evidence::encoding::CodePage;
use catalog9::examination::Selection;
use clap::ValueEnum;
use clap::builder::{NonEmptyStringValueParser, TypedValueParser};
use globset::{Glob, GlobBuilder};

use super::super::args::{EXIT_CODES, FailOn, code_page, selection};
use super::super::policy::PolicyArgs;

#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line are independent of each other")]
pub(in crate::cli) struct ScanArgs {
    /// Folders, files and archives (zip, tar, gz, xz, zst) with evidence; nothing is skipped by its name, links in
    /// folders are not followed, and archives are read without unpacking them to disk
    #[arg(value_name = "PATH", required_unless_present = "files_from", conflicts_with = "files_from")]
    pub(super) paths: Vec<OsString>,
    /// Read the names of the files from this file, or from standard input where it is `-`: one a line, or a JSON object
    /// with path, label, role, group, host, size and sha256
    #[arg(long, value_name = "FILE")]
    pub(super) files_from: Option<OsString>,
    /// The names in that file end with NUL and not with a line break
    #[arg(short = '0', requires = "files_from")]
    pub(super) nul: bool,
    /// Only files in folders that this pattern fits, such as `*.reg` or `**/config/SYSTEM*`; repeatable
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    pub(super) include: Vec<Glob>,
    /// No files and folders in folders that this pattern fits; repeatable
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    pub(super) exclude: Vec<Glob>,
    /// Form of the result on standard output
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(super) format: Form,
    /// Write the result to this file, too, in the form that its name ends with: .txt, .jsonl, .json, .csv, .entries.csv,
    /// .sarif, .xml (JUnit), .md, .body, .timesketch.jsonl or .timesketch.csv; repeatable. It gets its name when it is
    /// complete
    #[arg(long, value_name = "FILE", value_parser = clap::value_parser!(PathBuf))]
    pub(super) output: Vec<PathBuf>,
    /// Write the result to this folder, too, as JSON lines, under a name that is made of the shard and of what is examined:
    /// who does the same work again writes the same file
    #[arg(long, value_name = "FOLDER")]
    pub(super) output_dir: Option<PathBuf>,
    /// Earlier result of `scan --format jsonl` or `--format json`, or of `examine --format json`: what it has already does
    /// not lead to exit code 1
    #[arg(long, visible_alias = "baseline", value_name = "FILE")]
    pub(super) earlier: Option<OsString>,
    /// List only these units; the summary and the exit code are about all
    #[arg(long, value_name = "WHICH")]
    pub(super) only: Option<Only>,
    /// List only units of computers whose name this pattern fits, in any letter case
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    pub(super) host: Option<Glob>,
    /// Order of tables and comma-separated values; all else has the order of the input
    #[arg(long, value_name = "BY")]
    pub(super) sort: Option<Sort>,
    /// Neither hash the evidence nor look for deleted catalogs, which is the default
    #[arg(long, conflicts_with = "deep")]
    pub(super) quick: bool,
    /// Hash the evidence and look for deleted catalogs
    #[arg(long)]
    pub(super) deep: bool,
    /// Examine only part i of n, counted from 0; `catalog9 merge` puts the parts together
    #[arg(long, value_name = "I/N")]
    pub(super) shard: Option<Shard>,
    /// How many units are examined at the same time; as many as there are processors where it is 0
    #[arg(long, value_name = "NUMBER", default_value = "0")]
    pub(super) jobs: usize,
    /// Accept dirty hives as they were stored, although their transaction logs may hold newer states
    #[arg(long)]
    pub(super) as_stored: bool,
    /// Which control sets to examine: `current` (and the one that Windows starts with next time), `all`, or a name such as
    /// ControlSet002
    #[arg(long, value_name = "WHICH", default_value = "current", value_parser = NonEmptyStringValueParser::new().map(selection))]
    pub(super) control_set: Selection,
    /// Number of the code page of text that does not name its own, such as 1252
    #[arg(long, value_name = "NUMBER", value_parser = code_page)]
    pub(super) ansi_codepage: Option<CodePage>,
    #[command(flatten)]
    pub(super) policy: PolicyArgs,
    /// Least severity that leads to exit code 1
    #[arg(long, value_name = "SEVERITY", default_value = "warning")]
    pub(super) fail_on: FailOn,
    /// End with 0 in place of 1 and 3, for engines that take every other code for a crash; the summary still tells
    #[arg(long)]
    pub(super) exit_zero: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(in crate::cli) struct MergeArgs {
    /// Results of `catalog9 scan --format jsonl`, each of which ends with its summary
    #[arg(required = true, value_name = "FILE")]
    pub(super) parts: Vec<PathBuf>,
    /// Form of the result on standard output
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(super) format: MergedForm,
    /// Write the result to this file, too, in the form that its name ends with: .txt, .jsonl or .csv; repeatable. It gets
    /// its name when it is complete
    #[arg(long, value_name = "FILE", value_parser = clap::value_parser!(PathBuf))]
    pub(super) output: Vec<PathBuf>,
    /// Least severity that leads to exit code 1
    #[arg(long, value_name = "SEVERITY", default_value = "warning")]
    pub(super) fail_on: FailOn,
    /// End with 0 in place of 1 and 3, for engines that take every other code for a crash; the summary still tells
    #[arg(long)]
    pub(super) exit_zero: bool,
}

/// Form of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// For people: a line for each unit, then what they come to
    Table,
    /// For programs: a record a line, then the summary; see `catalog9 schema`
    Jsonl,
    /// The same records as one array
    Json,
    /// A line for each unit, for spreadsheets
    Csv,
    /// A line for each catalog entry, for spreadsheets
    CsvEntries,
    /// The same lines as an Apache Parquet file
    #[cfg(feature = "parquet")]
    Parquet,
    /// SARIF 2.1.0, for platforms that show findings beside code; it is written at the end, of all findings
    Sarif,
    /// JUnit's XML, for CI: a suite for each unit, a test for each rule that found something; it is written at the end,
    /// since it begins with counts
    Junit,
    /// Markdown, to be pasted into a ticket: what all units come to, then the weightiest of them
    Markdown,
    /// Timeline of all times that hives record, as a body file of The Sleuth Kit, one unit behind the other
    Bodyfile,
    /// The same for Timesketch, one JSON object a line
    TimesketchJsonl,
    /// The same for Timesketch, comma-separated
    TimesketchCsv,
}

/// How the names of files end, and which form these have; of two that fit the first counts.
const ENDINGS: &[(&str, Form)] = &[
    (".txt", Form::Table),
    (".timesketch.jsonl", Form::TimesketchJsonl),
    (".jsonl", Form::Jsonl),
    (".sarif.json", Form::Sarif),
    (".json", Form::Json),
    (".entries.csv", Form::CsvEntries),
    (".timesketch.csv", Form::TimesketchCsv),
    (".csv", Form::Csv),
    #[cfg(feature = "parquet")]
    (".parquet", Form::Parquet),
    (".sarif", Form::Sarif),
    (".xml", Form::Junit),
    (".md", Form::Markdown),
    (".body", Form::Bodyfile),
];

/// The forms that are no text.
const BINARY: &[Form] = &[
    #[cfg(feature = "parquet")]
    Form::Parquet,
];

impl Form {
    /// Whether it is no text, so that a terminal must not meet it.
    pub(super) fn is_binary(self) -> bool {
        BINARY.contains(&self)
    }

    /// The form of a file, by how its name ends.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        ENDINGS.iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, form)| *form)
    }

    /// How names may end.
    pub(super) fn endings() -> String {
        let endings: Vec<&str> = ENDINGS.iter().map(|(ending, _)| *ending).collect();
        let (last, others) = endings.split_last().unwrap_or((&"", &[]));
        format!("{} or {last}", others.join(", "))
    }
}

/// Form of a merged result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum MergedForm {
    /// For people: a line for each unit, then what they come to
    Table,
    /// For programs: a record a line, then the summary
    Jsonl,
    /// A line for each unit, for spreadsheets
    Csv,
}

impl MergedForm {
    /// The form of a file, by how its name ends.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        match Form::of_name(name)? {
            Form::Table => Some(Self::Table),
            Form::Jsonl => Some(Self::Jsonl),
            Form::Csv => Some(Self::Csv),
            _ => None,
        }
    }
}

/// Which units are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Only {
    /// Those with a finding at or above --fail-on that is new, where there is an --earlier result
    Findings,
    /// Those with a finding that is an error, and new likewise
    Errors,
    /// Those that could not be examined, only in part or only as stored
    Unreadable,
}

/// In which order units are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Sort {
    /// The weightiest verdict first
    Verdict,
    /// By name of the computer
    Host,
    /// By name of the evidence
    Label,
}

fn glob(pattern: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(pattern).case_insensitive(true).build()
}
