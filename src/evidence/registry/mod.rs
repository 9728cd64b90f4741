//! Evidence that is a registry: read into keys, and from them into catalogs.

mod control_set;
mod hive;
mod key;
mod system;
mod values;
mod wanted;
mod winsock;
mod winsock2;

use self::hive::open_hive;
use self::key::Key;
use self::values::Values;
use self::wanted::{SERVICES, Wanted};
use super::{Error, Kind, Reading};
use crate::catalog::Text;

/// Reads a SYSTEM hive.
///
/// # Errors
///
/// Where it is no SYSTEM hive, or one in which there can be no catalogs.
pub(super) fn read_hive(bytes: &[u8]) -> Result<Reading, Error> {
    let mut defects = Vec::new();
    let hive = open_hive(bytes, &mut defects)?;
    let mut root = hive.read(&Wanted::of_system(), &mut defects)?;
    let has_control_sets = root.subkeys.iter().any(|key| key.subkey("Services").is_some());
    if root.subkey("Select").is_none() && !has_control_sets && !root.is_damaged {
        let names = hive.root_names();
        return Err(Error::OtherHive { found: kind_of_hive(&names) });
    }
    if let Some(wanted) = other_transports(&root) {
        // What is damaged was met before.
        root.merge(hive.read(&wanted, &mut Vec::new())?);
    }
    let control_sets = control_set::read_control_sets(&root, &mut defects);
    let has_no = |path: &str| !root.is_damaged && root.subkeys.iter().all(|key| key.is_absent(path));
    if has_no(r"Services\WinSock2") {
        if control_sets.iter().any(|control_set| control_set.catalogs.setup) {
            return Err(Error::BeforeSetup);
        }
        if has_no(r"Services\Tcpip") {
            return Err(Error::NoNetwork);
        }
    }
    Ok(Reading { kind: Kind::Hive, hive: Some(hive.head), control_sets, defects })
}

/// Hives by keys that stand at their root.
const HIVES: &[(&[&str], &str)] = &[
    (&["Microsoft", "Classes"], "a SOFTWARE hive"),
    (&["Software", "Control Panel"], "a user's hive (NTUSER.DAT)"),
    (&["SAM"], "a SAM hive"),
    (&["Policy"], "a SECURITY hive"),
    (&["Local Settings"], "a user's classes hive (UsrClass.dat)"),
    (&["Objects", "Description"], "a boot configuration hive (BCD)"),
    (&["DriverDatabase"], "a DRIVERS hive"),
    (&["Root"], "an Amcache hive"),
];

fn kind_of_hive(root_names: &[Text]) -> String {
    let has = |name: &&str| root_names.iter().any(|root_name| root_name.is(name));
    if let Some((_, kind)) = HIVES.iter().find(|(names, _)| names.iter().all(has)) {
        return (*kind).to_owned();
    }
    let mut names: Vec<String> = root_names.iter().take(5).map(|name| name.shortened(40)).collect();
    if root_names.len() > names.len() {
        names.push("…".to_owned());
    }
    if names.is_empty() { "an empty hive".to_owned() } else { format!("a hive with the keys {}", names.join(", ")) }
}

/// The settings of transports that only this system's `Transports` names.
fn other_transports(root: &Key) -> Option<Wanted> {
    let mut wanted = None;
    for control_set in &root.subkeys {
        let parameters = control_set.at(r"Services\Winsock\Parameters");
        let transports = parameters.and_then(|key| Values::new(key, &mut Vec::new()).texts("Transports"));
        for transport in transports.into_iter().flatten() {
            let transport = transport.lossy();
            if !SERVICES.iter().any(|service| service.eq_ignore_ascii_case(&transport)) {
                wanted.get_or_insert_with(Wanted::default).want_service(&control_set.name.lossy(), &transport);
            }
        }
    }
    wanted
}
