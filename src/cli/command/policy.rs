//! The policy: what is reported of what is found.

use std::ffi::OsStr;
use std::io::Read;

use catalog9::evidence::LARGEST;
use catalog9::policy::Policy;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use miette::{Diagnostic, Report};

use crate::cli::args::PolicyArgs;
use crate::cli::intake::file::{self, InputError};
use crate::cli::intake::source::Source;
use crate::cli::output::complain;

/// The policy that the arguments come to; allowances whose last day has passed are reported on standard error.
pub(in crate::cli) fn of(arguments: &PolicyArgs) -> Result<Policy, Report> {
    let mut policy = match &arguments.policy {
        None => Policy::default(),
        Some(file) => read(file, arguments.as_of)?,
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
    if !arguments.rules.is_empty() {
        policy.ask_for(arguments.rules.iter().copied());
    }
    if let Some(least) = arguments.severity {
        policy.ask_for_severity(least);
    }
    Ok(policy)
}

fn read(file: &OsStr, as_of: Option<Date>) -> Result<Policy, Report> {
    let refuse = |error: &dyn Diagnostic| file::refused("--policy", file, error);
    let mut toml = String::new();
    let source = Source::of_argument(file);
    source
        .stream()
        .and_then(|stream| stream.take(LARGEST).read_to_string(&mut toml).map_err(InputError::Unreadable))
        .map_err(|error| refuse(&error))?;
    let today = || Offset::UTC.to_datetime(Timestamp::now()).date();
    Policy::read(&toml, as_of.unwrap_or_else(today)).map_err(|error| refuse(&error))
}
