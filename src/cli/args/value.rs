//! What several commands take.

use catalog9::baseline;
use catalog9::evidence::encoding::CodePage;
use catalog9::examination::Selection;
use catalog9::finding::Severity;
use catalog9::render::{Format, Scope};
use clap::ValueEnum;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  no findings at or above --fail-on, and all evidence was examined and judged
  1  findings at or above --fail-on, even if some evidence could not be examined
  2  invalid command line; nothing was done
  3  no findings, but some evidence could not be examined or judged, or only in part or as stored;
     or a scan met no evidence at all (see --allow-empty)
  4  the output could not be written completely";

/// A format of the list of rules.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(in crate::cli) enum ListFormat {
    /// Text for people
    Table,
    /// JSON document
    Json,
}

/// A version of the JSON.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(in crate::cli) enum SchemaVersion {
    /// The one that is read, too
    V1,
    /// The one that is written
    V2,
}

/// A command whose JSON has a schema.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(in crate::cli) enum SchemaOf {
    /// Examinations and scans
    Examine,
    /// Comparisons
    Compare,
    /// Plans of repairs
    Repair,
}

/// Lowest severity that causes exit code 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FailOn {
    /// Any finding
    Note,
    /// A warning or an error
    Warning,
    /// An error
    Error,
    /// Nothing
    Never,
}

impl FailOn {
    /// Whether a finding of that severity leads to exit code 1.
    pub(in crate::cli) fn is_met_by(self, severity: Severity) -> bool {
        match self {
            Self::Note => true,
            Self::Warning => severity >= Severity::Warning,
            Self::Error => severity >= Severity::Error,
            Self::Never => false,
        }
    }
}

/// Takes the formats that results of that scope can have.
pub(super) fn formats(scope: Scope) -> impl TypedValueParser<Value = &'static Format> {
    let value = |format: &Format| PossibleValue::new(format.name).help(format.help(scope).unwrap_or_default());
    PossibleValuesParser::new(Format::all(scope).map(value))
        .try_map(move |name| Format::by_name(&name, scope).ok_or("expected one of the possible values"))
}

/// The help of `--output`.
pub(super) fn output_help(scope: Scope) -> String {
    format!(
        "Also write the result to this file, in the format of its extension: {}; repeatable. The file appears under this \
         name only once it is complete",
        Format::endings(scope)
    )
}

pub(super) fn selection(which: String) -> Selection {
    match which.as_str() {
        "current" => Selection::Current,
        "all" => Selection::All,
        _ => Selection::Named(which),
    }
}

pub(super) fn code_page(number: &str) -> Result<CodePage, String> {
    let code_page = number.parse().ok().and_then(CodePage::of_number);
    code_page.ok_or_else(|| {
        "expected the number of an ANSI code page of Windows: 874, 932, 936, 949, 950 or 1250 to 1258".to_owned()
    })
}

/// The version of Windows of that name.
pub(super) fn windows(name: &str) -> Result<&'static str, String> {
    baseline::names().find(|known| known.eq_ignore_ascii_case(name)).ok_or_else(|| {
        let names: Vec<&str> = baseline::names().collect();
        format!("expected a known version: {}", names.join(", "))
    })
}
