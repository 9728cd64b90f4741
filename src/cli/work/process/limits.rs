//! What a worker process may take of the machine.

/// Memory in bytes that a worker may hold beside the files that it maps: what the largest archive in an archive and its
/// largest member take, and room for what becomes of them.
#[cfg(unix)]
const MEMORY: u64 = 1 << 30;

/// Addresses that it may use: the same, and the largest files that are mapped.
#[cfg(all(unix, target_pointer_width = "64"))]
const ADDRESSES: u64 = 8 << 30;

/// Sets the limits of this process. Where the system refuses one, the worker goes on without it, as everywhere where
/// there are none: the limit of time holds all the same.
#[cfg(unix)]
pub(super) fn set() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = |resource, most: u64| {
        let known = getrlimit(resource);
        let least = |limit: Option<u64>| Some(limit.map_or(most, |limit| limit.min(most)));
        let _ = setrlimit(resource, Rlimit { current: least(known.current), maximum: least(known.maximum) });
    };
    limit(Resource::Data, MEMORY);
    #[cfg(target_pointer_width = "64")]
    limit(Resource::As, ADDRESSES);
    // Evidence does not belong into dumps of memory.
    limit(Resource::Core, 0);
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
}

/// There are no limits to be set here.
#[cfg(not(unix))]
pub(super) fn set() {}
