//! `--policy`, `--rules`, `--ignore` and `--min-severity`: which findings are reported.

use std::ffi::OsString;

use catalog9::finding::Severity;
use catalog9::rules;
use jiff::civil::Date;

// Which findings are reported.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct PolicyArgs {
    /// Policy file (TOML) with allowed providers, changed severities and selected rules; see docs/policy.md
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) policy: Option<OsString>,

    /// Date on which to apply the policy, such as 2027-06-30; default: today
    #[arg(long, value_name = "DATE", requires = "policy", value_parser = date)]
    pub(in crate::cli) as_of: Option<Date>,

    /// Report only these rules, separated by commas; `catalog9 rules` lists them
    #[arg(long, value_name = "RULES", value_delimiter = ',', value_parser = rule)]
    pub(in crate::cli) rules: Vec<&'static str>,

    /// Do not report these rules, separated by commas
    #[arg(long, value_name = "RULES", value_delimiter = ',', value_parser = rule)]
    pub(in crate::cli) ignore: Vec<&'static str>,

    /// Lowest severity to report: note, warning or error
    #[arg(long = "min-severity", visible_alias = "severity", value_name = "SEVERITY", value_parser = severity)]
    pub(in crate::cli) severity: Option<Severity>,
}

fn date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "expected a day such as 2027-06-30".to_owned())
}

fn rule(id: &str) -> Result<&'static str, String> {
    let rule = rules::by_id(id).map(|rule| rule.id);
    rule.ok_or_else(|| format!("expected the id of a rule; {}", rules::way_to(id)))
}

fn severity(name: &str) -> Result<Severity, String> {
    Severity::by_name(name).ok_or_else(|| "expected note, warning or error".to_owned())
}
