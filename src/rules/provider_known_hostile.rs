use super::machinery::{Findings, Subject, rule};
use super::remedies::preserve;
use crate::baseline::{Nature, ThirdParty};
use crate::finding::Verdict;

rule! {
    /// An entry belongs to known adware or malware.
    ///
    /// # What it looks for
    ///
    /// Protocol entries whose DLL is `newdot*.dll`, `webhdll.dll`, `cnmib.dll` or `vmain.dll`, or whose name begins
    /// with New.Net, NewDotNet, WebHancer, CommonName or NewtonKnows; and those of providers that a file of `--providers`
    /// calls adware or malware.
    ///
    /// # Why it matters
    ///
    /// These LSPs have been known as adware since 2003.
    ///
    /// # When it is harmless
    ///
    /// Never in a catalog. A `vmain.dll` elsewhere on the disk may be something else.
    ///
    /// # What to do
    ///
    /// Remove the provider, not only its file: if only the DLL is deleted, the network stops working.
    ///
    /// # References
    ///
    /// KB-22; ATT&CK T1557 (closest fit)
    "provider-known-hostile", Error, Hijack, Hijacked, needs [ENTRIES]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (catalog, list) in subject.catalogs.protocol_lists() {
        for entry in &list.entries {
            let path = subject.library_of(catalog, entry);
            let known = [
                ("LibraryPath", ThirdParty::of(None, path.as_ref())),
                ("szProtocol", ThirdParty::named(&entry.name())),
            ];
            let mut known = known.into_iter().filter_map(|(field, known)| Some((field, known?)));
            if let Some((field, known)) = known.find(|(_, known)| known.nature.is_hostile()) {
                let (what, verdict) = match known.nature {
                    Nature::Adware => ("adware", Verdict::PotentiallyUnwanted),
                    _ => ("malware", Verdict::Hijacked),
                };
                let message = format!("it belongs to {}, known {what}", known.name);
                let finding = findings.about(catalog, entry, message).field(field).implies(verdict);
                finding.remedies(entry.library_path.as_ref().map(preserve)).remove_entry();
            } else if let Some(known) = subject
                .knowledge
                .provider(entry.provider_id, path.as_ref(), &entry.name())
                .filter(|known| known.provider.nature.is_hostile())
            {
                let message = format!("it is a provider that must go: {}", known.introduction());
                let finding = findings.about(catalog, entry, message).field("LibraryPath");
                let is_adware = known.provider.nature == Nature::Adware;
                finding.implies(if is_adware { Verdict::PotentiallyUnwanted } else { Verdict::Hijacked });
                finding.remedies(entry.library_path.as_ref().map(preserve)).remove_entry();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::baseline::{Baseline, Knowledge};
    use crate::catalog::notation;
    use crate::finding::Verdict;
    use crate::rules::machinery::{Subject, complaints, judge};

    #[test]
    fn new_net_is_known_by_its_file() {
        let case = r"1017  layered  C:\Program Files\NewDotNet\newdotnet7_22.dll  Foo";
        assert_eq!(complaints(&RULE, case), ["Foo: it belongs to New.Net, known adware"]);
    }

    #[test]
    fn web_hancer_is_known_by_its_name() {
        assert_eq!(complaints(&RULE, r"1017  layered  C:\x.dll  webHancer LSP").len(), 1);
    }

    #[test]
    fn proxifier_is_none_of_them() {
        assert!(complaints(&RULE, r"1017  layered  C:\Program Files\Proxifier\PrxerDrv.dll  Proxifier").is_empty());
    }

    #[test]
    fn what_users_know_as_adware_is_unwanted_and_as_malware_a_hijack() {
        let verdict = |nature: &str| {
            let mut knowledge = Knowledge::default();
            let toml = format!(
                "[[provider]]\nname = 'Foo'\nkinds = ['layered']\nnature = '{nature}'\nfiles = ['foo.dll']\n\
                 sources = [{{ facts = 'all', from = 'its makers', date = '2026-11' }}]\n"
            );
            knowledge.add_providers(&toml, "own.toml").unwrap();
            let catalogs = notation::parse(r"1020  layered  C:\x\foo.dll  Foo").unwrap();
            let baseline = Baseline::of(&catalogs);
            let subject = Subject { knowledge: &knowledge, ..Subject::new(&catalogs, &baseline) };
            judge(&[&RULE], &subject).findings[0].implies
        };
        assert_eq!([verdict("adware"), verdict("malware")], [Verdict::PotentiallyUnwanted, Verdict::Hijacked]);
    }
}
