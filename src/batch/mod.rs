//! What is said of many pieces of evidence: one record for each unit, and the summary of all of them.
//!
//! How records are written as lines and read back when results are merged is defined by the room `wire`.

mod counts;
mod foreign;
mod passed;
mod record;
mod shard;
mod summary;
mod tally;
mod unit;

pub use counts::Counts;
pub use foreign::Foreign;
pub use passed::{Passed, Reason};
pub use record::{Record, Said};
pub use shard::{NoShard, Shard};
pub use summary::{Prevalence, RuleTotal, SinceEarlier, Summary};
pub use tally::Tally;
pub use unit::{Failure, RuleCount, SectionCount, Status, Unit};
