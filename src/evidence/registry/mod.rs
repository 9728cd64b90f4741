//! Evidence that is a registry: read into keys, and from them into catalogs.

mod bins;
mod carve;
mod control_set;
mod hive;
mod kept;
mod key;
mod links;
mod marvin32;
mod moments;
mod partial;
mod records;
mod reg;

mod salvage;
mod select;
mod software;
mod system;
mod values;
mod wanted;
mod winsock;
mod winsock2;

pub mod log;

pub use self::kept::Registry;
pub(crate) use self::key::{Key, REG_BINARY, REG_DWORD, REG_EXPAND_SZ, REG_MULTI_SZ, REG_SZ, Value};
pub(super) use self::reg::{is_query, is_registration_file};
pub(super) use self::system::conclude_from_catalogs;

use std::io::Read;

use self::control_set::read_control_sets;
use self::hive::open_hive;
use self::links::{Links, Source};
use self::log::Log;
use self::partial::Part;
use self::reg::Export;
use self::salvage::{ROOM, WITHIN_ROOM};
use self::values::Values;
use self::wanted::{SERVICES, Wanted};
use super::encoding::{CodePage, Decoded, TextEncoding};
use super::{
    Content, ControlSet, Defect, Defects, Error, HiveHead, HiveState, Kind, ReadOptions, Reading, Recovery, Space,
    TextHead,
};
use crate::catalog::{Place, Text};

/// Reads a SYSTEM hive, in the state in which Windows would have loaded it.
///
/// # Errors
///
/// Where it is no SYSTEM hive, or one in which there can be no catalogs.
pub(super) fn read_hive(bytes: &[u8], options: &ReadOptions<'_>) -> Result<Reading, Error> {
    let head = HiveHead::decode(bytes);
    let is_dirty = head.as_ref().is_some_and(HiveHead::is_dirty);
    if options.logs.is_empty() && !is_dirty {
        return read_state(bytes, options);
    }
    let (replay, recovered) = log::replay_into(bytes, options.logs, |length| match options.scratch {
        Some(scratch) => scratch.space(length),
        None => log::in_memory(length).map(Space::new),
    });
    let without_history = ReadOptions { carve: false, ..*options };
    let stored = |options| read_state(bytes, options);
    let recovered = |options| recovered.as_ref().and_then(|recovered| read_state(recovered, options).ok());
    let is_sound = replay.faults_after.is_empty();
    // Of the state that is not shown, only the catalogs count.
    let (reading, state, other) = match is_sound.then(|| recovered(options)).flatten() {
        Some(reading) => (reading, HiveState::Recovered, stored(&without_history).ok()),
        // Where what was applied broke the hive, what is stored deserves more belief.
        None => match stored(options) {
            Ok(reading) => (reading, HiveState::Stored, recovered(&without_history)),
            Err(error) => (recovered(options).ok_or(error)?, HiveState::Recovered, None),
        },
    };
    let other = other.map(|reading| reading.control_sets).unwrap_or_default();
    let mut reading = Reading { hive: head, ..reading };
    reading.defects.extend(replay.logs.iter().filter_map(Log::unsearched));
    Ok(Reading { recovery: Some(Recovery { replay, state, other }), ..reading })
}

/// Which computer a SYSTEM hive names as it is stored, by a look at a few keys; `None` where these do not show it.
pub(super) fn name_of_hive(bytes: &[u8]) -> Option<Text> {
    let mut unheeded = Defects::default();
    let hive = open_hive(bytes, &mut unheeded).ok()?;
    let mut budget = ROOM;
    let root = hive.read(&Wanted::of_named().of_root(), &mut budget, &mut unheeded).ok()?;
    let control_sets = read_control_sets(&root, &Links::default(), None, &mut unheeded);
    control_sets.into_iter().find(|control_set| control_set.roles.current)?.computer_name
}

/// Reads one state of a SYSTEM hive.
fn read_state(bytes: &[u8], options: &ReadOptions<'_>) -> Result<Reading, Error> {
    let mut defects = Defects::default();
    let hive = open_hive(bytes, &mut defects)?;
    let mut budget = ROOM;
    let mut root = hive.read(&Wanted::of_system().of_root(), &mut budget, &mut defects)?;
    let has_control_sets = root.subkeys.iter().any(|key| key.subkey("Services").is_some());
    if root.subkey("Select").is_none() && !has_control_sets && !root.is_damaged {
        let names = hive.root_names();
        if let Some(part) = Part::of(&names) {
            return read_part(part, bytes, options)?.ok_or_else(|| Error::OtherHive { found: kind_of_hive(&names) });
        }
        if let Some(reading) = software::read(&hive, defects)? {
            return Ok(reading);
        }
        return Err(Error::OtherHive { found: kind_of_hive(&names) });
    }
    let mut has_links = links::has_links(&root);
    let mut links = links::follow(&mut root, Wanted::of_system(), &Source::Hive(&hive), &mut budget, &mut defects);
    if let Some(wanted) = other_transports(&root) {
        // What is damaged was met before, and two readings of the same bytes do not contradict each other.
        let mut again = Defects::default();
        let mut transports = hive.read(&wanted.of_root(), &mut budget, &mut again)?;
        has_links |= links::has_links(&transports);
        defects.add_those(again, |defect| defect.expected == WITHIN_ROOM);
        links.add(links::follow(&mut transports, &wanted, &Source::Hive(&hive), &mut budget, &mut defects));
        let _ = root.merge(transports);
    }
    // What a differencing hive does not have, the hive below it may have.
    let is_differencing = hive.head.is_differencing();
    if is_differencing {
        root.mark_as_partial();
    }
    let control_sets = read_control_sets(&root, &links, options.code_page, &mut defects);
    if is_differencing && !control_sets.iter().any(tells_something) {
        return Err(Error::Differencing);
    }
    let has_no = |path: &str| !root.is_damaged && root.subkeys.iter().all(|key| key.is_absent(path));
    if has_no(r"Services\WinSock2") {
        if control_sets.iter().any(|control_set| control_set.catalogs.setup) {
            return Err(Error::BeforeSetup);
        }
        if has_no(r"Services\Tcpip") {
            return Err(Error::NoNetwork);
        }
    }
    let history = options.carve.then(|| {
        let own = root.subkeys.iter().find_map(|key| control_set::code_page_of(key, &mut Defects::default()));
        carve::carve(bytes, hive.bins_end(), &root, options.logs, own.or(options.code_page), &mut defects)
    });
    let code_page = options.code_page;
    let registry = options.keep_registry.then(|| Registry { root: root.clone(), links, code_page });
    let mut moments = moments::of_keys(root, has_links, &mut defects);
    moments.extend(moments::of_links(&control_sets));
    moments.extend(history.iter().flat_map(moments::of_deleted_keys));
    Ok(Reading {
        hive: Some(hive.head),
        control_sets,
        registry,
        moments,
        history,
        defects: defects.into_list(),
        ..Reading::of(Kind::Hive)
    })
}

/// Reads a hive whose root is a key of a control set; `None` where it turns out to be another one. What was deleted is
/// not looked for: saving a key copies nothing of it.
fn read_part(part: Part, bytes: &[u8], options: &ReadOptions<'_>) -> Result<Option<Reading>, Error> {
    let mut defects = Defects::default();
    let hive = open_hive(bytes, &mut defects)?;
    let mut budget = ROOM;
    let mut read = |wanted: &Wanted, defects: &mut Defects| {
        let wanted = part.wanted(wanted)?;
        Some(hive.read_at(&part.place(), &wanted, &mut budget, defects).map(|root| part.system(root)))
    };
    let Some(mut root) = read(Wanted::of_system(), &mut defects).transpose()? else { return Ok(None) };
    if !part.is_in(&root) {
        return Ok(None);
    }
    if let Some(wanted) = other_transports(&root)
        && let Some(transports) = read(&wanted, &mut Defects::default())
    {
        let _ = root.merge(transports?);
    }
    let has_links = links::has_links(&root);
    let links = links::follow_in_export(&mut root, &mut defects);
    let control_sets = read_control_sets(&root, &links, options.code_page, &mut defects);
    let moments = moments::of_keys(root, has_links, &mut defects);
    let hive = Some(hive.head);
    Ok(Some(Reading { hive, control_sets, moments, defects: defects.into_list(), ..Reading::of(Kind::Hive) }))
}

/// Reads a registration file as a stream.
///
/// # Errors
///
/// Where Windows would import nothing of it, or it says nothing of Winsock.
pub(super) fn read_reg(stream: &mut dyn Read, options: &ReadOptions<'_>) -> Result<Reading, Error> {
    let mut defects = Defects::default();
    let export = reg::read(stream, options.code_page, &mut defects)?;
    read_export(export, options.code_page, options.keep_registry, defects)
}

/// Registration files that are parts of one system, read one after the other.
pub struct Together {
    code_page: Option<CodePage>,
    whole: Option<Export>,
    defects: Defects,
}

impl Together {
    /// No file yet; `code_page` is that of text which does not name its own.
    #[must_use]
    pub fn new(code_page: Option<CodePage>) -> Self {
        Self { code_page, whole: None, defects: Defects::default() }
    }

    /// Reads one more of them; its name stands in front of the places in it.
    ///
    /// # Errors
    ///
    /// Where it is no registration file, Windows would import nothing of it, or it contradicts one before it.
    pub fn add(&mut self, name: &Text, content: &mut Content<'_>) -> Result<(), Error> {
        let mut found = Defects::default();
        let part = reg::read(&mut content.stream(), self.code_page, &mut found)?;
        self.defects.extend(found.into_list().into_iter().map(|defect| {
            let path = format!("{name}: {}", defect.place.path);
            Defect { place: Place { path, ..defect.place }, ..defect }
        }));
        if let Some(whole) = &mut self.whole {
            whole.root.merge(part.root).map_err(|pair| contradiction(*pair, name))?;
        } else {
            self.whole = Some(part);
        }
        Ok(())
    }

    /// What all of them say together; `None` where no file was added.
    ///
    /// # Errors
    ///
    /// Where no file says anything of Winsock.
    pub fn finish(self) -> Result<Option<Reading>, Error> {
        self.whole.map(|whole| read_export(whole, self.code_page, false, self.defects)).transpose()
    }
}

/// Reads what `reg query` printed of a registry. `code_page` is that of text whose encoding is not known.
///
/// # Errors
///
/// Where it says nothing of Winsock.
pub(super) fn read_query(decoded: &Decoded<'_>, code_page: Option<CodePage>) -> Result<Reading, Error> {
    let mut defects = Defects::default();
    let mut root = reg::read_query(decoded, code_page, &mut defects);
    let links = links::follow_in_export(&mut root, &mut defects);
    let control_sets = read_control_sets(&root, &links, code_page, &mut defects);
    if !control_sets.iter().any(tells_something) {
        return Err(Error::NothingOfWinsock);
    }
    let encoding = decoded.encoding.name().to_owned();
    let head = TextHead { encoding, is_guess: decoded.encoding == TextEncoding::Ansi, form: "reg query" };
    Ok(Reading { text: Some(head), control_sets, defects: defects.into_list(), ..Reading::of(Kind::RegQuery) })
}

fn contradiction((value, one, other): (String, Value, Value), name: &Text) -> Error {
    Error::Contradiction {
        value,
        one: one.shown(),
        other: other.shown(),
        place: format!("{name}, line {}", other.line.unwrap_or_default()),
    }
}

fn read_export(
    mut export: Export,
    code_page: Option<CodePage>,
    keep_registry: bool,
    mut defects: Defects,
) -> Result<Reading, Error> {
    let links = links::follow_in_export(&mut export.root, &mut defects);
    let control_sets = read_control_sets(&export.root, &links, code_page, &mut defects);
    if !control_sets.iter().any(tells_something) {
        return Err(Error::NothingOfWinsock);
    }
    let has_entries = |control_set: &ControlSet| !control_set.catalogs.native_entries().is_empty();
    if export.is_wine && !control_sets.iter().any(has_entries) {
        return Err(Error::Wine);
    }
    let registry = keep_registry.then_some(Registry { root: export.root, links, code_page });
    let text = Some(export.head);
    Ok(Reading { text, control_sets, registry, defects: defects.into_list(), ..Reading::of(Kind::Reg) })
}

fn tells_something(control_set: &ControlSet) -> bool {
    let catalogs = &control_set.catalogs;
    catalogs.parameters.is_some() || catalogs.winsock.is_some() || !catalogs.absent_keys.is_empty()
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
        let transports = parameters.and_then(|key| Values::new(key, &mut Defects::default()).texts("Transports"));
        let is_known = |name: &Text| SERVICES.iter().any(|service| name.is(service));
        for transport in transports.iter().flatten().filter(|transport| !is_known(transport)) {
            wanted.get_or_insert_with(Wanted::default).want_service(&control_set.name, transport);
        }
    }
    wanted
}
