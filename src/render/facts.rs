//! What evidence may show, in the words of analysts.

use crate::catalog::Facts;

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
    (Facts::REPORTS, "what a report of the same system shows"),
    (Facts::EVENT_LOG, "what the event log of Winsock records"),
];

/// The facts in words.
pub(super) fn in_words(facts: Facts) -> Vec<&'static str> {
    FACTS.iter().filter(|(fact, _)| facts.intersects(*fact)).map(|(_, words)| *words).collect()
}
