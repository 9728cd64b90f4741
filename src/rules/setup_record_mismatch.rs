use std::collections::BTreeSet;

use super::machinery::{Findings, Subject, rule};
use crate::catalog::provider::{NET_BIOS, TRANSPORTS};
use crate::catalog::{CatalogName, Facts, Guid, Place, SetupProvider, Text, Winsock};
use crate::sentence::list_of;

rule! {
    /// The transports that setup recorded differ from those that are installed.
    ///
    /// # What it looks for
    ///
    /// A `Setup Migration\Provider List` that names other transports than `Transports`; a recorded provider that is not
    /// the one which this transport has on every Windows; and a recorded provider without an entry in the catalog.
    /// NetBIOS without bindings does not need an entry.
    ///
    /// # Why it matters
    ///
    /// It is an independent record of what Windows installed. A difference shows that the catalog was changed without
    /// setup.
    ///
    /// # When it is harmless
    ///
    /// If a transport has just been removed or added.
    ///
    /// # What to do
    ///
    /// Read it together with `base-provider-missing`.
    ///
    /// # References
    ///
    /// KB-32
    "setup-record-mismatch", Note, Inconsistency, Intact, needs [TRANSPORTS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(winsock) = &subject.catalogs.winsock else { return };
    of_lists(winsock, findings);
    let lists: Vec<_> = subject.catalogs.protocol_lists().collect();
    let tells_providers = subject.catalogs.tells(Facts::PROVIDER_IDS | Facts::WHOLE_LISTS);
    let present: Vec<(CatalogName, &Place, BTreeSet<Guid>)> = lists
        .iter()
        .filter(|_| tells_providers)
        .map(|(name, list)| (*name, &list.place, list.entries.iter().filter_map(|entry| entry.provider_id).collect()))
        .collect();
    let has_bindings = !subject.catalogs.bindings.is_empty();
    for SetupProvider { transport, provider_id, .. } in &winsock.providers {
        let Some(id) = *provider_id else { continue };
        let known = TRANSPORTS.iter().find(|(name, _)| transport.is(name)).map(|(_, id)| *id);
        if let Some(known) = known.filter(|known| *known != id) {
            findings
                .add(format!("setup recorded a different provider for the transport {transport} than Windows uses"))
                .at(&winsock.place)
                .instead(shown(known), shown(id));
            continue;
        }
        let has_entries = id != NET_BIOS || has_bindings;
        for (catalog, place, _) in present.iter().filter(|(.., ids)| has_entries && !ids.contains(&id)) {
            let message = format!("the {catalog} has no entry for the transport {transport}, which setup recorded");
            findings.about_catalog(*catalog, place, message).instead(shown(id), "no such entry");
        }
    }
}

fn of_lists(winsock: &Winsock, findings: &mut Findings<'_>) {
    let (Some(transports), Some(recorded)) = (&winsock.transports, &winsock.provider_list) else { return };
    for (has, lacks, message) in [
        (transports, recorded, "setup has no record of these installed transports"),
        (recorded, transports, "setup recorded transports that are not installed"),
    ] {
        let lacks: BTreeSet<String> = lacks.iter().map(Text::lower).collect();
        let only = has.iter().filter(|name| !lacks.contains(&name.lower()));
        let only: Vec<String> = only.map(ToString::to_string).collect();
        if !only.is_empty() {
            findings.add(format!("{message}: {}", list_of(&only))).at(&winsock.place);
        }
    }
}

fn shown(id: Guid) -> String {
    format!("{{{}}}", id.to_string().to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::catalog::{Facts, notation};
    use crate::rules::machinery::{complaints, findings, findings_in};

    const SYSTEM: &str = "windows  10.0.19041 x64\ntransports  Tcpip Tcpip6\nprotocol 64\n1001  tcp\n1002  tcp6\n";

    #[test]
    fn the_entries_of_a_recorded_transport_are_gone() {
        let case = SYSTEM.replace("1002  tcp6\n", "");
        let expected = "the 64-bit protocol catalog has no entry for the transport Tcpip6, which setup recorded";
        assert_eq!(complaints(&RULE, &case), [expected]);
        let id = findings(&RULE, &case).remove(0).expected;
        assert_eq!(id.as_deref(), Some("{F9EAB0C0-26D4-11D0-BBBF-00AA006C34E4}"));
    }

    #[test]
    fn the_lists_are_not_the_same() {
        let expected = [
            "setup has no record of these installed transports: Tcpip",
            "setup recorded transports that are not installed: irda",
        ];
        assert_eq!(complaints(&RULE, &format!("{SYSTEM}provider-list  tcpip6 irda")), expected);
    }

    #[test]
    fn another_provider_is_recorded() {
        let case = format!("{SYSTEM}setup-provider  TCPIP  {{12345678-0000-0000-0000-000000000000}}");
        let expected = "setup recorded a different provider for the transport TCPIP than Windows uses";
        assert_eq!(complaints(&RULE, &case), [expected]);
    }

    #[test]
    fn the_record_is_right() {
        assert!(complaints(&RULE, SYSTEM).is_empty());
        assert!(complaints(&RULE, &format!("{SYSTEM}provider-list  TCPIP6 TCPIP")).is_empty());
        let without_network = "windows  5.1 x86\ntransports  Tcpip NetBIOS\n1001  tcp";
        assert!(complaints(&RULE, without_network).is_empty());
    }

    #[test]
    fn what_a_part_does_not_show_may_be_there() {
        let mut catalogs = notation::parse(&SYSTEM.replace("1002  tcp6\n", "")).unwrap();
        assert_eq!(findings_in(&RULE, &catalogs).len(), 1);
        catalogs.told.remove(Facts::WHOLE_LISTS);
        assert_eq!(findings_in(&RULE, &catalogs), []);
    }
}
