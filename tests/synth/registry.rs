//! The registry of a system that has these catalogs.

use catalog9::catalog::{
    Catalog, Catalogs, EntryList, NameSpaceEntry, Parameters, Product, ProtocolEntry, Text, Transport, Version, Windows,
};

use super::Key;
use super::item::{guid, packed_item};

/// Root of a SYSTEM hive with one control set, ControlSet001.
pub fn system(catalogs: &Catalogs, computer_name: &str) -> Key {
    let mut root = Key::new("ROOT");
    for name in ["Current", "Default"] {
        root.at("Select").number(name, 1);
    }
    root.at("Select").number("Failed", 0).number("LastKnownGood", 1);
    for dangling in &catalogs.dangling_selections {
        root.at("Select").number(dangling.value, dangling.number.unwrap_or_default());
    }
    root.at("Setup").number("SystemSetupInProgress", u32::from(catalogs.setup));
    tell_windows(&mut root, &catalogs.windows);
    root.at(r"ControlSet001\Control\ComputerName\ComputerName").text("ComputerName", computer_name);
    root.at(r"ControlSet001\Control\Nls\CodePage").text("ACP", "1252");
    let control_set = root.at("ControlSet001");
    beside_services(control_set, catalogs);
    services(control_set.at("Services"), catalogs);
    for key in &catalogs.absent_keys {
        control_set.remove(key);
    }
    for link in &catalogs.links {
        let target = link.target.as_ref().expect("a link leads somewhere").lossy().into_owned();
        let target = target.strip_prefix(r"\Registry\Machine\SYSTEM\").expect("a link within the hive");
        root.move_and_link(&format!(r"ControlSet001\{}", link.place.path), target);
    }
    root
}

fn tell_windows(root: &mut Key, windows: &Windows) {
    let control = root.at(r"ControlSet001\Control");
    let product = windows.product.map_or("WinNT", |product| match product {
        Product::Workstation => "WinNT",
        Product::Server => "ServerNT",
        Product::DomainController => "LanmanNT",
    });
    control.at("ProductOptions").text("ProductType", product);
    let architecture = if windows.is_64_bit() == Some(true) { "AMD64" } else { "x86" };
    control.at(r"Session Manager\Environment").expandable("PROCESSOR_ARCHITECTURE", architecture);
    control.at("Windows").number("CSDVersion", windows.service_pack.unwrap_or(0) << 8);
    let Some(version) = windows.version else { return };
    root.at("WPA");
    if version < Version::VISTA {
        if version == Version::XP {
            root.at("LastKnownGoodRecovery");
        }
        return;
    }
    root.at(r"ControlSet001\Control\Windows").number("ComponentizedBuild", 1);
    if version >= Version::W7 {
        root.at("RNG");
    }
    if version >= Version::W8 {
        let database = root.at("DriverDatabase");
        database.number("Version", version.major << 24 | version.minor << 16);
        let words = [1, version.build.unwrap_or(9600), version.minor, version.major].map(|word| word as u16);
        let mut data = vec![0; 32];
        data.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        for package in ["a.inf_amd64_1", "b.inf_amd64_2"] {
            database.at(&format!(r"DriverPackages\{package}")).binary("Version", data.clone());
        }
    }
}

/// The Windows folder as literal paths of Windows show it, and the variables with which paths begin.
fn beside_services(control_set: &mut Key, catalogs: &Catalogs) {
    if let Some(folder) = &catalogs.windows.folder {
        let files = ["MSDTC.LOG", r"trace\dtctrace.log"].map(|file| format!(r"{folder}\system32\MSDtc\{file}"));
        let key = control_set.at(r"Control\BackupRestore\FilesNotToBackup");
        key.texts("MS Distributed Transaction Coordinator", files.iter().map(String::as_str));
        if catalogs.windows.version.is_some_and(|version| version < Version::VISTA) {
            let service = control_set.at(r"Services\MSIServer").number("Start", 3);
            service.expandable("ImagePath", &format!(r"{folder}\system32\msiexec.exe /V"));
        }
    }
    if let Some(environment) = &catalogs.environment {
        let key = control_set.at(r"Control\Session Manager\Environment");
        for (name, value) in [
            ("windir", &environment.windir),
            ("SystemRoot", &environment.system_root),
            ("SystemDrive", &environment.system_drive),
        ] {
            if let Some(value) = value {
                key.expandable(name, &value.lossy());
            }
        }
    }
    let provider = catalogs.service_provider.as_ref();
    if let Some(path) = provider.and_then(|provider| provider.path.as_ref()) {
        control_set.at(r"Services\Tcpip\ServiceProvider").expandable("ProviderPath", &path.lossy());
    }
}

fn services(services: &mut Key, catalogs: &Catalogs) {
    let starts = [("Tcpip", 1), ("AFD", 1), ("NetBT", 1), ("Dhcp", 2)];
    for (name, start) in starts {
        services.at(name).number("Start", start);
    }
    for service in &catalogs.services {
        let key = services.at(&service.name.lossy()).number("Start", service.start.unwrap_or(3));
        if let Some(path) = &service.image_path {
            key.expandable("ImagePath", &path.lossy());
        }
    }
    let parameters = services.at(r"WinSock2\Parameters");
    parameters.text("WinSock_Registry_Version", "2.0");
    let usual = Parameters {
        current_protocol_catalog: Some(Text::from("Protocol_Catalog9")),
        current_name_space_catalog: Some(Text::from("NameSpace_Catalog5")),
        ..Parameters::default()
    };
    let told = catalogs.parameters.clone().unwrap_or(usual);
    let or = |text: &Option<Text>, usual: &str| {
        text.as_ref().map_or_else(|| usual.to_owned(), |text| text.lossy().into_owned())
    };
    for (name, catalog) in [
        ("Current_Protocol_Catalog", &told.current_protocol_catalog),
        ("Current_NameSpace_Catalog", &told.current_name_space_catalog),
    ] {
        if let Some(catalog) = catalog {
            parameters.text(name, &catalog.lossy());
        }
    }
    if let Some(callout) = &told.name_space_callout {
        parameters.expandable("NameSpace_Callout", &callout.lossy());
    }
    if let Some(autodial) = &told.autodial_library {
        parameters.text("AutodialDLL", &autodial.lossy());
    }
    if let Some(catalog) = &catalogs.protocol {
        write_catalog(parameters.at("Protocol_Catalog9"), catalog, protocol_entry);
    }
    if let Some(catalog) = &catalogs.name_space {
        write_catalog(parameters.at("NameSpace_Catalog5"), catalog, name_space_entry);
    }
    for permission in &catalogs.app_permissions {
        let key = parameters.at(&format!(r"AppId_Catalog\{}", permission.key.lossy()));
        key.text("AppFullPath", &or(&permission.path, ""));
        key.number("PermittedLspCategories", permission.categories.unwrap_or_default());
    }
    if let Some(winsock) = &catalogs.winsock {
        let names = |texts: &Option<Vec<Text>>| -> Vec<String> {
            texts.iter().flatten().map(|text| text.lossy().into_owned()).collect()
        };
        let (transports, provider_list) = (names(&winsock.transports), names(&winsock.provider_list));
        let key = services.at("Winsock");
        key.at("Parameters").texts("Transports", transports.iter().map(String::as_str));
        let key = key.at("Setup Migration");
        key.texts("Provider List", provider_list.iter().map(String::as_str));
        for provider in &winsock.providers {
            let key = key.at(&format!(r"Providers\{}", provider.transport.lossy()));
            key.binary("WinSock 2.0 Provider ID", guid(provider.provider_id.map_or(0, |id| id.as_u128())));
        }
    }
    for transport in &catalogs.transports {
        write_transport(services, transport);
    }
    if !catalogs.bindings.is_empty() {
        let linkage = services.at(r"NetBIOS\Linkage");
        let devices: Vec<String> =
            catalogs.bindings.iter().map(|binding| binding.device.lossy().into_owned()).collect();
        linkage.texts("Bind", devices.iter().map(String::as_str));
        let lanas = catalogs.bindings.iter().flat_map(|binding| [1, binding.lana.unwrap_or_default()]);
        linkage.binary("LanaMap", lanas.collect::<Vec<u8>>());
    }
}

fn write_catalog<E>(key: &mut Key, catalog: &Catalog<E>, entry: impl Fn(&mut Key, &E)) {
    let lists = [("Catalog_Entries", &catalog.entries), ("Catalog_Entries64", &catalog.entries64)];
    for (name, list) in lists {
        let Some(EntryList { entries, orphans, last_written, .. }) = list else { continue };
        let list = key.at(name);
        list.written = last_written.map(|time| time.0);
        for told in entries.iter().chain(orphans) {
            entry(list, told);
        }
    }
    let counts = [
        ("Num_Catalog_Entries", catalog.num_catalog_entries),
        ("Num_Catalog_Entries64", catalog.num_catalog_entries64),
        ("Next_Catalog_Entry_ID", catalog.next_catalog_entry_id),
        ("Serial_Access_Num", catalog.serial_access_num),
    ];
    for (name, count) in counts {
        if let Some(count) = count {
            key.number(name, count);
        }
    }
    for name in &catalog.other_subkeys {
        key.at(&name.lossy());
    }
    key.written = catalog.last_written.map(|time| time.0);
}

fn protocol_entry(list: &mut Key, entry: &ProtocolEntry) {
    let key = list.at(&entry.key.as_ref().expect("an entry has a key").lossy());
    key.written = entry.last_written.map(|time| time.0);
    key.binary("PackedCatalogItem", packed_item(entry));
    if let Some(name) = &entry.protocol_name {
        key.text("ProtocolName", &name.lossy());
    }
}

fn name_space_entry(list: &mut Key, entry: &NameSpaceEntry) {
    let key = list.at(&entry.key.as_ref().expect("an entry has a key").lossy());
    key.written = entry.last_written.map(|time| time.0);
    for (name, text) in [("LibraryPath", &entry.library_path), ("DisplayString", &entry.display_string)] {
        if let Some(text) = text {
            key.text(name, &text.lossy());
        }
    }
    if let Some(id) = entry.provider_id {
        key.binary("ProviderId", guid(id.as_u128()));
    }
    for (name, number) in [
        ("SupportedNameSpace", entry.supported_name_space),
        ("Enabled", entry.enabled),
        ("Version", entry.version),
        ("StoresServiceClassInfo", entry.stores_service_class_info),
    ] {
        if let Some(number) = number {
            key.number(name, number);
        }
    }
    if let Some(info) = &entry.provider_info {
        key.binary("ProviderInfo", info.to_vec());
    }
}

fn write_transport(services: &mut Key, transport: &Transport) {
    let service = services.at(&transport.name.lossy());
    if service.values.iter().all(|value| value.name != "Start") {
        service.number("Start", 1);
    }
    let key = service.at(r"Parameters\Winsock");
    if let Some(helper) = &transport.helper {
        key.expandable("HelperDllName", &helper.lossy());
    }
    if !transport.mapping.is_empty() {
        let rows = transport.mapping.iter().flat_map(|row| [row.address_family, row.socket_type, row.protocol]);
        let head = [i32::try_from(transport.mapping.len()).unwrap(), 3];
        key.binary("Mapping", head.into_iter().chain(rows).flat_map(i32::to_le_bytes).collect::<Vec<u8>>());
    }
    if let Some(id) = transport.provider_id {
        key.binary("ProviderGUID", guid(id.as_u128()));
    }
    for (number, template) in transport.templates.iter().enumerate() {
        let key = key.at(&number.to_string());
        let signed = [
            ("Version", template.version),
            ("AddressFamily", template.address_family),
            ("MaxSockAddrLength", template.max_address_length),
            ("MinSockAddrLength", template.min_address_length),
            ("SocketType", template.socket_type),
            ("Protocol", template.protocol),
            ("ProtocolMaxOffset", template.protocol_max_offset),
            ("ByteOrder", template.network_byte_order),
        ];
        for (name, number) in signed {
            key.set(name, 4, number.unwrap_or_default().to_le_bytes());
        }
        key.number("MessageSize", template.message_size.unwrap_or_default());
        key.number("ProviderFlags", template.provider_flags.map_or(0, |flags| flags.bits()));
        key.number("ServiceFlags", template.service_flags.map_or(0, |flags| flags.bits()));
        let name = template.stored_name.as_ref().map(|name| name.lossy().into_owned()).unwrap_or_default();
        key.text("szProtocol", &name);
    }
}
