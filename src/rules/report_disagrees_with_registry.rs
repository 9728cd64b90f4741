use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::machinery::{Findings, Subject, SystemReport, rule};
use crate::catalog::signature::{Signature, as_shown};
use crate::catalog::{
    CanonicalPath, CatalogName, Catalogs, EntryList, Facts, NameSpaceEntry, ProtocolEntry, Text, WindowsFolder,
    is_harmful, title,
};
use crate::finding::{Confidence, Finding, Severity};
use crate::sentence::list_of;

rule! {
    /// A report shows different entries than the registry of the same system.
    ///
    /// # What it looks for
    ///
    /// If an msinfo32 report or a netsh listing is examined together with the registry of its system: sections that
    /// only one of the two has. Sections are the same if they offer the same and have the same name, in any language.
    /// Hidden entries do not count, because no report shows them; on 64-bit Windows the 64-bit catalog counts. The same
    /// sections in a different order are a note. For a listing, the entries of both catalogs are compared by id:
    /// provider, DLL, chain and what they offer. If a report or listing may be incomplete, what it lacks does not
    /// count. Of a log of HijackThis or FRST only the file names of the DLLs are compared, since it shows nothing else.
    ///
    /// # Why it matters
    ///
    /// A running Windows produces the report. If the report does not show what the registry contains, something lies to
    /// the programs of that system, or the two were collected at different times.
    ///
    /// # When it is harmless
    ///
    /// If software was installed or removed between the two, or Windows bound NetBIOS again: compare the times.
    ///
    /// # What to do
    ///
    /// Collect both again at the same time.
    ///
    /// # References
    ///
    /// What msinfo32 shows of registry entries, in 386 of 386 sections
    "report-disagrees-with-registry", Warning, Inconsistency, Intact,
    needs [ENTRIES, KEYS, PROVIDER_FLAGS, WHOLE_LISTS, REPORTS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for report in subject.reports {
        if report.catalogs.tells(Facts::IDS) {
            judge_listing(subject, report, findings);
        } else if report.catalogs.tells(Facts::ENTRIES | Facts::SERVICE_FLAGS) {
            judge_sections(subject, report, findings);
        } else {
            judge_libraries(subject, report, findings);
        }
    }
}

/// The list that Windows' own programs see.
fn native(catalogs: &Catalogs) -> Option<(CatalogName, &EntryList<ProtocolEntry>)> {
    catalogs.protocol_lists().last()
}

fn judge_sections(subject: &Subject<'_>, report: &SystemReport, findings: &mut Findings<'_>) {
    let Some((catalog, list)) = native(subject.catalogs) else { return };
    let stored: Vec<&ProtocolEntry> = subject.catalogs.sections().collect();
    let shown = as_shown(stored.iter().copied());
    // Of a section that was damaged nobody knows which one it is.
    let reported = report.catalogs.native_entries().iter().filter(|section| Signature::of(section).is_some());
    let reported: Vec<&ProtocolEntry> = reported.collect();
    let pairs = pairs(&stored, &shown, &reported);
    let is_whole = report.catalogs.tells(Facts::WHOLE_LISTS);
    let unshown = stored.iter().zip(&pairs).filter(|(_, pair)| is_whole && pair.is_none());
    let lacking: Vec<&ProtocolEntry> = unshown.map(|(entry, _)| *entry).collect();
    let mut is_paired = vec![false; reported.len()];
    for index in pairs.iter().flatten() {
        if let Some(is_paired) = is_paired.get_mut(*index) {
            *is_paired = true;
        }
    }
    let unknown = reported.iter().zip(is_paired).filter(|(_, is_paired)| !is_paired);
    let more: Vec<Text> = unknown.map(|(section, _)| section.name()).collect();
    if !lacking.is_empty() || !more.is_empty() {
        let finding = findings.about_catalog(catalog, &list.place, disagreement(report, &lacking, &more));
        tell_cause(finding, &lacking).harmless(times(subject, report));
    } else if !pairs.iter().flatten().is_sorted() {
        let message = format!("{} shows the same sections as the registry in a different order", called(report));
        findings.about_catalog(catalog, &list.place, message).severity(Severity::Note).harmless(times(subject, report));
    }
}

/// For each entry the section that shows it.
///
/// Names that are stored as they are are shown as they are. Others are resolved in the language of the system by a
/// program that may not be known: such an entry may be any section that offers the same.
fn pairs(stored: &[&ProtocolEntry], shown: &[ProtocolEntry], reported: &[&ProtocolEntry]) -> Vec<Option<usize>> {
    let mut by_name: BTreeMap<(Option<Signature>, String), VecDeque<usize>> = BTreeMap::new();
    for (index, section) in reported.iter().enumerate() {
        by_name.entry((Signature::of(section), kernel(section))).or_default().push_back(index);
    }
    let mut pairs: Vec<Option<usize>> = shown
        .iter()
        .map(|entry| by_name.get_mut(&(Signature::of(entry), kernel(entry))).and_then(VecDeque::pop_front))
        .collect();
    let mut left: BTreeMap<Option<Signature>, VecDeque<usize>> = BTreeMap::new();
    for ((signature, _), indices) in by_name {
        left.entry(signature).or_default().extend(indices);
    }
    for (entry, pair) in stored.iter().zip(&mut pairs).filter(|(_, pair)| pair.is_none()) {
        if entry.stored_name.as_ref().is_some_and(|name| title::reference(name).is_some()) {
            *pair = left.get_mut(&Signature::of(entry)).and_then(VecDeque::pop_front);
        }
    }
    pairs
}

/// The name of a section as far as carriers leave it alone: of Windows' own providers the English one.
fn kernel(section: &ProtocolEntry) -> String {
    let name = section.concluded.name.clone().unwrap_or_else(|| section.name());
    let name = name.lossy().replace(is_harmful, " ");
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Paths are not compared: a log resolves variables, which differ between programs of 32 and of 64 bits.
fn judge_libraries(subject: &Subject<'_>, report: &SystemReport, findings: &mut Findings<'_>) {
    let Some((catalog, list)) = native(subject.catalogs) else { return };
    if !subject.catalogs.tells(Facts::PATHS | Facts::NAME_SPACE_LIBRARIES) {
        return;
    }
    let file_name = |path: &Text| CanonicalPath::new(&path.lossy(), false).file_name().to_owned();
    let own: BTreeSet<String> = all_libraries(subject.catalogs).map(file_name).collect();
    let more: BTreeSet<String> = all_libraries(&report.catalogs).map(file_name).collect();
    let more: Vec<Text> = more.difference(&own).map(|name| Text::from(name.as_str())).collect();
    if !more.is_empty() {
        let finding = findings.about_catalog(catalog, &list.place, disagreement(report, &[], &more));
        finding.confidence = Confidence::Low;
        finding.harmless(times(subject, report));
    }
}

/// The DLLs of all entries, also of those that Windows does not read.
fn all_libraries(catalogs: &Catalogs) -> impl Iterator<Item = &Text> {
    let protocol = catalogs.protocol_lists().flat_map(|(_, list)| list.entries.iter().chain(&list.orphans));
    let name_space = catalogs.name_space_lists().flat_map(|(_, list)| list.entries.iter().chain(&list.orphans));
    let protocol = protocol.filter_map(|entry| entry.library_path.as_ref());
    protocol.chain(name_space.filter_map(|entry| entry.library_path.as_ref()))
}

fn judge_listing(subject: &Subject<'_>, report: &SystemReport, findings: &mut Findings<'_>) {
    let is_whole = report.catalogs.tells(Facts::WHOLE_LISTS);
    for (name, reported) in report.catalogs.protocol_lists() {
        // An excerpt that does not show which of the two lists it belongs to agrees with neither.
        let own: Vec<_> = subject.catalogs.protocol_lists().collect();
        let own = match own.as_slice() {
            [only] if name == CatalogName::Protocol => Some(only),
            lists => lists.iter().find(|(own, _)| *own == name),
        };
        let Some((catalog, list)) = own else { continue };
        let [stored, shown] = [list, &reported].map(|list| by_id(list));
        let missing = stored.iter().filter(|(id, _)| is_whole && !shown.contains_key(*id));
        let lacking: Vec<&ProtocolEntry> = missing.map(|(_, entry)| *entry).collect();
        let unknown = shown.iter().filter(|(id, _)| !stored.contains_key(*id));
        let more: Vec<Text> = unknown.map(|(_, entry)| entry.name()).collect();
        if !lacking.is_empty() || !more.is_empty() {
            let finding = findings.about_catalog(*catalog, &list.place, disagreement(report, &lacking, &more));
            tell_cause(finding, &lacking).harmless(times(subject, report));
        }
        for (id, entry) in stored {
            let Some(shown) = shown.get(&id) else { continue };
            for ((what, field), own, other) in other_fields(subject, *catalog, entry, shown) {
                findings
                    .about(*catalog, entry, format!("{} reports a different {what}", called(report)))
                    .field(field)
                    .instead(own, other)
                    .harmless(times(subject, report));
            }
        }
    }
    judge_name_spaces(subject, report, findings);
}

/// A listing ends in its namespace entries, and nothing shows whether that end was cut off.
fn judge_name_spaces(subject: &Subject<'_>, report: &SystemReport, findings: &mut Findings<'_>) {
    let own = subject.catalogs.name_space_lists().last();
    let Some(((catalog, own), (_, listed))) = own.zip(report.catalogs.name_space_lists().last()) else { return };
    let known: BTreeSet<_> = own.entries.iter().map(|entry| entry.provider_id).collect();
    let more = listed.entries.iter().filter(|entry| !known.contains(&entry.provider_id));
    let more: Vec<Text> = more.map(NameSpaceEntry::name).collect();
    if !more.is_empty() {
        let finding = findings.about_catalog(catalog, &own.place, disagreement(report, &[], &more));
        finding.harmless(times(subject, report));
    }
}

fn by_id(list: &EntryList<ProtocolEntry>) -> BTreeMap<u32, &ProtocolEntry> {
    list.entries.iter().rev().filter_map(|entry| Some((entry.catalog_entry_id?, entry))).collect()
}

/// The fields that both have, with different values.
fn other_fields(
    subject: &Subject<'_>,
    catalog: CatalogName,
    own: &ProtocolEntry,
    other: &ProtocolEntry,
) -> Vec<((&'static str, &'static str), String, String)> {
    fn told(value: Option<impl ToString>) -> Option<String> {
        value.map(|value| value.to_string())
    }
    // Where the registry does not show the Windows folder, a report that has expanded the variable mostly says this.
    let usual = WindowsFolder::usual();
    let spelled = |path: CanonicalPath| if subject.folder.shown().is_none() { usual.resolve(&path) } else { path };
    let path = |entry: &ProtocolEntry| subject.library_of(catalog, entry).map(|path| spelled(path).as_str().to_owned());
    let chain = |entry: &ProtocolEntry| {
        let chain = entry.chain.as_ref()?;
        let ids: Vec<String> = chain.ids.iter().map(u32::to_string).collect();
        Some(format!("{} {}", chain.len, ids.join(" > ")))
    };
    let fields = [
        (("provider", "ProviderId"), told(own.provider_id), told(other.provider_id)),
        (("DLL", "LibraryPath"), path(own), path(other)),
        (("chain", "ProtocolChain.ChainEntries"), chain(own), chain(other)),
        (("address family", "iAddressFamily"), told(own.address_family), told(other.address_family)),
        (("socket type", "iSocketType"), told(own.socket_type), told(other.socket_type)),
        (("protocol", "iProtocol"), told(own.protocol), told(other.protocol)),
    ];
    let told = fields.into_iter().filter_map(|(what, own, other)| Some((what, own?, other?)));
    told.filter(|(_, own, other)| own != other).collect()
}

/// What is not shown is of one cause with what else is said of its DLL.
fn tell_cause<'f>(finding: &'f mut Finding, lacking: &[&ProtocolEntry]) -> &'f mut Finding {
    finding.libraries.extend(lacking.iter().filter_map(|entry| entry.library_path.clone()));
    finding.further(lacking.iter().copied())
}

fn disagreement(report: &SystemReport, lacking: &[&ProtocolEntry], more: &[Text]) -> String {
    let shown = |name: &Text| name.shortened(100);
    let lacking: Vec<String> = lacking.iter().map(|entry| shown(&entry.name())).collect();
    let more: Vec<String> = more.iter().map(shown).collect();
    let lacking = Some(lacking).filter(|names| !names.is_empty()).map(|names| format!("lacks {}", list_of(&names)));
    let more = Some(more).filter(|names| !names.is_empty());
    let more = more.map(|names| format!("shows {}, which the registry does not have", list_of(&names)));
    let parts: Vec<String> = lacking.into_iter().chain(more).collect();
    format!("{} {}", called(report), parts.join(", and "))
}

fn called(report: &SystemReport) -> String {
    report.name.shortened(100)
}

/// When the two were written.
fn times(subject: &Subject<'_>, report: &SystemReport) -> String {
    let written = subject.catalogs.protocol.as_ref().and_then(|catalog| catalog.last_written);
    let of_report = report.written.as_ref().map_or_else(|| "at a time that it does not state".to_owned(), Clone::clone);
    let of_registry = written.map_or_else(|| "at an unknown time".to_owned(), |time| time.to_string());
    format!("the report was written {of_report}, the catalog {of_registry}: something may have changed in between")
}

#[cfg(test)]
mod tests {
    use super::{RULE, SystemReport};
    use crate::baseline::Baseline;
    use crate::catalog::{Catalogs, Facts, Text, Windows, notation};
    use crate::finding::{Finding, Severity};
    use crate::rules::machinery::report_of;
    use crate::rules::{Subject, judge};

    const REGISTRY: &str =
        "windows  10.0.19041 x64\n1001  tcp\n1002  udp\n1003  raw\n1004  unix\nname spaces\ntcpip\nntds";
    const LAYERED: &str =
        "\nprotocol\n1017  layered  C:\\lsp.dll  Foo\n1018  1017>1001  C:\\lsp.dll  Foo over [MSAFD Tcpip [TCP/IP]]";

    fn parse(case: &str) -> Catalogs {
        notation::parse(case).unwrap()
    }

    fn findings(registry: &str, report: Catalogs) -> Vec<Finding> {
        let catalogs = parse(registry);
        let baseline = Baseline::of(&catalogs);
        let reports = [SystemReport { name: Text::from("report"), written: None, catalogs: report }];
        let judgement = judge(&[&RULE], &Subject { reports: &reports, ..Subject::new(&catalogs, &baseline) });
        assert_eq!(judgement.not_judged, []);
        judgement.findings
    }

    fn complaints(registry: &str, report: Catalogs) -> Vec<String> {
        findings(registry, report).iter().map(Finding::sentence).collect()
    }

    /// What netsh lists of a system.
    fn listing(case: &str) -> Catalogs {
        let case = parse(case);
        let told = case.told - Facts::KEYS - Facts::PROVIDER_FLAGS - Facts::ITEM_BYTES;
        Catalogs { told: told | Facts::WHOLE_LISTS, ..case }
    }

    fn with_name(mut report: Catalogs, index: usize, name: &str) -> Catalogs {
        let entries = &mut report.protocol.as_mut().unwrap().entries.as_mut().unwrap().entries;
        entries[index].stored_name = Some(Text::from(name));
        crate::catalog::signature::conclude(entries);
        report
    }

    #[test]
    fn a_chain_is_in_the_registry_alone() {
        let registry = format!("{REGISTRY}{LAYERED}");
        let expected = "report lacks Foo over [MSAFD Tcpip [TCP/IP]]";
        assert_eq!(complaints(&registry, report_of(parse(REGISTRY))), [expected]);
        let expected = "report shows Foo over [MSAFD Tcpip [TCP/IP]], which the registry does not have";
        assert_eq!(complaints(REGISTRY, report_of(parse(&registry))), [expected]);
    }

    #[test]
    fn another_name_or_offer_is_another_section() {
        let report = report_of(parse(&REGISTRY.replace("1002  udp", "1002  udp  flags=0x66")));
        let expected =
            "report lacks MSAFD Tcpip [UDP/IP], and shows MSAFD Tcpip [UDP/IP], which the registry does not have";
        assert_eq!(complaints(REGISTRY, report), [expected]);
        let report = with_name(report_of(parse(REGISTRY)), 2, "AF_UNIX 2");
        assert_eq!(
            complaints(REGISTRY, report),
            ["report lacks AF_UNIX, and shows AF_UNIX 2, which the registry does not have"]
        );
    }

    #[test]
    fn raw_sockets_and_layered_providers_are_hidden() {
        assert!(findings(REGISTRY, report_of(parse(REGISTRY))).is_empty());
        let registry = format!("{REGISTRY}{LAYERED}");
        assert!(findings(&registry, report_of(parse(&registry))).is_empty());
    }

    #[test]
    fn a_name_has_the_language_of_its_system() {
        let report = with_name(report_of(parse(REGISTRY)), 0, "TCPIP MSAFD [TCP/IP]");
        assert!(findings(REGISTRY, report).is_empty());
        let registry = format!("{REGISTRY}\nprotocol\n1005  base  C:\\foo.dll  @C:\\foo.dll,-100");
        let report = with_name(report_of(parse(&registry)), 3, "Foos Dienst");
        assert!(findings(&registry, report).is_empty(), "what foo.dll says nobody knows");
    }

    #[test]
    fn another_order_is_a_note() {
        let report = report_of(parse(&REGISTRY.replace("1001  tcp\n1002  udp", "1002  udp\n1001  tcp")));
        let findings = findings(REGISTRY, report);
        assert_eq!(findings[0].sentence(), "report shows the same sections as the registry in a different order");
        assert_eq!((findings.len(), findings[0].severity), (1, Severity::Note));
    }

    #[test]
    fn what_may_not_be_whole_lacks_nothing() {
        let mut report = report_of(parse(&format!("windows  10.0.19041 x64\n1001  tcp{LAYERED}")));
        report.told -= Facts::WHOLE_LISTS;
        let expected = "report shows Foo over [MSAFD Tcpip [TCP/IP]], which the registry does not have";
        assert_eq!(complaints(REGISTRY, report), [expected]);
    }

    #[test]
    fn a_listing_tells_paths_and_ids() {
        assert!(findings(REGISTRY, listing(REGISTRY)).is_empty());
        let spelled = listing(&REGISTRY.replace("udp", "udp  C:\\WINDOWS\\System32\\mswsock.dll"));
        assert!(findings(REGISTRY, spelled).is_empty(), "it is the same path");
        let found = findings(&REGISTRY.replace("udp", "udp  C:\\evil.dll"), listing(REGISTRY));
        let both: Vec<_> = found.iter().map(|found| (found.sentence(), found.found.clone().unwrap())).collect();
        let expected = (
            "MSAFD Tcpip [UDP/IP]: report reports a different DLL".to_owned(),
            r"<windows>\system32\mswsock.dll".to_owned(),
        );
        assert_eq!(both, [expected.clone(), expected]);
        let expected = "report lacks Foo and Foo over [MSAFD Tcpip [TCP/IP]]";
        assert_eq!(complaints(&format!("{REGISTRY}{LAYERED}"), listing(REGISTRY)), [expected, expected]);
        let more = "\nother  C:\\x.dll  Foo  guid={12345678-0000-0000-0000-000000000000} space=12";
        let expected = "report shows Foo, which the registry does not have";
        assert_eq!(complaints(REGISTRY, listing(&format!("{REGISTRY}{more}"))), [expected]);
    }

    #[test]
    fn a_list_of_dlls_is_compared_by_their_names() {
        let list = |case: &str| Catalogs { told: Facts::PATHS | Facts::NAME_SPACE_LIBRARIES, ..parse(case) };
        assert_eq!(complaints(REGISTRY, list(REGISTRY)), [""; 0]);
        let expected = ["report shows lsp.dll, which the registry does not have"];
        assert_eq!(complaints(REGISTRY, list(&format!("{REGISTRY}{LAYERED}"))), expected);
        assert_eq!(complaints(&format!("{REGISTRY}{LAYERED}"), list(REGISTRY)), [""; 0], "a list may show fewer");
    }

    #[test]
    fn a_listing_of_unknown_bitness_is_that_of_the_only_list() {
        let case = "windows  5.1 x86\n1001  tcp\n1002  udp";
        let unknown = |case: &str| Catalogs { windows: Windows::default(), ..listing(case) };
        assert_eq!(complaints(case, unknown(case)), [""; 0]);
        assert_eq!(complaints(case, unknown("1001  tcp")), ["report lacks MSAFD Tcpip [UDP/IP]"]);
        let both = "windows  10.0.19041 x64\n1001  tcp\n1002  udp";
        assert_eq!(complaints(both, unknown("1001  tcp")), [""; 0], "nothing shows which of the two it is");
    }

    #[test]
    fn what_both_say_of_a_field_is_shown() {
        let other = listing(&REGISTRY.replace("1002  udp", "1002  udp  protocol=99"));
        let finding = findings(REGISTRY, other).remove(0);
        assert_eq!([finding.expected.as_deref(), finding.found.as_deref()], [Some("17"), Some("99")]);
    }
}
