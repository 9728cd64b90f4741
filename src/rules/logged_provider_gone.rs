use std::collections::BTreeSet;

use super::machinery::{Findings, Subject, rule};
use crate::catalog::{CatalogEvent, CatalogName, Change, FileTime, Guid};

rule! {
    /// The event log records that an LSP was installed that no catalog contains.
    ///
    /// # What it looks for
    ///
    /// Events 1 of the Microsoft-Windows-Winsock-WS2HELP/Operational log of the same computer whose catalog entry id and
    /// GUID no entry of the protocol catalog has. The field Catalog of the events is not compared, since Windows logs 32
    /// for both catalogs.
    ///
    /// # Why it matters
    ///
    /// An LSP saw all traffic of the programs whose sockets passed through it, and is gone. The event shows when it was
    /// installed, by which program and by which user. The finding adds its removal, or the reset of the catalog after it,
    /// if the log records one; if not, the entry may have been deleted by a program that writes the registry directly.
    ///
    /// # When it is harmless
    ///
    /// If the user knows the product and has uninstalled it, or somebody has repaired the catalog with `netsh winsock
    /// reset`.
    ///
    /// # What to do
    ///
    /// Look for the program that installed it, and for its DLL in the history section of this report.
    ///
    /// # References
    ///
    /// KB-22; ATT&CK T1557 (closest fit)
    "logged-provider-gone", Note, History, Intact, needs [IDS, PROVIDER_IDS, WHOLE_LISTS, EVENT_LOG]
}

/// A later event may be logged a moment after the registry was written.
const MOMENT: u64 = 60 * 10_000_000;

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(protocol) = &subject.catalogs.protocol else { return };
    let events = subject.other.events;
    let entries = protocol.lists().into_iter().flatten().flat_map(|list| list.entries.iter().chain(&list.orphans));
    let present: BTreeSet<(Option<u32>, Option<Guid>)> =
        entries.map(|entry| (entry.catalog_entry_id, entry.provider_id)).collect();
    let lists = protocol.lists().into_iter().flatten().filter_map(|list| list.last_written);
    let written = lists.chain(protocol.last_written).max();
    let resets: Vec<&CatalogEvent> = events.iter().filter(|event| event.change == Change::Reset).collect();
    for (identity, about) in CatalogEvent::by_identity(events) {
        let is_installed = |event: &&&CatalogEvent| event.change == Change::Installed;
        let Some(installed) = about.iter().rfind(is_installed).filter(|_| !present.contains(&identity)) else {
            continue;
        };
        let id = identity.0.map(|id| format!(" with catalog id {id}")).unwrap_or_default();
        let is_newer = |written: FileTime| installed.time.0 > written.0.saturating_add(MOMENT);
        let fate = if written.is_some_and(is_newer) {
            "this catalog was last written before".to_owned()
        } else {
            let later = about.iter().filter(|event| event.time >= installed.time && event.change == Change::Removed);
            let reset = resets.get(resets.partition_point(|reset| reset.time < installed.time)..);
            let fates: Vec<String> = later
                .take(1)
                .map(ToString::to_string)
                .chain(reset.and_then(<[_]>::first).map(|reset| format!("the catalog was {reset}")))
                .collect();
            let fates = if fates.is_empty() { "the log does not record why".to_owned() } else { fates.join("; ") };
            format!("no catalog contains it: {fates}")
        };
        let subject = installed.subject();
        findings.at(&protocol.place, format!("{subject}{id} was {installed}; {fate}")).catalog =
            Some(CatalogName::Protocol);
    }
}

#[cfg(test)]
mod tests {
    use super::{MOMENT, RULE};
    use crate::baseline::Baseline;
    use crate::catalog::{CatalogEvent, Change, FileTime, Guid, Place, notation};
    use crate::finding::Finding;
    use crate::rules::OtherEvidence;
    use crate::rules::machinery::{Subject, judge};

    const CASE: &str = "windows  10.0.19045 x64\n1001  tcp\n1015  layered  C:\\x.dll  Foo  guid={00000000-0000-0000-0000-000000000007}";

    fn event(change: Change, second: u64, id: u32) -> CatalogEvent {
        CatalogEvent {
            change,
            time: FileTime(132_110_374_571_000_000 + second * 10_000_000),
            record: second,
            computer: None,
            user: Some("S-1-5-18".into()),
            name: Some("Foo".into()),
            program: Some("C:\\setup.exe".into()),
            provider_id: Some(Guid::from_u128(7)),
            catalog_entry_id: Some(id),
            catalog: Some(32),
            place: Place::default(),
        }
    }

    fn complaints(events: &[CatalogEvent]) -> Vec<String> {
        let catalogs = notation::parse(CASE).unwrap();
        let baseline = Baseline::of(&catalogs);
        let judgement = judge(
            &[&RULE],
            &Subject {
                other: OtherEvidence { events, ..OtherEvidence::default() },
                ..Subject::new(&catalogs, &baseline)
            },
        );
        judgement.findings.iter().map(Finding::sentence).collect()
    }

    #[test]
    fn an_lsp_that_is_still_there_is_silent() {
        assert!(complaints(&[event(Change::Installed, 0, 1015)]).is_empty());
        assert!(complaints(&[event(Change::Removed, 0, 1016), event(Change::Reset, 1, 0)]).is_empty());
    }

    #[test]
    fn an_lsp_that_is_gone_is_a_note_with_its_removal_and_the_reset() {
        let installed =
            "LSP \"Foo\" with catalog id 1016 was installed 2019-08-23 12:37:37 UTC by C:\\setup.exe, S-1-5-18";
        let mut events = vec![event(Change::Reset, 0, 0), event(Change::Installed, 0, 1016)];
        events[0].time.0 -= 1;
        let nothing = format!("{installed}; no catalog contains it: the log does not record why");
        assert_eq!(complaints(&events), [nothing]);
        events.push(event(Change::Removed, 1, 1016));
        events.push(event(Change::Reset, 2, 0));
        let both = format!(
            "{installed}; no catalog contains it: removed 2019-08-23 12:37:38 UTC by C:\\setup.exe, S-1-5-18; the catalog \
             was reset 2019-08-23 12:37:39 UTC by C:\\setup.exe, S-1-5-18"
        );
        assert_eq!(complaints(&events), [both]);
    }

    #[test]
    fn a_reset_at_the_time_of_the_installation_explains_it() {
        let events = [event(Change::Installed, 0, 1016), event(Change::Reset, 0, 0)];
        assert!(complaints(&events)[0].contains("the catalog was reset"), "{:?}", complaints(&events));
    }

    #[test]
    fn an_lsp_with_the_same_id_and_another_guid_is_another_one() {
        let other = CatalogEvent { provider_id: Some(Guid::from_u128(8)), ..event(Change::Installed, 0, 1015) };
        assert_eq!(complaints(&[other]).len(), 1);
    }

    #[test]
    fn what_was_installed_after_the_catalog_was_written_is_not_in_it_yet() {
        let installed = event(Change::Installed, 0, 1016);
        let fate = |written: u64| {
            let mut catalogs = notation::parse(CASE).unwrap();
            catalogs.protocol.as_mut().unwrap().last_written = Some(FileTime(written));
            let baseline = Baseline::of(&catalogs);
            let other = OtherEvidence { events: std::slice::from_ref(&installed), ..OtherEvidence::default() };
            let subject = Subject { other, ..Subject::new(&catalogs, &baseline) };
            judge(&[&RULE], &subject).findings[0].sentence()
        };
        assert!(fate(installed.time.0 - MOMENT).contains("no catalog contains it"));
        assert!(fate(installed.time.0 - MOMENT - 1).contains("this catalog was last written before"));
    }
}
