//! How sure the findings of each rule are, and why.
//!
//! All rules stand in one table, so that they can be weighed against each other.

use crate::catalog::Facts;
use crate::finding::{Confidence, Finding};

use Confidence::{High, Low, Medium};

/// Each rule with the confidence of its findings, unless one of them says otherwise, and the reason.
const OF_RULES: &[(&str, Confidence, &str)] = &[
    ("catalog-missing", High, "the parent key was read, and Windows cannot open a socket without this key"),
    ("control-set-missing", High, "`Select` and the list of control sets were both read"),
    ("catalog-value-missing", High, "the whole key was read, and Windows does not load a catalog without the value"),
    ("catalog-numbering-gap", High, "the keys and their count were both read, and contradict each other"),
    ("packed-item-wrong-size", High, "the length is read from the value itself"),
    ("library-path-malformed", High, "Windows cannot load a file from such a path"),
    ("duplicate-catalog-id", High, "both entries were read, and Windows never gives an id twice"),
    ("chain-malformed", High, "the length of the chain is read from the entry, and Windows accepts no other"),
    (
        "chain-names-missing-entry",
        High,
        "all entries were read, and the one that the chain references is not among them",
    ),
    ("library-missing", High, "the whole folder was collected, and the file is not in it"),
    ("library-wrong-machine", High, "the processors are read from the head of the file"),
    ("library-without-startup-export", High, "all names that the file exports were read"),
    ("transport-driver-disabled", High, "the start type is read from the service itself"),
    (
        "base-provider-missing",
        High,
        "all entries were read, and the transport that brings the missing one is installed",
    ),
    ("netbios-pair-incomplete", Medium, "Windows rebinds NetBIOS when network adapters change"),
    ("catalog-lock-left-behind", Medium, "a registry that was copied during a write looks the same"),
    ("name-space-provider-missing", Medium, "a hardened system may do without some of them"),
    ("name-space-value-missing", High, "Windows does not load an entry without the value"),
    ("catalog-redirected", High, "no clean system has the value"),
    ("registry-link-in-catalog", High, "no clean system has a link there"),
    ("library-path-relative", High, "no clean system has a relative path in a catalog"),
    ("base-provider-path-altered", High, "the GUID is Windows' own and the DLL is not"),
    ("name-space-library-altered", High, "the GUID is Windows' own and the DLL is not"),
    (
        "third-party-library-altered",
        Medium,
        "a version of the product that was not seen may have another DLL or folder",
    ),
    ("chain-library-differs", High, "chains of every known layered provider load the DLL of that provider"),
    ("autodial-library-altered", High, "no known product replaces the DLL"),
    ("name-space-callout-altered", High, "no known product replaces the DLL"),
    ("transport-helper-altered", High, "the helper DLL of each transport of Windows is known"),
    ("transport-claims-foreign-family", High, "no clean system has a transport that claims the family of another one"),
    ("service-provider-altered", High, "every known Windows has the same value"),
    ("driver-file-altered", High, "no known product replaces the drivers of TCP/IP"),
    ("environment-redirected", High, "the variable leads to another folder than the one that Windows is in"),
    (
        "windows-library-replaced",
        Medium,
        "an update that was being installed, or a catalog that was not collected, looks the same",
    ),
    ("library-imitates-windows", Medium, "vendors who build on an example of Microsoft's keep its version resource"),
    ("library-altered-after-signing", High, "the digest in the signature is not that of the file"),
    ("known-provider-imitated", Medium, "a new version of the product may offer more than was seen"),
    ("provider-known-hostile", High, "the DLL or the name is one that is known for this program alone"),
    ("provider-denied", High, "the list names exactly this, and whether the list is right is for its author to say"),
    ("provider-name-imitates-windows", High, "the name is Windows' own and the GUID is not"),
    ("provider-hidden", High, "no clean system hides an entry that opens ordinary sockets"),
    ("provider-unknown", Medium, "the provider is unknown here, which says nothing of what it does"),
    ("foreign-provider-answers-sockets", High, "the order of the entries decides which provider Windows selects"),
    ("layered-provider-effective", High, "the order of the entries decides which provider Windows selects"),
    ("layered-provider-installed", High, "a chain or a length of 0 is what makes an entry a layered provider"),
    ("name-space-provider-unknown", Medium, "the provider is unknown here, which says nothing of what it does"),
    ("library-in-writable-folder", Medium, "the permissions of the folder are not in the evidence"),
    ("protocol-name-mismatch", Medium, "old installers write one of the two names only"),
    ("app-permission-unusual", Medium, "games and virtual machines register themselves, too"),
    ("entry-beyond-count", Medium, "old uninstallers leave such keys"),
    ("catalog-id-not-issued", Medium, "an imported catalog of another machine looks the same"),
    ("catalogs-differ", Medium, "some products serve only one kind of program"),
    ("entry-deviates-from-template", Medium, "an update may change the template but not the entry"),
    ("setup-record-mismatch", Low, "any recent change of the transports looks the same"),
    ("layered-provider-without-chain", Medium, "an installation that waits for a restart looks the same"),
    ("chain-without-file-handles", High, "the flags are read from both entries"),
    ("entry-written-apart", Low, "only slack and times show it, and repairs leave the same traces"),
    ("report-disagrees-with-registry", Medium, "the two were written at different times"),
    ("catalog-ids-vanished", Low, "reinstalled drivers and network adapters leave the same holes"),
    ("logged-provider-gone", High, "Windows logged the installation, and all entries were read"),
    ("residue-names-another-provider", Low, "slack holds whatever was in memory"),
    ("control-sets-differ", Medium, "any installation since the last good start looks the same"),
    ("library-unsigned", Medium, "a catalog that was not collected may list the file"),
    ("additional-provider-installed", High, "GUID and everything that the entry offers are those of the product"),
];

/// How sure the findings of a rule are, and why.
pub(super) fn of_rule(id: &str) -> (Confidence, &'static str) {
    let row = OF_RULES.iter().find(|(rule, ..)| *rule == id);
    row.map_or((Low, "nothing is known of this rule"), |(_, confidence, reason)| (*confidence, reason))
}

/// When any finding is less sure than its rule, as a sentence for the page of each rule.
pub(super) const LOWERED: &str = "One step lower where the evidence does not show what a finding about an entry rests on \
    (DLL paths), and in a dirty hive that was examined as stored.";

/// Lowers the confidence of findings about entries where the evidence shows no DLL paths.
pub(super) fn lower_without_paths(findings: &mut [Finding], told: Facts) {
    if !told.contains(Facts::PATHS) {
        let about_entries = findings.iter_mut().filter(|finding| finding.entry.is_some());
        about_entries.for_each(|finding| finding.confidence = finding.confidence.lowered());
    }
}

#[cfg(test)]
mod tests {
    use super::OF_RULES;
    use crate::baseline::Baseline;
    use crate::catalog::{Catalogs, notation};
    use crate::finding::Confidence;
    use crate::rules::machinery::report_of;
    use crate::rules::{ALL, Subject, judge};

    #[test]
    fn every_rule_has_a_confidence_and_a_reason_in_the_order_of_the_rules() {
        let rules: Vec<&str> = ALL.iter().map(|rule| rule.id).collect();
        let rows: Vec<&str> = OF_RULES.iter().map(|(rule, ..)| *rule).collect();
        assert_eq!(rows, rules);
        assert!(OF_RULES.iter().all(|(.., reason)| reason.len() > 20));
    }

    #[test]
    fn what_a_report_shows_of_an_entry_is_less_sure() {
        let case =
            "windows  5.1 x86\n1001  tcp\n1017  1016>1001  C:\\x.dll  Foo over [MSAFD Tcpip [TCP/IP]]  flags=0x66";
        let confidence = |catalogs: &Catalogs| {
            let findings = judge(ALL, &Subject::new(catalogs, &Baseline::of(catalogs))).findings;
            let of_rule = findings.iter().find(|finding| finding.rule == "layered-provider-installed");
            of_rule.map(|finding| finding.confidence)
        };
        let case = notation::parse(case).unwrap();
        assert_eq!(confidence(&case), Some(Confidence::High));
        assert_eq!(confidence(&report_of(case)), Some(Confidence::Medium));
    }
}
