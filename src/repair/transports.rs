//! Transports that were removed, and settings that they lost.

use std::collections::BTreeSet;

use super::keys::{made_at, set, set_bytes, set_text, settle};
use super::step::{Source, Step, What};
use super::work::{Other, Work};
use crate::baseline::mapping;
use crate::catalog::provider::{FAMILIES, HELPERS, TRANSPORTS};
use crate::catalog::socket::SocketRequest;
use crate::catalog::{Catalogs, Facts, Text, Transport, Winsock};
use crate::evidence::{Key, REG_MULTI_SZ};
use crate::examination::Examined;
use crate::finding::Confidence;

const WINSOCK: &str = r"Services\Winsock";
const PARAMETERS: &str = r"Services\Winsock\Parameters";

/// Puts the transports of Windows back that are gone. Whether there were any.
pub(super) fn repair(work: &mut Work<'_>, examined: &Examined) -> bool {
    let catalogs = &examined.control_set.catalogs;
    let mut changed = false;
    if let Some(winsock) = catalogs.winsock.as_ref().filter(|_| catalogs.tells(Facts::TRANSPORTS)) {
        let names = with_removed(work, catalogs, winsock);
        for (name, _) in HELPERS {
            if catalogs.tells(Facts::TEMPLATES) && is_in(&names, name) {
                changed |= restore_settings(work, catalogs, name);
            }
        }
        changed |= restore_list(work, winsock, names);
    }
    changed
}

fn is_in(names: &[(Text, Option<Source>)], wanted: &str) -> bool {
    names.iter().any(|(name, _)| name.is(wanted))
}

/// The transports, with those that were removed and the source of each. Windows cannot do without Tcpip; the others are
/// missed only if setup recorded them, for people may have uninstalled them.
fn with_removed(work: &Work<'_>, catalogs: &Catalogs, winsock: &Winsock) -> Vec<(Text, Option<Source>)> {
    let present = winsock.transports.iter().flatten().cloned();
    let mut names: Vec<(Text, Option<Source>)> = present.map(|name| (name, None)).collect();
    let recorded = winsock.provider_list.iter().flatten();
    let recorded: Vec<Text> = recorded.cloned().collect();
    let is_recorded = |wanted: &str| recorded.iter().any(|name| name.is(wanted));
    for (wanted, _) in HELPERS {
        if is_in(&names, wanted) || *wanted != "Tcpip" && !is_recorded(wanted) {
            continue;
        }
        let order = |other: &Other<'_>| other.catalogs.winsock.as_ref()?.transports.clone();
        let of_others = work.others.iter().filter_map(|other| Some((other.source.clone(), order(other)?)));
        let of_record = is_recorded(wanted).then(|| (Source::SetupRecord, recorded.clone()));
        let has_settings = catalogs.transports.iter().any(|transport| transport.name.is(wanted));
        let of_settings = has_settings.then(|| (Source::Settings, vec![Text::from(*wanted)]));
        let mut sources = of_others.chain(of_record).chain(of_settings);
        let Some((source, order)) = sources.find(|(_, order)| order.iter().any(|name| name.is(wanted))) else {
            continue;
        };
        let can_run = has_settings || good_settings(&work.others, wanted).is_some();
        if !can_run {
            continue;
        }
        let before: BTreeSet<String> = order.iter().take_while(|name| !name.is(wanted)).map(Text::lower).collect();
        let place = names.iter().rposition(|(name, _)| before.contains(&name.lower())).map_or(0, |index| index + 1);
        names.insert(place, (Text::from(*wanted), Some(source)));
    }
    names
}

fn restore_list(work: &mut Work<'_>, winsock: &Winsock, names: Vec<(Text, Option<Source>)>) -> bool {
    if names.iter().all(|(_, source)| source.is_none()) {
        return false;
    }
    let shown = |names: &[Text]| names.iter().map(|name| name.shortened(40)).collect::<Vec<_>>().join(" ");
    let from = winsock.transports.as_deref().map(|names| Text::new(shown(names)));
    let all: Vec<Text> = names.iter().map(|(name, _)| name.clone()).collect();
    let Some(parameters) = work.control_set().and_then(|root| made_at(root, PARAMETERS)) else { return false };
    set_texts(parameters, "Transports", &all);
    settle(parameters);
    let to = Some(Text::new(shown(&all)));
    for (name, source) in names.into_iter().filter(|(_, source)| source.is_some()) {
        let subject = Text::new(format!(r"{name} in Winsock\Parameters\Transports"));
        let step = Step { from: from.clone(), to: to.clone(), source, ..Step::new(What::Restore, subject, None) };
        work.steps.push(step);
    }
    true
}

/// Sets a value of several texts.
fn set_texts(key: &mut Key, name: &str, texts: &[Text]) {
    let units = texts.iter().flat_map(|text| text.lossy().encode_utf16().chain([0]).collect::<Vec<u16>>());
    set(key, name, REG_MULTI_SZ, units.chain([0]).flat_map(u16::to_le_bytes).collect());
}

/// The settings of a transport in another state that has them as Windows writes them.
fn good_settings<'a>(others: &[Other<'a>], name: &str) -> Option<(Source, &'a Key)> {
    others.iter().find_map(|Other { source, catalogs, keys }| {
        let transport = catalogs.transports.iter().find(|transport| transport.name.is(name))?;
        let key = keys.as_ref()?.at(&path_of(name)).filter(|_| is_sound(transport))?;
        Some((source.clone(), key))
    })
}

fn path_of(name: &str) -> String {
    format!(r"Services\{name}\Parameters\Winsock")
}

/// Whether a transport of Windows has its own helper DLL, and claims only sockets of its families.
fn is_sound(transport: &Transport) -> bool {
    let (_, families) = FAMILIES.iter().find(|(name, _)| transport.name.is(name)).copied().unwrap_or_default();
    let helper = transport.helper.as_ref();
    let is_own = |(name, path): &(&str, &str)| transport.name.is(name) && helper.is_some_and(|own| own.is(path));
    HELPERS.iter().any(is_own) && has_own_rows(transport, families) && !transport.mapping.is_empty()
}

fn has_own_rows(transport: &Transport, families: &[i32]) -> bool {
    let rows = transport.mapping.iter().map(|row| row.address_family);
    rows.chain(transport.templates.iter().filter_map(|template| template.address_family))
        .all(|family| families.contains(&family))
}

/// The helper DLL and the rows of `Mapping` that this version of Windows gives a transport; `None` where that is unknown.
fn settings_of_version(catalogs: &Catalogs, name: &str) -> Option<Key> {
    let rows: Vec<SocketRequest> = mapping(&Text::from(name), catalogs.windows.version?).collect();
    let count = u32::try_from(rows.len()).ok().filter(|count| *count > 0)?;
    let (_, helper) = HELPERS.iter().find(|(known, _)| *known == name)?;
    let numbers = rows.iter().flat_map(|row| [row.address_family, row.socket_type, row.protocol]);
    let columns = 3_u32;
    let bytes = [count, columns].into_iter().flat_map(u32::to_le_bytes).chain(numbers.flat_map(i32::to_le_bytes));
    let mut key = Key::default();
    set_bytes(&mut key, "Mapping", &bytes.collect::<Vec<u8>>());
    set_text(&mut key, "HelperDllName", helper, true);
    Some(key)
}

/// Restores the settings of a transport that are missing, and those that claim sockets of others.
fn restore_settings(work: &mut Work<'_>, catalogs: &Catalogs, name: &str) -> bool {
    let own = catalogs.transports.iter().find(|transport| transport.name.is(name));
    let (_, families) = FAMILIES.iter().find(|(family, _)| *family == name).copied().unwrap_or_default();
    let is_own = own.is_none_or(|own| has_own_rows(own, families));
    let of_others = good_settings(&work.others, name).map(|(source, good)| (source, good.clone()));
    // What is merely missing is not made up: no rule finds fault with it.
    let of_version = || Some((Source::Version, settings_of_version(catalogs, name).filter(|_| !is_own)?));
    let Some((source, good)) = of_others.or_else(of_version) else { return false };
    let Some(key) = work.control_set().and_then(|root| made_at(root, &path_of(name))) else { return false };
    let before = key.clone();
    for value in &good.values {
        let is_altered = !is_own && value.name.is("Mapping");
        if is_altered || key.value(&value.name.lossy()).is_none() {
            key.values.retain(|own| own.name.lower() != value.name.lower());
            key.values.push(value.clone());
        }
    }
    if !good.subkeys.is_empty() && (key.subkeys.is_empty() || !is_own) {
        key.subkeys.clone_from(&good.subkeys);
    }
    settle(key);
    if super::change::same(&before, key) {
        return false;
    }
    let subject = Text::new(format!(r"{name}\Parameters\Winsock"));
    let (to, confidence) = match source {
        Source::Version => ("Mapping and helper DLL", Confidence::Medium),
        _ => ("Mapping, helper DLL and templates", Confidence::High),
    };
    let step = Step::new(What::Restore, subject, None);
    work.steps.push(Step { to: Some(Text::from(to)), source: Some(source), confidence, ..step });
    true
}

/// Adds `Services\Winsock`: from another state, or with the transports of Windows whose settings are there.
pub(super) fn add_key(work: &mut Work<'_>, catalogs: &Catalogs) -> bool {
    let is_known = |name: &Text| HELPERS.iter().any(|(known, _)| name.is(known));
    let other = work.others.iter().find_map(|Other { source, catalogs, keys }| {
        let names = catalogs.winsock.as_ref()?.transports.as_ref()?;
        let key = keys.as_ref()?.at(WINSOCK).filter(|_| names.iter().all(is_known))?;
        Some((source.clone(), key.clone()))
    });
    let installed: Vec<Text> =
        catalogs.transports.iter().filter(|transport| is_sound(transport)).map(|own| own.name.clone()).collect();
    if other.is_none() && !installed.iter().any(|name| name.is("Tcpip")) {
        return false;
    }
    let Some(made) = work.control_set().and_then(|root| made_at(root, WINSOCK)) else { return false };
    let (source, confidence) = if let Some((source, key)) = other {
        (made.values, made.subkeys) = (key.values, key.subkeys);
        (source, Confidence::High)
    } else {
        fill(made, &installed);
        (Source::Settings, Confidence::Medium)
    };
    settle(made);
    work.steps.push(Step { source: Some(source), confidence, ..Step::new(What::AddKey, WINSOCK, None) });
    true
}

/// The list of the transports, and setup's record of them.
fn fill(winsock: &mut Key, installed: &[Text]) {
    if let Some(parameters) = made_at(winsock, "Parameters") {
        set_texts(parameters, "Transports", installed);
    }
    if let Some(record) = made_at(winsock, "Setup Migration") {
        set_texts(record, "Provider List", installed);
    }
    for (name, id) in TRANSPORTS.iter().filter(|(name, _)| installed.iter().any(|own| own.is(name))) {
        let provider = made_at(winsock, &format!(r"Setup Migration\Providers\{name}"));
        if let Some(provider) = provider {
            set_bytes(provider, "WinSock 2.0 Provider ID", &id.to_bytes_le());
        }
    }
}
