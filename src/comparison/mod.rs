//! Several examinations of one system: what makes findings the same, and which of them are new.

mod earlier;
mod identity;

pub use earlier::{Earlier, Piece};
pub use identity::{Identity, system_of};
