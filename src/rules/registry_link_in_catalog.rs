use super::machinery::{Findings, Subject, rule};

rule! {
    /// A key on the path to the catalogs is a registry link.
    ///
    /// # What it looks for
    ///
    /// Registry links anywhere on the path to the catalogs or inside them, in `Services\Winsock`, and in the services
    /// of transports. Like Windows, the report follows a link within the hive and judges its target. It cannot follow a
    /// link to another hive, to itself or to a missing key; then it is unknown what Windows reads.
    ///
    /// # Why it matters
    ///
    /// Windows follows a link silently, and the registry editor shows the target in its place. The entries that Windows
    /// uses are then where nobody looks for them, and a tool that reads the keys of the hive finds none. A link to a
    /// user's hive lets that user change what every program loads.
    ///
    /// # When it is harmless
    ///
    /// Never seen. The only link that Windows creates here is `CurrentControlSet`, which this rule ignores.
    ///
    /// # What to do
    ///
    /// Preserve the link and its target as evidence. Remove the link and run `netsh winsock reset`. An ordinary
    /// registry editor cannot remove the link, because it opens the target.
    ///
    /// # References
    ///
    /// ATT&CK T1112 (closest fit); `REG_OPTION_CREATE_LINK` of `RegCreateKeyEx`
    "registry-link-in-catalog", Error, Hijack, Hijacked, needs [LINKS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for link in &subject.catalogs.links {
        let path = &link.place.path;
        let target = link.target.as_ref().map_or_else(|| "nothing".to_owned(), |target| target.shortened(200));
        let outcome = match link.obstacle {
            None => "the target was examined".to_owned(),
            Some(obstacle) => format!("what Windows reads there is unknown: {obstacle}"),
        };
        let message = format!("the key {path} is a link to {target}; {outcome}");
        findings.at(&link.place, message).instead("a key", format!("a link to {target}"));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::catalog::notation;
    use crate::rules::machinery::{complaints, complaints_of};

    const LINK: &str = "link  Services\\WinSock2  Elsewhere\\WinSock2";

    #[test]
    fn a_key_is_a_link() {
        let complaint = r"the key Services\WinSock2 is a link to \Registry\Machine\SYSTEM\Elsewhere\WinSock2; the target was examined";
        assert_eq!(complaints(&RULE, LINK), [complaint]);
    }

    #[test]
    fn a_link_cannot_be_followed() {
        let mut catalogs = notation::parse(LINK).unwrap();
        catalogs.links[0].obstacle = Some("it leads out of this hive");
        assert!(complaints_of(&RULE, &catalogs)[0].ends_with("is unknown: it leads out of this hive"));
    }

    #[test]
    fn all_keys_are_keys() {
        assert!(complaints(&RULE, "windows  10.0.19041 x64\n1001  tcp").is_empty());
    }
}
