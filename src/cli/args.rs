//! The arguments, and with them the text of `--help`.

use std::ffi::OsString;
use std::path::PathBuf;

use anstream::ColorChoice;
use catalog9::baseline;
use catalog9::evidence::encoding::CodePage;
use catalog9::examination::Selection;
use catalog9::finding::Severity;
use clap::builder::styling::{AnsiColor, Styles};
use clap::builder::{NonEmptyStringValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::policy::PolicyArgs;
use super::scan::{MergeArgs, ScanArgs};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  nothing was found at or above --fail-on, and all evidence was examined and judged
  1  something was found at or above --fail-on, whether or not all evidence could be examined
  2  the command line was wrong; nothing was done
  3  nothing was found, but some evidence could not be examined or judged, only in part or only as stored
  4  the output could not be written completely";

/// Examines the Winsock catalogs of Windows offline, from the files that were collected.
#[derive(Debug, Parser)]
#[command(name = "catalog9", version, styles = STYLES, after_help = EXIT_CODES, max_term_width = 100)]
pub(super) struct Args {
    /// When to colour the output; the environment variable `NO_COLOR` is obeyed
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", value_parser = color)]
    pub(super) color: ColorChoice,

    #[command(subcommand)]
    pub(super) command: Command,
}

impl Args {
    /// The arguments of this program.
    pub(super) fn of_program() -> Result<Self, clap::Error> {
        let args = Self::try_parse()?;
        if let Command::Examine(ExamineArgs { files, log, .. }) = &args.command
            && files.len() > 1
            && !log.is_empty()
        {
            let message = "--log names the transaction logs of one hive, and there are several files\n";
            return Err(Self::command().error(ErrorKind::ArgumentConflict, message));
        }
        Ok(args)
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Reconstructs the catalogs of each file and says what is missing, added, broken or hijacked
    Examine(ExamineArgs),
    /// Examines everything in folders and archives: a line for each piece of evidence, and what they come to
    Scan(Box<ScanArgs>),
    /// Puts the results of several scans together
    Merge(MergeArgs),
    /// Explains a rule, an error code or a message of Windows: what it means, what looks for its causes, what to do
    Explain {
        /// Id of a rule, as findings name it; a code such as 10106, 0x277A or 0x8007277A; or words of a message
        #[arg(required = true, allow_negative_numbers = true, value_name = "RULE|CODE|MESSAGE",
              value_parser = NonEmptyStringValueParser::new())]
        question: Vec<String>,
    },
    /// Lists all rules with their groups, severities and the facts that they need
    Rules {
        /// Form of the list
        #[arg(long, value_name = "FORMAT", default_value = "table")]
        format: ListFormat,
    },
    /// Prints the JSON Schema of `examine --format json` and `scan --format jsonl`
    Schema,
    /// Prints the completions of a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Prints the man page, or writes one page for each command into a folder
    Man {
        /// Folder to write to, which is made where it is not there
        folder: Option<PathBuf>,
    },
}

#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line are independent of each other")]
pub(super) struct ExamineArgs {
    /// Evidence: SYSTEM hives, registration files, msinfo32 reports (NFO or text), `netsh winsock show catalog` listings;
    /// `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<OsString>,

    /// Form of the report
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(super) format: Format,

    /// Which control sets to examine: `current` (and the one that Windows starts with next time), `all`, or a name such as
    /// ControlSet002
    #[arg(long, value_name = "WHICH", default_value = "current", value_parser = NonEmptyStringValueParser::new().map(selection))]
    pub(super) control_set: Selection,

    /// Show packed items byte by byte: of every entry, or of the one with that id or key name
    #[arg(long, value_name = "ENTRY", num_args = 0..=1, require_equals = true, default_missing_value = "all")]
    pub(super) raw: Option<String>,

    /// Point from findings into the bytes that they are about
    #[arg(long, short)]
    pub(super) verbose: bool,

    /// Examine several files of one system as one: registration files, or a registry and the reports to compare it with
    #[arg(long)]
    pub(super) together: bool,

    /// Transaction log of the hive, repeatable; else those beside it, `SYSTEM.LOG1` and the like, are taken
    #[arg(long, value_name = "FILE", conflicts_with_all = ["no_logs", "together"])]
    pub(super) log: Vec<OsString>,

    /// Leave transaction logs alone and examine the hive as it is stored; see --as-stored
    #[arg(long)]
    pub(super) no_logs: bool,

    /// Accept a dirty hive as it was stored, although its transaction logs may hold a newer state
    #[arg(long)]
    pub(super) as_stored: bool,

    /// Leave deleted entries, values and keys alone that may be left in a hive
    #[arg(long)]
    pub(super) no_carve: bool,

    /// Number of the code page of text that does not name its own, such as 1252
    #[arg(long, value_name = "NUMBER", value_parser = code_page)]
    pub(super) ansi_codepage: Option<CodePage>,

    /// Which Windows it is, whatever the evidence tells, such as xp or 10-2004; all are named where it is none
    #[arg(long, value_name = "VERSION", value_parser = windows)]
    pub(super) windows: Option<&'static str>,

    /// Leave the SHA-256 of the evidence out, which takes longer than everything else
    #[arg(long)]
    pub(super) no_hash: bool,

    #[command(flatten)]
    pub(super) policy: PolicyArgs,

    /// Earlier result of `--format json`, or of `scan`: what it has already does not lead to exit code 1
    #[arg(long, visible_alias = "baseline", value_name = "FILE")]
    pub(super) earlier: Option<OsString>,

    /// Least severity that leads to exit code 1
    #[arg(long, value_name = "SEVERITY", default_value = "warning")]
    pub(super) fail_on: FailOn,
}

/// A form of a list of the program's own.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum ListFormat {
    /// For people
    Table,
    /// A JSON document
    Json,
}

/// Form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Table,
    /// For programs; reports have one object for one file, an array for several; see `catalog9 schema`
    Json,
    /// Timeline of all times that hives record, as a body file of The Sleuth Kit
    Bodyfile,
    /// The same timeline for Timesketch, one JSON object a line
    TimesketchJsonl,
    /// The same timeline for Timesketch, comma-separated
    TimesketchCsv,
    /// SARIF 2.1.0, for platforms that show findings beside code
    Sarif,
    /// JUnit's XML, for CI: a test for each rule
    Junit,
    /// Markdown, to be pasted into a ticket
    Markdown,
}

/// Least severity that leads to exit code 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    /// Any finding
    Note,
    /// A warning or an error
    Warning,
    /// An error
    Error,
    /// Nothing
    Never,
}

impl FailOn {
    /// Whether a finding of that severity leads to exit code 1.
    pub(super) fn is_met_by(self, severity: Severity) -> bool {
        match self {
            Self::Note => true,
            Self::Warning => severity >= Severity::Warning,
            Self::Error => severity >= Severity::Error,
            Self::Never => false,
        }
    }
}

fn windows(name: &str) -> Result<&'static str, String> {
    baseline::names().find(|known| known.eq_ignore_ascii_case(name)).ok_or_else(|| {
        let names: Vec<&str> = baseline::names().collect();
        format!("expected one of the versions that are known: {}", names.join(", "))
    })
}

pub(super) fn selection(which: String) -> Selection {
    match which.as_str() {
        "current" => Selection::Current,
        "all" => Selection::All,
        _ => Selection::Named(which),
    }
}

pub(super) fn code_page(number: &str) -> Result<CodePage, String> {
    let code_page = number.parse().ok().and_then(CodePage::of_number);
    code_page.ok_or_else(|| {
        "expected the number of an ANSI code page of Windows: 874, 932, 936, 949, 950 or 1250 to 1258".to_owned()
    })
}

fn color(when: &str) -> Result<ColorChoice, String> {
    match when {
        "auto" => Ok(ColorChoice::Auto),
        "always" => Ok(ColorChoice::Always),
        "never" => Ok(ColorChoice::Never),
        _ => Err("expected auto, always or never".to_owned()),
    }
}
