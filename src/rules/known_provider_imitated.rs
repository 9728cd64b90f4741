use super::machinery::{Findings, Subject, rule};
use super::remedies::preserve;
use crate::baseline::{Misfit, ThirdParty, ThirdPartyKind};
use crate::catalog::socket::{AF_INET, AF_INET6};
use crate::catalog::{Kind, ProtocolEntry, provider};
use crate::finding::{Severity, Verdict};
use crate::sentence::list_of;

rule! {
    /// An entry uses the GUID of a known provider but offers something else.
    ///
    /// # What it looks for
    ///
    /// Protocol entries with the GUID of a known third party that are of a different kind than that product installs
    /// (an LSP although it installs base or namespace providers, for example), or that differ from all of its base
    /// entries in address family, socket type, protocol, flags, address sizes or message size. Also base entries with
    /// the GUID of a Microsoft provider but other families, types or protocols. The known third parties are listed in
    /// `src/baseline/third_parties.toml`.
    ///
    /// # Why it matters
    ///
    /// A GUID is easy to copy, and analysts look less closely at a provider that they know. It is an error if the entry
    /// serves IPv4 or IPv6 with a different kind or address family: no version of the product has done that.
    ///
    /// # When it is harmless
    ///
    /// If a new version of the product offers more than was seen before. Then only flags, sizes or an additional type
    /// differ.
    ///
    /// # What to do
    ///
    /// Check who signed the DLL and preserve it as evidence. If it is the vendor's, report what its entries offer, for
    /// the list of known third parties.
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
            let message = format!("it uses the GUID of Microsoft's {name}, but offers something else");
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
                        "it uses the GUID of {}, but is {}; that product installs {}",
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
                    "it uses the GUID of {}, but differs from its entries in {}",
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
        Some(Kind::Layered) => "an LSP",
        Some(Kind::Chain) => "a protocol chain",
        _ => "a base provider",
    }
}

fn kind_of_third_party(kind: ThirdPartyKind) -> &'static str {
    match kind {
        ThirdPartyKind::Base => "a base provider",
        ThirdPartyKind::Layered => "an LSP",
        ThirdPartyKind::NameSpace => "a namespace provider",
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
            "vSockets STREAM: it uses the GUID of VMware vSockets, but differs from its entries in iAddressFamily";
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
            "mdnsNSP: it uses the GUID of Bonjour, but is a base provider; that product installs a namespace provider";
        assert_eq!(complaints(&RULE, &format!("1015  {bonjour}")), [complaint]);
        let tencent = "1015  base  C:\\x.dll  Foo  guid={4D2062B0-79CA-466E-94D4-21FE2ED90EE6}";
        let chain = format!("1001  tcp\n1015  1016>1001  C:\\x.dll  Foo  {}", VMWARE.split("  ").last().unwrap());
        assert!(complaints(&RULE, &chain)[0].contains("but is a protocol chain;"));
        let layer = format!("1015  {bonjour}").replace("base", "layered");
        assert!(complaints(&RULE, &layer)[0].contains("but is an LSP;"));
        for case in [format!("1015  {bonjour}"), tencent.to_owned(), chain, layer] {
            assert_eq!(severities(&RULE, &case), [Severity::Error], "{case}");
        }
    }

    #[test]
    fn windows_guid_with_another_family() {
        let case = "1015  base  %SystemRoot%\\system32\\mswsock.dll  Foo  guid={E70F1AA0-AB8B-11CF-8CA3-00805F48A192} family=99";
        assert_eq!(complaints(&RULE, case), ["Foo: it uses the GUID of Microsoft's Tcpip, but offers something else"]);
    }

    #[test]
    fn entries_as_the_vendor_installs_them_are_silent() {
        let layered = "1016  layered  C:\\Windows\\SysWOW64\\ierd_tgp_lsp.dll  ierd_tgp_lsp  guid={4D2062B0-79CA-466E-94D4-21FE2ED90EE6}";
        let case = format!("1001  tcp\n1002  udp\n1003  raw6\n1004  rfcomm\n1015  {VMWARE} {OWN}\n{layered}");
        assert!(complaints(&RULE, &case).is_empty());
    }
}
