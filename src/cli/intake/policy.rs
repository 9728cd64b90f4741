//! What is to be reported of what is found, as it was asked for.

use std::ffi::OsStr;

use catalog9::finding::Severity;
use catalog9::policy::{Policy, PolicyError};
use catalog9::rules;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use miette::{Diagnostic, Report};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{file, settings_file};
use crate::cli::args::PolicyArgs;

/// A policy that was read, and what was asked for beside it. Worker processes get it whole, so that all of them have the
/// same, whatever becomes of the file and of the day.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::cli) struct Wanted {
    toml: Option<String>,
    #[serde(serialize_with = "written_day", deserialize_with = "read_day")]
    as_of: Date,
    rules: Vec<String>,
    ignored: Vec<String>,
    severity: Option<String>,
}

impl Wanted {
    /// What the arguments ask for.
    pub(in crate::cli) fn of(arguments: &PolicyArgs) -> Result<Self, Report> {
        let today = || Offset::UTC.to_datetime(Timestamp::now()).date();
        let wanted = Self {
            toml: arguments.policy.as_deref().map(|file| settings_file::read("--policy", file)).transpose()?,
            as_of: arguments.as_of.unwrap_or_else(today),
            rules: arguments.rules.iter().map(|rule| (*rule).to_owned()).collect(),
            ignored: arguments.ignore.iter().map(|rule| (*rule).to_owned()).collect(),
            severity: arguments.severity.map(|severity| severity.name().to_owned()),
        };
        match (&arguments.policy, wanted.policy()) {
            (Some(file), Err(error)) => Err(refused(file, &error)),
            _ => Ok(wanted),
        }
    }

    /// The policy that it comes to.
    pub(in crate::cli) fn policy(&self) -> Result<Policy, PolicyError> {
        let mut policy = match &self.toml {
            None => Policy::default(),
            Some(toml) => Policy::read(toml, self.as_of)?,
        };
        if !self.rules.is_empty() {
            policy.ask_for(self.rules.iter().filter_map(|id| Some(rules::by_id(id)?.id)));
        }
        policy.ignore(self.ignored.iter().filter_map(|id| Some(rules::by_id(id)?.id)));
        if let Some(least) = self.severity.as_deref().and_then(Severity::by_name) {
            policy.ask_for_severity(least);
        }
        Ok(policy)
    }
}

fn refused(file: &OsStr, error: &dyn Diagnostic) -> Report {
    file::refused("--policy", file, error)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference over")]
fn written_day<S: Serializer>(day: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(day)
}

fn read_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}
