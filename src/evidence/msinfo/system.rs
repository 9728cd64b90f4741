//! Which system a report is of: what its first rows and the category WinSock say, by position.

use super::category::{Category, Parts};
use super::row::Row;
use crate::catalog::{Architecture, Place, Product, Text, Version, Windows};
use crate::evidence::encoding::Decoded;
use crate::evidence::{Defect, Defects};

/// The rows of the System Summary, counted from the one that says the version: they stand so in all 34 reports.
const HOST: usize = 3;
const SYSTEM_TYPE: usize = 6;

/// Which system a report is of.
#[derive(Debug, Default)]
pub(super) struct System {
    pub(super) windows: Windows,
    pub(super) computer_name: Option<Text>,
    pub(super) os_name: Option<Text>,
}

/// What the report says of its system.
pub(super) fn read(parts: &Parts<'_>, decoded: &Decoded<'_>, defects: &mut Defects) -> System {
    let mut system = System::default();
    let summary = &parts.summary;
    // The version is the second row; before it there may be a heading.
    let version = summary.iter().take(3).position(|row| version_of(row).is_some());
    if let Some((version, row)) = version.and_then(|index| Some((index, summary.get(index)?))) {
        read_version(row, &mut system.windows, decoded);
        let row = |offset: usize| summary.iter().take_while(|row| !row.follows_gap).nth(version + offset);
        let value = |row: &Row<'_>| Some(decoded.text_of(row.value.trim())).filter(|value| !value.is_empty());
        let os_name = version.checked_sub(1).and_then(|before| summary.get(before));
        // Without columns the label is a part of it.
        system.os_name = os_name.and_then(value);
        system.computer_name = row(HOST).filter(|row| row.label.is_some()).and_then(value);
        system.windows.architecture = row(SYSTEM_TYPE).and_then(|row| architecture(&row.value));
        system.windows.product = os_name.map(|row| product(&row.value));
    }
    if let Some(winsock) = &parts.winsock {
        read_winsock(winsock, &mut system.windows, decoded, defects);
    }
    system
}

/// The version in a row that says `6.1.7601 Service Pack 1 Build 7601`, in whatever language.
fn version_of(row: &Row<'_>) -> Option<Version> {
    row.value.split_whitespace().find_map(Version::parse)
}

/// Behind the version stands the number of the service pack, if any, and then the build once more.
fn read_version(row: &Row<'_>, windows: &mut Windows, decoded: &Decoded<'_>) {
    let Some(version) = version_of(row) else { return };
    windows.version = Some(version);
    let behind = row.value.split_whitespace().skip_while(|word| Version::parse(word).is_none()).skip(1);
    let numbers: Vec<u32> = behind.filter_map(|word| word.parse().ok()).collect();
    windows.service_pack = match numbers.as_slice() {
        [build] if Some(*build) == version.build => Some(0),
        [pack, build] if Some(*build) == version.build => Some(*pack),
        _ => None,
    };
    let said = decoded.text_of(row.value.trim());
    windows.told_by.push(Text::new(format!("the report says {}", said.lossy())));
}

/// `x64-based PC`, `Компьютер на базе x64`, `基于 x64 的电脑`.
fn architecture(value: &str) -> Option<Architecture> {
    let value = value.to_ascii_lowercase();
    let known = [
        ("arm64", Architecture::Arm64),
        ("itanium", Architecture::Ia64),
        ("ia64", Architecture::Ia64),
        ("x64", Architecture::X64),
        ("x86", Architecture::X86),
    ];
    known.into_iter().find(|(word, _)| value.contains(word)).map(|(_, architecture)| architecture)
}

fn product(os_name: &str) -> Product {
    if os_name.contains("Server") { Product::Server } else { Product::Workstation }
}

/// The files of Winsock 1.1: a second witness of the version, and of whether there are 32-bit and 64-bit ones.
fn read_winsock(winsock: &Category<'_>, windows: &mut Windows, decoded: &Decoded<'_>, defects: &mut Defects) {
    let is_library = |row: &&Row<'_>| row.value.trim().to_ascii_lowercase().ends_with("wsock32.dll");
    let mut libraries = winsock.rows.iter().filter(is_library);
    let Some(first) = libraries.next() else { return };
    let has_32_bit_library = winsock.rows.iter().any(|row| row.value.to_ascii_lowercase().contains("syswow64"));
    let by_library = if has_32_bit_library { Architecture::X64 } else { Architecture::X86 };
    windows.architecture = windows.architecture.or(Some(by_library).filter(|_| has_32_bit_library || !winsock.has_gap));
    let rows = winsock.rows.iter().skip_while(|row| row.line <= first.line).take(2);
    let mut words = rows.flat_map(|row| row.value.split_whitespace());
    let version = words.find_map(|word| Some((Version::parse(word)?, decoded.text_of(word))));
    let Some((version, word)) = version else { return };
    windows.told_by.push(Text::new(format!("wsock32.dll has version {}", word.lossy())));
    match windows.version {
        None => windows.version = Some(version),
        Some(own) if own.without_build() != version.without_build() => {
            let place = Place { line: Some(first.line), ..Place::default().below(&decoded.text_of(&winsock.name)) };
            let expected = format!("wsock32.dll with version {}", own.without_build());
            defects.push(Defect::new(place, expected, word.to_string()));
        }
        Some(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::encoding::decode_text;

    fn rows(values: &[&str]) -> Vec<Row<'static>> {
        let row = |(line, value): (u64, &&str)| Row {
            line,
            label: Some("x".into()),
            value: (*value).to_owned().into(),
            ..Row::default()
        };
        (1..).zip(values).map(row).collect()
    }

    fn read_rows(summary: &[&str], winsock: &[&str]) -> (System, Vec<Defect>) {
        let winsock = Category { rows: rows(winsock), ..Category::default() };
        let parts = Parts { summary: rows(summary), winsock: Some(winsock), ..Parts::default() };
        let mut defects = Defects::default();
        (read(&parts, &decode_text(b""), &mut defects), defects.into_list())
    }

    #[test]
    fn rows_are_read_by_position() {
        let summary = [
            "Value",
            "Майкрософт Windows 7",
            "6.1.7601 Service Pack 1 Сборка 7601",
            "",
            "Microsoft",
            "HOST",
            "Dell",
            "X",
            "Компьютер на базе x64",
        ];
        let (System { windows, computer_name, os_name }, defects) = read_rows(&summary, &[]);
        assert_eq!((windows.version, windows.service_pack), (Some(Version::W7.with_build(7601)), Some(1)));
        assert_eq!((windows.architecture, windows.product), (Some(Architecture::X64), Some(Product::Workstation)));
        assert_eq!((computer_name, os_name), (Some(Text::from("HOST")), Some(Text::from("Майкрософт Windows 7"))));
        assert_eq!(defects, []);
    }

    #[test]
    fn service_packs_are_told_by_their_place_behind_the_version() {
        let pack = |version| read_rows(&["Microsoft Windows", version], &[]).0.windows.service_pack;
        assert_eq!(pack("10.0.18362 版本 18362"), Some(0));
        assert_eq!(pack("6.0.6002 Service Pack 2 Build 6002"), Some(2));
        assert_eq!(pack("6.0.6002 Serv"), None, "cut off");
    }

    #[test]
    fn wsock32_is_a_second_witness() {
        let wsock32 = ["c:\\windows\\SysWOW64\\wsock32.dll", "16 KB", "10.0.19041.1"];
        let (System { windows, .. }, defects) = read_rows(&[], &wsock32);
        assert_eq!(windows.version, Some(Version::W10.with_build(19041)));
        assert_eq!((windows.architecture, defects.len()), (Some(Architecture::X64), 0));
        let (System { windows, .. }, defects) = read_rows(&["Windows Server", "6.0.6002 Build 6002"], &wsock32);
        assert_eq!((windows.version, windows.product), (Some(Version::VISTA.with_build(6002)), Some(Product::Server)));
        assert_eq!(&*defects[0].expected, "wsock32.dll with version 6.0", "two reports in one");
        let vista = [
            "c:\\windows\\system32\\winsock.dll",
            "2.80 KB",
            "3.10.0.103",
            "c:\\windows\\system32\\wsock32.dll",
            "15 KB",
            "6.0.6001.18000",
        ];
        let (System { windows, .. }, _) = read_rows(&[], &vista);
        assert_eq!(
            (windows.version, windows.architecture),
            (Some(Version::VISTA.with_build(6001)), Some(Architecture::X86))
        );
    }
}
