//! `client_info.json`, which Velociraptor puts into each collection: what the computer is called, and its version in newer
//! ones. The names of the fields are those of a collection of version 0.7.

use serde::Deserialize;

use super::encoding::decode_text;
use super::{ControlSet, Kind, Reading, Roles};
use crate::catalog::{Catalogs, Facts, Software, Text, Version};

/// The fields that are read, of many.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ClientInfo {
    hostname: String,
    /// Only its presence counts: another file may have a `Hostname`.
    #[serde(rename = "Fqdn")]
    _fqdn: String,
    platform: Option<String>,
    /// `10.0.19045 Build 19045` or `10.0.19045.3803 Build 19045.3803`.
    platform_version: Option<String>,
}

fn parsed(text: &str) -> Option<ClientInfo> {
    serde_json::from_str(text).ok()
}

/// Whether a text is such a file.
pub(super) fn is_client_info(text: &str) -> bool {
    text.trim_start().starts_with('{') && parsed(text).is_some_and(|info| !info.hostname.is_empty())
}

/// Reads it.
pub(super) fn read(bytes: &[u8]) -> Reading {
    let decoded = decode_text(bytes);
    let info = parsed(&decoded.text);
    let text = |text: Option<&String>| text.map(|text| decoded.text_of(text));
    let version = info.as_ref().and_then(|info| version_of(info.platform_version.as_ref()?));
    let product_name = text(info.as_ref().and_then(|info| info.platform.as_ref()));
    let mut catalogs = Catalogs::default();
    catalogs.windows.version = version;
    catalogs.windows.told_by =
        version.iter().map(|version| Text::new(format!("client_info.json: {version}"))).collect();
    catalogs.told.set(Facts::OS, version.is_some());
    let software = Software { source: "client_info.json", product_name, version, ..Software::default() };
    let roles = Roles { current: true, ..Roles::default() };
    let computer_name = text(info.as_ref().map(|info| &info.hostname));
    Reading {
        control_sets: vec![ControlSet { name: None, roles, computer_name, catalogs }],
        software: Some(Box::new(software)),
        ..Reading::of(Kind::SystemInfo)
    }
}

/// The three numbers that the version begins with.
fn version_of(text: &str) -> Option<Version> {
    let version: Vec<&str> = text.split([' ', '.']).take(3).collect();
    Version::parse(&version.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    const INFO: &str = r#"{"Hostname":"PC-7","Fqdn":"PC-7.example.org","Platform":"Microsoft Windows 10 Pro",
        "PlatformVersion":"10.0.19045.3803 Build 19045.3803","Uptime":17}"#;

    #[test]
    fn the_computer_and_its_windows_are_read() {
        let reading = read(INFO.as_bytes());
        assert_eq!(reading.computer_name(), Some(&Text::from("PC-7")));
        let software = reading.software.unwrap();
        assert_eq!(software.version, Some(Version::W10.with_build(19045)));
        assert_eq!(software.product_name, Some(Text::from("Microsoft Windows 10 Pro")));
    }

    #[test]
    fn other_files_with_a_host_are_not_taken_for_it() {
        assert!(is_client_info(INFO) && is_client_info(r#" {"Hostname":"A","Fqdn":""}"#));
        for text in [r#"{"Hostname":"A"}"#, r#"{"Hostname":"","Fqdn":""}"#, r#"[{"Hostname":"A","Fqdn":"A"}]"#, "{", ""]
        {
            assert!(!is_client_info(text), "{text}");
        }
    }

    #[test]
    fn a_file_that_is_cut_off_anywhere_does_no_harm() {
        for length in 0..INFO.len() {
            let reading = read(&INFO.as_bytes()[..length]);
            assert_eq!(reading.computer_name(), None, "{length}");
        }
    }
}
