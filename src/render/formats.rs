//! The table of formats: everything that is known of one, in one row.
//!
//! `--format`, `--output`, the help of both and the table in `docs/formats.md` are written from it.

use super::format::{Form, Format};
#[cfg(feature = "parquet")]
use super::parquet;
use super::settings::Scope;
use super::table;
use super::writer::{Bytes, Fragment};
use super::{csv, documents, html, junit, markdown, oneline, records, sarif, timeline};
use crate::batch::Detail;

/// All formats, as help lists them. Whoever writes some of them alone names these, and has no code of the others.
pub static FORMATS: &[&Format] = &[
    &TABLE,
    &ONELINE,
    &JSONL,
    &JSON,
    &CSV,
    &CSV_FINDINGS,
    &CSV_ENTRIES,
    &CSV_LIBRARIES,
    #[cfg(feature = "parquet")]
    &PARQUET,
    &SARIF,
    &JUNIT,
    &MARKDOWN,
    &HTML,
    &BODYFILE,
    &TIMESKETCH_JSONL,
    &TIMESKETCH_CSV,
];

/// The format `table`.
pub static TABLE: Format = Format {
    name: "table",
    endings: &[".txt"],
    bytes: Bytes::StyledText,
    few: Some(Form {
        help: "For people",
        press: |item, settings| table::press(item, &settings.view),
        writer: |_, _| Box::<table::Reports>::default(),
    }),
    many: Some(Form {
        help: "For people: one line for each unit, then the totals",
        press: |item, _| table::press_unit(item),
        writer: |settings, store| Box::new(table::Units::new(settings, store)),
    }),
    needs: Detail::Unit,
};

/// The format `oneline`.
pub static ONELINE: Format = Format {
    name: "oneline",
    endings: &[".oneline"],
    bytes: Bytes::Text,
    few: Some(Form {
        help: "One line for each piece of evidence: the verdict and why",
        press: |item, _| oneline::press(item),
        writer: |_, _| Box::new(oneline::Lines),
    }),
    many: Some(Form {
        help: "One line for each unit: the verdict and why",
        press: |item, _| oneline::press(item),
        writer: |_, _| Box::new(oneline::Lines),
    }),
    needs: Detail::Unit,
};

/// The format `jsonl`.
pub static JSONL: Format = Format {
    name: "jsonl",
    endings: &[".jsonl"],
    bytes: Bytes::Text,
    few: None,
    many: Some(Form {
        help: "For programs: one record per line, then the summary; see `catalog9 schema`",
        press: |item, settings| records::press(item, settings.is_full),
        writer: |_, _| Box::new(records::Lines),
    }),
    needs: Detail::Unit,
};

/// The format `json`.
pub static JSON: Format = Format {
    name: "json",
    endings: &[".json"],
    bytes: Bytes::Text,
    few: Some(Form {
        help: "For programs: one object for one file, an array for several; see `catalog9 schema`",
        press: |item, settings| documents::press(item, settings.has_several),
        writer: |settings, _| Box::new(documents::Documents::new(settings.has_several)),
    }),
    many: Some(Form {
        help: "The same records as one array",
        press: |item, settings| records::press(item, settings.is_full),
        writer: |_, _| Box::<records::Array>::default(),
    }),
    needs: Detail::Unit,
};

/// The format `csv`.
pub static CSV: Format = Format {
    name: "csv",
    endings: &[".csv"],
    bytes: Bytes::Text,
    few: None,
    many: Some(Form {
        help: "One line for each unit, for spreadsheets",
        press: |item, _| csv::press_unit(item),
        writer: |settings, store| Box::new(csv::Units::new(settings.sort, store)),
    }),
    needs: Detail::Unit,
};

/// The format `csv-findings`.
pub static CSV_FINDINGS: Format = Format {
    name: "csv-findings",
    endings: &[".findings.csv"],
    bytes: Bytes::Text,
    few: None,
    many: Some(Form {
        help: "A line for each finding, for spreadsheets",
        press: |item, _| csv::press_findings(item),
        writer: |_, _| Box::new(csv::Findings),
    }),
    needs: Detail::Findings,
};

/// The format `csv-entries`.
pub static CSV_ENTRIES: Format = Format {
    name: "csv-entries",
    endings: &[".entries.csv"],
    bytes: Bytes::Text,
    few: None,
    many: Some(Form {
        help: "One line for each catalog entry, for spreadsheets",
        press: |item, _| csv::press_entries(item),
        writer: |_, _| Box::new(csv::Entries),
    }),
    needs: Detail::Everything,
};

/// The format `csv-libraries`.
pub static CSV_LIBRARIES: Format = Format {
    name: "csv-libraries",
    endings: &[".libraries.csv"],
    bytes: Bytes::Text,
    few: None,
    many: Some(Form {
        help: "One line for each DLL of all computers, the rarest first, for spreadsheets",
        press: |_, _| Ok(Fragment::default()),
        writer: |_, _| Box::new(csv::Libraries),
    }),
    needs: Detail::Unit,
};

/// The format `parquet`.
#[cfg(feature = "parquet")]
pub static PARQUET: Format = Format {
    name: "parquet",
    endings: &[".parquet"],
    bytes: Bytes::Binary,
    few: None,
    many: Some(Form {
        help: "One row for each catalog entry, as an Apache Parquet file",
        press: |item, _| parquet::press(item),
        writer: |_, _| Box::<parquet::Entries>::default(),
    }),
    needs: Detail::Everything,
};

/// The format `sarif`.
pub static SARIF: Format = Format {
    name: "sarif",
    endings: &[".sarif", ".sarif.json"],
    bytes: Bytes::Text,
    few: Some(Form {
        help: "SARIF 2.1.0, for platforms that show findings beside code",
        press: |item, _| sarif::press_few(item),
        writer: |_, store| Box::new(sarif::Log::new(store)),
    }),
    many: Some(Form {
        help: "SARIF 2.1.0, for platforms that show findings beside code; written when all evidence is examined",
        press: |item, _| sarif::press_many(item),
        writer: |_, store| Box::new(sarif::Log::new(store)),
    }),
    needs: Detail::Findings,
};

/// The format `junit`.
pub static JUNIT: Format = Format {
    name: "junit",
    endings: &[".xml"],
    bytes: Bytes::Text,
    few: Some(Form {
        help: "JUnit XML, for CI: a test for each rule",
        press: |item, _| junit::press_few(item),
        writer: |_, _| Box::<junit::Report>::default(),
    }),
    many: Some(Form {
        help: "JUnit XML, for CI: a suite for each unit, a test for each rule that found something",
        press: |item, _| junit::press_many(item),
        writer: |_, _| Box::<junit::Report>::default(),
    }),
    needs: Detail::Findings,
};

/// The format `markdown`.
pub static MARKDOWN: Format = Format {
    name: "markdown",
    endings: &[".md"],
    bytes: Bytes::Text,
    few: Some(Form {
        help: "Markdown, to be pasted into a ticket",
        press: |item, _| markdown::press(item),
        writer: |_, _| Box::<markdown::Reports>::default(),
    }),
    many: Some(Form {
        help: "Markdown, to be pasted into a ticket: the totals, then the most severe units",
        // Everything that it says stands in the unit.
        press: |_, _| Ok(Fragment::default()),
        writer: |_, _| Box::<markdown::Batch>::default(),
    }),
    needs: Detail::Unit,
};

/// The format `html`.
pub static HTML: Format = Format {
    name: "html",
    endings: &[".html", ".htm"],
    bytes: Bytes::Text,
    few: Some(Form {
        help: "One file for a browser, to be read, printed and handed on",
        press: |item, settings| html::press(item, settings.heading.hidden),
        writer: |settings, store| Box::new(html::Reports::new(&settings.heading, store)),
    }),
    many: Some(Form {
        help: "One file for a browser: what all units come to in pictures, then each, to be sorted and filtered",
        press: |item, settings| html::press_unit(item, settings.heading.hidden),
        writer: |settings, store| Box::new(html::Units::new(&settings.heading, settings.sort, store)),
    }),
    needs: Detail::Findings,
};

/// The format `bodyfile`.
pub static BODYFILE: Format = Format {
    name: "bodyfile",
    endings: &[".body"],
    bytes: Bytes::Text,
    few: Some(Form {
        help: "Timeline of all times that hives record, as a body file of The Sleuth Kit",
        press: |item, _| timeline::press_sorted(item, timeline::Form::Bodyfile),
        writer: |_, _| Box::new(timeline::Sorted::new(timeline::Form::Bodyfile)),
    }),
    many: Some(Form {
        help: "Timeline of all times that hives record, as a body file of The Sleuth Kit, one unit after another",
        press: |item, _| timeline::press_part(item, timeline::Form::Bodyfile),
        writer: |_, _| Box::new(timeline::Parts::new(timeline::Form::Bodyfile)),
    }),
    needs: Detail::Everything,
};

/// The format `timesketch-jsonl`.
pub static TIMESKETCH_JSONL: Format = Format {
    name: "timesketch-jsonl",
    endings: &[".timesketch.jsonl"],
    bytes: Bytes::Text,
    few: Some(Form {
        help: "The same timeline for Timesketch, one JSON object per line",
        press: |item, _| timeline::press_sorted(item, timeline::Form::TimesketchJsonl),
        writer: |_, _| Box::new(timeline::Sorted::new(timeline::Form::TimesketchJsonl)),
    }),
    many: Some(Form {
        help: "The same for Timesketch, one JSON object per line",
        press: |item, _| timeline::press_part(item, timeline::Form::TimesketchJsonl),
        writer: |_, _| Box::new(timeline::Parts::new(timeline::Form::TimesketchJsonl)),
    }),
    needs: Detail::Everything,
};

/// The format `timesketch-csv`.
pub static TIMESKETCH_CSV: Format = Format {
    name: "timesketch-csv",
    endings: &[".timesketch.csv"],
    bytes: Bytes::Text,
    few: Some(Form {
        help: "The same timeline for Timesketch, comma-separated",
        press: |item, _| timeline::press_sorted(item, timeline::Form::TimesketchCsv),
        writer: |_, _| Box::new(timeline::Sorted::new(timeline::Form::TimesketchCsv)),
    }),
    many: Some(Form {
        help: "The same for Timesketch, comma-separated",
        press: |item, _| timeline::press_part(item, timeline::Form::TimesketchCsv),
        writer: |_, _| Box::new(timeline::Parts::new(timeline::Form::TimesketchCsv)),
    }),
    needs: Detail::Everything,
};

impl Format {
    /// The formats of results of that scope.
    pub fn all(scope: Scope) -> impl Iterator<Item = &'static Self> {
        FORMATS.iter().copied().filter(move |format| format.form(scope).is_some())
    }

    /// The format of that name, where results of that scope can have it.
    #[must_use]
    pub fn by_name(name: &str, scope: Scope) -> Option<&'static Self> {
        Self::all(scope).find(|format| format.name == name)
    }

    /// The format of a file, by how its name ends: of several endings that fit the longest counts, also where the scope
    /// does not have its format.
    #[must_use]
    pub fn of_file(name: &str, scope: Scope) -> Option<&'static Self> {
        let name = name.to_ascii_lowercase();
        let endings = FORMATS
            .iter()
            .copied()
            .flat_map(|format| format.endings.iter().map(move |ending| (ending.len(), *ending, format)));
        let longest = endings.filter(|(_, ending, _)| name.ends_with(ending)).max_by_key(|(length, ..)| *length);
        longest.map(|(.., format)| format).filter(|format| format.form(scope).is_some())
    }

    /// How the names of files of that scope may end, as a list in words.
    #[must_use]
    pub fn endings(scope: Scope) -> String {
        let endings: Vec<&str> = Self::all(scope).flat_map(|format| format.endings).copied().collect();
        let (last, others) = endings.split_last().unwrap_or((&"", &[]));
        format!("{} or {last}", others.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_formats_share_a_name_or_an_ending() {
        let mut known = std::collections::BTreeSet::new();
        for format in FORMATS {
            assert!(known.insert(format.name), "{}", format.name);
            assert!(format.endings.iter().all(|ending| known.insert(ending)), "{}", format.name);
        }
    }

    #[test]
    fn the_longest_ending_counts() {
        let format = |name, scope| Format::of_file(name, scope).map(|format| format.name);
        assert_eq!(format("a.JSONL", Scope::Many), Some("jsonl"));
        assert_eq!(format("a.timesketch.jsonl", Scope::Many), Some("timesketch-jsonl"));
        assert_eq!(format("a.sarif.json", Scope::Few), Some("sarif"));
        assert_eq!(format("a.json", Scope::Few), Some("json"));
        assert_eq!(format("a.timesketch.jsonl", Scope::ReadBack), Some("timesketch-jsonl"));
        assert_eq!(format("a.findings.csv", Scope::Few), None, "and is not taken for another that fits");
        assert_eq!(format("a.htmlx", Scope::Many), None);
    }

    #[test]
    fn what_can_be_scanned_can_be_merged() {
        assert!(Format::all(Scope::Many).all(|format| format.help(Scope::ReadBack).is_some()));
        assert!(FORMATS.iter().all(|format| format.help(Scope::Few).or(format.help(Scope::Many)).is_some()));
    }
}
