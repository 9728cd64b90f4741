//! What a repair leaves alone, and why.

use crate::finding::{Finding, Remedy};

const THIRD_PARTY: &str = "an entry of a third party stays unless --remove names its GUID or its name";
const BY_HAND: &str = "no value shows what was there before; a person must decide";
const HISTORY: &str = "it is a trace of how the registry was written, which nothing can or need undo";
const OUTSIDE: &str = "it lies outside the Winsock catalogs";

/// Rules whose findings may remain.
const LEFT: &[(&str, &str)] = &[
    ("additional-provider-installed", THIRD_PARTY),
    (
        "app-permission-unusual",
        "it lets programs skip layered providers and loads nothing itself; delete its key by hand",
    ),
    ("catalogs-differ", "only one of the two lists has an entry of a third party, which stays as it is"),
    ("chain-library-differs", "the layered provider was to be kept"),
    ("chain-without-file-handles", "the layered provider was to be kept"),
    ("control-set-missing", OUTSIDE),
    ("control-sets-differ", "the other control set is not changed"),
    ("driver-file-altered", OUTSIDE),
    ("entry-deviates-from-template", BY_HAND),
    ("entry-written-apart", HISTORY),
    ("foreign-provider-answers-sockets", THIRD_PARTY),
    ("known-provider-imitated", THIRD_PARTY),
    ("layered-provider-effective", "the layered provider was to be kept"),
    ("layered-provider-installed", "the layered provider was to be kept"),
    ("library-in-writable-folder", THIRD_PARTY),
    ("library-path-malformed", THIRD_PARTY),
    ("library-path-relative", THIRD_PARTY),
    ("name-space-provider-unknown", THIRD_PARTY),
    ("protocol-name-mismatch", THIRD_PARTY),
    ("provider-hidden", THIRD_PARTY),
    ("provider-unknown", THIRD_PARTY),
    ("provider-known-hostile", "the entry was to be kept"),
    ("report-disagrees-with-registry", HISTORY),
    ("residue-names-another-provider", HISTORY),
    ("setup-record-mismatch", "Windows setup keeps this record, and Winsock does not read it"),
    ("third-party-library-altered", THIRD_PARTY),
    ("transport-claims-foreign-family", BY_HAND),
    ("transport-driver-disabled", "nothing shows how this driver started before; set its start type by hand"),
    ("transport-helper-altered", "the transport is not one of Windows"),
];

/// Why a finding may remain; `None` where the repair ought to have settled it.
pub(super) fn reason(finding: &Finding) -> Option<&'static str> {
    let has_change = |remedy: &Remedy| {
        matches!(remedy, Remedy::RestoreValue { key: Some(_), .. } | Remedy::SetCount { .. } | Remedy::RemoveKey { .. })
    };
    if finding.remedies.iter().any(has_change) {
        return None;
    }
    LEFT.iter().find(|(rule, _)| *rule == finding.rule).map(|(_, reason)| *reason)
}

#[cfg(test)]
mod tests {
    use super::LEFT;
    use crate::rules::by_id;

    #[test]
    fn each_rule_exists_and_is_named_once() {
        for (index, (rule, _)) in LEFT.iter().enumerate() {
            assert!(by_id(rule).is_some(), "{rule}");
            assert!(LEFT.iter().skip(index + 1).all(|(other, _)| other != rule), "{rule}");
        }
    }
}
