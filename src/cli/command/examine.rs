//! `catalog9 examine` and `catalog9 schema`.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;

use catalog9::baseline;
use catalog9::batch::{Failure, Record, Status, Tally};
use catalog9::catalog::Text;
use catalog9::collection::Beginning;
use catalog9::evidence::{Kind, LARGEST};
use catalog9::render::json;
use catalog9::render::table::View;
use catalog9::render::{Item, Scope, Settings};
use catalog9::tree::Drive;
use catalog9::wire::{self, v1, v2};
use catalog9::{Examination, Options};
use miette::Diagnostic;
use thiserror::Error;

use super::earlier::Comparison;
use super::raw_entry::{self, RawEntry};
use super::{members, policy};
use crate::cli::args::{ExamineArgs, SchemaOf, SchemaVersion};
use crate::cli::intake::file::InputError;
use crate::cli::intake::knowledge::KnowledgeFiles;
use crate::cli::intake::known::KnownHashes;
use crate::cli::intake::logs::{self, Log};
use crate::cli::intake::password;
use crate::cli::intake::piece::Piece;
use crate::cli::intake::tree::Root;
use crate::cli::output::{Exit, Export, Guard, Output, Outputs, Sinks, complain};
use crate::cli::work::examination::{self, Obstacle, Refusal};
use crate::cli::work::seal::Seal;

/// Examines each file and reports what was found.
pub(in crate::cli) fn run(arguments: &ExamineArgs, output: &mut Output) -> io::Result<Exit> {
    let pieces: Vec<&[OsString]> =
        if arguments.together { vec![arguments.files.as_slice()] } else { arguments.files.chunks(1).collect() };
    let archives: Vec<_> = pieces.iter().map(|files| members::archive_of(files, arguments)).collect();
    let has_several = pieces.len() > 1 || archives.iter().any(Option::is_some);
    let comparison = || arguments.earlier.as_deref().map(Comparison::read).transpose();
    let ready = refuse_outputs(arguments).and_then(|guard| {
        refuse_roots(arguments)?;
        let aside = Aside::of(arguments, &guard)?;
        let options = (options_of(arguments)?, password::of(&arguments.password)?);
        Ok((comparison()?, options, aside, sinks(arguments, has_several, output)?))
    });
    let (mut comparison, (options, password), mut aside, mut sinks) = match ready {
        Ok(ready) => ready,
        Err(refusal) => {
            complain(&refusal);
            return Ok(Exit::Usage);
        }
    };
    let mut tally = Tally::default();
    let mut raw = RawEntry::of(arguments);
    sinks.begin()?;
    let mut written = Ok(());
    let mut last = None;
    let mut take = |mut record: Record| {
        if let Some(comparison) = &mut comparison {
            record.mark(|examination| comparison.mark(examination));
        }
        raw.look_in(&record);
        tally.add(&record.unit);
        if written.is_ok() {
            written = sinks.add_item(&Item::Record(&record));
        }
        last = Some(record);
    };
    for (files, archive) in pieces.into_iter().zip(archives) {
        match archive {
            Some(archive) => {
                members::examine(archive, arguments, (&options, password.as_ref()), &mut aside.known, &mut take);
            }
            None => take(record(files, arguments, &options, &mut aside)),
        }
    }
    written?;
    aside.finish()?;
    if let Some(comparison) = &comparison {
        tally.compare(comparison.gone());
    }
    let summary = tally.summary();
    sinks.end(&summary, "")?;
    if let Some(comparison) = comparison.filter(|_| !arguments.quiet) {
        comparison.conclude();
    }
    // The program ends here, and the system takes all memory at once: to give it back piece by piece takes longer.
    std::mem::forget(last);
    let exit = Exit::of_summary(&summary, arguments.fail_on, arguments.strict);
    Ok(if raw.is_missing() { exit.max(Exit::Incomplete) } else { exit })
}

fn sinks<'o>(arguments: &ExamineArgs, has_several: bool, output: &'o mut Output) -> Result<Sinks<'o>, miette::Report> {
    let outputs = Outputs { format: arguments.format, files: &arguments.output, folder: None };
    let heading = arguments.heading.with_command(Some(&arguments.policy));
    let settings = Settings { view: view(arguments), has_several, heading, ..Settings::default() };
    Sinks::new(&outputs, Scope::Few, &settings, output)
}

fn view(arguments: &ExamineArgs) -> View {
    let raw = raw_entry::wanted(arguments);
    View { raw, full: arguments.full, verbose: arguments.verbose, width: arguments.width.map(usize::from) }
}

/// What is done with DLLs beside the examination.
struct Aside {
    known: Option<KnownHashes>,
    export: Option<Export>,
    /// What kept a copy from being written.
    error: Option<io::Error>,
}

impl Aside {
    fn of(arguments: &ExamineArgs, guard: &Guard) -> Result<Self, miette::Report> {
        Ok(Self {
            known: arguments.known_hashes.as_deref().map(KnownHashes::open).transpose()?,
            export: arguments.export_libraries.as_deref().map(|folder| Export::new(folder, guard)).transpose()?,
            error: None,
        })
    }

    fn export(&mut self, examination: &Examination, roots: &[Root]) {
        if let (Some(export), None) = (&mut self.export, &self.error) {
            self.error = export.add(examination, roots).err();
        }
    }

    fn finish(self) -> io::Result<()> {
        self.error.map_or(Ok(()), Err)?;
        self.export.map_or(Ok(()), Export::finish)
    }
}

/// What is said of a file, or of several as one. What stood in the way is reported on standard error, too.
fn record(files: &[OsString], arguments: &ExamineArgs, options: &Options, aside: &mut Aside) -> Record {
    match examination(files, arguments, options, aside) {
        Ok(examination) => Record::of(examination.path.lossy().into_owned(), None, None, examination),
        Err(Refusal { label, obstacle }) => {
            let failure = Failure::of(obstacle.as_ref());
            complain(&refused(label.shortened(200), *obstacle));
            Record::of_failure(label.lossy().into_owned(), Status::Failed, failure)
        }
    }
}

/// Why a file could not be examined, with its name. What holds many pieces of evidence is for `scan`.
fn refused(label: String, obstacle: Obstacle) -> miette::Report {
    match &obstacle {
        Obstacle::Input(error @ InputError::Directory) => {
            miette::miette!(help = format!("use `catalog9 scan {label}`"), "{label}: {error}")
        }
        _ => miette::Report::new(Refused { label, obstacle }),
    }
}

fn examination(
    files: &[OsString],
    arguments: &ExamineArgs,
    options: &Options,
    aside: &mut Aside,
) -> Result<Examination, Refusal> {
    let pieces: Vec<Piece> = files.iter().map(|file| Piece::of_argument(file)).collect();
    let seal = seal(&pieces, arguments);
    let with_logs = |piece| Ok((piece, logs_of(piece, arguments)?));
    let pieces = pieces.iter().map(with_logs).collect::<Result<Vec<(&Piece, Vec<Log<'_>>)>, Refusal>>()?;
    let pieces: Vec<(&Piece, &[Log<'_>])> = pieces.iter().map(|(piece, logs)| (*piece, logs.as_slice())).collect();
    let roots = roots(&pieces, arguments);
    let drives: Vec<Drive<'_>> = roots.iter().map(Root::drive).collect();
    let examination = examination::of(&pieces, &drives, aside.known.as_ref(), options);
    let refuse = |error: InputError| {
        let labels: Vec<_> = pieces.iter().map(|(piece, _)| piece.label.lossy()).collect();
        Refusal { label: Text::new(labels.join(" + ")), obstacle: Box::new(error.into()) }
    };
    let examination = examination?;
    seal.check().map_err(refuse)?;
    aside.export(&examination, &roots);
    Ok(examination)
}

/// The folders that were named, or those around the hives.
fn roots(pieces: &[(&Piece, &[Log<'_>])], arguments: &ExamineArgs) -> Vec<Root> {
    if arguments.root.is_empty() {
        Root::around(pieces.iter().map(|(piece, _)| *piece))
    } else {
        arguments.root.iter().map(|option| Root::of_option(option)).collect()
    }
}

/// The folders that are named must be there.
fn refuse_roots(arguments: &ExamineArgs) -> Result<(), miette::Report> {
    arguments.root.iter().try_for_each(|option| Root::of_option(option).ensure_is_folder(option))
}

/// Files as they are before they are examined, with their transaction logs.
fn seal(pieces: &[Piece], arguments: &ExamineArgs) -> Seal {
    let files = || pieces.iter().filter_map(|piece| piece.source.path());
    let beside: Vec<_> = if arguments.log.is_empty() && !arguments.no_logs {
        files().flat_map(logs::paths_beside).map(|(_, path)| path).collect()
    } else {
        arguments.log.iter().map(PathBuf::from).collect()
    };
    Seal::of(files().chain(beside.iter().map(PathBuf::as_path)), arguments.verify_unchanged)
}

/// The transaction logs that were named, or those beside a hive.
fn logs_of(piece: &Piece, arguments: &ExamineArgs) -> Result<Vec<Log<'static>>, Refusal> {
    let beginning = piece.source.beginning();
    let refuse = |(label, error): (Text, InputError)| Refusal { label, obstacle: Box::new(error.into()) };
    let (beginning, length) = beginning.map_err(|error| refuse((piece.label.clone(), error)))?;
    match beginning {
        Beginning::Archive(_) => return Err(refuse((piece.label.clone(), InputError::Archive))),
        // A disk image, say, which is no less one for its size.
        Beginning::Other(error) if length > LARGEST => {
            return Err(Refusal { label: piece.label.clone(), obstacle: Box::new(error.into()) });
        }
        _ => {}
    }
    let hive = piece.source.path().filter(|_| matches!(beginning, Beginning::Evidence(Kind::Hive)));
    match hive {
        _ if !arguments.log.is_empty() => logs::named(&arguments.log).map_err(refuse),
        Some(hive) if !arguments.no_logs => logs::beside(hive).map_err(refuse),
        _ => Ok(Vec::new()),
    }
}

/// Prints the schema of the JSON output.
pub(in crate::cli) fn schema(of: SchemaOf, version: SchemaVersion, output: &mut Output) -> io::Result<Exit> {
    match (of, version) {
        (SchemaOf::Compare, _) => json::write(&wire::compare::schema(), output)?,
        (SchemaOf::Repair, _) => json::write(&wire::repair::schema(), output)?,
        (SchemaOf::Examine, SchemaVersion::V1) => output.write_all(v1::PUBLISHED.as_bytes())?,
        (SchemaOf::Examine, SchemaVersion::V2) => json::write(&v2::schema(), output)?,
    }
    Ok(Exit::Clean)
}

/// No output may replace or change what is read.
fn refuse_outputs(arguments: &ExamineArgs) -> Result<Guard, miette::Report> {
    let mut guard = Guard::default();
    guard.evidence(&arguments.files);
    guard.evidence(&arguments.log);
    guard.evidence(arguments.root.iter().map(|option| Root::of_option(option).folder).collect::<Vec<_>>().iter());
    guard.settings(&arguments.policy, &arguments.password, arguments.earlier.as_ref());
    guard.known_hashes(arguments.known_hashes.as_ref());
    guard.knowledge(&arguments.knowledge);
    guard.refuse_stdout()?;
    arguments.output.iter().try_for_each(|output| guard.refuse(output))?;
    Ok(guard)
}

fn options_of(arguments: &ExamineArgs) -> Result<Options, miette::Report> {
    Ok(Options {
        keep_registry: false,
        control_sets: arguments.control_set.clone(),
        hash: !arguments.no_hash,
        carve: !arguments.no_carve,
        code_page: arguments.ansi_codepage,
        windows: arguments.windows.and_then(baseline::of_name),
        policy: policy::of(&arguments.policy)?,
        knowledge: KnowledgeFiles::read(&arguments.knowledge)?.1,
        as_stored: arguments.as_stored,
    })
}

/// Why a file could not be examined, with its name.
#[derive(Debug, Error, Diagnostic)]
#[error("{label}: {obstacle}")]
#[diagnostic(forward(obstacle))]
struct Refused {
    label: String,
    obstacle: Obstacle,
}
