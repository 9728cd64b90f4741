//! What stands beside the entries, as a list of values with their names.

use std::collections::BTreeMap;

use super::change::{Change, Class};
use super::entries::counts_wrongly;
use super::sight::Sight;
use crate::catalog::difference::shown;
use crate::catalog::entry_field::Value;
use crate::catalog::socket::SocketRequest;
use crate::catalog::{
    AppPermission, Binding, Catalog, Catalogs, Entry, Facts, Guid, NEEDED_KEYS, ProtocolEntry, Service, Text, Transport,
};

/// Values by the key that they are of and their names.
type Values = BTreeMap<(Text, &'static str), Text>;

/// A group of values.
struct Group {
    /// The facts without which the evidence does not show them.
    facts: Facts,
    class: Class,
    /// Whether they change with every write.
    is_volatile: bool,
    read: fn(&Catalogs, &mut Values),
}

const fn group(facts: Facts, class: Class, read: fn(&Catalogs, &mut Values)) -> Group {
    Group { facts, class, is_volatile: false, read }
}

/// All groups, in the order of the registry.
const GROUPS: &[Group] = &[
    group(Facts::KEYS, Class::ValueChanged, keys),
    group(Facts::PARAMETERS, Class::ValueChanged, parameters),
    group(Facts::APP_PERMISSIONS, Class::ValueChanged, app_permissions),
    Group { is_volatile: true, ..group(Facts::COUNTS, Class::BytesChanged, numbers) },
    group(Facts::TRANSPORTS, Class::TransportChanged, transports),
    group(Facts::TEMPLATES, Class::TransportChanged, templates),
    group(Facts::BINDINGS, Class::TransportChanged, bindings),
    group(Facts::DRIVERS, Class::TransportChanged, starts),
    group(Facts::DRIVER_FILES, Class::TransportChanged, driver_files),
    group(Facts::SERVICE_PROVIDER, Class::ValueChanged, service_provider),
    group(Facts::ENVIRONMENT, Class::ValueChanged, environment),
];

/// The values that differ.
pub(super) fn changes(states: [&Catalogs; 2], sight: &Sight, all: &mut Vec<Change>) {
    for group in GROUPS {
        if sight.both.contains(group.facts) && (sight.bytes || !group.is_volatile) {
            let [before, after] = states.map(|catalogs| {
                let mut values = Values::new();
                (group.read)(catalogs, &mut values);
                values
            });
            compare(group.class, &before, &after, all);
        }
    }
    if sight.both.contains(Facts::COUNTS) {
        let [before, after] = states;
        // How many entries there are is seen from the entries.
        if let [Some(before), Some(after)] = [&before.protocol, &after.protocol]
            && (counts_wrongly(before) || counts_wrongly(after))
        {
            let [before, after] = [before, after].map(|catalog| counts("Protocol_Catalog9", catalog));
            compare(Class::ValueChanged, &before, &after, all);
        }
        if let [Some(before), Some(after)] = [&before.name_space, &after.name_space]
            && (counts_wrongly(before) || counts_wrongly(after))
        {
            let [before, after] = [before, after].map(|catalog| counts("NameSpace_Catalog5", catalog));
            compare(Class::ValueChanged, &before, &after, all);
        }
    }
}

fn compare(class: Class, before: &Values, after: &Values, all: &mut Vec<Change>) {
    let mut names: Vec<_> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    for of_key in names.chunk_by(|(one, _), (other, _)| one == other) {
        let change = |key: &Text, field, before, after| Change {
            class,
            catalogs: Vec::new(),
            subject: key.clone(),
            field: Some(field),
            before,
            after,
        };
        let has_any = |values: &Values| of_key.iter().any(|name| values.contains_key(name));
        let there = |is_there: bool| is_there.then(|| Text::from("present"));
        match (of_key, has_any(before), has_any(after)) {
            // A key that one state does not have at all is one difference.
            ([(key, _), _, ..], is_before, is_after) if is_before != is_after => {
                all.push(change(key, "key", there(is_before), there(is_after)));
            }
            (names, ..) => {
                for name @ (key, field) in names {
                    let [before, after] = [before, after].map(|values| values.get(name).cloned());
                    if before != after {
                        all.push(change(key, *field, before, after));
                    }
                }
            }
        }
    }
}

/// Adds a value where there is one.
fn add(values: &mut Values, key: &Text, name: &'static str, value: Option<impl Into<Text>>) {
    if let Some(value) = value {
        values.insert((key.clone(), name), value.into());
    }
}

fn guid(guid: Guid) -> Text {
    shown(&Value::Guid(guid))
}

fn number(value: u32) -> Text {
    Text::new(value.to_string())
}

fn joined(texts: impl IntoIterator<Item = String>) -> Text {
    Text::new(texts.into_iter().collect::<Vec<_>>().join(", "))
}

fn keys(catalogs: &Catalogs, values: &mut Values) {
    for key in NEEDED_KEYS.iter().filter(|key| catalogs.absent_keys.contains(key)) {
        add(values, &Text::from(*key), "key", Some("missing"));
    }
    for link in &catalogs.links {
        let target = link.target.clone().unwrap_or_else(|| Text::from("leads nowhere"));
        add(values, &Text::from(link.place.path.as_str()), "link", Some(target));
    }
    let subkeys = |values: &mut Values, name: &str, subkeys: &[Text]| {
        let names = joined(subkeys.iter().map(Text::to_lossy));
        add(values, &Text::from(name), "other subkeys", Some(names).filter(|_| !subkeys.is_empty()));
    };
    if let Some(catalog) = &catalogs.protocol {
        subkeys(values, "Protocol_Catalog9", &catalog.other_subkeys);
    }
    if let Some(catalog) = &catalogs.name_space {
        subkeys(values, "NameSpace_Catalog5", &catalog.other_subkeys);
    }
}

fn parameters(catalogs: &Catalogs, values: &mut Values) {
    let Some(parameters) = &catalogs.parameters else { return };
    let key = Text::from(r"WinSock2\Parameters");
    add(values, &key, "WinSock_Registry_Version", parameters.registry_version.clone());
    add(values, &key, "Current_Protocol_Catalog", parameters.current_protocol_catalog.clone());
    add(values, &key, "Current_NameSpace_Catalog", parameters.current_name_space_catalog.clone());
    add(values, &key, "NameSpace_Callout", parameters.name_space_callout.clone());
    add(values, &key, "AutodialDLL", parameters.autodial_library.clone());
    for other in &parameters.other_catalogs {
        let libraries = joined(other.libraries.iter().map(Text::to_lossy));
        add(values, &other.name, "DLLs", Some(libraries));
    }
}

fn app_permissions(catalogs: &Catalogs, values: &mut Values) {
    for AppPermission { key, path, arguments, categories, .. } in &catalogs.app_permissions {
        let key = Text::new(format!(r"AppId_Catalog\{}", key.lossy()));
        add(values, &key, "AppFullPath", path.clone());
        add(values, &key, "AppArgs", arguments.clone());
        add(values, &key, "PermittedLspCategories", categories.map(|bits| Text::new(format!("{bits:#x}"))));
    }
}

/// The numbers of a catalog that change with every write.
fn numbers(catalogs: &Catalogs, values: &mut Values) {
    fn of<E>(name: &str, catalog: &Catalog<E>, values: &mut Values) {
        let key = Text::from(name);
        add(values, &key, "Next_Catalog_Entry_ID", catalog.next_catalog_entry_id.map(number));
        add(values, &key, "Serial_Access_Num", catalog.serial_access_num.map(number));
    }
    if let Some(catalog) = &catalogs.protocol {
        of("Protocol_Catalog9", catalog, values);
    }
    if let Some(catalog) = &catalogs.name_space {
        of("NameSpace_Catalog5", catalog, values);
    }
}

fn counts<E>(name: &str, catalog: &Catalog<E>) -> Values {
    let mut values = Values::new();
    let key = Text::from(name);
    add(&mut values, &key, "Num_Catalog_Entries", catalog.num_catalog_entries.map(number));
    add(&mut values, &key, "Num_Catalog_Entries64", catalog.num_catalog_entries64.map(number));
    values
}

fn transports(catalogs: &Catalogs, values: &mut Values) {
    let Some(winsock) = &catalogs.winsock else { return };
    let list = |names: &Vec<Text>| joined(names.iter().map(Text::to_lossy));
    add(values, &Text::from(r"Winsock\Parameters"), "Transports", winsock.transports.as_ref().map(list));
    let migration = Text::from(r"Winsock\Setup Migration");
    add(values, &migration, "Provider List", winsock.provider_list.as_ref().map(list));
    for provider in &winsock.providers {
        let key = Text::new(format!(r"Winsock\Setup Migration\Providers\{}", provider.transport.lossy()));
        add(values, &key, "WinSock 2.0 Provider ID", provider.provider_id.map(guid));
        add(values, &key, "WinSock 1.1 Provider Data", data(&provider.data));
    }
}

fn templates(catalogs: &Catalogs, values: &mut Values) {
    for Transport { name, helper, mapping, provider_id, templates, .. } in &catalogs.transports {
        let key = Text::new(format!(r"{}\Parameters\Winsock", name.lossy()));
        add(values, &key, "HelperDllName", helper.clone());
        let sockets = joined(mapping.iter().map(|request| {
            let SocketRequest { address_family, socket_type, protocol } = request;
            format!("{address_family}/{socket_type}/{protocol}")
        }));
        add(values, &key, "Mapping", Some(sockets).filter(|_| !mapping.is_empty()));
        add(values, &key, "ProviderGUID", provider_id.map(guid));
        for (index, template) in templates.iter().enumerate() {
            let key = Text::new(format!(r"{}\{index}", key.lossy()));
            for field in ProtocolEntry::fields() {
                let value = (field.value)(template).filter(|_| field.compared_as.is_some());
                add(values, &key, field.compared_as.unwrap_or_default(), value.as_ref().map(shown));
            }
        }
    }
}

/// The entries that a transport without templates brings, in a line.
fn data(entries: &[ProtocolEntry]) -> Option<Text> {
    let of_entry = |entry: &ProtocolEntry| {
        let fields = ProtocolEntry::fields().iter().filter(|field| field.compared_as.is_some());
        let values = fields.filter_map(|field| (field.value)(entry));
        values.map(|value: Value<'_>| shown(&value).to_lossy()).collect::<Vec<_>>().join(" ")
    };
    (!entries.is_empty()).then(|| joined(entries.iter().map(of_entry)))
}

fn bindings(catalogs: &Catalogs, values: &mut Values) {
    let binding = |Binding { device, lana }: &Binding| match lana {
        Some(lana) => format!("{} ({lana})", device.lossy()),
        None => device.to_lossy(),
    };
    let bindings = joined(catalogs.bindings.iter().map(binding));
    add(values, &Text::from(r"NetBIOS\Linkage"), "Bind", Some(bindings).filter(|_| !catalogs.bindings.is_empty()));
}

fn starts(catalogs: &Catalogs, values: &mut Values) {
    for Service { name, start, .. } in &catalogs.services {
        add(values, name, "Start", start.map(number));
    }
}

fn driver_files(catalogs: &Catalogs, values: &mut Values) {
    for Service { name, image_path, .. } in &catalogs.services {
        add(values, name, "ImagePath", image_path.clone());
    }
}

fn service_provider(catalogs: &Catalogs, values: &mut Values) {
    let path = catalogs.service_provider.as_ref().and_then(|provider| provider.path.clone());
    add(values, &Text::from(r"Tcpip\ServiceProvider"), "ProviderPath", path);
}

fn environment(catalogs: &Catalogs, values: &mut Values) {
    let Some(environment) = &catalogs.environment else { return };
    let key = Text::from("Environment");
    add(values, &key, "windir", environment.windir.clone());
    add(values, &key, "SystemRoot", environment.system_root.clone());
    add(values, &key, "SystemDrive", environment.system_drive.clone());
}
