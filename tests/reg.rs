//! Registration files: real ones, arbitrary ones, and broken ones.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use catalog9::catalog::{Catalogs, Kind, Place, Text, notation};
use catalog9::evidence::encoding::CodePage;
use catalog9::evidence::{Error, ReadOptions};
use catalog9::examination::Selection;
use catalog9::finding::{Finding, Severity, Verdict};
use catalog9::{Content, Evidence, Examination, Options, examine, examine_together};
use proptest::prelude::*;

use crate::cost::assert_linear;
use crate::evidence::{read, real};
use crate::synth::reg::{FORMS, Form, encode, write};
use crate::synth::{Key, registry};

/// The catalogs of a file with these lines behind the header and inside of the key of the namespace catalog.
fn read_lines(lines: &str) -> (Catalogs, Vec<(u64, String)>) {
    let text = format!(
        "Windows Registry Editor Version 5.00\n\n[HKLM\\SYSTEM\\ControlSet001\\Services\\WinSock2\\Parameters]\n{lines}\n\n"
    );
    let reading = read(&encode(&text, Form::Regedit5)).unwrap();
    let defects = reading.defects.iter().map(|defect| (defect.place.line.unwrap(), defect.found.clone())).collect();
    (reading.control_sets[0].catalogs.clone(), defects)
}

fn autodial(lines: &str) -> Option<String> {
    read_lines(lines).0.parameters?.autodial_library.map(|path| path.lossy().into_owned())
}

#[test]
#[ignore = "needs the real evidence"]
fn three_dialects_of_one_hive_give_the_same_catalogs() {
    let folder = real("reg");
    let names = ["xp-reged.reg", "xp-hivexregedit.reg", "xp-hivexregedit-printable.reg"];
    let [one, two, three] = names.map(|name| {
        let reading = read(&std::fs::read(folder.join(name)).unwrap()).unwrap();
        assert_eq!(reading.defects, [], "{name}");
        let mut catalogs = reading.control_sets[0].catalogs.clone();
        // The lines, and the order of values and so of nothing else, differ.
        strip_places(&mut catalogs);
        catalogs
    });
    assert_eq!(one.native_entries().len(), 13);
    assert_eq!(one, two);
    assert_eq!(two, three);
}

fn strip_places(catalogs: &mut Catalogs) {
    if let Some(catalog) = &mut catalogs.protocol {
        catalog.place = Place::default();
        for list in [&mut catalog.entries, &mut catalog.entries64].into_iter().flatten() {
            list.place = Place::default();
            list.entries.iter_mut().for_each(|entry| entry.place = Place::default());
        }
    }
    if let Some(catalog) = &mut catalogs.name_space {
        catalog.place = Place::default();
        for list in [&mut catalog.entries, &mut catalog.entries64].into_iter().flatten() {
            list.place = Place::default();
            list.entries.iter_mut().for_each(|entry| entry.place = Place::default());
        }
    }
    if let Some(parameters) = &mut catalogs.parameters {
        parameters.place = Place::default();
    }
}

fn examination(bytes: &[u8]) -> Examination {
    examine(Evidence::new("x.reg", Content::Bytes(bytes)), &Options::default()).unwrap()
}

#[test]
#[ignore = "needs the real evidence"]
fn a_live_layered_provider_is_seen_in_both_catalogs() {
    let examination = examination(&std::fs::read(real("reg/win10-lsp-winsock2.reg")).unwrap());
    assert_eq!(examination.defects, []);
    assert_eq!(examination.verdict(), Verdict::Additions);
    let catalogs = &examination.examined[0].control_set.catalogs;
    let protocol = catalogs.protocol.as_ref().unwrap();
    assert_eq!((protocol.next_catalog_entry_id, protocol.serial_access_num), (Some(1032), Some(172)));
    let lists: Vec<_> = catalogs.protocol_lists().map(|(_, list)| &list.entries).collect();
    let [native, wide] = lists.as_slice() else { panic!() };
    for (entries, dummy, path) in [
        (native, 1016, r"C:\Windows\SysWOW64\ierd_tgp_lsp.dll"),
        (wide, 1020, r"C:\Windows\SysWOW64\ierd_tgp_lsp64.dll"),
    ] {
        assert_eq!(entries.len(), 19);
        let layered: Vec<_> = entries.iter().filter(|entry| entry.is(Kind::Layered)).collect();
        assert_eq!(layered.len(), 1);
        assert_eq!(layered[0].catalog_entry_id, Some(dummy));
        assert_eq!(layered[0].library_path, Some(Text::from(path)));
        let chains: Vec<_> = entries.iter().filter(|entry| entry.is(Kind::Chain)).collect();
        let ids: Vec<_> = chains.iter().map(|chain| chain.chain.clone().unwrap().ids).collect();
        assert_eq!(ids, [[dummy, 1007], [dummy, 1008], [dummy, 1009]]);
    }
    let sentences: Vec<String> = examination.examined[0].judgement.findings.iter().map(Finding::sentence).collect();
    assert!(sentences.iter().all(|sentence| !sentence.contains("selected by default")), "{sentences:?}");
    let story = "not active: the base providers come first; non-IFS: its sockets are not file handles";
    assert_eq!(sentences.iter().filter(|sentence| sentence.contains(story)).count(), 2, "{sentences:?}");
    let rules: BTreeSet<&str> = examination.examined[0].judgement.findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(
        rules,
        BTreeSet::from([
            "app-permission-unusual",
            "catalog-ids-vanished",
            "chain-without-file-handles",
            "layered-provider-installed"
        ])
    );
}

#[test]
#[ignore = "needs the real evidence"]
fn two_files_of_one_system_are_examined_as_one() {
    let files = ["reg/win10-lsp-winsock2.reg", "reg/win10-winsock.reg"].map(|name| std::fs::read(real(name)).unwrap());
    let evidence = files
        .iter()
        .zip(["winsock2.reg", "winsock.reg"])
        .map(|(bytes, name)| Evidence::new(name, Content::Bytes(bytes)));
    let examination = examine_together(evidence.collect(), &Options::default()).unwrap();
    assert_eq!(examination.path, Text::from("winsock2.reg + winsock.reg"));
    assert_eq!(examination.parts.len(), 2);
    let examined = &examination.examined[0];
    assert_eq!(examined.control_set.catalogs.winsock.as_ref().unwrap().transports.as_ref().unwrap().len(), 7);
    assert_eq!(examined.sections.as_ref().map(|sections| (sections.visible, sections.expected)), Some((15, Some(13))));
}

#[test]
fn files_that_contradict_each_other_are_refused() {
    let file = |value: &str| {
        let key = r"[HKLM\SYSTEM\ControlSet001\Services\WinSock2\Parameters]";
        format!("REGEDIT4\n\n{key}\n\"AutodialDLL\"=\"{value}\"\n\n").into_bytes()
    };
    let together = |files: &[Vec<u8>]| {
        let evidence = files.iter().map(|bytes| Evidence::new("f", Content::Bytes(bytes)));
        examine_together(evidence.collect(), &Options::default()).map_err(|error| error.to_string())
    };
    assert!(together(&[file("a.dll"), file("a.dll")]).is_ok());
    let message = together(&[file("a.dll"), file("b.dll")]).unwrap_err();
    assert!(
        message.ends_with(r"Parameters\AutodialDLL is a.dll in one file and b.dll in another (f, line 4)"),
        "{message}"
    );
    let message = together(&[file("a.dll"), b"rubbish".to_vec()]).unwrap_err();
    assert!(message.contains("begins with “rubbish”"), "{message}");
}

#[test]
fn windows_way_with_values_is_followed_and_what_it_drops_is_reported() {
    // In each case: the lines, the value that is left, and the line and the end of the reason of what is reported.
    type Case = (&'static str, Option<&'static str>, &'static [(u64, &'static str)]);
    let cases: &[Case] = &[
        ("\"AutodialDLL\"=\"a\"\n\"autodialdll\"=\"b\"", Some("b"), &[]),
        ("\"AutodialDLL\"=\"a\"\n\"AutodialDLL\"=- ; gone", None, &[]),
        ("; \"AutodialDLL\"=\"a\"\n# \"AutodialDLL\"=\"b\"", None, &[]),
        ("\"AutodialDLL\"=\"a", None, &[(4, "the end of the line; Windows drops the value")]),
        ("\"AutodialDLL\"=\"a\" #b", None, &[(4, "“#b”; Windows drops the value")]),
        ("\"AutodialDLL\"=hex(1):61,00,\\\n\n ; a comment\n  62,00,00,00", Some("ab"), &[]),
        (
            "\"AutodialDLL\"=hex(1):61,00,\\\n#x\n  62,00,00,00",
            None,
            &[(5, "“#x”; Windows drops the value, and this line with it"), (6, "“62,00,00,00”, which Windows ignores")],
        ),
        ("\"AutodialDLL\"=hex(1):61,,00", None, &[(4, "“,00”; Windows drops the value")]),
        ("\"AutodialDLL\"=hex(1):61,00,\n  62,00", Some("a"), &[(5, "“62,00”, which Windows ignores")]),
        ("rubbish\n\"AutodialDLL\"=\"a\"", Some("a"), &[(4, "“rubbish”, which Windows ignores")]),
        ("\"AutodialDLL\"=\"a\"\n[-HKLM\\SYSTEM\\ControlSet001\\Services\\WinSock2\\Parameters\\X]", Some("a"), &[]),
    ];
    for (lines, value, reported) in cases {
        assert_eq!(autodial(lines).as_deref(), *value, "{lines}");
        let defects = read_lines(lines).1;
        let lines_of_defects: Vec<u64> = defects.iter().map(|(line, _)| *line).collect();
        assert_eq!(
            lines_of_defects,
            reported.iter().map(|(line, _)| *line).collect::<Vec<_>>(),
            "{lines}: {defects:?}"
        );
        for ((_, found), (_, end)) in defects.iter().zip(*reported) {
            assert!(found.ends_with(end), "{lines}: {found}");
        }
    }
}

#[test]
fn a_deleted_key_is_gone_with_everything_below_it() {
    let key = r"[HKLM\SYSTEM\ControlSet001\Services\WinSock2\Parameters\AppId_Catalog\0408F7A3]";
    let deletion = key.replacen('[', "[-", 1).replace(r"\0408F7A3", "");
    let permissions = |lines: &str| read_lines(lines).0.app_permissions.len();
    assert_eq!(permissions(&format!("{key}\n\"AppFullPath\"=\"x\"")), 1);
    assert_eq!(permissions(&format!("{key}\n\"AppFullPath\"=\"x\"\n{deletion}")), 0);
    assert_eq!(permissions(&format!("{key}\n\"AppFullPath\"=\"x\"\n{deletion}\n{key}")), 1);
}

#[test]
fn utf16_without_its_mark_is_read_and_said_to_be_nothing_to_windows() {
    let text = "Windows Registry Editor Version 5.00\r\n\r\n\
        [HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\WinSock2\\Parameters]\r\n\"AutodialDLL\"=\"x.dll\"\r\n\r\n";
    for unit in [u16::to_le_bytes, u16::to_be_bytes] {
        let bytes: Vec<u8> = text.encode_utf16().flat_map(unit).collect();
        let reading = read(&bytes).unwrap();
        let parameters = reading.control_sets[0].catalogs.parameters.clone().unwrap();
        assert_eq!(parameters.autodial_library.unwrap().to_string(), "x.dll");
        assert_eq!(reading.defects[0].expected, "a byte order mark");
    }
}

#[test]
fn headers_that_windows_does_not_take_are_refused_where_they_stand() {
    for header in [
        "regedit4",
        "Windows Registry Editor Version 4.00",
        "Windows Registry Editor Version 5",
        "REGEDIT5",
        "REGEDIT 4",
        "REGEDIT",
    ] {
        let error = read(format!("{header}\n\n[HKLM\\SYSTEM]\n").as_bytes()).unwrap_err();
        assert!(matches!(error, Error::RegHeader { .. }), "{header}: {error}");
    }
}

#[test]
fn a_wine_prefix_has_no_catalogs_and_that_is_no_damage() {
    let text = "WINE REGISTRY Version 2\n;; All keys relative to REGISTRY\\\\Machine\n\n#arch=win64\n\n\
        [System\\\\CurrentControlSet\\\\Services\\\\Winsock2\\\\Parameters\\\\Protocol_Catalog9\\\\Catalog_Entries] 1710099824\n#time=1da7\n\n";
    assert!(matches!(read(text.as_bytes()).unwrap_err(), Error::Wine));
}

#[test]
fn a_path_in_an_ansi_file_is_read_in_the_code_page_that_is_named() {
    let key = r"[HKLM\SYSTEM\ControlSet001\Services\WinSock2\Parameters]";
    let file = [format!("REGEDIT4\n\n{key}\n\"AutodialDLL\"=\"C:\\\\K").as_bytes(), b"\xe4se.dll\"\n\n"].concat();
    let autodial = |number: Option<u32>| {
        let code_page = number.and_then(CodePage::of_number);
        let reading =
            catalog9::evidence::read(&mut Content::Bytes(&file), &ReadOptions { code_page, ..ReadOptions::default() })
                .unwrap();
        let parameters = reading.control_sets[0].catalogs.parameters.clone().unwrap();
        (parameters.autodial_library.unwrap().to_string(), reading.text.unwrap().is_guess)
    };
    assert_eq!(autodial(None), (r"C:\Käse.dll".to_owned(), true));
    assert_eq!(autodial(Some(1251)), (r"C:\Kдse.dll".to_owned(), false));
}

#[test]
#[ignore = "needs the real evidence"]
fn clean_exports_have_no_finding_above_note() {
    let mut examined = 0;
    for name in ["win10-winsock.reg", "xp-hivexregedit.reg", "xp-hivexregedit-printable.reg", "xp-reged.reg"] {
        let options = Options { control_sets: Selection::All, ..Options::default() };
        let bytes = std::fs::read(real(&format!("reg/{name}"))).unwrap();
        let examination = examine(Evidence::new(name, Content::Bytes(&bytes)), &options).unwrap();
        for set in &examination.examined {
            let findings = set.judgement.findings.iter();
            assert!(findings.clone().all(|finding| finding.severity == Severity::Note), "{name}: {findings:?}");
        }
        examined += examination.examined.len();
    }
    assert!(examined >= 4);
}

#[test]
fn no_flipped_byte_makes_it_panic() {
    let case = notation::parse("windows  5.1 x86\n1001  tcp\nname spaces\ntcpip").unwrap();
    let mut system = registry::system(&case, "X");
    let file = write(
        system.at(r"ControlSet001\Services\WinSock2"),
        r"HKLM\SYSTEM\ControlSet001\Services\WinSock2",
        Form::Regedit5,
    );
    let mut flipped = file.clone();
    for index in 0..file.len() {
        for mask in [0xff, 0x80, 0x01] {
            flipped[index] = file[index] ^ mask;
            let _ = read(&flipped);
        }
        flipped[index] = file[index];
    }
}

#[test]
fn a_path_of_ten_thousand_levels_is_passed_over() {
    let path = format!(r"HKLM\SYSTEM\ControlSet001\Services\WinSock2{}", r"\x".repeat(10_000));
    let parameters = r"[HKLM\SYSTEM\ControlSet001\Services\WinSock2\Parameters]";
    let file = format!("REGEDIT4\n\n{parameters}\n\n[{path}]\n\n");
    let reading = read(file.as_bytes()).unwrap();
    assert_eq!(reading.defects[0].place.line, Some(5));
}

#[test]
fn many_keys_cost_no_more_than_their_number() {
    let file = |many: usize| {
        let mut file = "REGEDIT4\n\n".to_owned();
        for name in (0..many).map(|number| number * 7919 % many) {
            let parameters = r"HKLM\SYSTEM\ControlSet001\Services\WinSock2\Parameters";
            writeln!(file, "[{parameters}\\AppId_Catalog\\{name}]\n").unwrap();
        }
        (many, file)
    };
    // There is room for no more than 11,000 of them in an export.
    assert_linear(2_500, file, |(many, file)| {
        assert_eq!(read(file.as_bytes()).unwrap().control_sets[0].catalogs.app_permissions.len(), *many);
    });
}

/// Names of keys: no backslash, no control character, and in characters that every form can write.
fn name() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[ -\\[\\]-~\u{a1}-\u{ff}]{1,12}").unwrap()
}

/// A program's permission: path, arguments and categories, each of which may be absent.
type Permission = (Option<String>, Option<String>, Option<u32>);

fn permissions() -> impl Strategy<Value = BTreeMap<String, Permission>> {
    let text = || proptest::option::of("[ -~\u{a1}-\u{ff}\n]{0,40}");
    proptest::collection::btree_map(name(), (text(), text(), proptest::option::of(any::<u32>())), 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_an_independent_writer_writes_is_read(permissions in permissions(), infos in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..200), 0..4)) {
        let mut by_lower: BTreeMap<String, (&String, &Permission)> = BTreeMap::new();
        for (name, permission) in &permissions {
            by_lower.entry(name.to_lowercase()).or_insert((name, permission));
        }
        let mut root = Key::new("ROOT");
        let parameters = root.at(r"ControlSet001\Services\WinSock2\Parameters");
        parameters.text("WinSock_Registry_Version", "2.0");
        for (name, (path, arguments, categories)) in by_lower.values() {
            let key = parameters.at("AppId_Catalog");
            let key = key.at(name);
            if let Some(path) = path {
                key.text("AppFullPath", path);
            }
            if let Some(arguments) = arguments {
                key.expandable("AppArgs", arguments);
            }
            if let Some(categories) = categories {
                key.number("PermittedLspCategories", *categories);
            }
        }
        for (number, info) in infos.iter().enumerate() {
            parameters.at(&format!(r"NameSpace_Catalog5\Catalog_Entries\{:012}", number + 1)).binary("ProviderInfo", info.clone());
        }
        for form in FORMS {
            let file = write(&root.subkeys[0], r"HKLM\SYSTEM\ControlSet001", form);
            // Without a mark "Â¡" in code page 1252 and "¡" in UTF-8 are the same bytes: REGEDIT4 needs the code page.
            let code_page = CodePage::of_number(1252).filter(|_| form == Form::Regedit4);
            let reading = catalog9::evidence::read(&mut Content::Bytes(&file), &ReadOptions { code_page, ..ReadOptions::default() }).unwrap();
            prop_assert_eq!(&reading.defects, &[], "{:?}", form);
            let catalogs = &reading.control_sets[0].catalogs;
            let text = |text: &Option<Text>| text.as_ref().map(|text| text.lossy().into_owned());
            let mut found: Vec<_> = catalogs.app_permissions.iter().map(|permission| {
                (permission.key.lossy().into_owned(), (text(&permission.path), text(&permission.arguments), permission.categories))
            }).collect();
            found.sort();
            let mut expected: Vec<_> = by_lower.values().map(|(name, permission)| ((*name).clone(), (*permission).clone())).collect();
            expected.sort();
            prop_assert_eq!(found, expected, "{:?}", form);
            let found: Vec<Vec<u8>> = catalogs.name_space_lists().flat_map(|(_, list)| &list.entries).filter_map(|entry| entry.provider_info.clone()).map(Vec::from).collect();
            prop_assert_eq!(&found, &infos, "{:?}", form);
        }
    }
}
