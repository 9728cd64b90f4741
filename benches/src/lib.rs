//! The evidence that is measured: of the size and shape of real evidence, and always the same bytes.
#![allow(
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "it writes for measurements: what it cannot write may panic"
)]

use std::fs;
use std::path::Path;

use catalog9::catalog::{Catalogs, notation};
use catalog9_synth::hive::{self, Shape};
use catalog9_synth::log::{self, Entry};
use catalog9_synth::random::Random;
use catalog9_synth::reg::{self, Form};
use catalog9_synth::{Key, msinfo, netsh, registry};

/// A clean Windows 10.
pub fn case() -> Catalogs {
    notation::parse(include_str!("../../fixtures/windows-10-plain/case.txt")).expect("a case")
}

/// The registry of a Windows 10 with as many keys beside the catalogs as a real one has.
pub fn system(host: &str) -> Key {
    let mut root = registry::system(&case(), host);
    let mut random = Random::new(9);
    let control_set = root.at("ControlSet001");
    add_services(control_set.at("Services"), &mut random);
    add_classes(control_set.at(r"Control\Class"));
    add_devices(control_set.at("Enum"), &mut random);
    add_drivers(root.at("DriverDatabase"), &mut random);
    root
}

fn guid(number: usize) -> String {
    format!("{{{number:08x}-a1b2-4c3d-8e9f-{:012x}}}", number * 7919)
}

fn add_services(services: &mut Key, random: &mut Random) {
    for number in 0..640 {
        let mut service = Key::new(&format!("{}svc{number:03}", random.pick(&["amd", "intel", "MS", "net", "xbox"])));
        service.number("Type", 1).number("Start", 3).number("ErrorControl", 1);
        service.expandable("ImagePath", &format!(r"\SystemRoot\System32\drivers\svc{number:03}.sys"));
        service.text("DisplayName", &format!("@oem{number}.inf,%name%;Service {number}"));
        service.at("Parameters").number("Flags", 7).text("ServiceDll", r"%SystemRoot%\System32\svc.dll");
        service.at("Security").binary("Security", vec![1; 168]);
        services.subkeys.push(service);
    }
}

fn add_classes(classes: &mut Key) {
    for number in 0..110 {
        let mut class = Key::new(&guid(number));
        class.text("Class", &format!("Class{number}")).text("ClassDesc", "@%SystemRoot%\\System32\\SysClass.dll,-3000");
        for instance in 0..8 {
            let mut device = Key::new(&format!("{instance:04}"));
            device.text("DriverDesc", "Device").text("DriverVersion", "10.0.19041.1").number("Flags", 0);
            class.subkeys.push(device);
        }
        classes.subkeys.push(class);
    }
}

fn add_devices(buses: &mut Key, random: &mut Random) {
    for bus in ["ACPI", "DISPLAY", "HDAUDIO", "HID", "PCI", "ROOT", "SCSI", "STORAGE", "SWD", "USB"] {
        let mut bus = Key::new(bus);
        for device in 0..40 {
            let mut device = Key::new(&format!("VEN_{device:04X}&DEV_{:04X}", random.below(65_536)));
            for instance in 0..2 {
                let mut instance = Key::new(&format!("{instance}&{:08x}&0&0000", random.number()));
                instance.text("DeviceDesc", "@device.inf,%device%;Device").texts("HardwareID", ["PCI\\A", "PCI\\B"]);
                instance.at("Device Parameters").number("Enabled", 1);
                let properties = instance.at("Properties");
                for set in 0..4 {
                    let mut set = Key::new(&guid(1000 + set));
                    for number in 2..7 {
                        set.subkeys.push(Key::new(&format!("{number:04X}")));
                        set.subkeys.last_mut().expect("a key").set("", 0x12, vec![7; 24]);
                    }
                    properties.subkeys.push(set);
                }
                device.subkeys.push(instance);
            }
            bus.subkeys.push(device);
        }
        buses.subkeys.push(bus);
    }
}

fn add_drivers(database: &mut Key, random: &mut Random) {
    let ids = database.at("DeviceIds");
    for number in 0..2500 {
        let mut id = Key::new(&format!("{}_{number:04X}", random.pick(&["VEN", "USB#VID", "ACPI", "HDAUDIO"])));
        id.binary("device.inf", vec![1, 255, 0, 0]);
        ids.subkeys.push(id);
    }
    let packages = database.at("DriverPackages");
    for number in 0..700 {
        let mut package = Key::new(&format!("oem{number:03}.inf_amd64_{:016x}", u64::from(random.number()) * 7919));
        let version: Vec<u8> = [0; 32].into_iter().chain([1, 0, 0x61, 0x4a, 0, 0, 10, 0]).collect();
        package.binary("Version", version).text("Provider", "Microsoft").text("OemPath", r"C:\Windows\INF");
        for name in ["Configurations", "Descriptors", "Strings"] {
            let part = package.at(name);
            for number in 0..4 {
                part.at(&format!("Part_{number}")).number("Flags", number).text("Description", "%description%");
            }
        }
        packages.subkeys.push(package);
    }
}

/// The hive of [`system`], with values long enough that it has 12 MB.
pub fn clean_hive(host: &str) -> Vec<u8> {
    let mut root = system(host);
    let mut random = Random::new(99);
    for number in 0..280 {
        let data: Vec<u8> = (0..4000).flat_map(|_| random.number().to_le_bytes()).collect();
        root.at(r"ControlSet001\Control\Video").binary(&format!("Mode{number}"), data);
    }
    hive::write(&root, &Shape::default())
}

/// A hive whose last write did not finish, and its log: 48 entries of 16 pages each.
pub fn dirty_hive(host: &str) -> (Vec<u8>, Vec<u8>) {
    let newest = clean_hive(host);
    let bins_size = u32::try_from(newest.len() - 4096).expect("a short hive");
    let mut random = Random::new(999);
    let mut stored = newest.clone();
    let entries: Vec<Entry> = (0..48)
        .map(|number| {
            let pages = (0..16).map(|_| random.below(bins_size / 4096) * 4096).map(|offset| {
                let begin = usize::try_from(offset).expect("an offset") + 4096;
                (offset, newest[begin..begin + 4096].to_vec())
            });
            Entry { number: 7 + number, flags: 0, bins_size, pages: pages.collect() }
        })
        .collect();
    for (offset, page) in entries.iter().flat_map(|entry| &entry.pages) {
        let begin = usize::try_from(*offset).expect("an offset") + 4096;
        // What is stored lacks the end of each of these pages.
        stored[begin + 3584..begin + page.len()].fill(0);
    }
    stored[4..8].copy_from_slice(&8_u32.to_le_bytes());
    hive::seal(&mut stored);
    let log = log::new_format(&stored, 7, &entries);
    (stored, log)
}

/// The registration file of the whole registry, about 7 MB.
pub fn registration_file(host: &str) -> Vec<u8> {
    reg::write(&system(host), r"HKEY_LOCAL_MACHINE\SYSTEM", Form::Regedit5)
}

/// Rows of a report with no bearing on catalogs.
fn rows(count: usize) -> impl Iterator<Item = [String; 2]> {
    (0..count).map(|number| [format!("module{number}"), format!(r"c:\windows\system32\module{number}.dll, 10.0.19041")])
}

/// An NFO file with so many rows beside the catalogs, of 250 bytes each.
pub fn nfo(host: &str, count: usize) -> Vec<u8> {
    let text = msinfo::nfo_text(&case(), host, &msinfo::ENGLISH);
    let data = |rows: &mut dyn Iterator<Item = [String; 2]>| -> String {
        rows.map(|[item, value]| {
            format!("<Data>\n<Item><![CDATA[{item}]]></Item>\n<Value><![CDATA[{value}]]></Value>\n</Data>\n")
        })
        .collect()
    };
    let memory = "<Category name=\"Memory\">\n";
    let text = text.replacen(memory, &format!("{memory}{}", data(&mut rows(count / 4))), 1);
    let modules = format!("<Category name=\"Loaded Modules\">\n{}</Category>\n", data(&mut rows(count - count / 4)));
    let end = text.rfind("</Category>").expect("the end of the last category");
    msinfo::utf16(&format!("{}{modules}{}", &text[..end], &text[end..]))
}

/// A text report with so many rows beside the catalogs, of 130 bytes each.
pub fn text(host: &str, count: usize) -> Vec<u8> {
    let text = msinfo::plain_text(&case(), host, &msinfo::ENGLISH);
    let lines = |rows: &mut dyn Iterator<Item = [String; 2]>| -> String {
        rows.map(|[item, value]| format!("{item}\t{value}\t\n")).collect()
    };
    let memory = "[Memory]\n\nItem\tValue\t\n";
    let text = text.replacen(memory, &format!("{memory}{}", lines(&mut rows(count / 4))), 1);
    let modules = lines(&mut rows(count - count / 4));
    msinfo::utf16(&format!("{text}[Loaded Modules]\n\nItem\tValue\t\n{modules}\n"))
}

/// The listing of netsh.
pub fn listing() -> Vec<u8> {
    netsh::listing(&case(), &netsh::ENGLISH).into_bytes()
}

/// What grows, one at a time: names of the kinds that [`grown`] knows.
pub const GROWING: [&str; 7] = ["keys", "values", "entries", "control-sets", "transports", "reg-keys", "defects"];

/// Evidence with so many of a kind, and the ending of its file's name.
pub fn grown(what: &str, count: usize) -> (&'static str, Vec<u8>) {
    let mut root = registry::system(&case(), "GROWN");
    let many = |prefix: &'static str| (0..count).map(move |number| Key::new(&format!("{prefix}{number:06}")));
    match what {
        "keys" | "reg-keys" => root.at(r"ControlSet001\Services\WinSock2\Others").subkeys.extend(many("key")),
        "values" => {
            let key = root.at(r"ControlSet001\Services\Tcpip");
            let value = |number| catalog9_synth::Value { name: format!("v{number}"), data_type: 4, data: vec![1; 4] };
            key.values.extend((0..count).map(value));
        }
        "entries" => {
            let list = root.at(r"ControlSet001\Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries64");
            let entry = list.subkeys.first().expect("an entry").clone();
            list.subkeys
                .extend((100..100 + count).map(|number| Key { name: format!("{number:012}"), ..entry.clone() }));
        }
        "control-sets" => {
            let control_set = root.at("ControlSet001").clone();
            let named = |number| Key { name: format!("ControlSet{number:03}"), ..control_set.clone() };
            root.subkeys.extend((2..2 + count).map(named));
        }
        "transports" => {
            let names: Vec<String> = (0..count).map(|number| format!("Transport{number}")).collect();
            root.at(r"ControlSet001\Services\Winsock\Parameters").texts("Transports", names.iter().map(String::as_str));
        }
        "defects" => {
            // Names of subkeys with a NUL are defects, one each.
            let names = (0..count).map(|number| Key::new(&format!("a\0{number:06}")));
            root.at(r"ControlSet001\Services").subkeys.extend(names);
        }
        other => panic!("nothing called {other} grows"),
    }
    match what {
        "reg-keys" => ("reg", reg::write(&root, r"HKEY_LOCAL_MACHINE\SYSTEM", Form::Regedit5)),
        _ => ("SYSTEM", hive::write(&root, &Shape::default())),
    }
}

/// Writes a file, in folders that need not be there yet.
pub fn write(path: &Path, bytes: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder that can be written");
    fs::write(path, bytes).expect("a file that can be written");
}

/// Keys that an examination of a hive reads with everything below them, and those of which it reads the values; the
/// programs that are measured beside catalog9 read the same.
pub const TREES: [&str; 2] = [r"ControlSet001\Services\WinSock2", r"ControlSet001\Services\Winsock"];

/// The key of which all subkeys are read with their values, and nothing below them: the driver packages.
pub const LIST: &str = r"DriverDatabase\DriverPackages";

/// See [`TREES`].
pub const KEYS: [&str; 20] = [
    "Select",
    "Setup",
    r"ControlSet001\Control\ComputerName\ComputerName",
    r"ControlSet001\Control\Nls\CodePage",
    r"ControlSet001\Control\ProductOptions",
    r"ControlSet001\Control\Session Manager\Environment",
    r"ControlSet001\Control\Windows",
    r"ControlSet001\Services\AFD",
    r"ControlSet001\Services\afunix",
    r"ControlSet001\Services\Dhcp",
    r"ControlSet001\Services\NetBIOS",
    r"ControlSet001\Services\NetBIOS\Linkage",
    r"ControlSet001\Services\NetBT",
    r"ControlSet001\Services\Psched",
    r"ControlSet001\Services\RFCOMM",
    r"ControlSet001\Services\Tcpip",
    r"ControlSet001\Services\Tcpip\Parameters\Winsock",
    r"ControlSet001\Services\Tcpip\ServiceProvider",
    r"ControlSet001\Services\Tcpip6",
    r"ControlSet001\Services\Tcpip6\Parameters\Winsock",
];
