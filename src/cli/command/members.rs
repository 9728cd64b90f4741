//! An archive that is given to `examine`: what lies in it is examined piece by piece.

use std::ffi::OsString;

use catalog9::Options;
use catalog9::archive::{Password, WINDOW};
use catalog9::batch::{Failure, Record, Status};
use catalog9::catalog::Text;
use catalog9::collection::Beginning;
use miette::Severity;

use crate::cli::args::ExamineArgs;
use crate::cli::intake::file::InputError;
use crate::cli::intake::known::KnownHashes;
use crate::cli::intake::piece::{Job, News, Origin, Piece, Pieces};
use crate::cli::output::complain;
use crate::cli::work::examiner::{Control, Examiner};

/// Names of members in a remark.
const MOST_NAMES: usize = 20;

/// Longest name of a member in a remark, in characters.
const LONGEST_NAME: usize = 100;

/// Nobody ends the work before it is done.
struct ToTheEnd;

impl Control for ToTheEnd {
    fn is_over(&self) -> bool {
        false
    }
}

/// The archive that a file is, unless the arguments are those of a single hive.
pub(super) fn archive_of(files: &[OsString], arguments: &ExamineArgs) -> Option<Piece> {
    let [file] = files else { return None };
    if arguments.together || arguments.no_logs || !arguments.log.is_empty() || !arguments.root.is_empty() {
        return None;
    }
    let piece = Piece::of_argument(file);
    matches!(piece.source.beginning(), Ok((Beginning::Archive(_), _))).then_some(piece)
}

/// Examines an archive, and hands out a record for each piece of evidence in it and for each problem of it. An archive
/// without evidence is a problem, because somebody named it. DLLs on a list of known files are marked.
pub(super) fn examine(
    archive: Piece,
    arguments: &ExamineArgs,
    (options, password): (&Options, Option<&Password>),
    known: &mut Option<KnownHashes>,
    take: &mut dyn FnMut(Record),
) {
    let label = archive.label.clone();
    let examiner = Examiner {
        options: options.clone(),
        window: WINDOW,
        password: password.cloned(),
        control: &ToTheEnd,
        known: known.take(),
        roots: Vec::new(),
        verify: arguments.verify_unchanged,
    };
    let mut members = 0;
    let mut found = Vec::new();
    let mut has_record = false;
    let pieces = Pieces { files: vec![archive], origin: Origin::Named, ..Pieces::default() };
    examiner.work(Job::Examine(pieces), &mut |news| {
        match news {
            News::Counts(counts) => members += counts.members,
            News::Passed(_) => {}
            News::Record(record) => {
                has_record = true;
                match &record.unit.failure {
                    Some(failure) => report(&record.unit.label, failure),
                    None => found.push(record.unit.label.clone()),
                }
                take(*record);
            }
        }
        true
    });
    *known = examiner.known;
    if !has_record {
        let failure = Failure::of(&InputError::NoEvidence { members });
        report(&label.lossy(), &failure);
        take(Record::of_failure(label.lossy().into_owned(), Status::Failed, failure));
    }
    if !found.is_empty() && !arguments.quiet {
        remark(&label, members, &found);
    }
}

/// Names on standard error what was found in an archive.
fn remark(archive: &Text, members: u64, found: &[String]) {
    let inside = format!("{}!/", archive.lossy());
    let name = |label: &String| Text::from(label.strip_prefix(&inside).unwrap_or(label)).shortened(LONGEST_NAME);
    let mut names: Vec<String> = found.iter().take(MOST_NAMES).map(name).collect();
    if let Some(more @ 1..) = found.len().checked_sub(MOST_NAMES) {
        names.push(format!("{more} more"));
    }
    complain(&miette::miette!(
        severity = Severity::Advice,
        "{}: files in the archive: {members}; evidence: {}",
        archive.shortened(200),
        names.join(", ")
    ));
}

fn report(label: &str, failure: &Failure) {
    let message = format!("{}: {}", Text::from(label).shortened(200), failure.message);
    complain(&match &failure.help {
        Some(help) => miette::miette!(help = help.clone(), "{message}"),
        None => miette::miette!("{message}"),
    });
}
