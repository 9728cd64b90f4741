//! The arguments, and with them the text of `--help`.

mod compare;
mod ending;
mod examine;
mod heading;
mod knowledge;
mod merge;
mod password;
mod policy;
mod repair;
mod scan;
mod value;

use std::ffi::OsString;
use std::path::PathBuf;

use anstream::ColorChoice;
use clap::builder::NonEmptyStringValueParser;
use clap::builder::styling::{AnsiColor, Styles};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

pub(super) use self::compare::CompareArgs;
pub(super) use self::ending::EndingArgs;
pub(super) use self::examine::ExamineArgs;
pub(super) use self::knowledge::KnowledgeArgs;
pub(super) use self::merge::MergeArgs;
pub(super) use self::password::PasswordArgs;
pub(super) use self::policy::PolicyArgs;
pub(super) use self::repair::RepairArgs;
pub(super) use self::scan::{Isolation, Only, ScanArgs};
use self::value::EXIT_CODES;
pub(super) use self::value::{FailOn, ListFormat, SchemaOf, SchemaVersion};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const USAGE: &str = "\
catalog9 [OPTIONS] <COMMAND>
       catalog9 <FILE> [OPTIONS OF examine]
       catalog9 <FOLDER|ARCHIVE> [OPTIONS OF scan]";

/// Analyzes the Winsock catalogs of Windows offline, from collected files: finds LSPs, hijacked providers and damage.
#[derive(Debug, Parser)]
#[command(name = "catalog9", version, styles = STYLES, after_help = EXIT_CODES, max_term_width = 100,
          override_usage = USAGE)]
pub(super) struct Args {
    /// When to use colour; the environment variable `NO_COLOR` is respected
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", value_parser = color)]
    pub(super) color: ColorChoice,

    #[command(subcommand)]
    pub(super) command: Command,
}

impl Args {
    /// Reads the arguments of the program, its name first.
    pub(super) fn read(arguments: Vec<OsString>) -> Result<Self, clap::Error> {
        let args = Self::try_parse_from(arguments).map_err(no_such_file)?;
        if let Command::Examine(examine) = &args.command
            && examine.files.len() > 1
        {
            let message = match examine.as_ref() {
                examine if !examine.log.is_empty() => "--log gives the transaction logs of one hive",
                examine if !examine.root.is_empty() && !examine.together => "--root gives the files of one computer",
                _ => return Ok(args),
            };
            let message = format!("{message}, but there are several files\n");
            return Err(Self::command().error(ErrorKind::ArgumentConflict, message));
        }
        Ok(args)
    }
}

/// Name of the command that is a worker process.
pub(super) const WORKER: &str = "worker";

// The options of a command are only made where they are asked for: that is a third of the time that arguments take. A doc
// comment on a group of options would then be the text of each command that has them.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(super) enum Command {
    /// Examines single files: reconstructs the catalogs and reports what is missing, added, broken or hijacked
    Examine(Box<ExamineArgs>),
    /// Examines everything in folders and archives: one line per piece of evidence, and a summary
    Scan(Box<ScanArgs>),
    /// Compares two states: another time, another control set, another host, a golden image
    Compare(CompareArgs),
    /// Plans the repair of a system, and writes it as registration files: a plan, never an act
    Repair(Box<RepairArgs>),
    /// Merges the results of several scans
    Merge(MergeArgs),
    /// Explains a rule, an error code or message, a term such as LSP, an ATT&CK technique, a DLL or a product
    Explain {
        /// Rule id, as in findings; error code such as 10106, 0x277A or 0x8007277A; words of a message; term such as LSP,
        /// NSP or non-IFS; technique such as T1574; statement such as KB-23; DLL or product
        #[arg(required = true, allow_negative_numbers = true, value_name = "RULE|CODE|MESSAGE|TERM",
              value_parser = NonEmptyStringValueParser::new())]
        question: Vec<String>,
    },
    /// Examines what `scan` requests, through standard input and output
    #[command(name = WORKER, hide = true)]
    Worker,
    /// Lists all rules with their groups, severities and required facts
    Rules {
        /// Output format
        #[arg(long, short, value_name = "FORMAT", default_value = "table")]
        format: ListFormat,
    },
    /// Prints the JSON Schema of `examine --format json` and `scan --format jsonl`, or of another command
    Schema {
        /// The command whose JSON it describes
        #[arg(long, value_name = "COMMAND", default_value = "examine")]
        of: SchemaOf,
        /// Version of the schema; version 1 is still read, but no longer written
        #[arg(long, value_name = "VERSION", default_value = "v2")]
        version: SchemaVersion,
    },
    /// Prints shell completions
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Prints the man page, or writes one page per command to a folder
    Man {
        /// Folder to write to; created if it does not exist
        folder: Option<PathBuf>,
    },
}

/// Who names a file that does not exist has not meant a command.
fn no_such_file(error: clap::Error) -> clap::Error {
    let Some(ContextValue::String(name)) = error.get(ContextKind::InvalidSubcommand) else { return error };
    let is_path = name.contains(['/', '\\', '.']);
    if !is_path && error.get(ContextKind::SuggestedSubcommand).is_some() {
        return error;
    }
    let or_command = if is_path { "" } else { ", and no such command" };
    Args::command().error(ErrorKind::InvalidSubcommand, format!("no such file or folder{or_command}: '{name}'"))
}

fn color(when: &str) -> Result<ColorChoice, String> {
    match when {
        "auto" => Ok(ColorChoice::Auto),
        "always" => Ok(ColorChoice::Always),
        "never" => Ok(ColorChoice::Never),
        _ => Err("expected auto, always or never".to_owned()),
    }
}
