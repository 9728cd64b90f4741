//! The policy: what is reported of what is found.

use catalog9::policy::Policy;
use miette::Report;

use crate::cli::args::PolicyArgs;
use crate::cli::intake::policy::Wanted;
use crate::cli::output::complain;

/// The policy that the arguments come to.
pub(in crate::cli) fn of(arguments: &PolicyArgs) -> Result<Policy, Report> {
    policy(&Wanted::of(arguments)?)
}

/// The policy that was asked for; allowances whose last day has passed are reported on standard error.
pub(in crate::cli) fn policy(wanted: &Wanted) -> Result<Policy, Report> {
    let policy = wanted.policy()?;
    for allowance in policy.expired() {
        complain(&miette::miette!(
            code = "catalog9::policy",
            severity = miette::Severity::Warning,
            help = "set a later day in the policy, or remove the allowance",
            "an allowance expired on {}; its findings are reported again: {}",
            allowance.until(),
            allowance.reason()
        ));
    }
    Ok(policy)
}
