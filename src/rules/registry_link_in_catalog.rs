use super::machinery::{Findings, Subject, rule};

rule! {
    /// A key that leads to the catalogs is a link to another key.
    ///
    /// # What it looks for
    ///
    /// Keys that are registry links, anywhere on the way to the catalogs and in them, in `Services\Winsock`, and in the
    /// services of transports. The report follows a link within its hive and judges what it leads to, as Windows does. It
    /// cannot follow a link that leads to another hive, to itself or to nothing; then nobody knows what Windows reads.
    ///
    /// # Why it matters
    ///
    /// Windows follows a link without a word, and the registry editor shows the target as if it stood there. So the
    /// entries that count lie where nobody looks for them, and a tool that reads the hive by its keys sees none. A link to
    /// a user's hive lets that user change what every program loads.
    ///
    /// # When it is harmless
    ///
    /// Never seen. Windows has one link of its own here, `CurrentControlSet`, which this rule leaves alone.
    ///
    /// # What to do
    ///
    /// Keep the link and its target as evidence. Remove the link itself, for which an ordinary registry editor does not
    /// suffice since it opens the target, and run `netsh winsock reset`.
    ///
    /// # References
    ///
    /// ATT&CK T1112 is the closest fit; `REG_OPTION_CREATE_LINK` of `RegCreateKeyEx`
    "registry-link-in-catalog", Error, Hijack, Hijacked, needs [LINKS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for link in &subject.catalogs.links {
        let path = &link.place.path;
        let target = link.target.as_ref().map_or_else(|| "nothing".to_owned(), |target| target.shortened(200));
        let outcome = match link.obstacle {
            None => "what Windows reads there was examined".to_owned(),
            Some(obstacle) => format!("what Windows reads there is not known, for {obstacle}"),
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
        let complaint = r"the key Services\WinSock2 is a link to \Registry\Machine\SYSTEM\Elsewhere\WinSock2; what Windows reads there was examined";
        assert_eq!(complaints(&RULE, LINK), [complaint]);
    }

    #[test]
    fn a_link_cannot_be_followed() {
        let mut catalogs = notation::parse(LINK).unwrap();
        catalogs.links[0].obstacle = Some("it leads out of this hive");
        assert!(complaints_of(&RULE, &catalogs)[0].ends_with("is not known, for it leads out of this hive"));
    }

    #[test]
    fn all_keys_are_keys() {
        assert!(complaints(&RULE, "windows  10.0.19041 x64\n1001  tcp").is_empty());
    }
}
