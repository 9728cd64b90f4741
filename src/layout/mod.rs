//! Structures as they lie on disk, each declared once, as a table.
//!
//! The table of a structure gives its fields under Windows' names, the code that reads them, the text of
//! `docs/format.md` and the labels of an annotated hexdump. This room knows nothing else of the program.

mod field;

pub mod base_block;
pub mod cell;
pub mod hive_bin;
pub mod log_entry;
pub mod packed_catalog_item;
pub mod protocol_info;

pub use base_block::BaseBlock;
pub use field::{Ansi, Field, FieldInfo, Guid, Layout, Wide};
pub use hive_bin::HiveBin;
pub use log_entry::{LogEntry, PageReference};
pub use packed_catalog_item::PackedCatalogItem;
