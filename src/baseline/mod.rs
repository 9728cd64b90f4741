//! What Windows itself installs: computed from a system's own transports, or as known of its version.

mod denied;
mod expected;
mod identity;
mod knowledge;
mod mapping;
mod name_space;
mod origin;
mod pattern;
mod range;
mod third_parties;
mod third_party;
mod user_file;
mod version;

pub use denied::Denials;
pub use expected::{Baseline, Expected, Source};
pub use identity::{Identity, identity, is_net_bios, is_net_bt};
pub use knowledge::{Knowledge, KnownProvider};
pub use mapping::mapping;
pub use name_space::expected_name_spaces;
pub use origin::{Origin, is_nwlink};
pub use third_parties::{is_known_provider, third_parties};
pub use third_party::{FactSource, Misfit, Nature, Offer, ThirdParty, ThirdPartyKind};
pub use user_file::KnowledgeError;
pub use version::{names, of_name, of_version, versions};
