//! The control sets of a registry, each with its catalogs.

use super::key::{Key, Missing};
use super::links::Links;
use super::select::{CURRENT, Select, number_of};
use super::system::Beside;
use super::values::Values;
use super::{system, winsock, winsock2};
use crate::catalog::{Catalogs, Facts, NEEDED_KEYS, Text};
use crate::evidence::control_set::UPGRADE;
use crate::evidence::encoding::CodePage;
use crate::evidence::{ControlSet, Defects, MAX_ENTRIES, Roles};

/// Reads every control set below `root`, in order of their names, and what setup keeps of another. `code_page` is that of paths where the registry does
/// not name its own.
pub(super) fn read_control_sets(
    root: &Key,
    links: &Links,
    code_page: Option<CodePage>,
    defects: &mut Defects,
) -> Vec<ControlSet> {
    let mut keys: Vec<&Key> = root.subkeys.iter().filter(|key| number_of(&key.name).is_some()).collect();
    let around = Around::read(root, defects);
    keys.sort_by(|one, other| one.name.cmp(&other.name));
    let select = Select::read(root, &keys, defects);
    // A running system shows its control set under this name too.
    let alias = root.subkey(CURRENT).filter(|_| !select.names_a_control_set);
    let mut control_sets = Vec::new();
    for key in keys {
        let number = number_of(&key.name);
        let roles = Roles {
            current: alias.is_none() && number == select.chosen,
            default: number == select.default,
            last_known_good: number == select.last_known_good,
            failed: number == select.failed,
        };
        let mut control_set = read_control_set(&around, key, roles, code_page, defects);
        if roles.current {
            control_set.catalogs.dangling_selections.clone_from(&select.dangling);
        }
        control_sets.push(control_set);
    }
    if let Some(key) = alias {
        let roles = Roles { current: true, ..Roles::default() };
        control_sets.push(read_control_set(&around, key, roles, code_page, defects));
    }
    if select.lacks_default {
        // What Windows starts with next time is unknown, so that nothing is called intact.
        for control_set in control_sets.iter_mut().filter(|control_set| control_set.roles.current) {
            control_set.catalogs.told.remove(Facts::WHOLE_LISTS);
        }
    }
    for control_set in &mut control_sets {
        let mut found = links.of(control_set.name.as_ref());
        if control_set.roles.current && alias.is_none() {
            found.extend(links.of(Some(&Text::from(CURRENT))));
        }
        // regedit exports what a link leads to as if it were the key itself: only a link that is shown proves one.
        let is_hive = control_set.catalogs.tells(Facts::TIMES);
        control_set.catalogs.told.set(Facts::LINKS, is_hive || !found.is_empty());
        control_set.catalogs.links = found;
    }
    control_sets.extend(read_upgrade(root, code_page, defects));
    control_sets
}

/// The catalogs of the Windows that was upgraded, as a control set that shows nothing else.
///
/// No hive with this key was at hand: how deep in it the catalogs lie is not known, so they are looked for.
fn read_upgrade(root: &Key, code_page: Option<CodePage>, defects: &mut Defects) -> Option<ControlSet> {
    let mut parameters = find_parameters(root.at(UPGRADE)?)?.clone();
    parameters.name = Text::from("Parameters");
    let mut control_set = parameters;
    for name in ["WinSock2", "Services", UPGRADE] {
        let name = Text::from(name);
        control_set = Key { name, subkeys: vec![control_set], is_partial: true, ..Key::default() };
    }
    let nothing = Around::read(&Key { is_partial: true, ..Key::default() }, defects);
    Some(read_control_set(&nothing, &control_set, Roles::default(), code_page, defects))
}

fn find_parameters(key: &Key) -> Option<&Key> {
    let has_catalog = ["Protocol_Catalog9", "NameSpace_Catalog5"].iter().any(|name| key.subkey(name).is_some());
    if has_catalog { Some(key) } else { key.subkeys.iter().find_map(find_parameters) }
}

/// What stands around the control sets, and is read once for all of them.
struct Around {
    beside: Beside,
    /// Whether Windows setup is still at work in this registry, so that there are no catalogs yet.
    is_of_setup: bool,
    /// Whether it is known what the key `Select` says, or that there is none.
    tells_select: bool,
}

impl Around {
    fn read(root: &Key, defects: &mut Defects) -> Self {
        Self {
            beside: Beside::read(root, defects),
            is_of_setup: is_of_setup(root, defects),
            tells_select: !matches!(root.missing("Select"), Some(Missing::Lost | Missing::NotTold)),
        }
    }
}

fn read_control_set(
    around: &Around,
    key: &Key,
    roles: Roles,
    code_page: Option<CodePage>,
    defects: &mut Defects,
) -> ControlSet {
    let computer_name = key.at(r"Control\ComputerName\ComputerName");
    let computer_name = computer_name.and_then(|key| Values::new(key, defects).text("ComputerName"));
    let code_page = code_page_of(key, defects).or(code_page);
    let mut catalogs = Catalogs { windows: system::read_windows(&around.beside, key, defects), ..Catalogs::default() };
    catalogs.setup = around.is_of_setup;
    if let Some(services) = key.subkey("Services") {
        winsock::read(&mut catalogs, services, defects);
        if let Some(parameters) = services.at(r"WinSock2\Parameters") {
            winsock2::read(&mut catalogs, parameters, code_page, defects);
        }
    }
    catalogs.environment = system::read_environment(key, defects);
    system::conclude_from_catalogs(&mut catalogs);
    catalogs.absent_keys = absent_keys(key, catalogs.windows.is_64_bit() == Some(true));
    catalogs.told = told(key, &catalogs, computer_name.is_some());
    catalogs.told.set(Facts::CONTROL_SETS, around.tells_select);
    ControlSet { name: Some(key.name.clone()), roles, computer_name, catalogs }
}

/// The code page of the paths in a control set.
pub(super) fn code_page_of(control_set: &Key, defects: &mut Defects) -> Option<CodePage> {
    let number = Values::new(control_set.at(r"Control\Nls\CodePage")?, defects).text("ACP")?;
    CodePage::of_number(number.lossy().parse().ok()?)
}

/// Whether Windows setup is still at work in this registry, so that there are no catalogs yet.
fn is_of_setup(root: &Key, defects: &mut Defects) -> bool {
    match root.subkey("Setup") {
        Some(setup) => Values::new(setup, defects).number("SystemSetupInProgress") == Some(1),
        None => root.is_absent("Setup"),
    }
}

/// The keys that Windows needs and that are not there; of a missing tree only its top.
fn absent_keys(control_set: &Key, is_64_bit: bool) -> Vec<&'static str> {
    let mut absent: Vec<&'static str> = Vec::new();
    for path in NEEDED_KEYS {
        let is_for_this_system = is_64_bit || !path.ends_with("64");
        let is_below_another =
            absent.iter().any(|above| path.strip_prefix(above).is_some_and(|rest| rest.starts_with('\\')));
        if is_for_this_system && !is_below_another && control_set.is_absent(path) {
            absent.push(path);
        }
    }
    absent
}

/// What hangs on which key: where the key was lost to damage, these facts are unknown. After them those that the key's
/// own values and list of subkeys show, but not the keys below it: where it is damaged or partial, they are unknown.
const FACTS: &[(&str, Facts, Facts)] = &[
    (
        r"Services\WinSock2\Parameters\Protocol_Catalog9",
        Facts::ENTRIES
            .union(Facts::ATTRIBUTES)
            .union(Facts::SIZES)
            .union(Facts::SERVICE_FLAGS)
            .union(Facts::PROVIDER_FLAGS)
            .union(Facts::PROVIDER_IDS)
            .union(Facts::PATHS)
            .union(Facts::IDS)
            .union(Facts::CHAINS)
            .union(Facts::KEYS)
            .union(Facts::COUNTS)
            .union(Facts::ITEM_BYTES),
        Facts::KEYS.union(Facts::COUNTS),
    ),
    (
        r"Services\WinSock2\Parameters\NameSpace_Catalog5",
        Facts::NAME_SPACES.union(Facts::NAME_SPACE_LIBRARIES),
        // Each catalog has its counts, and there is one fact for both.
        Facts::COUNTS,
    ),
    (r"Services\WinSock2\Parameters", Facts::PARAMETERS, Facts::PARAMETERS),
    (r"Services\WinSock2\Parameters\AppId_Catalog", Facts::APP_PERMISSIONS, Facts::empty()),
    // Whether they are shown depends on the value.
    (r"Services\Winsock\Parameters", Facts::TRANSPORTS, Facts::empty()),
    (r"Services\NetBIOS\Linkage", Facts::BINDINGS, Facts::BINDINGS),
    (r"Services\Tcpip", Facts::DRIVERS, Facts::DRIVERS),
    (r"Services\Tcpip\Parameters\Winsock", Facts::TEMPLATES, Facts::empty()),
];

/// The same of what stands beside the catalogs, whose loss takes nothing from them.
const FACTS_BESIDE: &[(&str, Facts)] = &[
    (r"Control\Session Manager\Environment", Facts::ENVIRONMENT),
    (r"Services\Tcpip\ServiceProvider", Facts::SERVICE_PROVIDER),
    (r"Services\Tcpip", Facts::DRIVER_FILES),
    (r"Services\AFD", Facts::DRIVER_FILES),
    (r"Services\NetBT", Facts::DRIVER_FILES),
];

/// What a control set shows: everything but what it lacks, and what damage has taken.
fn told(control_set: &Key, catalogs: &Catalogs, has_name: bool) -> Facts {
    let mut told = Facts::all().difference(Facts::BESIDE);
    told.set(Facts::BOTH_CATALOGS, catalogs.windows.is_64_bit().is_some());
    told.set(Facts::OS, catalogs.windows.version.is_some());
    told.set(Facts::HOST, has_name);
    told.set(Facts::TIMES, has_times(control_set));
    let transports = catalogs.winsock.as_ref().and_then(|winsock| winsock.transports.as_ref());
    told.set(Facts::TRANSPORTS, transports.is_some());
    for (path, facts, facts_of_key) in FACTS {
        match control_set.at(path) {
            Some(key) if key.is_only_named() => told.remove(*facts),
            Some(key) => {
                if key.is_damaged || key.is_partial {
                    told.remove(*facts_of_key);
                }
                if has_damage(key) || has_too_many_entries(key) || has_part_of_a_list(key) {
                    told.remove(Facts::WHOLE_LISTS);
                }
            }
            None => match control_set.missing(path) {
                Some(Missing::Lost) => told.remove(facts.union(Facts::WHOLE_LISTS)),
                Some(Missing::NotTold) => told.remove(*facts),
                Some(Missing::Absent) | None => {}
            },
        }
    }
    for (path, facts) in FACTS_BESIDE {
        let is_shown = match control_set.at(path) {
            Some(key) => !key.is_damaged && !key.is_partial,
            None => control_set.is_absent(path),
        };
        if !is_shown {
            told.remove(*facts);
        }
    }
    told
}

fn has_too_many_entries(catalog: &Key) -> bool {
    catalog.subkeys.iter().any(|list| list.subkeys.len() > MAX_ENTRIES)
}

/// Whether the evidence names a list of entries, or one of its entries, only on the way to other keys.
fn has_part_of_a_list(catalog: &Key) -> bool {
    let lists = catalog.subkeys.iter().filter(|list| list.name.lower().starts_with("catalog_entries"));
    let mut lists = lists.flat_map(|list| std::iter::once(list).chain(&list.subkeys));
    lists.any(|key| key.is_partial)
}

/// Whether keys have times: in a part of a hive, those above its root have none.
fn has_times(key: &Key) -> bool {
    key.last_written.is_some() || key.subkeys.iter().any(has_times)
}

fn has_damage(key: &Key) -> bool {
    key.is_damaged || key.subkeys.iter().any(has_damage)
}
