//! What Windows itself installs: computed from a system's own transports, or as known of its version.

mod expected;
mod identity;
mod name_space;
mod origin;
mod range;
mod third_party;
mod version;

pub use expected::{Baseline, Expected, Source};
pub use identity::{Identity, identity, is_net_bios, is_net_bt};
pub use name_space::expected_name_spaces;
pub use origin::{Origin, is_nwlink};
pub use third_party::{
    FactSource, Misfit, Nature, Offer, ThirdParty, ThirdPartyKind, is_known_provider, third_parties,
};
pub use version::{names, of_name, of_version, versions};
