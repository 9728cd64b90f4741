//! What a user's file says of the provider of a finding.

use super::remedies::inform;
use crate::baseline::{KnownProvider, Nature};
use crate::finding::{Finding, Severity, Verdict};

/// Makes a finding about an unknown provider one about a known addition, where the entry `fits` what the file says; says
/// that it differs where the file calls the provider legitimate. Whether anything was known.
pub(super) fn tell(finding: &mut Finding, known: Option<&KnownProvider>, fits: bool, message: String) -> bool {
    let Some(known) = known.filter(|known| known.provider.nature == Nature::Legitimate) else { return false };
    if fits {
        finding.message = message;
        finding.severity(Severity::Note).implies(Verdict::KnownAdditions).harmless(known.introduction());
        inform(finding, &known.provider);
    } else {
        finding.message = format!("{}; {}, but this entry differs from that", finding.message, known.introduction());
    }
    true
}
