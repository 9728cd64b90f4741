//! `catalog9 repair`.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::PathBuf;

use catalog9::baseline;
use catalog9::collection::Beginning;
use catalog9::evidence::Kind;
use catalog9::examination::Selection;
use catalog9::render::Sheet;
use catalog9::repair::{Plan, Request, Wanted, Wishes, plan};
use catalog9::{Examination, Options};
use miette::{Report, miette};

use crate::cli::args::RepairArgs;
use crate::cli::intake::file::InputError;
use crate::cli::intake::logs;
use crate::cli::intake::piece::Piece;
use crate::cli::output::{AtomicFile, Exit, Guard, Output, complain, ensure_hidden, usage, width_of_stdout};
use crate::cli::work::examination;

/// Line width of a plan where nothing else is known.
const WIDTH: usize = 80;

/// Plans a repair, and writes its files where they are asked for.
pub(in crate::cli) fn run(arguments: &RepairArgs, output: &mut Output) -> io::Result<Exit> {
    let heading = arguments.heading.with_command(None);
    let files = match ensure_hidden(heading.hidden, [arguments.format.name]).and_then(|()| files(arguments)) {
        Ok(files) => files,
        Err(refusal) => {
            complain(&refusal);
            return Ok(Exit::Usage);
        }
    };
    let options = Options {
        control_sets: arguments.control_set.clone().map_or(Selection::Current, Selection::Named),
        carve: false,
        keep_registry: true,
        code_page: arguments.ansi_codepage,
        windows: arguments.windows.and_then(baseline::of_name),
        as_stored: arguments.as_stored,
        ..Options::default()
    };
    let wanted = |names: &[String]| names.iter().map(|name| Wanted::parse(name)).collect();
    let good = arguments.restore_from.as_ref().map(|file| {
        // Its own current control set is the good one, whatever the other is called.
        examined(file, &Options { control_sets: Selection::Current, ..options.clone() })
    });
    let good = match good.transpose() {
        Ok(good) => good,
        Err(refusal) => {
            complain(&refusal);
            return Ok(Exit::Incomplete);
        }
    };
    let request = Request {
        restore_from: good,
        wishes: Wishes { keep: wanted(&arguments.keep), remove: wanted(&arguments.remove) },
        control_set: arguments.control_set.clone(),
    };
    let planned = examined(&arguments.file, &options).and_then(|examination| {
        plan(&examination, &options, &request).ok_or_else(|| miette!("expected a control set, found none"))
    });
    let plan = match planned {
        Ok(plan) => plan,
        Err(refusal) => {
            complain(&refusal);
            return Ok(Exit::Incomplete);
        }
    };
    let width = width_of_stdout(arguments.width.map(usize::from)).unwrap_or(WIDTH);
    let sheet = Sheet { width, heading };
    (arguments.format.write)(&plan, &sheet, output)?;
    output.flush()?;
    finish(&plan, files)
}

/// Writes the files, which get their names only when both are complete.
fn finish(plan: &Plan, files: Files) -> io::Result<Exit> {
    let exit = if plan.problems.is_empty() && plan.steps.is_empty() { Exit::Clean } else { Exit::Found };
    if files.registration.is_none() && files.script.is_none() {
        return Ok(exit);
    }
    let repair = match &plan.files {
        Ok(repair) => repair,
        Err(refusal) => {
            complain(&miette!(help = refusal.way_out(), "nothing was written: {refusal}"));
            return Ok(Exit::Incomplete);
        }
    };
    if let Some([mut fix, mut undo]) = files.registration {
        fix.write_all(&repair.fix)?;
        undo.write_all(&repair.undo)?;
        // The way back is there before the way.
        undo.finish()?;
        fix.finish()?;
    }
    match (files.script, &repair.script) {
        (Some(mut file), Ok(script)) => {
            file.write_all(script)?;
            file.finish()?;
        }
        (Some(_), Err(refusal)) => {
            let help = "--reg and --undo write the same repair as registration files.";
            complain(&miette!(help = help, "no script was written: {refusal}"));
            return Ok(Exit::Incomplete);
        }
        (None, _) => {}
    }
    Ok(exit)
}

/// The files that are asked for.
struct Files {
    registration: Option<[AtomicFile; 2]>,
    script: Option<AtomicFile>,
}

fn examined(file: &OsStr, options: &Options) -> Result<Examination, Report> {
    let piece = Piece::of_argument(file);
    let label = piece.label.shortened(200);
    let refuse = |error: &dyn std::fmt::Display| miette!("{label}: {error}");
    let (beginning, _) = piece.source.beginning().map_err(|error| refuse(&error))?;
    if matches!(beginning, Beginning::Archive(_)) {
        return Err(refuse(&InputError::Archive));
    }
    let hive = piece.source.path().filter(|_| matches!(beginning, Beginning::Evidence(Kind::Hive)));
    let logs = hive.map(logs::beside).transpose();
    let logs = logs.map_err(|(log, error)| miette!("{}: {error}", log.shortened(200)))?.unwrap_or_default();
    examination::of(&[(&piece, &logs)], &[], None, options).map_err(|refusal| refuse(&refusal.obstacle))
}

/// The files to be written, none of which may be one that is read.
fn files(arguments: &RepairArgs) -> Result<Files, Report> {
    let mut guard = Guard::default();
    guard.evidence([&arguments.file]);
    guard.evidence(&arguments.restore_from);
    guard.refuse_stdout()?;
    let named = [&arguments.reg, &arguments.undo, &arguments.script];
    let mut known = BTreeSet::new();
    if !named.into_iter().flatten().all(|path| known.insert(path)) {
        return Err(usage("expected different names for the files, found the same name twice"));
    }
    let file = |path: &PathBuf| {
        guard.refuse(path)?;
        AtomicFile::create(path, false).map_err(|error| usage(format!("the output cannot be written: {error}")))
    };
    let registration = match (&arguments.reg, &arguments.undo) {
        (Some(fix), Some(undo)) => Some([file(fix)?, file(undo)?]),
        _ => None,
    };
    Ok(Files { registration, script: arguments.script.as_ref().map(file).transpose()? })
}
