//! `--policy`, `--rules` and `--severity`: what is reported of what is found.

use std::ffi::OsString;
use std::io::Read;

use catalog9::finding::Severity;
use catalog9::policy::Policy;
use catalog9::rules;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use miette::{Diagnostic, Report};

use super::input::{self, Input, InputError, LARGEST};
use super::output::complain;

/// What is reported of what is found.
#[derive(Debug, clap::Args)]
pub(super) struct PolicyArgs {
    /// Policy (TOML): providers that are allowed, other severities, and rules; see docs/policy.md
    #[arg(long, value_name = "FILE")]
    policy: Option<OsString>,

    /// Day as of which the policy holds, such as 2027-06-30; today where it is not given
    #[arg(long, value_name = "DATE", requires = "policy", value_parser = date)]
    as_of: Option<Date>,

    /// Report these rules alone, separated by commas; `catalog9 rules` lists them
    #[arg(long, value_name = "RULES", value_delimiter = ',', value_parser = rule)]
    rules: Vec<&'static str>,

    /// Report nothing that is less severe: note, warning or error
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    severity: Option<Severity>,
}

impl PolicyArgs {
    /// The file of the policy.
    pub(super) fn file(&self) -> Option<&OsString> {
        self.policy.as_ref()
    }

    /// The policy that they come to; allowances whose last day has passed are told on standard error.
    pub(super) fn read(&self) -> Result<Policy, Report> {
        let mut policy = match &self.policy {
            None => Policy::default(),
            Some(file) => self.read_file(file)?,
        };
        for allowance in policy.expired() {
            complain(&miette::miette!(
                code = "catalog9::policy",
                severity = miette::Severity::Warning,
                help = "set another day in the policy, or take the allowance out",
                "an allowance has ended on {}, and its findings are told again: {}",
                allowance.until(),
                allowance.reason()
            ));
        }
        if !self.rules.is_empty() {
            policy.ask_for(self.rules.iter().copied());
        }
        if let Some(least) = self.severity {
            policy.ask_for_severity(least);
        }
        Ok(policy)
    }

    fn read_file(&self, file: &OsString) -> Result<Policy, Report> {
        let refuse = |error: &dyn Diagnostic| input::refused("--policy", file, error);
        let mut toml = String::new();
        Input::open_stream(file)
            .and_then(|stream| stream.take(LARGEST).read_to_string(&mut toml).map_err(InputError::Unreadable))
            .map_err(|error| refuse(&error))?;
        let today = || Offset::UTC.to_datetime(Timestamp::now()).date();
        Policy::read(&toml, self.as_of.unwrap_or_else(today)).map_err(|error| refuse(&error))
    }
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
