//! Units are examined where they can die alone: in worker processes of this program.

mod claims;
pub(super) mod faults;
mod limits;
mod lost;
mod message;
mod pool;
mod server;
mod setup;
mod watch;
mod worker;

pub(in crate::cli) use self::pool::Workers;
pub(in crate::cli) use self::server::serve;
pub(in crate::cli) use self::setup::Setup;
