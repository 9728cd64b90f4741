use super::machinery::{Findings, Subject, rule};
use super::remedies::preserve;
use crate::baseline::{Misfit, ThirdParty, ThirdPartyKind};
use crate::catalog::socket::{AF_INET, AF_INET6};
use crate::catalog::{Kind, ProtocolEntry, provider};
use crate::finding::{Severity, Verdict};
use crate::sentence::list_of;

rule! {
    /// An entry has the GUID of a known provider and offers what that does not.
    ///
    /// # What it looks for
    ///
    /// Protocol entries with the GUID of a known third party that are of another kind than it installs (a layered
    /// provider where it installs base or name space providers, and so on) or differ from all of its base entries in
    /// family, type, protocol, flags, sizes of addresses or of messages; and base entries with the GUID of a provider of
    /// Microsoft's, but with other families, types or protocols. The list of known third parties is
    /// `src/baseline/third_parties.toml`.
    ///
    /// # Why it matters
    ///
    /// A GUID is easily borrowed, and what is known is looked at less closely. It is an error where another kind or
    /// another family is used to serve IPv4 or IPv6: no version of the product has done that.
    ///
    /// # When it is harmless
    ///
    /// When a new version of the product offers more than was seen; then only flags, sizes or a further type differ.
    ///
    /// # What to do
    ///
    /// Check who signed the DLL and keep it as evidence. If it is the vendor's, report what its entries offer for the list
    /// of known third parties.
    ///
    /// # References
    ///
    /// KB-22, KB-24; ATT&CK T1036.005
    "known-provider-imitated", Warning, Hijack, Additions, needs [ENTRIES, PROVIDER_IDS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (catalog, list) in subject.catalogs.protocol_lists() {
        for entry in &list.entries {
            let Some(imitation) = Imitation::of(entry) else { continue };
            let finding = findings.about(catalog, entry, imitation.message).field("ProviderId");
            finding.fields.extend(imitation.fields);
            finding.remedies(entry.library_path.as_ref().map(preserve));
            if imitation.is_error {
                finding.severity(Severity::Error).implies(Verdict::Hijacked);
            }
        }
    }
}

/// Whether the rule speaks of this entry.
pub(super) fn imitates_known_provider(entry: &ProtocolEntry) -> bool {
    Imitation::of(entry).is_some()
}

struct Imitation {
    message: String,
    /// The fields in which the entry differs.
    fields: Vec<&'static str>,
    is_error: bool,
}

impl Imitation {
    fn of(entry: &ProtocolEntry) -> Option<Self> {
        let id = entry.provider_id?;
        if let Some(name) = provider::name_of(id) {
            let message = format!("it has the GUID of Microsoft's {name}, and offers what that does not");
            let fields = vec!["iAddressFamily", "iSocketType", "iProtocol"];
            let differs = entry.is(Kind::Base) && !provider::offers_what_microsoft_does(id, entry);
            return differs.then_some(Self { message, fields, is_error: false });
        }
        let known = ThirdParty::of(Some(id), None)?;
        let serves_ip = matches!(entry.address_family, Some(AF_INET | AF_INET6));
        Some(match known.misfit(entry)? {
            Misfit::Kind => {
                let kinds: Vec<String> = known.kinds.iter().map(|kind| kind_of_third_party(*kind).to_owned()).collect();
                Self {
                    message: format!(
                        "it has the GUID of {} and is {}, where that is {}",
                        known.name,
                        kind_of_entry(entry),
                        list_of(&kinds)
                    ),
                    fields: vec!["ProtocolChain.ChainLen"],
                    is_error: serves_ip,
                }
            }
            Misfit::Fields(fields) => Self {
                message: format!(
                    "it has the GUID of {}, and differs from its entries in {}",
                    known.name,
                    list_of(&fields)
                ),
                is_error: serves_ip && fields.contains(&"iAddressFamily"),
                fields,
            },
        })
    }
}

fn kind_of_entry(entry: &ProtocolEntry) -> &'static str {
    match entry.kind() {
        Some(Kind::Layered) => "a layered provider",
        Some(Kind::Chain) => "a protocol chain",
        _ => "a base provider",
    }
}

fn kind_of_third_party(kind: ThirdPartyKind) -> &'static str {
    match kind {
        ThirdPartyKind::Base => "a base provider",
        ThirdPartyKind::Layered => "a layered provider",
        ThirdPartyKind::NameSpace => "a name space provider",
        ThirdPartyKind::NetworkDirect => "a NetworkDirect provider",
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::finding::Severity;
    use crate::rules::machinery::{complaints, severities};

    const VMWARE: &str =
        "base  %SystemRoot%\\system32\\vsocklib.dll  vSockets STREAM  guid={570ADC4B-67B2-42CE-92B2-ACD33D88D842}";
    const OWN: &str = "family=28 protocol=0 flags=0x26 version=0";

    #[test]
    fn a_base_provider_serves_another_family() {
        let case = format!("1015  {VMWARE} {OWN}").replace("family=28", "family=2");
        let complaint =
            "vSockets STREAM: it has the GUID of VMware vSockets, and differs from its entries in iAddressFamily";
        assert_eq!(complaints(&RULE, &case), [complaint]);
        assert_eq!(severities(&RULE, &case), [Severity::Error]);
        assert_eq!(severities(&RULE, &case.replace("family=2 ", "family=99 ")), [Severity::Warning]);
    }

    #[test]
    fn a_new_version_that_offers_more_is_a_warning() {
        let case = format!("1015  {VMWARE} {OWN}").replace("0x26", "0x20026");
        assert_eq!(severities(&RULE, &case), [Severity::Warning]);
    }

    #[test]
    fn another_kind_serves_tcp() {
        let bonjour =
            "base  C:\\Program Files\\Bonjour\\mdnsNSP.dll  mdnsNSP  guid={B600E6E9-553B-4A19-8696-335E5C896153}";
        let complaint =
            "mdnsNSP: it has the GUID of Bonjour and is a base provider, where that is a name space provider";
        assert_eq!(complaints(&RULE, &format!("1015  {bonjour}")), [complaint]);
        let tencent = "1015  base  C:\\x.dll  Foo  guid={4D2062B0-79CA-466E-94D4-21FE2ED90EE6}";
        let chain = format!("1001  tcp\n1015  1016>1001  C:\\x.dll  Foo  {}", VMWARE.split("  ").last().unwrap());
        for case in [format!("1015  {bonjour}"), tencent.to_owned(), chain] {
            assert_eq!(severities(&RULE, &case), [Severity::Error], "{case}");
        }
    }

    #[test]
    fn windows_guid_with_another_family() {
        let case = "1015  base  %SystemRoot%\\system32\\mswsock.dll  Foo  guid={E70F1AA0-AB8B-11CF-8CA3-00805F48A192} family=99";
        assert_eq!(
            complaints(&RULE, case),
            ["Foo: it has the GUID of Microsoft's Tcpip, and offers what that does not"]
        );
    }

    #[test]
    fn entries_as_the_vendor_installs_them_are_silent() {
        let layered = "1016  layered  C:\\Windows\\SysWOW64\\ierd_tgp_lsp.dll  ierd_tgp_lsp  guid={4D2062B0-79CA-466E-94D4-21FE2ED90EE6}";
        let case = format!("1001  tcp\n1002  udp\n1003  raw6\n1004  rfcomm\n1015  {VMWARE} {OWN}\n{layered}");
        assert!(complaints(&RULE, &case).is_empty());
    }
}
