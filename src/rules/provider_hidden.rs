use super::machinery::{Findings, Subject, rule};
use crate::catalog::{Kind, ProviderFlags, SOCK_RAW, provider};
use crate::finding::Fact;

rule! {
    /// A provider that serves sockets is hidden from enumeration.
    ///
    /// # What it looks for
    ///
    /// Base entries and chains with `PFL_HIDDEN` whose socket type is not raw. NetworkDirect providers are excepted:
    /// they are always hidden, and programs cannot request their socket type.
    ///
    /// # Why it matters
    ///
    /// Programs can get their sockets from this entry, but neither `WSAEnumProtocols` nor WMI nor msinfo32 lists it, so
    /// the number of sections looks right.
    ///
    /// # When it is harmless
    ///
    /// Never seen on a clean system. Windows hides raw sockets, chains over them, and the dummy entries of LSPs, which
    /// do not open sockets.
    ///
    /// # What to do
    ///
    /// Identify the provider. Compare the number of entries in the registry with the number of sections.
    ///
    /// # References
    ///
    /// KB-20, KB-24; ATT&CK T1564 (closest fit)
    "provider-hidden", Warning, Hijack, Additions, needs [PROVIDER_FLAGS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (catalog, list) in subject.catalogs.protocol_lists() {
        for entry in &list.entries {
            let is_hidden = entry.provider_flags.is_some_and(|flags| flags.contains(ProviderFlags::HIDDEN));
            let opens_sockets = matches!(entry.kind(), Some(Kind::Base | Kind::Chain));
            let is_by_nature = entry.socket_type == Some(SOCK_RAW) || provider::is_network_direct(entry);
            if is_hidden && opens_sockets && !is_by_nature {
                findings
                    .about(catalog, entry, "it serves sockets, but is hidden from enumeration (PFL_HIDDEN)")
                    .field("dwProviderFlags")
                    .states(Fact::HiddenProvider);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::complaints;

    #[test]
    fn a_chain_over_tcp_is_hidden() {
        let case =
            "1001  tcp\n1017  layered  C:\\x.dll  Foo\n1018  1017>1001  C:\\x.dll  Foo over TCP  provider-flags=0xc";
        assert_eq!(
            complaints(&RULE, case),
            ["Foo over TCP: it serves sockets, but is hidden from enumeration (PFL_HIDDEN)"]
        );
    }

    #[test]
    fn network_direct_is_hidden_by_its_nature_and_answers_no_sockets() {
        let case =
            |fields| format!("1015  base  %SystemRoot%\\system32\\mlx5nd.dll  NDv2  provider-flags=0x14 {fields}");
        assert!(complaints(&RULE, &case("type=-1 protocol=0")).is_empty());
        assert_eq!(complaints(&RULE, &case("type=1 protocol=6")).len(), 1, "whatever its flags say, it answers TCP");
    }

    #[test]
    fn raw_sockets_and_layered_providers_are_hidden_by_windows() {
        let case = "1003  raw\n1017  layered  C:\\x.dll  Foo\n1018  1017>1003  C:\\x.dll  Foo over RAW";
        assert!(complaints(&RULE, case).is_empty());
    }
}
