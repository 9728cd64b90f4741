//! Several examinations of one system: what makes findings the same, which of them are new, and how two states of the
//! catalogs differ.

mod claims;
mod earlier;
mod identity;

pub mod states;

pub use claims::{Claim, Claims, Judged, mark};
pub use earlier::{Earlier, Piece};
pub use identity::{Identity, system_of};
