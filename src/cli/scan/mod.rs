//! `catalog9 scan`: everything in folders and archives.

mod archive;
mod args;
mod atomic;
mod beginning;
mod examiner;
mod in_order;
mod interrupt;
mod list;
mod merge;
mod names;
mod part;
mod piece;
mod progress;
mod report;
mod rows;
mod selected;
mod sink;
mod walk;

use std::io;

use catalog9::Options;
use catalog9::batch::{RuleTotal, Summary, Tally};
use catalog9::finding::Verdict;
use miette::Report;

use self::examiner::Examiner;
use self::in_order::in_order;
use self::interrupt::Interrupt;
use self::part::InputList;
use self::piece::{Job, News};
use self::progress::Progress;
use self::selected::Selected;
use self::sink::Sinks;
use super::args::FailOn;
use super::earlier::Comparison;
use super::exit::Exit;
use super::guard::Guard;
use super::output::{Output, complain};

pub(super) use self::args::{MergeArgs, ScanArgs};
pub(super) use self::merge::run as merge;

/// Examines everything that the arguments name, and reports it.
pub(super) fn run(arguments: &ScanArgs, output: &mut Output) -> io::Result<Exit> {
    let ready = jobs(arguments).and_then(|(jobs, guard)| {
        refuse_outputs(arguments, &guard)?;
        Ok((comparison(arguments)?, options_of(arguments)?, jobs, Sinks::new(arguments, output)?))
    });
    let (mut comparison, options, jobs, mut sinks) = match ready {
        Ok(ready) => ready,
        Err(report) => {
            complain(&report);
            return Ok(Exit::Usage);
        }
    };
    let selected = Selected::new(arguments);
    let interrupt = Interrupt::watch()?;
    let examiner = Examiner { options, interrupted: interrupt.flag() };
    let mut tally = Tally::default();
    arguments.shard.into_iter().for_each(|shard| tally.shard(shard));
    let progress = Progress::new();
    let is_ours = |job: &Job| arguments.shard.is_none_or(|shard| shard.holds(&job.key()));
    let list = InputList::default();
    let jobs = jobs.take_while(|_| !examiner.is_interrupted()).inspect(|job| list.note(job)).filter(is_ours);
    in_order(
        arguments.jobs,
        jobs,
        |job, emit| examiner.work(job, emit),
        |news| {
            match news {
                News::Counts(counts) => tally.count(counts),
                News::Record(mut record) => {
                    if let Some(comparison) = &mut comparison {
                        record.mark(|examination| comparison.mark(examination));
                    }
                    tally.add(&record.unit);
                    progress.tick(&record.unit);
                    if selected.holds(&record.unit) {
                        progress.aside(|| sinks.record(&record))?;
                    }
                }
            }
            Ok(())
        },
    )?;
    if examiner.is_interrupted() {
        tally.interrupt();
    }
    if let Some(comparison) = &comparison {
        tally.compare(comparison.gone());
    }
    drop(progress);
    let summary = tally.summary();
    sinks.finish(&summary, &list.part(arguments.shard))?;
    if let Some(comparison) = &comparison {
        comparison.conclude();
    }
    Ok(exit_of(&summary, arguments.fail_on, arguments.exit_zero))
}

fn options_of(arguments: &ScanArgs) -> Result<Options, Report> {
    Ok(Options {
        control_sets: arguments.control_set.clone(),
        hash: arguments.deep,
        carve: arguments.deep,
        code_page: arguments.ansi_codepage,
        windows: None,
        policy: arguments.policy.read()?,
        as_stored: arguments.as_stored,
    })
}

fn comparison(arguments: &ScanArgs) -> Result<Option<Comparison>, Report> {
    arguments.earlier.as_deref().map(Comparison::read).transpose()
}

/// What is to be done.
type Jobs = Box<dyn Iterator<Item = Job> + Send>;

/// What is to be done, and everything that is read for it.
fn jobs(arguments: &ScanArgs) -> Result<(Jobs, Guard), Report> {
    let mut guard = Guard::default();
    guard.settings(&arguments.policy, arguments.earlier.as_ref());
    guard.evidence(&arguments.paths);
    if let Some(list) = &arguments.files_from {
        let jobs = list::jobs(list, arguments.nul)?;
        guard.file(list, "the list of the files that are to be examined");
        guard.evidence(jobs.iter().flat_map(Job::paths));
        return Ok((Box::new(jobs.into_iter()), guard));
    }
    let patterns = walk::Patterns::new(&arguments.include, &arguments.exclude).map_err(usage)?;
    Ok((Box::new(walk::jobs(&arguments.paths, patterns)), guard))
}

/// No output may be, replace or lie among what is read.
fn refuse_outputs(arguments: &ScanArgs, guard: &Guard) -> Result<(), Report> {
    guard.refuse_stdout()?;
    arguments.output.iter().try_for_each(|output| guard.refuse(output))?;
    arguments.output_dir.as_deref().map_or(Ok(()), |folder| guard.refuse_folder(folder))
}

/// What is wrong with the command line, where the arguments alone do not tell it.
fn usage(error: impl std::fmt::Display) -> Report {
    miette::miette!(code = "catalog9::usage", "{error}")
}

fn exit_of(summary: &Summary, fail_on: FailOn, exit_zero: bool) -> Exit {
    let has_new = |total: &RuleTotal| total.new.unwrap_or(total.findings) > 0;
    let has_found = summary.findings.iter().any(|total| has_new(total) && fail_on.is_met_by(total.severity));
    let has_unjudged = summary.verdicts.get(&Verdict::NotJudged).is_some_and(|units| *units > 0);
    if exit_zero { Exit::Clean } else { Exit::of(has_found, summary.complete && !has_unjudged) }
}
