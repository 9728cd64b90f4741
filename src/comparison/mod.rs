//! Several examinations of one system: what makes findings the same, and which of them are new.

mod claims;
mod earlier;
mod identity;

pub use claims::{Claim, Claims, Judged, mark};
pub use earlier::{Earlier, Piece};
pub use identity::{Identity, system_of};
