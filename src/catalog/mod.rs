//! What a system's Winsock catalogs say: pure data, whatever carried it.

mod catalog_name;
mod catalogs;
mod event;
mod fact;
mod file;
mod folder_name;
mod harmful;
mod link;
mod namespace;
mod other_protocol;
mod path;
mod place;
mod protocol;
mod select;
mod software;
mod text;
mod time;
mod transport;
mod windows;
mod windows_folder;

pub mod difference;
pub mod entry_field;
pub mod notation;
pub mod number;
pub mod provider;
pub mod residue;
pub mod signature;
pub mod socket;
pub mod title;

pub use crate::layout::Guid;
pub use catalog_name::CatalogName;
pub use catalogs::{AppPermission, Catalog, Catalogs, Entry, EntryList, NEEDED_KEYS, OtherCatalog, Parameters};
pub use event::{CatalogEvent, Change};
pub use fact::Facts;
pub use file::SeenFile;
pub use harmful::is_harmful;
pub use link::RegistryLink;
pub use namespace::NameSpaceEntry;
pub use path::CanonicalPath;
pub use place::{KeyPlace, Place};
pub use protocol::{
    Chain, Concluded, ITEM_SIZE, Kind, PATH_SIZE, ProtocolEntry, ProviderFlags, SOCK_NETWORK_DIRECT, SOCK_RAW,
    ServiceFlags,
};
pub use select::{DanglingSelection, SELECTIONS};
pub use software::{InstalledProduct, Software};
pub use text::{Text, hex};
pub use time::FileTime;
pub use transport::{Binding, DISABLED, Environment, Service, ServiceProvider, SetupProvider, Transport, Winsock};
pub use windows::{Architecture, Product, Version, Windows};
pub use windows_folder::{Standing, WindowsFolder};
