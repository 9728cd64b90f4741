//! Mutations that know what they change.

mod archive;
mod case;
mod dice;
mod evtx;
mod hive;
mod logs;
mod text;

pub use archive::archive;
pub use case::{pressed_item, system};
pub use dice::Dice;
pub use evtx::evtx;
pub use hive::hive;
pub use logs::logs;
pub use text::{any, listing, nfo, query, reg, report};
