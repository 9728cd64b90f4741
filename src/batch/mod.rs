//! What is said of many pieces of evidence: one record for each unit, and the summary of all of them.
//!
//! Records are written as lines and read back when results are merged, so serde stands on these types. Fields are
//! only ever added to them, never renamed or removed.

mod foreign;
mod record;
mod shard;
mod summary;
mod tally;
mod unit;

pub use foreign::Foreign;
pub use record::{Record, Said};
pub use shard::{NoShard, Shard};
pub use summary::{Prevalence, RuleTotal, SinceBaseline, Summary};
pub use tally::{Counts, Tally};
pub use unit::{Failure, RuleCount, SectionCount, Status, Unit};
