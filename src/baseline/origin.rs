//! Where an entry comes from.

use super::{Baseline, Source, ThirdParty, other_microsoft_protocol};
use crate::catalog::provider::{NET_BIOS, WINDOWS_PROVIDERS};
use crate::catalog::{Kind, ProtocolEntry};

/// Where an entry comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// This Windows installs it, or nothing speaks against that.
    Windows,
    /// Another transport or protocol of Microsoft's than this Windows ought to have.
    Microsoft(&'static str),
    /// A third party that is known by its GUID.
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
        if matches!(entry.kind(), Some(Kind::Layered | Kind::Chain)) {
            return Origin::Layered;
        }
        let Some(id) = entry.provider_id else { return Origin::NotTold };
        if self.expected_of(entry).is_some() {
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
        microsoft.or_else(third_party).unwrap_or(Origin::Unknown)
    }
}
