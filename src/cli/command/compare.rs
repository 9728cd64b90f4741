//! `catalog9 compare`.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::path::Path;

use catalog9::Options;
use catalog9::catalog::Text;
use catalog9::collection::Beginning;
use catalog9::comparison::states::{Caution, Comparison, Head, Obstacle, Outcome, Part, State, compare};
use catalog9::evidence::Kind;
use catalog9::examination::Selection;
use catalog9::render::Sheet;
use catalog9::render::comparison::{ComparisonFormat, FORMATS};
use catalog9::render::table::WIDTH;
use miette::{Report, miette};

use crate::cli::args::CompareArgs;
use crate::cli::intake::file::InputError;
use crate::cli::intake::logs;
use crate::cli::intake::piece::Piece;
use crate::cli::output::{AtomicFile, Exit, Guard, Output, complain, ensure_hidden, usage, width_of_stdout};
use crate::cli::work::examination;

/// A state as the command line names it: a file, and which part of it.
struct Wanted<'a> {
    argument: &'a OsStr,
    file: OsString,
    part: Part,
}

/// Compares two states, or several with one.
pub(in crate::cli) fn run(arguments: &CompareArgs, output: &mut Output) -> io::Result<Exit> {
    let heading = arguments.heading.with_command(None);
    let ready = pairs(arguments).and_then(|pairs| {
        let files = files(arguments)?;
        let formats = files.iter().map(|(format, _)| *format).chain([arguments.format]);
        ensure_hidden(heading.hidden, formats.map(|format| format.name))?;
        Ok((pairs, files))
    });
    let ((golden, others), files) = match ready {
        Ok(ready) => ready,
        Err(refusal) => {
            complain(&refusal);
            return Ok(Exit::Usage);
        }
    };
    let comparisons = match state(&golden) {
        Ok(before) => others.iter().map(|other| comparison(&before, other, arguments)).collect(),
        Err(message) => {
            complain(&miette!("{message}"));
            let refused = |other: &Wanted<'_>| refused(Head::unreadable(label_of(golden.argument)), other, &message);
            others.iter().map(refused).collect::<Vec<_>>()
        }
    };
    let width = width_of_stdout(arguments.width.map(usize::from)).unwrap_or(WIDTH);
    (arguments.format.write)(&comparisons, &Sheet { width, heading: heading.clone() }, output)?;
    let sheet = Sheet { width: arguments.width.map_or(WIDTH, usize::from), heading };
    for (format, mut file) in files {
        (format.write)(&comparisons, &sheet, &mut file)?;
        file.finish()?;
    }
    output.flush()?;
    Ok(comparisons.iter().map(|comparison| exit(comparison.outcome(), arguments.strict)).max().unwrap_or(Exit::Clean))
}

fn exit(outcome: Outcome, is_strict: bool) -> Exit {
    match outcome {
        Outcome::SameAsFarAsShown if is_strict => Exit::Incomplete,
        Outcome::Same | Outcome::SameAsFarAsShown => Exit::Clean,
        Outcome::Different => Exit::Found,
        Outcome::NotComparable => Exit::Incomplete,
    }
}

/// The state to compare with, and those that are compared with it.
fn pairs(arguments: &CompareArgs) -> Result<(Wanted<'_>, Vec<Wanted<'_>>), Report> {
    let mut all = arguments.golden.iter().chain(&arguments.files).map(Wanted::of);
    let first = all.next().ok_or_else(|| usage("expected two states"))?;
    let others: Vec<Wanted<'_>> = all.collect();
    match (arguments.golden.is_some(), others.len()) {
        (false, 0) => Err(miette!(
            help = "name two files, or two parts of one file such as SYSTEM#ControlSet001 and SYSTEM#LastKnownGood",
            "expected two states to compare, found one"
        )),
        (false, 2..) => Err(miette!(
            help = "compare many hosts with one state: `catalog9 compare --golden GOLDEN HOST…`",
            "expected two states to compare, found {}",
            arguments.files.len()
        )),
        _ => Ok((first, others)),
    }
}

impl<'a> Wanted<'a> {
    /// Reads `FILE#PART`. What exists under the whole name is a file of that name.
    fn of(argument: &'a OsString) -> Self {
        let whole = || Self { argument, file: argument.clone(), part: Part::default() };
        if Path::new(argument).exists() {
            return whole();
        }
        let Some(text) = argument.to_str() else { return whole() };
        // The name of the file may have a `#`, too.
        let splits = text.match_indices('#').filter_map(|(at, _)| Some((text.get(..at)?, text.get(at + 1..)?)));
        let mut parts = splits.filter_map(|(file, part)| Some((file, Part::parse(part)?)));
        match parts.find(|(file, _)| Path::new(file).exists()) {
            Some((file, part)) => Self { argument, file: file.into(), part },
            None => whole(),
        }
    }
}

fn label_of(argument: &OsStr) -> Text {
    Piece::of_argument(argument).label
}

/// Reads a state; what stands in the way is a sentence.
fn state(wanted: &Wanted<'_>) -> Result<State, String> {
    let label = label_of(wanted.argument);
    let refuse = |error: &dyn std::fmt::Display| format!("{}: {error}", label.shortened(200));
    let piece = Piece::of_argument(&wanted.file);
    let (beginning, _) = piece.source.beginning().map_err(|error| refuse(&error))?;
    if matches!(beginning, Beginning::Archive(_)) {
        return Err(refuse(&InputError::Archive));
    }
    let hive = piece.source.path().filter(|_| matches!(beginning, Beginning::Evidence(Kind::Hive)));
    let logs = hive.map(logs::beside).transpose().map_err(|(log, error)| format!("{}: {error}", log.shortened(200)))?;
    let logs = logs.unwrap_or_default();
    let options = Options { control_sets: Selection::All, hash: false, carve: false, ..Options::default() };
    let examination = examination::of(&[(&piece, &logs)], &[], None, &options);
    let examination = examination.map_err(|refusal| refuse(&refusal.obstacle))?;
    State::of(label.clone(), &examination, &wanted.part).map_err(|error| refuse(&error))
}

fn comparison(before: &State, other: &Wanted<'_>, arguments: &CompareArgs) -> Comparison {
    let after = match state(other) {
        Ok(after) => after,
        Err(message) => {
            complain(&miette!("{message}"));
            return refused(Head::of(before), other, &message);
        }
    };
    let comparison = compare(before, &after, arguments.bytes);
    let is_other_windows = comparison.cautions.contains(&Caution::OtherWindows);
    if arguments.golden.is_some() && is_other_windows && !arguments.force {
        return Comparison::refused(comparison.sides, Obstacle::OtherWindows);
    }
    comparison
}

fn refused(before: Head, other: &Wanted<'_>, message: &str) -> Comparison {
    Comparison::refused([before, Head::unreadable(label_of(other.argument))], Obstacle::Unreadable(message.to_owned()))
}

/// The files to be written, none of which may be one that is read.
fn files(arguments: &CompareArgs) -> Result<Vec<(&'static ComparisonFormat, AtomicFile)>, Report> {
    let mut guard = Guard::default();
    let named: Vec<OsString> =
        arguments.golden.iter().chain(&arguments.files).map(|argument| Wanted::of(argument).file).collect();
    guard.evidence(&named);
    guard.refuse_stdout()?;
    let file = |path: &std::path::PathBuf| {
        guard.refuse(path)?;
        let format = ComparisonFormat::of_file(&path.to_string_lossy()).ok_or_else(|| {
            let endings: Vec<&str> = FORMATS.iter().map(|format| format.ending).collect();
            let shown = Text::from(&*path.to_string_lossy()).shortened(200);
            usage(format!("expected a name that ends with {}, found {shown}", endings.join(", ")))
        })?;
        let file =
            AtomicFile::create(path, true).map_err(|error| usage(format!("the output cannot be written: {error}")))?;
        Ok((format, file))
    };
    arguments.output.iter().map(file).collect()
}
