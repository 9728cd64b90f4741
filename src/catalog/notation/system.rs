//! Windows, and what stands beside the catalogs.

use super::{Line, number};
use crate::catalog::socket::SocketRequest;
use crate::catalog::{
    AppPermission, Architecture, DanglingSelection, Environment, Guid, Place, Product, ProtocolEntry, RegistryLink,
    SELECTIONS, Service, SetupProvider, Text, Transport, Version, Windows, provider,
};

/// `Services\<transport>\Parameters\Winsock` as that Windows has it.
pub(super) fn transport(name: &Text, windows: &Windows) -> Transport {
    let providers = provider::WINDOWS_PROVIDERS.iter().filter(|provider| name.is(provider.transport));
    let helper = provider::HELPERS.iter().find(|(transport, _)| name.is(transport)).map(|(_, path)| Text::from(*path));
    let mut templates: Vec<ProtocolEntry> = providers.map(|provider| provider.entry(windows)).collect();
    if windows.is_at_least(Version::W10) != Some(true) {
        templates.clear();
    }
    Transport {
        name: name.clone(),
        helper,
        provider_id: templates.first().and_then(|template| template.provider_id),
        templates,
        ..Transport::default()
    }
}

/// A driver with how it starts, and its file.
pub(super) fn service(name: &str, start: &str, image_path: Option<&str>) -> Line<Service> {
    let (name, start, image_path) = (Text::from(name), Some(number(start)?), image_path.map(Text::from));
    Ok(Service { name, start, image_path, ..Service::default() })
}

/// A program's entry of `AppId_Catalog`.
pub(super) fn app_permission(key: &str, path: &str, categories: &str) -> Line<AppPermission> {
    let categories = Some(number(categories)?);
    let (key, path) = (Text::from(key), Some(Text::from(path)));
    Ok(AppPermission { key, path, categories, ..AppPermission::default() })
}

/// The transport of that name.
pub(super) fn named<'t>(transports: &'t mut [Transport], name: &str) -> Line<&'t mut Transport> {
    transports.iter_mut().find(|transport| transport.name.is(name)).ok_or("a transport that was named before")
}

/// Sockets such as `2/1/6 2/2/17`.
pub(super) fn sockets(rows: &str) -> Line<Vec<SocketRequest>> {
    rows.split_whitespace().map(socket).collect()
}

fn socket(numbers: &str) -> Line<SocketRequest> {
    let numbers: Option<Vec<i32>> = numbers.split('/').map(|number| number.parse().ok()).collect();
    match numbers.as_deref() {
        Some([family, socket_type, protocol]) => Ok(SocketRequest::new(*family, *socket_type, *protocol)),
        _ => Err("family, type and protocol, such as 2/1/6"),
    }
}

/// A value of `Select` that names no control set.
pub(super) fn dangling(value: &str, number: &str) -> Line<DanglingSelection> {
    let value = SELECTIONS.iter().find(|known| **known == value).ok_or("a value of Select")?;
    let number = Some(super::number(number)?);
    Ok(DanglingSelection { place: Place::default(), value, number, instead: None })
}

/// A link from a key of the control set to another key of the registry.
pub(super) fn link(path: &str, target: &str) -> RegistryLink {
    let place = Place { path: path.to_owned(), ..Place::default() };
    RegistryLink {
        place,
        target: Some(Text::new(format!(r"\Registry\Machine\SYSTEM\{target}"))),
        ..RegistryLink::default()
    }
}

/// What setup records of that transport; `None` of one that nobody knows.
pub(super) fn setup_provider(transport: &Text) -> Option<SetupProvider> {
    let provider_id = Some(provider_of(transport)?);
    Some(SetupProvider { transport: transport.clone(), provider_id, data: Vec::new() })
}

fn provider_of(transport: &Text) -> Option<Guid> {
    provider::TRANSPORTS.iter().find(|(name, _)| transport.is(name)).map(|(_, id)| *id)
}

/// The variable of that name.
pub(super) fn variable<'e>(environment: &'e mut Environment, name: &str) -> Line<&'e mut Option<Text>> {
    match name {
        "windir" => Ok(&mut environment.windir),
        "SystemRoot" => Ok(&mut environment.system_root),
        "SystemDrive" => Ok(&mut environment.system_drive),
        _ => Err("windir, SystemRoot or SystemDrive"),
    }
}

pub(super) fn windows(words: &str) -> Line<Windows> {
    let mut words = words.split(' ');
    let mut windows = Windows { version: Some(version(words.next().unwrap_or_default())?), ..Windows::default() };
    for word in words {
        match (Architecture::parse(word), word.strip_prefix("sp"), word) {
            (Some(architecture), ..) => windows.architecture = Some(architecture),
            (_, Some(pack), _) => windows.service_pack = Some(number(pack)?),
            (.., "workstation") => windows.product = Some(Product::Workstation),
            (.., "server") => windows.product = Some(Product::Server),
            (.., "controller") => windows.product = Some(Product::DomainController),
            _ => return Err("an architecture, a service pack or a product"),
        }
    }
    Ok(windows)
}

fn version(text: &str) -> Line<Version> {
    let numbers: Vec<u32> = text.split('.').map(number).collect::<Line<_>>()?;
    match numbers.as_slice() {
        [major, minor] => Ok(Version::new(*major, *minor)),
        [major, minor, build] => Ok(Version::new(*major, *minor).with_build(*build)),
        _ => Err("a version such as 5.1 or 10.0.19041"),
    }
}
