//! A control set: what stands beside the entries of both catalogs.

use schemars::JsonSchema;
use serde::Serialize;

use super::entry::{ProtocolEntry, guid, text};
use super::history::Residue;
use super::recovery::Difference;
use super::system::time;
use crate::batch::missing_facts;
use crate::catalog::socket::{answers, way_down};
use crate::catalog::{self, EntryList, Facts, Text, socket};
use crate::examination::Examined;

/// One state of the system.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ControlSet {
    /// Name of its key; `null` where the evidence has no control sets.
    name: Option<String>,
    /// The system runs with it.
    current: bool,
    /// The system starts with it.
    default: bool,
    /// What is to be thought of its catalogs.
    verdict: &'static str,
    /// The facts that it does not show and that rules need.
    not_judged: Vec<String>,
    /// What only full documents have.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    details: Option<Details>,
}

/// What only full documents have of a control set.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ControlSetDetails")]
struct Details {
    /// `Protocol_Catalog9` but for its entries, which are in `entries` of the document; `null` where there is none.
    protocol_catalog: Option<Catalog>,
    /// `NameSpace_Catalog5`, likewise.
    name_space_catalog: Option<Catalog>,
    /// The values of `WinSock2\Parameters`; `null` where there is no such key.
    parameters: Option<Parameters>,
    /// `AppId_Catalog`.
    app_permissions: Vec<AppPermission>,
    /// `Services\Winsock`; `null` where there is no such key.
    winsock: Option<Winsock>,
    /// `Parameters\Winsock` of the transports.
    transports: Vec<Transport>,
    /// The NetBIOS bindings in their order.
    bindings: Vec<Binding>,
    /// Drivers and services that sockets depend on.
    services: Vec<Service>,
    /// Who answers when a 32-bit program opens a socket, or any program on 32-bit Windows. Empty where the evidence shows
    /// the catalog only in part: what it leaves out may answer first.
    answers: Vec<Answer>,
    /// Who answers when a 64-bit program opens a socket; `null` where there is no 64-bit catalog.
    answers64: Option<Vec<Answer>>,
    /// What transaction logs change in it: from what is stored to what is recovered.
    changed_by_logs: Vec<Difference>,
    /// What changed in it since the last good start; empty where it is the only control set.
    changed_since_last_good: Vec<Difference>,
    /// What stands behind the NULs of the paths and names in its packed items: memory that means nothing to Windows.
    residues: Vec<Residue>,
}

/// `Protocol_Catalog9` or `NameSpace_Catalog5`.
#[derive(Debug, Serialize, JsonSchema)]
struct Catalog {
    /// When its key was last written.
    last_written: Option<String>,
    /// Whether there is a key `Catalog_Entries`.
    has_entries: bool,
    /// Whether there is a key `Catalog_Entries64`.
    has_entries64: bool,
    /// When the key `Catalog_Entries` was last written.
    entries_last_written: Option<String>,
    /// When the key `Catalog_Entries64` was last written.
    entries64_last_written: Option<String>,
    /// Number of entries that Windows reads.
    num_catalog_entries: Option<u32>,
    /// The same of the 64-bit list.
    num_catalog_entries64: Option<u32>,
    /// Next id to be given; the namespace catalog has none.
    next_catalog_entry_id: Option<u32>,
    /// Grows with every change.
    serial_access_num: Option<u32>,
    /// Subkeys other than the two lists.
    other_subkeys: Vec<String>,
}

/// The values of `WinSock2\Parameters`.
#[derive(Debug, Serialize, JsonSchema)]
struct Parameters {
    /// When the key was last written.
    last_written: Option<String>,
    /// `WinSock_Registry_Version`.
    winsock_registry_version: Option<String>,
    /// `Current_Protocol_Catalog`.
    current_protocol_catalog: Option<String>,
    /// `Current_NameSpace_Catalog`.
    current_name_space_catalog: Option<String>,
    /// `NameSpace_Callout`.
    name_space_callout: Option<String>,
    /// `AutodialDLL`.
    autodial_dll: Option<String>,
}

/// A program's entry of `AppId_Catalog`.
#[derive(Debug, Serialize, JsonSchema)]
struct AppPermission {
    /// Name of its key.
    key: String,
    /// When that key was last written.
    last_written: Option<String>,
    /// `AppFullPath`.
    path: Option<String>,
    /// `AppArgs`.
    arguments: Option<String>,
    /// `PermittedLspCategories`.
    permitted_categories: Option<u32>,
}

/// `Services\Winsock`.
#[derive(Debug, Serialize, JsonSchema)]
struct Winsock {
    /// When the key was last written.
    last_written: Option<String>,
    /// `Parameters\Transports`.
    transports: Option<Vec<String>>,
    /// `Setup Migration\Provider List`.
    provider_list: Option<Vec<String>>,
    /// `Setup Migration\Providers`.
    providers: Vec<SetupProvider>,
}

/// `Setup Migration\Providers\<transport>`.
#[derive(Debug, Serialize, JsonSchema)]
struct SetupProvider {
    /// Name of the transport.
    transport: String,
    /// `WinSock 2.0 Provider ID`.
    provider_id: Option<String>,
    /// `WinSock 1.1 Provider Data`, decoded.
    data: Vec<ProtocolEntry>,
}

/// `Services\<transport>\Parameters\Winsock`.
#[derive(Debug, Serialize, JsonSchema)]
struct Transport {
    /// Name of the transport.
    name: String,
    /// When the key was last written.
    last_written: Option<String>,
    /// `HelperDllName`.
    helper: Option<String>,
    /// `Mapping`: the sockets that it serves.
    mapping: Vec<Request>,
    /// `ProviderGUID`.
    provider_id: Option<String>,
    /// The numbered subkeys: what each entry of the catalog must be.
    templates: Vec<ProtocolEntry>,
}

/// The arguments of a program's `socket()`.
#[derive(Debug, Serialize, JsonSchema)]
struct Request {
    /// Address family.
    address_family: i32,
    /// Socket type.
    socket_type: i32,
    /// Protocol.
    protocol: i32,
}

/// A NetBIOS binding.
#[derive(Debug, Serialize, JsonSchema)]
struct Binding {
    /// Its device.
    device: String,
    /// Its lana number.
    lana: Option<u8>,
}

/// A driver or service.
#[derive(Debug, Serialize, JsonSchema)]
struct Service {
    /// Name of its key.
    name: String,
    /// 0 boot, 1 system, 2 automatic, 3 manual, 4 disabled.
    start: Option<u32>,
    /// `ImagePath`.
    image_path: Option<String>,
    /// When the key was last written.
    last_written: Option<String>,
}

/// Who answers a program's `socket()`.
#[derive(Debug, Serialize, JsonSchema)]
struct Answer {
    /// Address family that is asked for.
    address_family: i32,
    /// Socket type that is asked for.
    socket_type: i32,
    /// Protocol that is asked for.
    protocol: i32,
    /// Id of the entry that the program gets.
    catalog_entry_id: Option<u32>,
    /// Name of that entry.
    name: String,
    /// The DLLs that the socket passes on its way down to the base provider; `null` for an entry that is missing.
    libraries: Vec<Option<String>>,
}

impl ControlSet {
    pub(super) fn of(examined: &Examined, is_full: bool) -> Self {
        Self {
            name: text(examined.control_set.name.as_ref()),
            current: examined.control_set.roles.current,
            default: examined.control_set.roles.default,
            verdict: examined.verdict.name(),
            not_judged: super::names(missing_facts(examined)),
            details: is_full.then(|| Details::of(examined)),
        }
    }
}

impl Details {
    fn of(examined: &Examined) -> Self {
        let catalogs = &examined.control_set.catalogs;
        let is_whole = catalogs.tells(Facts::WHOLE_LISTS);
        let list = |list: &EntryList<catalog::ProtocolEntry>| {
            if is_whole { all_answers(&list.entries) } else { Vec::new() }
        };
        let protocol = catalogs.protocol.as_ref();
        Self {
            protocol_catalog: protocol.map(Catalog::from),
            name_space_catalog: catalogs.name_space.as_ref().map(Catalog::from),
            parameters: catalogs.parameters.as_ref().map(Parameters::from),
            app_permissions: catalogs.app_permissions.iter().map(AppPermission::from).collect(),
            winsock: catalogs.winsock.as_ref().map(Winsock::from),
            transports: catalogs.transports.iter().map(Transport::from).collect(),
            bindings: catalogs
                .bindings
                .iter()
                .map(|binding| Binding { device: binding.device.to_lossy(), lana: binding.lana })
                .collect(),
            services: catalogs.services.iter().map(Service::from).collect(),
            answers: protocol.and_then(|catalog| catalog.entries.as_ref()).map(list).unwrap_or_default(),
            answers64: protocol.and_then(|catalog| catalog.entries64.as_ref()).map(list),
            changed_by_logs: examined.changes.iter().map(Difference::from).collect(),
            changed_since_last_good: examined.since_last_good.iter().map(Difference::from).collect(),
            residues: examined.residues.iter().map(Residue::from).collect(),
        }
    }
}

fn all_answers(entries: &[catalog::ProtocolEntry]) -> Vec<Answer> {
    let by_id = socket::by_id(entries);
    let answer = |(request, entry): (socket::SocketRequest, &catalog::ProtocolEntry)| Answer {
        address_family: request.address_family,
        socket_type: request.socket_type,
        protocol: request.protocol,
        catalog_entry_id: entry.catalog_entry_id,
        name: entry.name().to_lossy(),
        libraries: way_down(entry, &by_id).into_iter().map(|step| text(step?.library_path.as_ref())).collect(),
    };
    answers(entries).into_iter().map(answer).collect()
}

impl<E> From<&catalog::Catalog<E>> for Catalog {
    fn from(catalog: &catalog::Catalog<E>) -> Self {
        Self {
            last_written: catalog.last_written.and_then(time),
            has_entries: catalog.entries.is_some(),
            has_entries64: catalog.entries64.is_some(),
            entries_last_written: catalog.entries.as_ref().and_then(|list| list.last_written).and_then(time),
            entries64_last_written: catalog.entries64.as_ref().and_then(|list| list.last_written).and_then(time),
            num_catalog_entries: catalog.num_catalog_entries,
            num_catalog_entries64: catalog.num_catalog_entries64,
            next_catalog_entry_id: catalog.next_catalog_entry_id,
            serial_access_num: catalog.serial_access_num,
            other_subkeys: catalog.other_subkeys.iter().map(Text::to_lossy).collect(),
        }
    }
}

impl From<&catalog::Parameters> for Parameters {
    fn from(parameters: &catalog::Parameters) -> Self {
        Self {
            last_written: parameters.last_written.and_then(time),
            winsock_registry_version: text(parameters.registry_version.as_ref()),
            current_protocol_catalog: text(parameters.current_protocol_catalog.as_ref()),
            current_name_space_catalog: text(parameters.current_name_space_catalog.as_ref()),
            name_space_callout: text(parameters.name_space_callout.as_ref()),
            autodial_dll: text(parameters.autodial_library.as_ref()),
        }
    }
}

impl From<&catalog::AppPermission> for AppPermission {
    fn from(permission: &catalog::AppPermission) -> Self {
        Self {
            key: permission.key.to_lossy(),
            last_written: permission.last_written.and_then(time),
            path: text(permission.path.as_ref()),
            arguments: text(permission.arguments.as_ref()),
            permitted_categories: permission.categories,
        }
    }
}

impl From<&catalog::Winsock> for Winsock {
    fn from(winsock: &catalog::Winsock) -> Self {
        let texts = |texts: &Vec<Text>| texts.iter().map(Text::to_lossy).collect();
        Self {
            last_written: winsock.last_written.and_then(time),
            transports: winsock.transports.as_ref().map(texts),
            provider_list: winsock.provider_list.as_ref().map(texts),
            providers: winsock
                .providers
                .iter()
                .map(|provider| SetupProvider {
                    transport: provider.transport.to_lossy(),
                    provider_id: guid(provider.provider_id),
                    data: provider.data.iter().map(ProtocolEntry::from).collect(),
                })
                .collect(),
        }
    }
}

impl From<&catalog::Transport> for Transport {
    fn from(transport: &catalog::Transport) -> Self {
        Self {
            name: transport.name.to_lossy(),
            last_written: transport.last_written.and_then(time),
            helper: text(transport.helper.as_ref()),
            mapping: transport.mapping.iter().map(Request::from).collect(),
            provider_id: guid(transport.provider_id),
            templates: transport.templates.iter().map(ProtocolEntry::from).collect(),
        }
    }
}

impl From<&socket::SocketRequest> for Request {
    fn from(request: &socket::SocketRequest) -> Self {
        Self { address_family: request.address_family, socket_type: request.socket_type, protocol: request.protocol }
    }
}

impl From<&catalog::Service> for Service {
    fn from(service: &catalog::Service) -> Self {
        Self {
            name: service.name.to_lossy(),
            start: service.start,
            image_path: text(service.image_path.as_ref()),
            last_written: service.last_written.and_then(time),
        }
    }
}
