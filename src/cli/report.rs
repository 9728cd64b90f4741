//! What becomes of examinations: one report of all, or one after the other.

use std::ffi::OsString;
use std::io::{self, Write};

use catalog9::Examination;
use catalog9::render::json;
use catalog9::render::table::{self, Raw, View};
use catalog9::render::timeline::{Form, Timeline};
use catalog9::render::{Refused, junit, markdown, sarif};
use catalog9::wire::v1;
use miette::Severity;

use super::args::{ExamineArgs, Format};
use super::output::{Output, complain};

/// A report in the format that was asked for.
pub(super) enum Report {
    /// Written as soon as a piece of evidence is examined.
    Table { view: View, is_first: bool },
    /// One document, or an array of several pieces of evidence.
    Json { documents: Vec<v1::Document>, is_array: bool },
    /// Sorted at the end.
    Timeline(Timeline, Form),
    /// One log of all.
    Sarif(sarif::Log),
    /// One report of all, which begins with counts.
    Junit(junit::Report),
    /// Written as soon as a piece of evidence is examined.
    Markdown { is_first: bool },
}

impl Report {
    /// An empty report of these pieces of evidence.
    pub(super) fn new(arguments: &ExamineArgs, pieces: &[&[OsString]]) -> Self {
        match arguments.format {
            Format::Table => Self::Table { view: view(arguments), is_first: true },
            Format::Json => Self::Json { documents: Vec::new(), is_array: pieces.len() > 1 },
            Format::Bodyfile => Self::Timeline(Timeline::default(), Form::Bodyfile),
            Format::TimesketchJsonl => Self::Timeline(Timeline::default(), Form::TimesketchJsonl),
            Format::TimesketchCsv => Self::Timeline(Timeline::default(), Form::TimesketchCsv),
            Format::Sarif => Self::Sarif(sarif::Log::default()),
            Format::Junit => Self::Junit(junit::Report::default()),
            Format::Markdown => Self::Markdown { is_first: true },
        }
    }

    /// Adds an examination.
    pub(super) fn add(&mut self, examination: &Examination, output: &mut Output) -> io::Result<()> {
        match self {
            Self::Table { view, is_first } => {
                if !std::mem::take(is_first) {
                    writeln!(output, "\n")?;
                }
                table::write(examination, view, output)?;
            }
            Self::Json { documents, .. } => documents.push(v1::Document::from(examination)),
            Self::Timeline(timeline, _) => {
                if !timeline.add(examination) {
                    complain(&miette::miette!(
                        code = "catalog9::no_times",
                        severity = Severity::Warning,
                        help = "registry hives record when their keys were written; this kind of evidence does not",
                        "{}: expected times, found none",
                        examination.path.shortened(200)
                    ));
                }
            }
            Self::Sarif(log) => log.add(examination),
            Self::Junit(report) => report.add(examination),
            Self::Markdown { is_first } => {
                if !std::mem::take(is_first) {
                    writeln!(output)?;
                }
                markdown::write(examination, output)?;
            }
        }
        Ok(())
    }

    /// Adds evidence that could not be examined; most formats have no place for it, and standard error has told it.
    pub(super) fn add_refused(&mut self, refused: &Refused, output: &mut Output) -> io::Result<()> {
        match self {
            Self::Table { .. } | Self::Json { .. } | Self::Timeline(..) => {}
            Self::Sarif(log) => log.add_refused(refused),
            Self::Junit(report) => report.add_refused(refused),
            Self::Markdown { is_first } => {
                if !std::mem::take(is_first) {
                    writeln!(output)?;
                }
                markdown::write_refused(refused, output)?;
            }
        }
        Ok(())
    }

    /// Writes what is only known at the end.
    pub(super) fn finish(self, output: &mut Output) -> io::Result<()> {
        match self {
            Self::Table { .. } | Self::Markdown { .. } => Ok(()),
            Self::Sarif(log) => json::write(&log, output),
            Self::Junit(report) => report.write(output),
            Self::Json { documents, is_array: true } => json::write(&documents, output),
            Self::Json { documents, is_array: false } => {
                documents.iter().try_for_each(|document| json::write(document, &mut *output))
            }
            Self::Timeline(timeline, form) => {
                complain_of_times(timeline.left_out());
                timeline.write(form, output)
            }
        }
    }
}

/// Tells of times that no timeline has, where there are any.
pub(super) fn complain_of_times(left_out: usize) {
    if left_out > 0 {
        complain(&miette::miette!(
            code = "catalog9::implausible_times",
            severity = Severity::Warning,
            help = "no clock says so: they are damaged or forged; --format json has those of the catalogs",
            "expected times from 1980 to 2099, found others, which are left out: {left_out}"
        ));
    }
}

fn view(arguments: &ExamineArgs) -> View {
    let raw = match arguments.raw.as_deref() {
        None => Raw::Nothing,
        Some("all") => Raw::Everything,
        Some(entry) => Raw::Entry(entry.to_owned()),
    };
    View { raw, verbose: arguments.verbose }
}
