//! A text with output of `reg query`, and the listing of netsh that may stand before or after it.

use super::encoding::Decoded;
use super::registry::conclude_from_catalogs;
use super::{ControlSet, Error, Kind, ReadOptions, Reading, netsh, registry};
use crate::catalog::{Catalogs, Facts, Windows};

/// Reads what both say of the system.
///
/// # Errors
///
/// Where neither says anything of Winsock.
pub(super) fn read(decoded: &Decoded<'_>, options: &ReadOptions<'_>) -> Result<Reading, Error> {
    let listing = netsh::is_listing(&decoded.text).then(|| netsh::read(decoded));
    let reading = match (registry::read_query(decoded, options.code_page), listing) {
        (Ok(query), None) => query,
        (Err(_), Some(listing)) => return Ok(listing),
        (query, None) => query?,
        (Ok(query), Some(listing)) => joined(query, listing),
    };
    Ok(reading)
}

fn current(control_sets: &[ControlSet]) -> Option<&ControlSet> {
    control_sets.iter().find(|control_set| control_set.roles.current)
}

/// A registry with entries leads, and the listing is compared with it. One without says what stands beside the entries
/// of the listing: Windows' own collection of network information asks for the transports alone.
fn joined(query: Reading, listing: Reading) -> Reading {
    let mut defects = query.defects;
    let has_entries = current(&query.control_sets).is_some_and(|set| set.catalogs.tells(Facts::ENTRIES));
    defects.extend(listing.defects);
    if has_entries {
        let listing = listing.control_sets.into_iter().find(|set| set.roles.current);
        return Reading { listing, defects, ..query };
    }
    let beside = query.control_sets.into_iter().find(|set| set.roles.current).map(|set| set.catalogs);
    let mut control_sets = listing.control_sets;
    if let Some((set, beside)) = control_sets.iter_mut().find(|set| set.roles.current).zip(beside) {
        add(&mut set.catalogs, beside);
    }
    Reading { control_sets, defects, text: query.text, ..Reading::of(Kind::Netsh) }
}

/// What `reg query` may say beside the entries of a listing.
const BESIDE: Facts = Facts::PARAMETERS
    .union(Facts::APP_PERMISSIONS)
    .union(Facts::TRANSPORTS)
    .union(Facts::TEMPLATES)
    .union(Facts::BINDINGS)
    .union(Facts::DRIVERS)
    .union(Facts::ENVIRONMENT)
    .union(Facts::DRIVER_FILES)
    .union(Facts::SERVICE_PROVIDER);

fn add(catalogs: &mut Catalogs, beside: Catalogs) {
    let told = catalogs.told | beside.told & BESIDE;
    let mut windows = std::mem::take(&mut catalogs.windows);
    if windows.version.is_none() && beside.windows.version.is_some() {
        let architecture = windows.architecture.or(beside.windows.architecture);
        windows = Windows { architecture, ..beside.windows };
    }
    *catalogs = Catalogs {
        told,
        windows,
        protocol: catalogs.protocol.take(),
        name_space: catalogs.name_space.take(),
        absent_keys: Vec::new(),
        ..beside
    };
    conclude_from_catalogs(catalogs);
    catalogs.told.set(Facts::OS, catalogs.windows.version.is_some());
}
