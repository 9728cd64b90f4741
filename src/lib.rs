//! Offline forensic analyzer for the Winsock catalogs of Windows.
#![forbid(unsafe_code)]

pub mod catalog;
pub mod evidence;
pub mod layout;
