//! What evidence may show, in the words of analysts.

use crate::catalog::Facts;
use crate::finding::NotJudged;
use crate::sentence::{counted, list_of};

/// What evidence may show, in words, the most important first.
pub(super) const FACTS: &[(Facts, &str)] = &[
    (Facts::PATHS, "DLL paths"),
    (Facts::IDS, "entry ids"),
    (Facts::CHAINS, "chains"),
    (Facts::PROVIDER_IDS, "provider GUIDs"),
    (Facts::KEYS, "registry keys"),
    (Facts::WHOLE_LISTS, "the whole catalogs"),
    (Facts::ENTRIES, "protocol entries"),
    (Facts::ATTRIBUTES, "socket types"),
    (Facts::SERVICE_FLAGS.union(Facts::PROVIDER_FLAGS), "flags"),
    (Facts::COUNTS, "counters"),
    (Facts::ITEM_BYTES, "entry bytes"),
    (Facts::NAME_SPACES, "namespace entries"),
    (Facts::NAME_SPACE_LIBRARIES, "namespace DLLs"),
    (Facts::PARAMETERS, "AutodialDLL"),
    (Facts::APP_PERMISSIONS, "AppId_Catalog"),
    (Facts::TRANSPORTS, "transports"),
    (Facts::TEMPLATES, "helper DLLs"),
    (Facts::DRIVERS, "drivers"),
    (Facts::DRIVER_FILES, "driver files"),
    (Facts::BOTH_CATALOGS, "both catalogs"),
    (Facts::CONTROL_SETS, "control sets"),
    (Facts::LINKS, "registry links"),
    (Facts::ENVIRONMENT, "environment variables"),
    (Facts::SERVICE_PROVIDER, "the Winsock 1.1 service provider"),
    (Facts::TIMES, "times"),
];

/// Other evidence of the same computer, in words.
const OTHER: [(Facts, &str); 4] = [
    (Facts::FILES, "the DLL files"),
    (Facts::SIGNERS, "the security catalogs"),
    (Facts::REPORTS, "a report"),
    (Facts::EVENT_LOG, "event logs"),
];

/// The rules for which the evidence lacks facts; then those for which only other evidence could exist that nobody gave.
pub(super) fn lacking_and_optional<'n>(
    not_judged: impl IntoIterator<Item = &'n NotJudged>,
) -> (Vec<&'n NotJudged>, Vec<&'n NotJudged>) {
    not_judged.into_iter().partition(|not_judged| !not_judged.lacks_other_evidence_only())
}

/// How many checks other evidence of the same computer would make possible, without a full stop; `None` for no checks.
pub(super) fn possible_with_other(not_judged: &[&NotJudged]) -> Option<String> {
    let mut needs = not_judged.iter().fold(Facts::empty(), |needs, rule| needs | rule.needs);
    // Whoever collects the files collects the security catalogs among them.
    needs.set(Facts::SIGNERS, needs.contains(Facts::SIGNERS) && !needs.contains(Facts::FILES));
    let other: Vec<&str> = OTHER.iter().filter(|(fact, _)| needs.contains(*fact)).map(|(_, words)| *words).collect();
    let checks = match not_judged.len() {
        0 => return None,
        1 => "1 more check is".to_owned(),
        count => format!("{} are", counted(count, "more check")),
    };
    Some(format!("{checks} possible with {} of this computer", list_of(&other)))
}

/// The facts in words.
pub(super) fn in_words(facts: Facts) -> Vec<&'static str> {
    FACTS.iter().filter(|(fact, _)| facts.intersects(*fact)).map(|(_, words)| *words).collect()
}
