use super::machinery::{Findings, Subject, rule};
use crate::baseline::is_net_bios;
use crate::catalog::{CatalogName, Facts, Kind, ProtocolEntry, Version, title};
use crate::finding::{Severity, Verdict};
use crate::sentence::list_of;

rule! {
    /// A Windows entry differs from what Windows writes.
    ///
    /// # What it looks for
    ///
    /// Entries that are Windows' own by provider, address family, socket type and protocol, but have another field with
    /// an unexpected value. The system itself provides the expected values: on Windows 10 and later each transport has
    /// a template for each of its entries; on 32-bit Windows up to 7 the NetBIOS entries follow the NetBIOS bindings.
    /// If the evidence has neither, this Windows version's known values are used. The path, the id, and the flags that
    /// a NetBIOS entry takes from its binding have separate rules.
    ///
    /// Names are compared from Windows Vista on, because Windows XP may have stored translated names. No Windows 2000
    /// registry was available, so its entries are not compared.
    ///
    /// # Why it matters
    ///
    /// Windows copies its entries from the templates, field by field. Something else changed this one.
    ///
    /// # When it is harmless
    ///
    /// If an update changed the template but left the entry, which has not been seen so far. A name in another form,
    /// such as plain text in place of a resource reference, only shows that a different program wrote it, and is a
    /// note. If lines of a listing are missing, two entries can look like one, so there the rule is not judged.
    ///
    /// # What to do
    ///
    /// Run `netsh winsock reset` and restart.
    ///
    /// # References
    ///
    /// KB-21
    "entry-deviates-from-template", Warning, Inconsistency, Corrupt,
    needs [PROVIDER_IDS, ATTRIBUTES, SIZES, SERVICE_FLAGS, WHOLE_LISTS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let windows = &subject.catalogs.windows;
    if windows.is_at_least(Version::XP) == Some(false) {
        return;
    }
    let compares_names = subject.catalogs.tells(Facts::ITEM_BYTES) && windows.is_at_least(Version::VISTA) == Some(true);
    for (catalog, list) in subject.catalogs.protocol_lists() {
        for entry in &list.entries {
            let Some(model) = subject.baseline.model_of(entry, windows) else { continue };
            of_entry(catalog, entry, &model, findings);
            if compares_names {
                of_name(catalog, entry, &model, findings);
            }
        }
    }
}

fn of_entry(catalog: CatalogName, entry: &ProtocolEntry, model: &ProtocolEntry, findings: &mut Findings<'_>) {
    let is_judged = |field: &&Field| match field.name {
        "dwProviderFlags" => !is_net_bios(entry),
        // A length that no chain has is a separate rule.
        "ProtocolChain.ChainLen" => !entry.is(Kind::Malformed),
        _ => true,
    };
    let (mut names, mut expected, mut found) = (Vec::new(), Vec::new(), Vec::new());
    for field in FIELDS.iter().filter(is_judged) {
        let (Some(wanted), Some(told)) = ((field.read)(model), (field.read)(entry)) else { continue };
        if wanted != told {
            names.push(field.name);
            expected.push(field.shown(wanted));
            found.push(field.shown(told));
        }
    }
    if !names.is_empty() {
        let message = format!("it differs from what Windows writes in {}", list_of(&names));
        let finding = findings.about(catalog, entry, message).instead(list_of(&expected), list_of(&found));
        finding.fields = names;
    }
}

fn of_name(catalog: CatalogName, entry: &ProtocolEntry, model: &ProtocolEntry, findings: &mut Findings<'_>) {
    let (Some(wanted), Some(told)) = (&model.stored_name, &entry.stored_name) else { return };
    if title::same(wanted, told) {
        return;
    }
    let (expected, found) = (wanted.to_string(), told.to_string());
    if title::resolve(wanted) == title::resolve(told) {
        findings
            .about(catalog, entry, "its name is stored in a different form than Windows uses")
            .field("szProtocol")
            .instead(expected, found)
            .severity(Severity::Note)
            .implies(Verdict::Intact)
            .harmless("the name is the same; another program wrote it");
    } else {
        let finding = findings.about(catalog, entry, "its name is not the one that Windows writes");
        finding.field("szProtocol").instead(expected, found);
    }
}

/// A field of an entry that is compared.
struct Field {
    name: &'static str,
    is_hex: bool,
    read: fn(&ProtocolEntry) -> Option<i64>,
}

impl Field {
    const fn number(name: &'static str, read: fn(&ProtocolEntry) -> Option<i64>) -> Self {
        Self { name, is_hex: false, read }
    }

    const fn flags(name: &'static str, read: fn(&ProtocolEntry) -> Option<i64>) -> Self {
        Self { name, is_hex: true, read }
    }

    fn shown(&self, value: i64) -> String {
        if self.is_hex { format!("{} {value:#x}", self.name) } else { format!("{} {value}", self.name) }
    }
}

/// All fields except those that identify the entry and those with separate rules.
const FIELDS: &[Field] = &[
    Field::flags("dwServiceFlags1", |entry| entry.service_flags.map(|flags| i64::from(flags.bits()))),
    Field::flags("dwServiceFlags2", |entry| entry.reserved_service_flags.map(|[flags, ..]| i64::from(flags))),
    Field::flags("dwServiceFlags3", |entry| entry.reserved_service_flags.map(|[_, flags, _]| i64::from(flags))),
    Field::flags("dwServiceFlags4", |entry| entry.reserved_service_flags.map(|[.., flags]| i64::from(flags))),
    Field::flags("dwProviderFlags", |entry| entry.provider_flags.map(|flags| i64::from(flags.bits()))),
    Field::number("ProtocolChain.ChainLen", |entry| entry.chain.as_ref().map(|chain| i64::from(chain.len))),
    Field::number("iVersion", |entry| entry.version.map(i64::from)),
    Field::number("iMaxSockAddr", |entry| entry.max_address_length.map(i64::from)),
    Field::number("iMinSockAddr", |entry| entry.min_address_length.map(i64::from)),
    Field::number("iProtocolMaxOffset", |entry| entry.protocol_max_offset.map(i64::from)),
    Field::number("iNetworkByteOrder", |entry| entry.network_byte_order.map(i64::from)),
    Field::number("iSecurityScheme", |entry| entry.security_scheme.map(i64::from)),
    Field::number("dwMessageSize", |entry| entry.message_size.map(i64::from)),
    Field::number("dwProviderReserved", |entry| entry.provider_reserved.map(i64::from)),
];

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::machinery::{complaints, findings};

    #[test]
    fn tcp_has_lost_its_file_handles() {
        let case = "windows  10.0.19041 x64\ntransports  Tcpip\nprotocol 64\n1001  tcp  flags=0x66";
        let expected = "MSAFD Tcpip [TCP/IP]: it differs from what Windows writes in dwServiceFlags1";
        assert_eq!(complaints(&RULE, case), [expected]);
        let finding = findings(&RULE, case).remove(0);
        assert_eq!(finding.expected.as_deref(), Some("dwServiceFlags1 0x20066"));
        assert_eq!(finding.found.as_deref(), Some("dwServiceFlags1 0x66"));
    }

    #[test]
    fn without_templates_the_version_tells() {
        let case = "windows  5.1 x86\n1002  udp  message=65527 max=28";
        let expected = "MSAFD Tcpip [UDP/IP]: it differs from what Windows writes in iMaxSockAddr and dwMessageSize";
        assert_eq!(complaints(&RULE, case), [expected]);
        assert!(complaints(&RULE, "1002  udp  message=65527").is_empty(), "of an unknown Windows");
        assert!(complaints(&RULE, "windows  5.0 x86\n1002  udp  message=1").is_empty(), "of Windows 2000");
        let named = r"windows  5.1 x86
            1001  tcp  %SystemRoot%\system32\mswsock.dll  Foo";
        assert!(complaints(&RULE, named).is_empty(), "before Vista names are not known");
        assert!(complaints(&RULE, "windows  5.1 x86\n1001  tcp  len=9").is_empty(), "another rule speaks of it");
        assert_eq!(complaints(&RULE, "windows  5.1 x86\n1001  tcp  len=0").len(), 1);
        assert_eq!(complaints(&RULE, "1003  raw6  version=3").len(), 1, "and an entry that is not expected of it");
    }

    #[test]
    fn a_net_bios_entry_follows_its_binding() {
        let binding = "windows  5.1 x86\ntransports  Tcpip NetBIOS\nbinding  \\Device\\NetBT_Tcpip_{A}  1\n";
        assert!(complaints(&RULE, &format!("{binding}1006  seqpacket 1  provider-flags=8")).is_empty());
        assert_eq!(complaints(&RULE, &format!("{binding}1006  seqpacket 1  message=1")).len(), 1);
    }

    #[test]
    fn a_name_may_say_the_same_in_another_way() {
        let case = |name| {
            format!("windows  10.0.19041 x64\nprotocol 64\n1001  tcp  %SystemRoot%\\system32\\mswsock.dll  {name}")
        };
        assert!(complaints(&RULE, &case("@%windir%\\SYSTEM32\\mswsock.dll,-60100")).is_empty());
        let note = "MSAFD Tcpip [TCP/IP]: its name is stored in a different form than Windows uses";
        assert_eq!(complaints(&RULE, &case("MSAFD Tcpip [TCP/IP]")), [note]);
        assert_eq!(complaints(&RULE, &case("Foo")), ["Foo: its name is not the one that Windows writes"]);
    }

    #[test]
    fn an_entry_like_its_template_is_silent() {
        let case = "windows  10.0.19041 x64\ntransports  Tcpip afunix\n1001  tcp\n1002  udp\n1003  raw\n1004  unix\n1005  rfcomm";
        assert!(complaints(&RULE, case).is_empty());
    }
}
