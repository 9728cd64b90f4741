//! `catalog9 examine` and `catalog9 schema`.

use std::ffi::OsStr;
use std::io::{self, Write};

use catalog9::catalog::Text;
use catalog9::render::json::{self, v1};
use catalog9::render::table::{self, Raw};
use catalog9::{Evidence, Examination, Options, examine};
use miette::{Diagnostic, Report};

use super::args::{ExamineArgs, Format};
use super::exit::Exit;
use super::input::{self, Input};
use super::output::{Output, complain};

/// Examines each file and reports what was found.
pub(super) fn run(arguments: &ExamineArgs, output: &mut Output) -> io::Result<Exit> {
    let options = Options { control_sets: arguments.control_set.clone(), hash: !arguments.no_hash };
    let mut exit = Exit::Clean;
    let mut documents = Vec::new();
    let mut is_first = true;
    for file in &arguments.files {
        let Some(examination) = examine_file(file, &options) else {
            exit = Exit::Incomplete;
            continue;
        };
        exit = exit.max(exit_of(&examination, arguments));
        match arguments.format {
            Format::Json => documents.push(v1::Document::from(&examination)),
            Format::Table => {
                if !std::mem::take(&mut is_first) {
                    writeln!(output, "\n")?;
                }
                table::write(&examination, &raw(arguments), output)?;
            }
        }
    }
    if arguments.format == Format::Json {
        match documents.as_slice() {
            [document] if arguments.files.len() == 1 => json::write(document, output)?,
            [] if arguments.files.len() == 1 => {}
            documents => json::write(&documents, output)?,
        }
    }
    Ok(exit)
}

/// Prints the schema of the JSON output.
pub(super) fn schema(output: &mut Output) -> io::Result<Exit> {
    json::write(&v1::schema(), output)?;
    Ok(Exit::Clean)
}

/// The examination of a file; where there is none, what stood in the way is told on standard error.
fn examine_file(file: &OsStr, options: &Options) -> Option<Examination> {
    let path = input::name_of(file);
    let input = match Input::open(file) {
        Ok(input) => input,
        Err(error) => return refuse(&path, &error),
    };
    let examination = input.bytes(|bytes| examine(&Evidence { path: path.clone(), bytes }, options));
    match examination {
        Ok(Ok(examination)) => Some(examination),
        Ok(Err(error)) => refuse(&path, &error),
        Err(error) => refuse(&path, &error),
    }
}

/// Tells why a file could not be examined.
fn refuse(path: &Text, error: &dyn Diagnostic) -> Option<Examination> {
    let mut report = miette::MietteDiagnostic::new(format!("{}: {error}", path.shortened(200)));
    report.code = error.code().map(|code| code.to_string());
    report.help = error.help().map(|help| help.to_string());
    complain(&Report::new(report));
    None
}

fn exit_of(examination: &Examination, arguments: &ExamineArgs) -> Exit {
    let mut findings = examination.examined.iter().flat_map(|examined| &examined.judgement.findings);
    if !examination.is_complete() {
        Exit::Incomplete
    } else if findings.any(|finding| arguments.fail_on.is_met_by(finding.severity)) {
        Exit::Found
    } else {
        Exit::Clean
    }
}

fn raw(arguments: &ExamineArgs) -> Raw {
    match arguments.raw.as_deref() {
        None => Raw::Nothing,
        Some("all") => Raw::Everything,
        Some(entry) => Raw::Entry(entry.to_owned()),
    }
}
