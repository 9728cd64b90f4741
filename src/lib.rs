//! Offline forensic analyzer for the Winsock catalogs of Windows.
#![forbid(unsafe_code)]

pub mod baseline;
pub mod catalog;
pub mod evidence;
pub mod finding;
pub mod layout;
pub mod rules;
mod sentence;
