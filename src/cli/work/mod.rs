//! The work: pieces of evidence become examinations, in order, on several threads, until somebody ends it.

mod collection;
pub(in crate::cli) mod examination;
pub(in crate::cli) mod examiner;
pub(in crate::cli) mod in_order;
pub(in crate::cli) mod interrupt;
mod net;
mod obstacle;
pub(in crate::cli) mod process;
mod promise;
mod roots;
pub(in crate::cli) mod seal;
pub(in crate::cli) mod told;
