//! `catalog9 examine` and `catalog9 schema`.

use std::ffi::{OsStr, OsString};
use std::io;

use catalog9::baseline;
use catalog9::catalog::Text;
use catalog9::finding::Verdict;
use catalog9::render::Refused;
use catalog9::render::json;
use catalog9::wire::v1;
use catalog9::{Content, Evidence, Examination, Options, examine, examine_together};
use miette::Diagnostic;
use thiserror::Error;

use super::args::ExamineArgs;
use super::earlier::Comparison;
use super::exit::Exit;
use super::guard::Guard;
use super::input::{self, Input, InputError};
use super::logs::{self, Log};
use super::map::Reading;
use super::net;
use super::output::{Output, complain};
use super::report::Report;

/// Examines each file and reports what was found.
pub(super) fn run(arguments: &ExamineArgs, output: &mut Output) -> io::Result<Exit> {
    let comparison = || arguments.earlier.as_deref().map(Comparison::read).transpose();
    let ready = guard(arguments).refuse_stdout().and_then(|()| Ok((comparison()?, options_of(arguments)?)));
    let (mut comparison, options) = match ready {
        Ok(ready) => ready,
        Err(refusal) => {
            complain(&refusal);
            return Ok(Exit::Usage);
        }
    };
    let mut exit = Exit::Clean;
    let pieces =
        if arguments.together { vec![arguments.files.as_slice()] } else { arguments.files.chunks(1).collect() };
    let mut report = Report::new(arguments, &pieces);
    for files in &pieces {
        match examine_piece(files, arguments, &options) {
            Ok(mut examination) => {
                if let Some(comparison) = &mut comparison {
                    comparison.mark(&mut examination);
                }
                exit = exit.max(exit_of(&examination, arguments));
                report.add(&examination, output)?;
            }
            Err(refused) => {
                exit = exit.max(Exit::Incomplete);
                report.add_refused(&refused, output)?;
            }
        }
    }
    report.finish(output)?;
    if let Some(comparison) = &comparison {
        comparison.conclude();
    }
    Ok(exit)
}

/// Prints the schema of the JSON output.
pub(super) fn schema(output: &mut Output) -> io::Result<Exit> {
    json::write(&v1::schema(), output)?;
    Ok(Exit::Clean)
}

/// Everything that is read.
fn guard(arguments: &ExamineArgs) -> Guard {
    let mut guard = Guard::default();
    guard.evidence(&arguments.files);
    guard.evidence(&arguments.log);
    guard.settings(&arguments.policy, arguments.earlier.as_ref());
    guard
}

fn options_of(arguments: &ExamineArgs) -> Result<Options, miette::Report> {
    Ok(Options {
        control_sets: arguments.control_set.clone(),
        hash: !arguments.no_hash,
        carve: !arguments.no_carve,
        code_page: arguments.ansi_codepage,
        windows: arguments.windows.and_then(baseline::of_name),
        policy: arguments.policy.read()?,
        as_stored: arguments.as_stored,
    })
}

/// The examination of a file, or of several as one; where there is none, what stood in the way is told on standard
/// error.
fn examine_piece(files: &[OsString], arguments: &ExamineArgs, options: &Options) -> Result<Examination, Refused> {
    let examination = net::guarded(|| match files {
        [file] => examine_file(file, arguments, options),
        files => examine_files(files, arguments, options),
    });
    examination.unwrap_or_else(|fault| {
        let names: Vec<String> = files.iter().map(|file| input::name_of(file).lossy().into_owned()).collect();
        Err(refuse(Text::new(names.join(" + ")), fault))
    })
}

fn examine_file(file: &OsStr, arguments: &ExamineArgs, options: &Options) -> Result<Examination, Refused> {
    let path = input::name_of(file);
    let mut input = match Input::open(file, Reading::of(options)) {
        Ok(input) => input,
        Err(error) => return Err(refuse(path, error)),
    };
    let logs = match logs_of(file, &mut input, arguments) {
        Ok(logs) => logs,
        Err((path, error)) => return Err(refuse(path, error)),
    };
    let examination = input.content(|content| {
        let logs = logs.iter().map(Log::file).collect();
        examine(Evidence { path: path.clone(), content, logs }, options)
    });
    match examination {
        Ok(Ok(examination)) => Ok(examination),
        Ok(Err(error)) => Err(refuse(path, error)),
        Err(error) => Err(refuse(path, error)),
    }
}

fn logs_of(file: &OsStr, input: &mut Input, arguments: &ExamineArgs) -> Result<Vec<Log>, (Text, InputError)> {
    if !arguments.log.is_empty() {
        logs::named(&arguments.log)
    } else if arguments.no_logs || !input.is_hive() {
        Ok(Vec::new())
    } else {
        logs::beside(file)
    }
}

/// Several files are read as streams, each once and to its end.
fn examine_files(files: &[OsString], arguments: &ExamineArgs, options: &Options) -> Result<Examination, Refused> {
    let mut opened = Vec::new();
    for file in files {
        let path = input::name_of(file);
        let logs = match Input::open(file, Reading::of(options)).map(|mut input| logs_of(file, &mut input, arguments)) {
            Ok(Ok(logs)) => logs,
            Ok(Err((path, error))) => return Err(refuse(path, error)),
            Err(error) => return Err(refuse(path, error)),
        };
        match Input::open_stream(file) {
            Ok(stream) => opened.push((path, stream, logs)),
            Err(error) => return Err(refuse(path, error)),
        }
    }
    let evidence = opened.iter_mut().map(|(path, stream, logs)| Evidence {
        logs: logs.iter().map(Log::file).collect(),
        ..Evidence::new(path.clone(), Content::of_stream(stream))
    });
    match examine_together(evidence.collect(), options) {
        Ok(examination) => Ok(examination),
        Err(error) => {
            let names: Vec<String> = opened.iter().map(|(path, ..)| path.lossy().into_owned()).collect();
            Err(refuse(Text::new(names.join(" + ")), error))
        }
    }
}

/// Why a file could not be examined, with its name.
#[derive(Debug, Error, Diagnostic)]
#[error("{path}: {error}")]
#[diagnostic(forward(error))]
struct Refusal<E: Diagnostic + 'static> {
    path: String,
    error: E,
}

/// Tells on standard error what stood in the way; the report tells it, too, where its format has a place for it.
fn refuse(path: Text, error: impl Diagnostic + Send + Sync + 'static) -> Refused {
    let message = error.to_string();
    complain(&miette::Report::new(Refusal { path: path.shortened(200), error }));
    Refused { path, message }
}

fn exit_of(examination: &Examination, arguments: &ExamineArgs) -> Exit {
    let mut findings = examination.examined.iter().flat_map(|examined| &examined.judgement.findings);
    let has_found = findings.any(|finding| arguments.fail_on.is_met_by(finding.severity) && !finding.is_known());
    Exit::of(has_found, examination.is_complete() && examination.verdict() != Verdict::NotJudged)
}
