//! What users may leave out of a command line.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use catalog9::collection::Beginning;
use clap::Subcommand;

use super::args::Command;
use super::intake::source::Source;

/// Adds the command where the first argument names evidence instead, and joins `--raw` with the entry after it.
pub(super) fn spelled_out(mut arguments: Vec<OsString>) -> Vec<OsString> {
    if let Some((place, command)) = missing_command(&arguments) {
        arguments.insert(place, command.into());
    }
    let mut spelled_out: Vec<OsString> = Vec::new();
    for argument in arguments {
        match spelled_out.last_mut() {
            Some(last) if last == "--raw" && is_entry(&argument) => {
                last.push("=");
                last.push(argument);
            }
            _ => spelled_out.push(argument),
        }
    }
    spelled_out
}

/// The command that is missing, and where.
fn missing_command(arguments: &[OsString]) -> Option<(usize, &'static str)> {
    let mut place = 1;
    let first = loop {
        let argument = arguments.get(place)?;
        match argument.to_str() {
            Some("--color") => place += 2,
            Some(option) if option.starts_with("--color=") => place += 1,
            _ => break argument,
        }
    };
    if is_command(first) {
        return None;
    }
    if first == "-" {
        return Some((place, "examine"));
    }
    let path = Path::new(first);
    if !path.exists() {
        return None;
    }
    let is_archive = || matches!(Source::of_argument(first).beginning(), Ok((Beginning::Archive(_), _)));
    Some((place, if path.is_dir() || is_archive() { "scan" } else { "examine" }))
}

fn is_command(argument: &OsStr) -> bool {
    argument == "help" || argument.to_str().is_some_and(Command::has_subcommand)
}

/// Whether this is the id or the key name of an entry, and not a file.
fn is_entry(argument: &OsStr) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    argument.to_str().is_some_and(is_number) && !Path::new(argument).exists()
}
