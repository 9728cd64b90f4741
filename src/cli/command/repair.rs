//! `catalog9 repair`.

use std::io::{self, Write};

use catalog9::baseline;
use catalog9::collection::Beginning;
use catalog9::evidence::Kind;
use catalog9::examination::Selection;
use catalog9::repair::{Plan, Request, Wanted, Wishes, plan};
use catalog9::{Examination, Options};
use miette::{Report, miette};

use crate::cli::args::RepairArgs;
use crate::cli::intake::file::InputError;
use crate::cli::intake::logs;
use crate::cli::intake::piece::Piece;
use crate::cli::output::{AtomicFile, Exit, Guard, Output, complain, usage, width_of_stdout};
use crate::cli::work::examination;

/// Line width of a plan where nothing else is known.
const WIDTH: usize = 80;

/// Plans a repair, and writes its files where they are asked for.
pub(in crate::cli) fn run(arguments: &RepairArgs, output: &mut Output) -> io::Result<Exit> {
    let files = match files(arguments) {
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
    let request = Request {
        wishes: Wishes { keep: wanted(&arguments.keep), remove: wanted(&arguments.remove) },
        control_set: arguments.control_set.clone(),
    };
    let planned = examined(arguments, &options).and_then(|examination| {
        plan(&examination, &options, &request).ok_or_else(|| miette!("expected a control set, found none"))
    });
    let plan = match planned {
        Ok(plan) => plan,
        Err(refusal) => {
            complain(&refusal);
            return Ok(Exit::Incomplete);
        }
    };
    (arguments.format.write)(&plan, width_of_stdout(arguments.width.map(usize::from)).unwrap_or(WIDTH), output)?;
    output.flush()?;
    finish(&plan, files)
}

/// Writes the files, which get their names only when both are complete.
fn finish(plan: &Plan, files: Option<[AtomicFile; 2]>) -> io::Result<Exit> {
    let exit = if plan.problems.is_empty() && plan.steps.is_empty() { Exit::Clean } else { Exit::Found };
    let Some([mut fix, mut undo]) = files else { return Ok(exit) };
    match &plan.files {
        Ok(repair) => {
            fix.write_all(&repair.fix)?;
            undo.write_all(&repair.undo)?;
            // The way back is there before the way.
            undo.finish()?;
            fix.finish()?;
            Ok(exit)
        }
        Err(refusal) => {
            complain(&miette!(help = refusal.way_out(), "no registration file was written: {refusal}"));
            Ok(Exit::Incomplete)
        }
    }
}

fn examined(arguments: &RepairArgs, options: &Options) -> Result<Examination, Report> {
    let piece = Piece::of_argument(&arguments.file);
    let label = piece.label.shortened(200);
    let refuse = |error: &dyn std::fmt::Display| miette!("{label}: {error}");
    let (beginning, _) = piece.source.beginning().map_err(|error| refuse(&error))?;
    if matches!(beginning, Beginning::Archive(_)) {
        return Err(refuse(&InputError::Archive));
    }
    let hive = piece.source.path().filter(|_| matches!(beginning, Beginning::Evidence(Kind::Hive)));
    let logs = hive.map(logs::beside).transpose();
    let logs = logs.map_err(|(log, error)| miette!("{}: {error}", log.shortened(200)))?.unwrap_or_default();
    examination::of(&[(&piece, &logs)], options).map_err(|refusal| refuse(&refusal.obstacle))
}

/// The files to be written, neither of which may be one that is read.
fn files(arguments: &RepairArgs) -> Result<Option<[AtomicFile; 2]>, Report> {
    let mut guard = Guard::default();
    guard.evidence([&arguments.file]);
    guard.refuse_stdout()?;
    let (Some(fix), Some(undo)) = (&arguments.reg, &arguments.undo) else { return Ok(None) };
    if fix == undo {
        return Err(usage("expected two files, found the same name for the fix and for the undo"));
    }
    let file = |path: &std::path::PathBuf| {
        guard.refuse(path)?;
        AtomicFile::create(path, true).map_err(|error| usage(format!("the output cannot be written: {error}")))
    };
    Ok(Some([file(fix)?, file(undo)?]))
}
