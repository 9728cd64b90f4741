//! The identity of a finding as a number that other programs can compare.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::catalog::{CatalogName, hex};
use crate::comparison;

/// What the number is made of: the order of the fields belongs to it.
#[derive(Serialize)]
struct Identity<'a> {
    system: &'a str,
    is_current: bool,
    rule: &'a str,
    catalog: Option<&'static str>,
    entry: Option<&'a str>,
    library: Option<&'a str>,
    expected: Option<&'a str>,
    found: Option<&'a str>,
}

/// The identity of a finding as a number in hexadecimal digits.
#[must_use]
pub fn finding_id(identity: &comparison::Identity) -> String {
    let identity = Identity {
        system: &identity.system,
        is_current: identity.is_current,
        rule: &identity.rule,
        catalog: identity.catalog.map(CatalogName::name),
        entry: identity.entry.as_deref(),
        library: identity.library.as_deref(),
        expected: identity.expected.as_deref(),
        found: identity.found.as_deref(),
    };
    // A structure of texts and truth values cannot fail to be written.
    hex(&Sha256::digest(serde_json::to_vec(&identity).unwrap_or_default()))
}
