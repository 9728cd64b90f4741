//! Where an entry comes from.

use super::{Baseline, Source, ThirdParty, ThirdPartyKind, is_net_bios, other_microsoft_protocol};
use crate::catalog::provider::{NET_BIOS, NWLINK, WINDOWS_PROVIDERS, other_microsoft_by_name};
use crate::catalog::signature::Signature;
use crate::catalog::{Kind, ProtocolEntry};

/// Where an entry comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// This Windows installs it, or nothing speaks against that.
    Windows,
    /// Another transport or protocol of Microsoft's than this Windows ought to have.
    Microsoft(&'static str),
    /// A third party that is known by its GUID, or by its name where no GUID is told.
    ThirdParty(&'static ThirdParty),
    /// A layered provider or one of its chains.
    Layered,
    /// Nobody known.
    Unknown,
    /// The evidence does not tell.
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
        // that binds NetBIOS to it tells no more of it than a report.
        if is_nwlink(entry) {
            return Origin::Microsoft(NWLINK);
        }
        if self.expected_of(entry).is_some() {
            return Origin::Windows;
        }
        if let Some(protocol) = other_microsoft_by_name(&entry.name()).filter(|_| entry.provider_id.is_none()) {
            return Origin::Microsoft(protocol);
        }
        // An entry that was cut off does not tell which of a transport's entries it is.
        let is_cut = entry.kind().is_none() && entry.provider_id.is_some();
        if is_cut && self.entries.iter().any(|expected| expected.entry.provider_id == Some(id)) {
            return Origin::Windows;
        }
        if let Some(known) = WINDOWS_PROVIDERS.iter().find(|known| known.id == id) {
            // Of an unknown Windows nobody knows which transports are additional.
            let is_known = self.source != Source::EveryWindows;
            return if is_known { Origin::Microsoft(known.transport) } else { Origin::Windows };
        }
        if id == NET_BIOS {
            return Origin::Windows;
        }
        let microsoft = other_microsoft_protocol(id).map(Origin::Microsoft);
        let third_party = || ThirdParty::of(Some(id), None).map(Origin::ThirdParty);
        let nobody = if is_cut { Origin::NotTold } else { Origin::Unknown };
        microsoft.or_else(third_party).unwrap_or(nobody)
    }
}

/// Whether NWLink brings an entry, by its GUID, or by the device that NetBIOS is bound to.
#[must_use]
pub fn is_nwlink(entry: &ProtocolEntry) -> bool {
    let by_id = entry.provider_id.and_then(other_microsoft_protocol);
    let is_named = is_net_bios(entry) || (entry.provider_id.is_none() && entry.concluded.provider_id.is_none());
    by_id.or_else(|| other_microsoft_by_name(&entry.name()).filter(|_| is_named)) == Some(NWLINK)
}

/// What the name tells of an entry whose GUID is neither told nor concluded.
fn by_name(entry: &ProtocolEntry) -> Origin {
    // A name that was damaged or cut off with its record speaks neither for nor against anybody.
    let name = entry.name();
    let Some(signature) = Signature::of(entry).filter(|_| !name.lossy().contains(char::REPLACEMENT_CHARACTER)) else {
        return Origin::NotTold;
    };
    if let Some(known) = ThirdParty::named(&name) {
        let fits = known.signatures.is_empty() || known.signatures.contains(&signature);
        return match known.kind {
            ThirdPartyKind::Layered => Origin::Layered,
            _ if fits => Origin::ThirdParty(known),
            _ => Origin::Unknown,
        };
    }
    // Whoever offers exactly what TCP/IP offers under another name is a chain of a layered provider.
    let is_like_windows = signature.windows_provider().is_some();
    other_microsoft_by_name(&name).filter(|_| !is_like_windows).map_or(Origin::Unknown, Origin::Microsoft)
}
