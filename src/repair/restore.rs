//! Values and fields that get back what Windows writes there.

use super::items::{with_fields, with_path};
use super::keys::{at_mut, path_of, placed_mut, remove_placed, set_bytes, set_number, set_text, settle};
use super::step::{Source, Step, What};
use super::work::{Other, Work, problems};
use crate::baseline::{self, Baseline};
use crate::catalog::provider::name_space_by_id;
use crate::catalog::{CatalogName, Catalogs, DISABLED, Entry, NameSpaceEntry, ProtocolEntry, Text, Version};
use crate::evidence::{Key, Value};
use crate::examination::Examined;
use crate::finding::{Confidence, Data, Finding, Remedy};

/// Does what the rules propose, and restores what differs from the baseline. Whether anything changed.
pub(super) fn repair(work: &mut Work<'_>, examined: &Examined) -> bool {
    let mut changed = false;
    for finding in problems(examined) {
        for remedy in &finding.remedies {
            changed |= match remedy {
                Remedy::RestoreValue { key: Some(key), value, field, to } => {
                    restore(work, examined, finding, (key, value, *field), to)
                }
                Remedy::SetCount { key, value, to } if !value.starts_with("Num_") => set_count(work, key, value, *to),
                Remedy::RemoveKey { key } => {
                    let is_removed = work.control_set().is_some_and(|root| remove_placed(root, key));
                    if is_removed {
                        work.steps.push(Step::new(What::RemoveKey, key.as_str(), finding.catalog));
                    }
                    is_removed
                }
                Remedy::RemoveValue { key, value } => remove_value(work, key, value),
                _ => false,
            };
        }
        changed |= match finding.rule {
            "entry-deviates-from-template" => restore_fields(work, examined, finding),
            "protocol-name-mismatch" => restore_protocol_name(work, examined, finding),
            "name-space-value-missing" => restore_name_space(work, examined, finding),
            "transport-driver-disabled" => restore_start(work, examined, finding),
            _ => false,
        };
    }
    changed
}

/// The source of what the baseline says, and how sure it is.
pub(super) fn source_of(baseline: &Baseline) -> (Source, Confidence) {
    match baseline.source {
        baseline::Source::Transports => (Source::Transports, Confidence::High),
        _ => (Source::Version, Confidence::Medium),
    }
}

/// Gives one value or the path of one entry back one of these texts or numbers.
fn restore(
    work: &mut Work<'_>,
    examined: &Examined,
    finding: &Finding,
    (key, value, field): (&str, &'static str, Option<&'static str>),
    to: &[Data],
) -> bool {
    let catalogs = &examined.control_set.catalogs;
    let named = named_by_another(&work.others, finding, value, to);
    let source = named.as_ref().map(|(source, _)| source.clone());
    let data = match (named, to) {
        (Some((_, text)), _) => Data::Text(text),
        (None, [only]) => only.clone(),
        (None, _) => {
            work.needs_windows |= catalogs.windows.version.is_none();
            return false;
        }
    };
    let items: &[ProtocolEntry] = list_of(catalogs, finding.catalog).unwrap_or_default();
    let folder = catalogs.windows.folder.as_ref().map(ToString::to_string);
    let is_windows_7 = catalogs.windows.is(Version::W7);
    let path = key;
    let Some(key) = work.control_set().and_then(|root| placed_mut(root, path)) else { return false };
    let before = key.value(value).cloned();
    let from = before.as_ref().map(|value| Text::new(value.shown()));
    let shown = match (&data, field) {
        (Data::Text(path), Some("LibraryPath")) => {
            let item = key.value(value).and_then(|item| with_path(&item.data, path, items));
            let Some(item) = item else { return false };
            set_bytes(key, value, &item);
            path.clone()
        }
        (_, Some(_)) => return false,
        (Data::Text(text), None) => {
            let text = match value {
                // Nothing shows that Windows expands variables there: it writes none.
                "AutodialDLL" if is_windows_7 => "rasadhlp.dll".to_owned(),
                "AutodialDLL" => folder.map_or_else(|| text.clone(), |folder| text.replace("%SystemRoot%", &folder)),
                _ => text.clone(),
            };
            let is_expanded =
                matches!(value, "NameSpace_Callout" | "HelperDllName" | "ImagePath" | "ProviderPath" | "windir")
                    || value == "AutodialDLL" && text.contains('%');
            set_text(key, value, &text, is_expanded);
            text
        }
        (Data::Number(number), None) => {
            set_number(key, value, *number);
            number.to_string()
        }
    };
    // Two rules may have proposed the same.
    let is_same = |own: &Value| {
        before.as_ref().is_some_and(|before| (own.data_type, &own.data) == (before.data_type, &before.data))
    };
    if key.value(value).is_some_and(is_same) {
        return false;
    }
    settle(key);
    let below_services = path.split_once(r"\Services\").map_or(path, |(_, below)| below);
    let of_value = || Text::new(format!(r"{below_services}\{value}"));
    let subject = finding.entry.as_ref().map_or_else(of_value, |entry| entry.name.clone());
    let from = field.and(finding.entry.as_ref()).map_or(from, |entry| entry.library.clone());
    let confidence = if source.is_some() { Confidence::High } else { Confidence::Medium };
    work.steps.push(Step {
        from,
        to: Some(Text::new(shown)),
        source: source.or(Some(Source::Version)),
        confidence,
        ..Step::new(What::Restore, subject, finding.catalog)
    });
    true
}

/// How another state of the catalogs spells the path of the same entry, or the same value, where that is one of those
/// which Windows writes.
fn named_by_another(others: &[Other<'_>], finding: &Finding, value: &str, to: &[Data]) -> Option<(Source, String)> {
    let accepts = |path: &Text| {
        let is_it = |text: &Data| matches!(text, Data::Text(text) if path.is(text));
        to.iter().any(is_it).then(|| path.lossy().into_owned())
    };
    others.iter().find_map(|Other { source, catalogs, .. }| {
        let parameters = catalogs.parameters.as_ref();
        let text = match (value, &finding.entry) {
            ("AutodialDLL", _) => return None,
            ("NameSpace_Callout", _) => parameters?.name_space_callout.as_ref().and_then(accepts),
            (_, Some(entry)) if value == "PackedCatalogItem" => {
                let list = list_of(catalogs, finding.catalog)?;
                let is_same = |own: &&ProtocolEntry| own.provider_id == entry.provider_id && own.name() == entry.name;
                list.iter().find(is_same)?.library_path.as_ref().and_then(accepts)
            }
            (_, Some(entry)) => {
                let mut list = name_spaces_of(catalogs, finding.catalog)?.iter();
                let entry = list.find(|own| own.provider_id == entry.provider_id)?;
                entry.library_path.as_ref().and_then(accepts)
            }
            _ => None,
        };
        Some((source.clone(), text?))
    })
}

/// Gives a driver the start type back that another state of the system has, where no version of Windows is known to decide.
fn restore_start(work: &mut Work<'_>, examined: &Examined, finding: &Finding) -> bool {
    if !finding.remedies.is_empty() {
        return false;
    }
    let mut services = examined.control_set.catalogs.services.iter();
    let Some(service) = services.find(|service| Some(&service.place) == finding.place.as_ref()) else { return false };
    let found = work.others.iter().find_map(|Other { source, catalogs, .. }| {
        let mut services = catalogs.services.iter().filter(|own| own.name.lower() == service.name.lower());
        let start = services.find_map(|own| own.start.filter(|start| *start != DISABLED))?;
        Some((source.clone(), start))
    });
    let Some((source, start)) = found else { return false };
    let Some(key) = work.control_set().and_then(|root| placed_mut(root, &service.place.path)) else { return false };
    set_number(key, "Start", start);
    settle(key);
    work.steps.push(Step {
        from: Some(Text::new(DISABLED.to_string())),
        to: Some(Text::new(start.to_string())),
        source: Some(source),
        ..Step::new(What::Restore, Text::new(format!(r"{}\Start", service.name)), None)
    });
    true
}

fn list_of(catalogs: &Catalogs, name: Option<CatalogName>) -> Option<&[ProtocolEntry]> {
    let name = name?;
    let (_, list) = catalogs.protocol_lists().find(|(list, _)| path_of(*list).is_same(name))?;
    Some(&list.entries)
}

fn name_spaces_of(catalogs: &Catalogs, name: Option<CatalogName>) -> Option<&[NameSpaceEntry]> {
    let name = name?;
    let (_, list) = catalogs.name_space_lists().find(|(list, _)| path_of(*list).is_same(name))?;
    Some(&list.entries)
}

fn set_count(work: &mut Work<'_>, path: &str, value: &'static str, to: u32) -> bool {
    let Some(key) = work.control_set().and_then(|root| placed_mut(root, path)) else { return false };
    let from = key.value(value).map(|value| Text::new(value.shown()));
    set_number(key, value, to);
    settle(key);
    let (to, source) = (Some(Text::new(to.to_string())), Some(Source::Entries));
    work.steps.push(Step { from, to, source, ..Step::new(What::SetCount, value, None) });
    true
}

fn remove_value(work: &mut Work<'_>, path: &str, value: &'static str) -> bool {
    let Some(key) = work.control_set().and_then(|root| placed_mut(root, path)) else { return false };
    let from = key.value(value).map(|value| Text::new(value.shown()));
    key.values.retain(|own| !own.name.is(value));
    let is_removed = from.is_some();
    if is_removed {
        work.steps.push(Step { from, ..Step::new(What::RemoveValue, value, None) });
    }
    is_removed
}

/// The key of the entry that a finding is about.
fn key_of<'w>(work: &'w mut Work<'_>, finding: &Finding) -> Option<&'w mut Key> {
    let name = finding.entry.as_ref()?.key.clone()?;
    work.list(finding.catalog?)?.subkeys.iter_mut().find(|key| key.name == name)
}

/// The entry that a finding is about.
fn entry_of<'e, E: Entry>(list: Option<&'e [E]>, finding: &Finding) -> Option<&'e E> {
    let key = finding.entry.as_ref()?.key.as_ref()?;
    list?.iter().find(|entry| entry.key() == Some(key))
}

fn restore_fields(work: &mut Work<'_>, examined: &Examined, finding: &Finding) -> bool {
    let catalogs = &examined.control_set.catalogs;
    let Some(entry) = entry_of(list_of(catalogs, finding.catalog), finding) else { return false };
    let Some(model) = examined.baseline.model_of(entry, &catalogs.windows) else { return false };
    let item = entry.item.as_deref().and_then(|item| with_fields(item, &model));
    let (source, confidence) = source_of(&examined.baseline);
    let Some(key) = key_of(work, finding) else { return false };
    let Some(item) = item.filter(|item| Some(item.as_slice()) != entry.item.as_deref()) else { return false };
    set_bytes(key, "PackedCatalogItem", &item);
    if let Some(name) = model.stored_name.as_ref().filter(|_| entry.protocol_name.is_some()) {
        set_text(key, "ProtocolName", &name.lossy(), false);
    }
    settle(key);
    work.steps.push(Step {
        from: finding.found.as_deref().map(Text::from),
        to: finding.expected.as_deref().map(Text::from),
        source: Some(source),
        confidence,
        ..Step::new(What::Restore, entry.name(), finding.catalog)
    });
    true
}

fn restore_protocol_name(work: &mut Work<'_>, examined: &Examined, finding: &Finding) -> bool {
    let catalogs = &examined.control_set.catalogs;
    let Some(entry) = entry_of(list_of(catalogs, finding.catalog), finding) else { return false };
    let is_of_windows = examined.baseline.model_of(entry, &catalogs.windows).is_some();
    let name = entry.stored_name.clone().filter(|_| is_of_windows);
    let Some((key, name)) = key_of(work, finding).zip(name) else { return false };
    set_text(key, "ProtocolName", &name.lossy(), false);
    settle(key);
    work.steps.push(Step {
        from: entry.protocol_name.clone(),
        to: Some(name),
        source: Some(Source::Entries),
        ..Step::new(What::Restore, "ProtocolName", finding.catalog)
    });
    true
}

/// The values that an entry of the namespace catalog lacks.
fn restore_name_space(work: &mut Work<'_>, examined: &Examined, finding: &Finding) -> bool {
    let catalogs = &examined.control_set.catalogs;
    let Some(entry) = entry_of(name_spaces_of(catalogs, finding.catalog), finding) else { return false };
    let known = entry.provider_id.and_then(name_space_by_id).map(|known| known.entry(&catalogs.windows));
    let Some((key, known)) = key_of(work, finding).zip(known) else { return false };
    let own = key.clone();
    write_name_space(key, &known);
    // What is there already stays as it is.
    for value in own.values {
        key.values.retain(|known| known.name.lower() != value.name.lower());
        key.values.push(value);
    }
    let is_changed = key.values.len() != entry_values(entry);
    settle(key);
    work.steps.push(Step {
        to: finding.expected.as_deref().map(Text::from),
        source: Some(Source::Version),
        confidence: Confidence::Medium,
        ..Step::new(What::Restore, entry.name(), finding.catalog)
    });
    is_changed
}

/// How many of the values that are written here an entry has.
fn entry_values(entry: &NameSpaceEntry) -> usize {
    let values = [
        entry.library_path.is_some(),
        entry.display_string.is_some(),
        entry.provider_id.is_some(),
        entry.supported_name_space.is_some(),
        entry.enabled.is_some(),
        entry.version.is_some(),
        entry.stores_service_class_info.is_some(),
        entry.provider_info.is_some(),
    ];
    values.iter().filter(|is_there| **is_there).count()
}

/// Writes what is known of an entry of the namespace catalog to its key.
pub(super) fn write_name_space(key: &mut Key, entry: &NameSpaceEntry) {
    for (name, text) in [("LibraryPath", &entry.library_path), ("DisplayString", &entry.display_string)] {
        if let Some(text) = text {
            set_text(key, name, &text.lossy(), false);
        }
    }
    if let Some(id) = entry.provider_id {
        set_bytes(key, "ProviderId", &id.to_bytes_le());
    }
    for (name, number) in [
        ("SupportedNameSpace", entry.supported_name_space),
        ("Enabled", entry.enabled),
        ("Version", entry.version),
        ("StoresServiceClassInfo", entry.stores_service_class_info.or(Some(0))),
    ] {
        if let Some(number) = number {
            set_number(key, name, number);
        }
    }
    if let Some(info) = &entry.provider_info {
        set_bytes(key, "ProviderInfo", info);
    }
}

/// The key of a catalog, for its counters.
pub(super) fn catalog_key<'w>(work: &'w mut Work<'_>, name: CatalogName) -> Option<&'w mut Key> {
    let path = path_of(name);
    at_mut(work.control_set()?, path.catalog)
}
