//! The PowerShell script: what it checks and writes is read by another interpreter of its lines.

use catalog9::catalog::notation;
use catalog9::repair::{Request, Unscriptable};

use super::{LAYERED, WINDOWS_10, assert_same, mutated, planned, pressed, root_of};
use crate::cases::catalog9;
use crate::registry_import::import;
use crate::synth::{Key, registry};

/// The script for a registry, with the fix as a registration file.
fn script(root: &Key) -> (String, Vec<u8>) {
    let repair = planned(&pressed(root), &Request::default()).files.unwrap();
    (String::from_utf8(repair.script.unwrap()).unwrap(), repair.fix)
}

/// The words of a line: what stands in quotes is one, and so is `(Text '…')`.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let is_units = rest.starts_with("(Text '");
        let quoted = rest.strip_prefix("(Text ").unwrap_or(rest);
        if let Some(mut inner) = quoted.strip_prefix('\'') {
            let mut word = String::new();
            loop {
                let (before, after) = inner.split_once('\'').expect("a quote ends");
                word.push_str(before);
                inner = after;
                let Some(after) = inner.strip_prefix('\'') else { break };
                word.push('\'');
                inner = after;
            }
            if is_units {
                let units: Vec<u16> = word.split(' ').map(|unit| u16::from_str_radix(unit, 16).unwrap()).collect();
                word = String::from_utf16(&units).unwrap();
                inner = inner.strip_prefix(')').unwrap();
            }
            words.push(word);
            rest = inner.trim_start();
        } else {
            let end = rest.find(' ').unwrap_or(rest.len());
            words.push(rest[..end].to_owned());
            rest = rest[end..].trim_start();
        }
    }
    words
}

fn bytes_of(kind: &str, data: &str) -> Option<(u32, Vec<u8>)> {
    let utf16 = |text: String| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    Some(match kind {
        "absent" => return None,
        "binary" => {
            let digits: Vec<char> = data.chars().collect();
            let pair = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap();
            (3, digits.chunks(2).map(pair).collect())
        }
        "dword" => (4, u32::from_str_radix(data, 16).unwrap().to_le_bytes().to_vec()),
        "text" => (1, utf16(format!("{data}\0"))),
        "expandable" => (2, utf16(format!("{data}\0"))),
        "texts" => (7, utf16(format!("{data}\0\0"))),
        other => panic!("{other}"),
    })
}

/// Does what the function `Repair` says, with all of its checks. The number of values that were checked.
fn run(root: &Key, script: &str) -> (Key, usize) {
    let mut root = root.clone();
    let mut current = String::new();
    let mut checked = 0;
    let body = script.split_once("function Repair {\r\n").unwrap().1.split_once("\r\n}\r\n").unwrap().0;
    let below = |path: &str| path.strip_prefix(r"SYSTEM\").unwrap().replacen("CurrentControlSet", "ControlSet001", 1);
    for line in body.lines() {
        let words = words(line);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut confirm = |root: &mut Key, name: &str, kind: &str, data: &str| {
            let value = root.at(&current).values.iter().find(|value| value.name.eq_ignore_ascii_case(name));
            let found = value.map(|value| (value.data_type, value.data.clone()));
            assert_eq!(found, bytes_of(kind, data), "{current}: {name}");
            checked += 1;
        };
        match words[..] {
            ["Add-Key" | "Enter-Key", path] => {
                current = below(path);
                root.at(&current);
            }
            ["Set-Value", name, old_kind, old, kind, data] => {
                confirm(&mut root, name, old_kind, old);
                let (data_type, data) = bytes_of(kind, data).unwrap();
                let key = root.at(&current);
                match key.values.iter_mut().find(|value| value.name.eq_ignore_ascii_case(name)) {
                    Some(value) => (value.data_type, value.data) = (data_type, data),
                    None => _ = key.set(name, data_type, data),
                }
            }
            ["Remove-Value", name, kind, data] => {
                confirm(&mut root, name, kind, data);
                root.at(&current).values.retain(|value| !value.name.eq_ignore_ascii_case(name));
            }
            ["Confirm-Value", name, kind, data] => confirm(&mut root, name, kind, data),
            ["Confirm-Counts", values, subkeys] => {
                let key = root.at(&current);
                assert_eq!(values, key.values.len().to_string());
                assert_eq!(subkeys, key.subkeys.len().to_string());
            }
            ["Remove-Key", path] => {
                let path = below(path);
                let (parent, name) = path.rsplit_once('\\').unwrap();
                root.at(parent).remove(name);
            }
            _ => panic!("{line}"),
        }
    }
    (root, checked)
}

#[test]
fn a_script_does_what_the_registration_file_does() {
    for (case, from, to, _) in super::MUTATIONS {
        let root = root_of(&mutated(case, from, to));
        let (script, fix) = script(&root);
        assert!(script.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\r' | b'\n')), "{from}: ASCII only");
        let (scripted, checked) = run(&root, &script);
        assert_same(&scripted, &import(&root, &fix));
        assert!(checked > 0);
    }
}

#[test]
fn a_script_checks_each_value_before_it_writes() {
    let root = root_of(&mutated(LAYERED, "", ""));
    let (script, _) = script(&root);
    let mut changed = root.clone();
    let key = r"ControlSet001\Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries\000000000017";
    changed.at(key).binary("PackedCatalogItem", [1, 2, 3]);
    assert!(std::panic::catch_unwind(|| run(&changed, &script)).is_err(), "the value is not what was expected");
    let mut added = root;
    added.at(key).number("More", 1);
    assert!(std::panic::catch_unwind(|| run(&added, &script)).is_err(), "a key that goes holds more than it did");
}

const HOSTILE: &[&str] =
    &["O'Neill", "'; calc; '", "$(calc)", "`n`$x", "\u{2018}x\u{2019}", "a\"b", "%TEMP%", "@{a=1}"];

#[test]
fn no_text_of_the_evidence_leaves_its_quotes() {
    for hostile in HOSTILE {
        let mut root = registry::system(&mutated(LAYERED, "", ""), hostile);
        let entries = r"ControlSet001\Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries";
        root.at(&format!(r"{entries}\000000000017")).text(hostile, hostile);
        root.at(&format!(r"{entries}\000000000017\{hostile}")).number("", 1);
        root.at(&format!(r"{entries}\000000000001")).text(hostile, hostile);
        let (script, fix) = script(&root);
        assert!(script.is_ascii(), "{hostile}");
        assert_same(&run(&root, &script).0, &import(&root, &fix));
        let head = script.lines().take_while(|line| !line.starts_with("$Computer"));
        assert!(head.into_iter().all(|line| line.is_empty() || line.starts_with('#')), "{hostile}");
        let computer = script.lines().find(|line| line.starts_with("$Computer =")).unwrap();
        assert_eq!(words(computer), ["$Computer", "=", *hostile]);
    }
}

#[test]
fn a_host_name_with_line_ends_stays_on_its_line() {
    let root = registry::system(&mutated(LAYERED, "", ""), "X\r\ncalc.exe\r\n#");
    let (script, _) = script(&root);
    assert!(!script.lines().any(|line| line.starts_with("calc.exe")), "{script}");
}

#[test]
fn what_powershell_cannot_read_has_no_script() {
    let entries = r"ControlSet001\Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries\000000000017";
    for (data_type, data) in
        [(1, vec![65, 0]), (0x1234, vec![1]), (4, vec![1, 2]), (7, vec![65, 0, 0, 0]), (2, vec![65])]
    {
        let mut root = root_of(&mutated(LAYERED, "", ""));
        root.at(entries).set("Odd", data_type, data);
        let repair = planned(&pressed(&root), &Request::default()).files.unwrap();
        assert!(matches!(repair.script, Err(Unscriptable::Value(_))), "{data_type}");
    }
    let mut root = root_of(&mutated(LAYERED, "", ""));
    root.remove(r"ControlSet001\Control\ComputerName");
    assert_eq!(planned(&pressed(&root), &Request::default()).files.unwrap().script, Err(Unscriptable::NoHost));
}

#[test]
fn entries_come_first_then_counts_then_what_goes() {
    let (script, _) = script(&root_of(&mutated(LAYERED, "", "")));
    let last_entry = script.rfind("Set-Value 'PackedCatalogItem'").unwrap();
    let count = script.find("Set-Value 'Num_Catalog_Entries'").unwrap();
    let removal = script.find("Remove-Key 'SYSTEM").unwrap();
    assert!(last_entry < count && count < removal);
    let [check, export, write] =
        ["\r\nRepair\r\n\r\n# Export", "reg.exe export", "$Writing = $true"].map(|text| script.find(text).unwrap());
    assert!(check < export && export < write, "nothing is written before all of it was checked and exported");
}

#[test]
fn the_script_of_a_small_repair_reads_as_it_did() {
    let scratch = tempfile::tempdir().unwrap();
    let case = notation::parse(&WINDOWS_10.replacen("service  Tcpip  0", "service  Tcpip  4", 1)).unwrap();
    std::fs::write(scratch.path().join("SYSTEM"), pressed(&root_of(&case))).unwrap();
    let output = catalog9(scratch.path()).args(["repair", "SYSTEM", "--script", "fix.ps1"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let script = std::fs::read_to_string(scratch.path().join("fix.ps1")).unwrap();
    let script = script.replace("\r\n", "\n").replace(env!("CARGO_PKG_VERSION"), "[version]");
    let is_hash = |line: &&str| line.starts_with("# SHA-256:");
    let script = script.lines().filter(|line| !is_hash(line)).map(|line| format!("{line}\n")).collect::<String>();
    let expected = snapbox::Data::read_from(std::path::Path::new("tests/repair/expected.ps1"), None);
    snapbox::Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(script, expected);
}
