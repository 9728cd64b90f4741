//! `catalog9 scan`: everything in folders and archives.

mod part;
mod selected;
mod workshop;

use std::collections::BTreeSet;
use std::io;

use catalog9::Options;
use catalog9::batch::Tally;
use catalog9::render::table::View;
use catalog9::render::{Scope, Settings};
use miette::Report;

use self::part::InputList;
use self::selected::Selected;
use self::workshop::Workshop;
use crate::cli::args::ScanArgs;
use crate::cli::command::earlier::Comparison;
use crate::cli::command::policy;
use crate::cli::intake::knowledge::KnowledgeFiles;
use crate::cli::intake::known::KnownHashes;
use crate::cli::intake::password;
use crate::cli::intake::piece::Job;
use crate::cli::intake::policy::Wanted;
use crate::cli::intake::tree::NamedRoot;
use crate::cli::intake::{list, walk};
use crate::cli::output::{self, Exit, Guard, Output, Outputs, Progress, Sinks, complain, usage};
use crate::cli::work::examiner::Control;
use crate::cli::work::in_order::in_order;
use crate::cli::work::interrupt::Interrupt;
use crate::cli::work::told::{Pressing, Told};

/// Examines everything that the arguments name, and reports it.
pub(in crate::cli) fn run(arguments: &ScanArgs, output: &mut Output) -> io::Result<Exit> {
    let ready = jobs(arguments).and_then(|(jobs, guard)| {
        refuse_outputs(arguments, &guard)?;
        let wanted = Wanted::of(&arguments.policy)?;
        let roots = arguments.root.iter().map(|option| NamedRoot::of_option(option)).collect::<Result<Vec<_>, _>>()?;
        let known = arguments.known_hashes.as_deref().map(KnownHashes::open).transpose()?;
        let (files, knowledge) = KnowledgeFiles::read(&arguments.knowledge)?;
        let options = Options { knowledge, ..options_of(arguments, &wanted)? };
        let options = (options, known, password::of(&arguments.password)?);
        Ok((comparison(arguments)?, options, roots, (wanted, files), jobs, sinks(arguments, output)?))
    });
    let (mut comparison, options, roots, wanted, jobs, mut sinks) = match ready {
        Ok(ready) => ready,
        Err(report) => {
            complain(&report);
            return Ok(Exit::Usage);
        }
    };
    sinks.begin()?;
    let selected = Selected::new(arguments);
    let interrupt = Interrupt::watch()?;
    let pressing = Pressing { presses: sinks.presses().clone(), compares: comparison.is_some() };
    let mut without_evidence: BTreeSet<String> = roots.iter().map(|root| root.host().to_uppercase()).collect();
    let workshop = Workshop::open(arguments, options, roots, wanted, &pressing, &interrupt);
    let mut tally = Tally::default();
    arguments.shard.into_iter().for_each(|shard| tally.shard(shard));
    let progress = Progress::new(arguments.quiet || arguments.no_progress);
    let is_ours = |job: &Job| arguments.shard.is_none_or(|shard| shard.holds(&job.key()));
    let list = InputList::default();
    let jobs = jobs.take_while(|_| !interrupt.is_over()).inspect(|job| list.note(job)).filter(is_ours);
    in_order(
        workshop.jobs(),
        jobs,
        |job, tell| workshop.work(job, tell),
        Told::size,
        |told| {
            match told {
                Told::Counts(counts) => {
                    tally.count(counts);
                    progress.count(counts);
                }
                Told::Passed(passed) => {
                    tally.count_passed(passed.reason);
                    if arguments.list_skipped {
                        progress.aside(|| {
                            output::list_skipped(&passed);
                            Ok(())
                        })?;
                    }
                }
                Told::Claims(claims, answer) => {
                    let is_new = comparison.as_mut().map(|comparison| comparison.compare(*claims));
                    // Where nobody waits for the answer any more, the unit was given up.
                    let _ = answer.send(is_new.unwrap_or_default());
                }
                Told::Unit(unit, fragments) => {
                    tally.add(&unit);
                    unit.host.iter().for_each(|host| drop(without_evidence.take(&host.to_uppercase())));
                    progress.tick(&unit);
                    if selected.holds(&unit) {
                        progress.aside(|| sinks.add(&unit, &fragments))?;
                    }
                }
                Told::Failed(error) => return Err(error),
            }
            Ok(())
        },
    )?;
    if interrupt.is_over() {
        tally.interrupt();
    }
    if let Some(comparison) = &comparison {
        tally.compare(comparison.gone());
    }
    drop(progress);
    if !interrupt.is_over() {
        for host in &without_evidence {
            complain(&no_evidence_of(host));
        }
    }
    let summary = tally.summary();
    if summary.interrupted {
        sinks.abandon(&summary)?;
    } else {
        sinks.end(&summary, &list.part(arguments.shard))?;
    }
    if let Some(comparison) = comparison.filter(|_| !arguments.quiet) {
        comparison.conclude();
    }
    Ok(Exit::of_many(&summary, &arguments.ending, arguments.shard.is_some()))
}

/// A name in an option that no evidence has is a slip of the pen.
fn no_evidence_of(host: &str) -> Report {
    miette::miette!(
        severity = miette::Severity::Warning,
        code = "catalog9::root_unused",
        help = "check the name of the computer",
        "--root {}: expected evidence of this computer, found none",
        catalog9::catalog::Text::from(host).shortened(100)
    )
}

fn sinks<'o>(arguments: &ScanArgs, output: &'o mut Output) -> Result<Sinks<'o>, Report> {
    let folder = arguments.output_dir.as_deref();
    let outputs = Outputs { format: arguments.format, files: &arguments.output, folder };
    let view = View { width: arguments.width.map(usize::from), ..View::default() };
    let sort = arguments.sort.map(Into::into);
    let heading = arguments.heading.heading(None);
    let settings = Settings { view, sort, is_full: arguments.full, heading, ..Settings::default() };
    Sinks::new(&outputs, Scope::Many, &settings, output)
}

fn options_of(arguments: &ScanArgs, wanted: &Wanted) -> Result<Options, Report> {
    Ok(Options {
        keep_registry: false,
        control_sets: arguments.control_set.clone(),
        hash: !(arguments.no_hash || arguments.quick),
        carve: arguments.carve || arguments.deep,
        code_page: arguments.ansi_codepage,
        windows: None,
        policy: policy::policy(wanted)?,
        as_stored: arguments.as_stored,
        ..Options::default()
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
    guard.settings(&arguments.policy, &arguments.password, arguments.earlier.as_ref());
    guard.known_hashes(arguments.known_hashes.as_ref());
    let roots = arguments.root.iter().map(|option| NamedRoot::of_option(option)).collect::<Result<Vec<_>, _>>()?;
    guard.evidence(roots.iter().map(|root| root.folder().to_owned()).collect::<Vec<_>>().iter());
    guard.knowledge(&arguments.knowledge);
    guard.evidence(&arguments.paths);
    if let Some(list) = &arguments.files_from {
        let jobs = list::jobs(list, arguments.nul)?;
        guard.file(list, "the list of files to be examined");
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
