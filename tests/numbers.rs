//! The numbers of Winsock and their names, compared with the headers of MinGW, which nobody here has written.

use std::collections::BTreeMap;
use std::path::Path;

use catalog9::catalog::number;

/// What the headers define under names that begin so: the names of each number without that beginning. `None` where there
/// are no headers.
fn defined(beginning: &str) -> Option<BTreeMap<u32, Vec<String>>> {
    const FOLDERS: [&str; 2] = ["/usr/share/mingw-w64/include", "/usr/x86_64-w64-mingw32/include"];
    const HEADERS: [&str; 3] = ["winsock2.h", "nspapi.h", "wsipx.h"];
    let folder = FOLDERS.iter().map(Path::new).find(|folder| folder.join("winsock2.h").exists())?;
    let mut defined: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for header in HEADERS {
        let text = std::fs::read(folder.join(header)).unwrap_or_default();
        for line in String::from_utf8_lossy(&text).lines() {
            let mut words = line.split_whitespace().skip_while(|word| *word != "#define").skip(1);
            let (Some(name), Some(value)) = (words.next(), words.next()) else { continue };
            let value = value.trim_matches(['(', ')']);
            let number = value.strip_prefix("0x").map_or_else(|| value.parse(), |hex| u32::from_str_radix(hex, 16));
            if let (Some(name), Ok(number)) = (name.strip_prefix(beginning), number) {
                defined.entry(number).or_default().push(name.to_owned());
            }
        }
    }
    Some(defined)
}

/// Each number of the headers has one of the names that they give it.
fn assert_named<'n>(beginning: &str, fewest: usize, name: impl Fn(u32) -> Option<&'n str>) {
    let Some(defined) = defined(beginning) else {
        eprintln!("skipped: the headers of MinGW are not installed (Debian: mingw-w64-common)");
        return;
    };
    let defined: Vec<_> = defined.iter().filter(|(_, names)| !names.iter().any(|name| name == "MAX")).collect();
    assert!(defined.len() >= fewest, "{defined:?}");
    for (number, names) in defined {
        let own = name(*number).unwrap_or_else(|| panic!("{beginning}: {number} is {names:?}"));
        assert!(names.iter().any(|name| name == own), "{beginning}: {number} is {names:?} and not {own}");
    }
}

#[test]
fn families_and_name_spaces_are_named_as_in_the_headers() {
    // 6 and 7 were called otherwise before they got the names of today, which the headers define by the old ones.
    assert_named("AF_", 31, |number| match number {
        6 => Some("NS"),
        7 => Some("ISO"),
        number => number::address_family(number.try_into().unwrap()),
    });
    assert_named("NS_", 23, number::name_space);
    assert_named("SOCK_", 5, |number| number::socket_type(number.try_into().unwrap()));
    assert_named("NSPROTO_", 3, |number| {
        number::protocol(6, number.try_into().unwrap()).map(|name| match name {
            "SPX II" => "SPXII",
            name => name,
        })
    });
}

#[test]
fn what_the_headers_do_not_define_has_a_name_too() {
    let families = [6, 7, 33, 34, 40, 41].map(number::address_family);
    assert_eq!(families, [Some("IPX"), Some("OSI"), Some("LINK"), Some("HYPERV"), Some("VSOCK"), None]);
    assert_eq!([number::name_space(19), number::name_space(99)], [Some("LOCALNAME"), None]);
    assert_eq!([0, 6].map(number::socket_type), [Some("none"), None]);
    let of_ip = [1, 2, 6, 17, 58, 113, 7].map(|protocol| number::protocol(2, protocol));
    let names = ["ICMP", "IGMP", "TCP", "UDP", "ICMPv6", "PGM"].map(Some);
    assert_eq!(of_ip[..6], names);
    assert_eq!(of_ip[..6], [1, 2, 6, 17, 58, 113].map(|protocol| number::protocol(23, protocol)));
    assert_eq!(of_ip[6], None);
    let others = [(32, 3), (32, 0x100), (34, 1)].map(|(family, protocol)| number::protocol(family, protocol));
    assert_eq!(others, ["RFCOMM", "L2CAP", "Hyper-V RAW"].map(Some));
    let starts = [0, 1, 2, 3, 4, 5].map(number::start);
    assert_eq!(starts[..5], ["boot", "system", "automatic", "manual", "disabled"].map(Some));
    assert_eq!(starts[5], None);
}
