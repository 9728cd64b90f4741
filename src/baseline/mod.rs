//! What Windows itself installs: computed from a system's own transports, or as known of its version.

mod expected;
mod name_space;
mod origin;
mod third_party;
mod version;

pub use expected::{Baseline, Expected, Identity, Source, identity, is_net_bios, other_microsoft_protocol};
pub use name_space::expected_name_spaces;
pub use origin::Origin;
pub use third_party::{Nature, ThirdParty, ThirdPartyKind, is_known_provider, third_parties};
pub use version::{names, of_name, of_version, versions};
