use std::collections::BTreeSet;

use super::machinery::{Findings, Subject, rule};
use crate::catalog::{DISABLED, Service, Text, Version, Windows};
use crate::finding::{Remedy, Severity, Verdict};

rule! {
    /// The driver of a transport is disabled.
    ///
    /// # What it looks for
    ///
    /// `Start` 4 in the keys of the services Tcpip and AFD, and of the installed transports.
    ///
    /// # Why it matters
    ///
    /// The catalog entries exist, but their driver does not run: every socket fails. If the transport is not TCP/IP,
    /// only its own sockets fail; then it is a warning.
    ///
    /// # When it is harmless
    ///
    /// If IPv6, Bluetooth or infrared was disabled on purpose, which is a note. On a hardened system, NetBIOS or the
    /// packet scheduler may be disabled too. In the registry of Windows setup the rule is silent.
    ///
    /// # What to do
    ///
    /// Restore `Start`: for Tcpip 0 on Windows 7 and later and 1 on Windows XP, for AFD 1.
    ///
    /// # References
    ///
    /// KB-14, KB-15
    "transport-driver-disabled", Error, BreaksNetworking, NetworkDisabled, needs [DRIVERS]
}

/// The services without which there is no socket at all.
const INDISPENSABLE: [&str; 2] = ["Tcpip", "AFD"];

/// Transports that people switch off.
const DISPENSABLE: [&str; 3] = ["Tcpip6", "RFCOMM", "irda"];

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    if subject.catalogs.setup {
        return;
    }
    let transports = subject.catalogs.winsock.iter().flat_map(|winsock| &winsock.transports).flatten();
    let transports: BTreeSet<String> = transports.map(Text::lower).collect();
    let is_one_of = |name: &Text, names: &[&str]| names.iter().any(|known| name.is(known));
    for Service { name, place, .. } in
        subject.catalogs.services.iter().filter(|service| service.start == Some(DISABLED))
    {
        let message = format!("the service {name} is disabled");
        if is_one_of(name, &INDISPENSABLE) {
            findings.at(place, message).remedies(
                start(name, &subject.catalogs.windows).map(|start| Remedy::restore_number(place, "Start", start)),
            );
        } else if transports.contains(&name.lower()) {
            let finding = findings.at(place, message).severity(Severity::Warning).implies(Verdict::Intact);
            if is_one_of(name, &DISPENSABLE) {
                finding.severity(Severity::Note).harmless("it may have been disabled on purpose");
            }
        }
    }
}

/// How Windows starts one of the indispensable services, where that is known.
fn start(name: &Text, windows: &Windows) -> Option<u32> {
    if name.is("AFD") || windows.is(Version::XP) {
        return Some(1);
    }
    (windows.is_at_least(Version::W7) == Some(true)).then_some(0)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::finding::Remedy;
    use crate::rules::machinery::{complaints, findings};

    #[test]
    fn tcp_ip_does_not_start() {
        assert_eq!(complaints(&RULE, "service  Tcpip  4"), ["the service Tcpip is disabled"]);
        assert_eq!(complaints(&RULE, "service  afd  4"), ["the service afd is disabled"]);
    }

    #[test]
    fn a_transport_that_is_not_installed_may_be_disabled() {
        assert!(complaints(&RULE, "transports  Tcpip\nservice  irda  4").is_empty());
        assert_eq!(complaints(&RULE, "transports  Tcpip IRDA\nservice  irda  4").len(), 1);
    }

    #[test]
    fn one_that_starts_when_it_is_needed_does_start() {
        assert!(complaints(&RULE, "transports  Tcpip irda\nservice  irda  3\nservice  Tcpip  0").is_empty());
    }

    #[test]
    fn setup_starts_its_drivers_itself() {
        assert!(complaints(&RULE, "setup\nservice  Tcpip  4").is_empty());
    }

    #[test]
    fn each_driver_gets_back_the_start_that_its_windows_gives_it() {
        let start = |windows: &str, service: &str| {
            let case = format!("windows  {windows}\nservice  {service}  4");
            findings(&RULE, &case)[0].remedies.iter().find_map(|remedy| match remedy {
                Remedy::RestoreValue { value: "Start", to, .. } => Some(format!("{to:?}")),
                _ => None,
            })
        };
        let [zero, one] = ["[Number(0)]", "[Number(1)]"].map(|number| Some(number.to_owned()));
        assert_eq!(
            [start("5.1 x86", "Tcpip"), start("6.0 x64", "AFD"), start("6.1 x64", "Tcpip")],
            [one.clone(), one, zero]
        );
        assert_eq!(start("6.0 x64", "Tcpip"), None, "of Vista it is not known");
    }
}
