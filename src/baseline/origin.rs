//! Where an entry comes from.

use super::{Baseline, Source, ThirdParty, ThirdPartyKind, is_net_bios};
use crate::catalog::provider::{
    NET_BIOS, NWLINK, WINDOWS_PROVIDERS, is_network_direct, name_of, offers_what_microsoft_does,
    other_microsoft_by_name,
};
use crate::catalog::signature::Signature;
use crate::catalog::{Kind, ProtocolEntry};

/// Where an entry comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// This Windows installs it, or nothing speaks against that.
    Windows,
    /// Another transport or protocol of Microsoft's than this Windows ought to have.
    Microsoft(&'static str),
    /// A third party that is known by its GUID, or by its name where the GUID is not visible, and by what it offers.
    ThirdParty(&'static ThirdParty),
    /// A NetworkDirect provider of whichever vendor.
    NetworkDirect,
    /// A layered provider or one of its chains.
    Layered,
    /// Nobody known.
    Unknown,
    /// The evidence does not show it.
    NotTold,
}

impl Baseline {
    /// Where an entry of this system comes from.
    #[must_use]
    pub fn origin_of(&self, entry: &ProtocolEntry) -> Origin {
        let is_chain_by_name = || entry.kind().is_none() && entry.named_layer().is_some();
        if matches!(entry.kind(), Some(Kind::Layered | Kind::Chain)) || is_chain_by_name() {
            return Origin::Layered;
        }
        let Some(id) = entry.provider_id.or(entry.concluded.provider_id) else { return by_name(entry) };
        // NWLink is an addition wherever it is: KB 811259 counts its sections beside those of TCP/IP, and a registry
        // that binds NetBIOS to it shows no more of it than a report.
        if is_nwlink(entry) {
            return Origin::Microsoft(NWLINK);
        }
        if self.expected_of(entry).is_some() {
            return Origin::Windows;
        }
        if let Some(protocol) = other_microsoft_by_name(&entry.name()).filter(|_| entry.provider_id.is_none()) {
            return Origin::Microsoft(protocol);
        }
        // A truncated entry does not show which of a transport's entries it is.
        let is_cut = entry.kind().is_none() && entry.provider_id.is_some();
        if is_cut && self.entries.iter().any(|expected| expected.entry.provider_id == Some(id)) {
            return Origin::Windows;
        }
        if let Some(name) = name_of(id) {
            // Of an unknown Windows nobody knows which transports are additional.
            let is_of_windows = WINDOWS_PROVIDERS.iter().any(|known| known.id == id);
            let is_own = id == NET_BIOS || (is_of_windows && self.source == Source::EveryWindows);
            return match offers_what_microsoft_does(id, entry) {
                true if is_own => Origin::Windows,
                true => Origin::Microsoft(name),
                false => Origin::Unknown,
            };
        }
        if is_network_direct(entry) {
            return Origin::NetworkDirect;
        }
        match ThirdParty::of(Some(id), None) {
            Some(known) if known.kinds.contains(&ThirdPartyKind::Base) && known.misfit(entry).is_none() => {
                Origin::ThirdParty(known)
            }
            _ if is_cut => Origin::NotTold,
            _ => Origin::Unknown,
        }
    }
}

/// Whether NWLink brings an entry, by its GUID, or by the device that NetBIOS is bound to.
#[must_use]
pub fn is_nwlink(entry: &ProtocolEntry) -> bool {
    let by_id = entry.provider_id.filter(|id| offers_what_microsoft_does(*id, entry)).and_then(name_of);
    let is_named = is_net_bios(entry) || (entry.provider_id.is_none() && entry.concluded.provider_id.is_none());
    by_id == Some(NWLINK) || (is_named && other_microsoft_by_name(&entry.name()) == Some(NWLINK))
}

/// The origin of an entry by its name, if its GUID is neither recorded nor inferred.
fn by_name(entry: &ProtocolEntry) -> Origin {
    // A name that was damaged or cut off with its record speaks neither for nor against anybody.
    let name = entry.name();
    let Some(signature) = Signature::of(entry).filter(|_| !name.lossy().contains(char::REPLACEMENT_CHARACTER)) else {
        return Origin::NotTold;
    };
    // A name is no proof: a section that offers exactly what TCP/IP offers is a chain of a layered provider.
    match ThirdParty::named(&name) {
        Some(known) if known.offers(&signature) => Origin::ThirdParty(known),
        Some(_) => Origin::Unknown,
        None => {
            let is_like_windows = signature.windows_provider().is_some();
            other_microsoft_by_name(&name).filter(|_| !is_like_windows).map_or(Origin::Unknown, Origin::Microsoft)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::notation;

    fn origins(case: &str) -> Vec<Origin> {
        let catalogs = notation::parse(case).unwrap();
        let baseline = Baseline::of(&catalogs);
        catalogs.native_entries().iter().map(|entry| baseline.origin_of(entry)).collect()
    }

    #[test]
    fn what_some_systems_of_a_version_have_is_no_addition() {
        let of_build = |build: u32| origins(&format!("windows  10.0.{build} x64 server\n1001  hyper-v\n1002  unix"));
        assert_eq!(of_build(14393), [Origin::Windows, Origin::Microsoft("afunix")]);
        assert_eq!(of_build(17063), [Origin::Windows; 2]);
        assert_eq!(of_build(20348), [Origin::Windows; 2]);
        assert_eq!(of_build(10240), [Origin::Microsoft("vmbus"), Origin::Microsoft("afunix")]);
    }

    #[test]
    fn a_guid_of_windows_with_another_family_is_nobodys() {
        let tcpip = "guid={E70F1AA0-AB8B-11CF-8CA3-00805F48A192}";
        let case = format!("1015  base  x.dll  Foo  {tcpip} family=99\n1016  base  x.dll  Foo  {tcpip}");
        assert_eq!(origins(&case), [Origin::Unknown, Origin::Windows]);
    }
}
