//! What users know beside what catalog9 knows: providers, and what must not be in any catalog.
//!
//! A known provider is only ever an addition that is known: whatever else is found about it stays a finding.

use serde::Deserialize;
use toml::Spanned;

use super::denied::Denials;
use super::third_party::{Nature, ThirdParty, ThirdPartyKind};
use super::user_file::{KnowledgeError, harmless, parse};
use crate::catalog::provider::{is_windows, name_space_by_id};
use crate::catalog::{CanonicalPath, Guid, Kind, NameSpaceEntry, ProtocolEntry, Text};

/// The way out of what TOML or the keys of the file forbid.
const FORM: &str = "the file has [[provider]] tables with the fields that docs/knowledge.md describes";

/// What users know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Knowledge {
    providers: Vec<KnownProvider>,
    denials: Denials,
}

/// A provider that a user's file describes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownProvider {
    /// What the file says of it.
    pub provider: ThirdParty,
    /// What the file is called, with nothing that could act on a terminal.
    file: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    provider: Vec<Spanned<ThirdParty>>,
}

impl Knowledge {
    /// Nothing.
    pub const NONE: Self = Self { providers: Vec::new(), denials: Denials::NONE };

    /// Adds the providers that a file of that name describes.
    ///
    /// # Errors
    ///
    /// Where it is no TOML, has keys or values that it must not have, or describes a provider by nothing, by a GUID of
    /// Windows, or as a base provider without what that offers.
    pub fn add_providers(&mut self, toml: &str, name: &str) -> Result<(), KnowledgeError> {
        let file: File = parse(toml, FORM)?;
        for table in file.provider {
            let span = table.span();
            let refuse = |message: &str, help: &str| Err(KnowledgeError::at(toml, &span, message, help));
            let provider = table.into_inner();
            if provider.ids.is_empty() && provider.files.is_empty() && provider.names.is_empty() {
                return refuse(
                    "expected what a provider is known by, found neither `ids` nor `files` nor `names`",
                    "give at least one",
                );
            }
            if provider.ids.iter().any(|id| is_windows(*id) || name_space_by_id(*id).is_some()) {
                return refuse("expected GUIDs of a third party, found one of Windows", "leave it out of `ids`");
            }
            if provider.kinds.contains(&ThirdPartyKind::Base) && provider.offers.is_empty() {
                let help = "anything would pass as this provider; `examine --format json` shows what its entries offer";
                return refuse("expected what a base provider offers, found no `offers`", help);
            }
            if provider.sources.is_empty() {
                return refuse("expected from where this is known, found no `sources`", "give at least one");
            }
            self.providers.push(KnownProvider { provider, file: harmless(name) });
        }
        Ok(())
    }

    /// Adds what a file of that name denies.
    ///
    /// # Errors
    ///
    /// Where it is no TOML, has keys or values that it must not have, or denies what every Windows has.
    pub fn add_denials(&mut self, toml: &str, name: &str) -> Result<(), KnowledgeError> {
        self.denials.add(toml, name)
    }

    /// What must not be in any catalog.
    #[must_use]
    pub fn denials(&self) -> &Denials {
        &self.denials
    }

    /// The provider with that GUID or DLL, or, where neither is visible, with that name.
    #[must_use]
    pub fn provider(&self, id: Option<Guid>, path: Option<&CanonicalPath>, name: &Text) -> Option<&KnownProvider> {
        let find = |is_it: &dyn Fn(&ThirdParty) -> bool| self.providers.iter().find(|known| is_it(&known.provider));
        find(&|known| id.is_some_and(|id| known.ids.contains(&id)))
            .or_else(|| find(&|known| path.is_some_and(|path| known.has_file(path.file_name()))))
            .or_else(|| find(&|known| id.is_none() && path.is_none() && known.has_name(&name.lossy())))
    }
}

impl KnownProvider {
    /// Who it is, and from where that is known, as a reason why its entries may be harmless.
    #[must_use]
    pub fn introduction(&self) -> String {
        let Self { provider, file } = self;
        let about = Some(harmless(&provider.introduction())).filter(|about| !about.is_empty());
        let sources = provider.sources.first().map(|source| {
            format!("{}, {} ({})", harmless(&source.facts), harmless(&source.from), harmless(&source.date))
        });
        let parts = about.into_iter().chain(sources.map(|source| format!("source: {source}")));
        format!("{file} knows it as {}; {}", self.name(), parts.collect::<Vec<_>>().join("; "))
    }

    /// What it is called, with nothing that could act on a terminal.
    #[must_use]
    pub fn name(&self) -> String {
        harmless(&self.provider.name)
    }

    /// Whether people install it on purpose and a base entry with that DLL is like its entries in all that is visible.
    #[must_use]
    pub fn fits(&self, entry: &ProtocolEntry, path: Option<&CanonicalPath>) -> bool {
        let is_chain = entry.is(Kind::Chain);
        self.fits_in_place(entry.provider_id.filter(|_| !is_chain), path) && self.provider.misfit(entry).is_none()
    }

    /// The same of a namespace entry.
    #[must_use]
    pub fn fits_name_space(&self, entry: &NameSpaceEntry, path: Option<&CanonicalPath>) -> bool {
        self.fits_in_place(entry.provider_id, path) && self.provider.may_serve(entry)
    }

    fn fits_in_place(&self, id: Option<Guid>, path: Option<&CanonicalPath>) -> bool {
        let provider = &self.provider;
        let is_own = |path: &CanonicalPath| {
            provider.has_library(path) != Some(false) && provider.is_at_home(path) != Some(false)
        };
        provider.nature == Nature::Legitimate
            && id.is_none_or(|id| provider.ids.is_empty() || provider.ids.contains(&id))
            && path.is_none_or(is_own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROVIDER: &str = "[[provider]]\nname = 'Corp'\nkinds = ['layered']\nnature = 'legitimate'\nfiles = ['corp.dll']\n\
        sources = [{ facts = 'all', from = 'us', date = '2026' }]\n";

    fn providers(toml: &str) -> Result<(), String> {
        Knowledge::default().add_providers(toml, "own.toml").map_err(|error| error.to_string())
    }

    fn denials(toml: &str) -> Result<(), String> {
        Knowledge::default().add_denials(toml, "deny.toml").map_err(|error| error.to_string())
    }

    #[test]
    fn files_of_providers_are_refused_with_place_and_reason() {
        assert_eq!(providers(PROVIDER), Ok(()));
        for (from, to, expected) in [
            ("files = ['corp.dll']\n", "", "line 1: expected what a provider is known by, found neither"),
            ("'layered'", "'base'", "line 1: expected what a base provider offers"),
            (
                "files = ['corp.dll']",
                "ids = ['{e70f1aa0-ab8b-11cf-8ca3-00805f48a192}']",
                "line 1: expected GUIDs of a third",
            ),
            ("files", "colour", "line 5: unknown field"),
            ("'layered'", "'layers'", "line 3: unknown variant"),
            ("[{ facts = 'all', from = 'us', date = '2026' }]", "[]", "line 1: expected from where this is known"),
        ] {
            let error = providers(&PROVIDER.replace(from, to)).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn files_of_denials_are_refused_with_place_and_reason() {
        let table = |rest: &str| format!("[[deny]]\nreason = 'bad'\n{rest}\n");
        let hash = "0".repeat(64);
        for rest in [
            "files = ['x*']",
            "providers = ['{12345678-0000-0000-0000-000000000000}']",
            &format!("hashes = ['{hash}']"),
        ] {
            assert_eq!(denials(&table(rest)), Ok(()), "{rest}");
        }
        for (rest, expected) in [
            ("", "line 1: expected what is denied, found neither"),
            ("files = ['C:\\x.dll']", "line 3: expected the name of a file"),
            ("files = ['MSWSOCK.dll']", "line 3: expected a name that no DLL of Windows has"),
            ("files = ['*']", "line 3: expected a name that no DLL of Windows has"),
            ("providers = ['x']", "line 3: expected a GUID, found \"x\""),
            ("providers = ['{e70f1aa0-ab8b-11cf-8ca3-00805f48a192}']", "line 3: expected a GUID that is not Windows'"),
            ("hashes = ['12']", "line 3: expected an MD5, SHA-1 or SHA-256"),
            ("until = 2027-01-01", "line 3: unknown field `until`"),
        ] {
            let error = denials(&table(rest)).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
        assert!(denials("[[deny]]\nfiles = ['x.dll']\nreason = ' '").unwrap_err().contains("expected a reason"));
    }

    #[test]
    fn what_is_denied_has_its_reason_and_its_source() {
        let mut knowledge = Knowledge::default();
        let hash = "AB".repeat(16);
        let toml = format!(
            "[[deny]]\nfiles = ['Evil*', 'x.dll']\nhashes = ['{hash}']\nreason = \"case \\u001b[1m 7\"\nsource = 'CERT'\n"
        );
        knowledge.add_denials(&toml, "deny.toml").unwrap();
        let denials = knowledge.denials();
        let path = |path: &str| CanonicalPath::new(path, false);
        let reason = denials.file(&path(r"C:\a\EVIL1.dll")).unwrap();
        assert!(reason.ends_with("(CERT; deny.toml)") && !reason.contains('\u{1b}'), "{reason}");
        assert!(denials.file(&path(r"C:\X.DLL")).is_some() && denials.file(&path(r"C:\x.dll\y.dll")).is_none());
        assert!(denials.hash(&hash.to_lowercase()).is_some() && denials.hash("").is_none());
    }

    #[test]
    fn a_provider_fits_with_its_guid_dll_and_folder_alone() {
        let mut knowledge = Knowledge::default();
        let id = "12345678-0000-0000-0000-000000000000";
        let toml = format!("{PROVIDER}ids = ['{{{id}}}']\nfolders = ['%ProgramFiles%\\Corp']\n");
        knowledge.add_providers(&toml, "own.toml").unwrap();
        let id = Guid::parse_str(id).ok();
        let entry = |len| ProtocolEntry {
            provider_id: id,
            chain: Some(crate::catalog::Chain { len, ids: Vec::new() }),
            ..ProtocolEntry::default()
        };
        let fits = |path: &str, len| {
            let path = CanonicalPath::new(path, false);
            knowledge.provider(id, Some(&path), &Text::from("")).unwrap().fits(&entry(len), Some(&path))
        };
        assert!(fits(r"C:\Program Files\Corp\corp.dll", 0));
        assert!(!fits(r"C:\Program Files\Corp\other.dll", 0) && !fits(r"C:\Temp\corp.dll", 0));
        assert!(!fits(r"C:\Program Files\Corp\corp.dll", 1), "it installs no base providers");
    }
}
