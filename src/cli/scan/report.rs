//! What becomes of records in one form.

use std::io::{self, Write};

use catalog9::batch::{Record, Status, Summary, Unit};
use catalog9::catalog::Text;
use catalog9::render::json;
#[cfg(feature = "parquet")]
use catalog9::render::parquet;
use catalog9::render::timeline::{self, Timeline};
use catalog9::render::{Refused, csv, junit, markdown, sarif, table};
use catalog9::wire::v1;

use super::super::report::complain_of_times;
use super::args::{Form, Sort};
use super::rows::{RowForm, Rows};

/// What becomes of records in one form.
///
/// Most forms are written while records pass. SARIF and JUnit have a place for everything, and begin with what is only
/// known at the end: they keep the findings, and counts of everything else. Markdown keeps the rows that it lists.
pub(super) enum Report {
    Rows {
        rows: Rows,
        has_summary: bool,
    },
    Entries {
        is_first: bool,
    },
    Jsonl,
    Json {
        is_first: bool,
    },
    Sarif(Box<sarif::Log>),
    Junit(junit::Report),
    Markdown(markdown::Batch),
    #[cfg(feature = "parquet")]
    Parquet(Box<parquet::Entries>),
    Timeline {
        form: timeline::Form,
        is_first: bool,
        left_out: usize,
    },
}

impl Report {
    pub(super) fn new(form: Form, sort: Option<Sort>) -> Self {
        let timeline = |form| Self::Timeline { form, is_first: true, left_out: 0 };
        match form {
            Form::Table => Self::Rows { rows: Rows::new(RowForm::Table, sort), has_summary: true },
            Form::Csv => Self::Rows { rows: Rows::new(RowForm::Csv, sort), has_summary: false },
            Form::CsvEntries => Self::Entries { is_first: true },
            Form::Jsonl => Self::Jsonl,
            Form::Json => Self::Json { is_first: true },
            Form::Sarif => Self::Sarif(Box::default()),
            Form::Junit => Self::Junit(junit::Report::default()),
            Form::Markdown => Self::Markdown(markdown::Batch::default()),
            Form::Bodyfile => timeline(timeline::Form::Bodyfile),
            Form::TimesketchJsonl => timeline(timeline::Form::TimesketchJsonl),
            Form::TimesketchCsv => timeline(timeline::Form::TimesketchCsv),
            #[cfg(feature = "parquet")]
            Form::Parquet => Self::Parquet(Box::default()),
        }
    }

    /// Adds a record.
    pub(super) fn record(&mut self, record: &Record, writer: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Rows { rows, .. } => rows.add(record.unit.clone(), writer),
            Self::Entries { is_first } => {
                write_entry_headings(is_first, writer)?;
                csv::write_entries(record, writer)
            }
            Self::Jsonl => json::write_line(&v1::Record::from(record), writer),
            Self::Json { is_first } => {
                write_separator(is_first, writer)?;
                json::write_line(&v1::Record::from(record), writer)
            }
            Self::Sarif(log) => {
                match (record.examination(), record.unit.status) {
                    (Some(examination), _) => log.add_unit(examination),
                    (None, Status::Skipped) => {}
                    (None, _) => log.add_refused(&refused(&record.unit)),
                }
                Ok(())
            }
            Self::Junit(report) => {
                match (record.examination(), record.unit.status) {
                    (Some(examination), _) => report.add_unit(examination),
                    (None, Status::Skipped) => report.add_skipped(&refused(&record.unit)),
                    (None, _) => report.add_refused(&refused(&record.unit)),
                }
                Ok(())
            }
            Self::Markdown(batch) => {
                batch.add(&record.unit);
                Ok(())
            }
            #[cfg(feature = "parquet")]
            Self::Parquet(entries) => entries.add(record, writer),
            Self::Timeline { form, is_first, left_out } => {
                let mut timeline = Timeline::default();
                if let Some(examination) = record.examination() {
                    timeline.add(examination);
                }
                *left_out += timeline.left_out();
                if timeline.is_empty() {
                    return Ok(());
                }
                timeline.write_part(*form, std::mem::take(is_first), writer)
            }
        }
    }

    /// Writes what all records come to.
    pub(super) fn finish(self, summary: &Summary, writer: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Rows { mut rows, has_summary } => {
                rows.finish(writer)?;
                if has_summary { table::write_summary(summary, writer) } else { Ok(()) }
            }
            Self::Entries { mut is_first } => write_entry_headings(&mut is_first, writer),
            Self::Jsonl => json::write_line(&v1::Record::from(summary), writer),
            Self::Json { mut is_first } => {
                write_separator(&mut is_first, writer)?;
                json::write_line(&v1::Record::from(summary), &mut *writer)?;
                writer.write_all(b"]\n")
            }
            Self::Sarif(mut log) => {
                log.conclude(summary.complete);
                json::write(&log, writer)
            }
            Self::Junit(report) => report.write(writer),
            Self::Markdown(batch) => batch.write(summary, writer),
            #[cfg(feature = "parquet")]
            Self::Parquet(entries) => entries.finish(writer),
            Self::Timeline { left_out, .. } => {
                complain_of_times(left_out);
                Ok(())
            }
        }
    }
}

fn refused(unit: &Unit) -> Refused {
    let message = unit.failure.as_ref().map(|failure| failure.message.clone()).unwrap_or_default();
    Refused { path: Text::from(unit.label.as_str()), message }
}

fn write_separator(is_first: &mut bool, writer: &mut dyn Write) -> io::Result<()> {
    writer.write_all(if std::mem::take(is_first) { b"[" } else { b"," })
}

fn write_entry_headings(is_first: &mut bool, writer: &mut dyn Write) -> io::Result<()> {
    if std::mem::take(is_first) { csv::write_entry_headings(writer) } else { Ok(()) }
}
