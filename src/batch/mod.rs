//! What is said of many pieces of evidence: one record for each unit, and the summary of all of them.
//!
//! How records are written as lines and read back when results are merged is defined by the room `wire`.

mod counts;
mod extract;
mod foreign;
mod passed;
mod record;
mod registration;
mod seen_library;
mod shard;
mod summary;
mod tally;
mod unit;

pub use counts::Counts;
pub use extract::{DatedEvent, Detail, Extract, JudgedControlSet, ListedEntry, dated_events, missing_facts, newest};
pub use foreign::{Foreign, foreign_entries};
pub use passed::{Passed, Reason};
pub use record::{Record, Said};
pub use registration::Registration;
pub use seen_library::{LibraryPrevalence, SeenContent, SeenLibrary};
pub use shard::{NoShard, Shard};
pub use summary::{NotShown, Prevalence, RuleTotal, SinceEarlier, Summary};
pub use tally::Tally;
pub use unit::{Failure, Joined, RuleCount, SectionCount, Status, Unit};
