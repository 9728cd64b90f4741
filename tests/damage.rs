//! Damaged hives: never a panic, never silence.

use catalog9::catalog::notation;
use catalog9::finding::Verdict;
use catalog9::{Content, Evidence, Examination, Options, examine};

use crate::cost::{self, assert_linear};
use crate::evidence::{read, real};
use crate::synth::{hive, registry};

const SMALL: &str = "windows  5.1 x86 sp3\ntransports  Tcpip\n1001  tcp\n1002  udp\n1003  raw\n1004  rsvp-udp\n1005  rsvp-tcp\nname spaces\ntcpip\nntds\nnla";

fn small_hive() -> Vec<u8> {
    hive::write(&registry::system(&notation::parse(SMALL).unwrap(), "EXAMPLE"), &hive::Shape::default())
}

fn examined(bytes: &[u8]) -> Option<Examination> {
    examine(Evidence::new("SYSTEM", Content::Bytes(bytes)), &Options { hash: false, ..Options::default() }).ok()
}

/// What a hive says that is cut off in front of one of these bytes, against what the whole says.
fn assert_no_cut_is_lost(hive: &[u8], lengths: impl Iterator<Item = usize>) {
    let said = |examination: &Examination| {
        let catalogs = &examination.examined[0].control_set.catalogs;
        format!("{:?} {:?}", catalogs.protocol, catalogs.name_space)
    };
    let whole = said(&examined(hive).unwrap());
    for (length, examination) in lengths.filter_map(|length| Some((length, examined(&hive[..length])?))) {
        assert_ne!(examination.defects, [], "cut at {length}: no defect");
        if examination.verdict() == Verdict::Intact {
            assert!(examination.is_complete() && said(&examination) == whole, "cut at {length}: something is lost");
        }
    }
}

/// The last bin ends in free space, so where a hive is cut off there, all of its keys are left.
#[test]
fn a_hive_that_is_cut_off_anywhere_is_called_intact_only_where_nothing_is_lost() {
    let hive = small_hive();
    let whole = examined(&hive).unwrap();
    assert_eq!((whole.verdict(), whole.is_complete(), whole.defects.len()), (Verdict::Intact, true, 0));
    assert_no_cut_is_lost(&hive, 0..hive.len());
    let of_first_half = examined(&hive[..hive.len() / 2]).unwrap();
    assert_eq!((of_first_half.verdict(), of_first_half.is_complete()), (Verdict::NotJudged, false));
}

#[test]
fn no_flipped_byte_makes_it_panic() {
    let hive = small_hive();
    let mut flipped = hive.clone();
    for index in 0..hive.len() {
        // Most of a hive is zeros, of which one is as good as another.
        let masks = if hive[index] == 0 { &[0xff, 0x80, 0x01][index % 3..][..1] } else { &[0xff, 0x80, 0x01] };
        for mask in masks {
            flipped[index] = hive[index] ^ mask;
            let _ = read(&flipped);
        }
        flipped[index] = hive[index];
    }
}

/// The smallest whole hive, 2.5 MiB.
fn real_hive() -> Vec<u8> {
    std::fs::read(real("hives/server-2003-dc/SYSTEM")).unwrap()
}

/// How often something is tried: `just damage` tries it more often than every run of the tests.
fn times(least: usize) -> usize {
    std::env::var("FLIPS").ok().map_or(least, |flips| flips.parse().unwrap())
}

/// Whether every place is damaged, and not every few: `just damage`.
pub fn is_thorough() -> bool {
    std::env::var_os("FLIPS").is_some()
}

/// How many times as much as the sound hive a damaged one may cost.
const COSTLIEST: u32 = 100;

/// Most memory in kB of all tests of damage together.
const MOST_MEMORY: u64 = 512 << 10;

/// Each flip stays, up to a hundred of them, so that damage meets damage.
#[test]
#[ignore = "needs the real evidence"]
fn random_flips_of_a_real_hive_do_no_harm() {
    let hive = real_hive();
    let examine = |hive: &[u8], options: &Options| {
        let _ = examine(Evidence::new("SYSTEM", Content::Bytes(hive)), options);
    };
    let sound = cost::of(|| examine(&hive, &Options { hash: false, carve: false, ..Options::default() }));
    let mut flipped = hive.clone();
    let mut state: u64 = 9;
    for time in 0..times(200) {
        if time % 100 == 0 {
            flipped.copy_from_slice(&hive);
        }
        // Numbers of Knuth's linear congruential generator.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let at = (state >> 32) as usize % hive.len();
        flipped[at] ^= 1 << (state >> 29 & 7);
        // What was deleted is looked for by content, in which a single flip matters little.
        let options = Options { hash: false, carve: time % 16 == 0, ..Options::default() };
        let cost = cost::of(|| examine(&flipped, &options));
        assert!(cost < COSTLIEST * sound.max(cost::TICK), "flip {time} costs {cost:?}, the sound hive {sound:?}");
    }
    // Among all tests of the suite, the memory of this one cannot be told.
    if is_thorough()
        && let Ok(status) = std::fs::read_to_string("/proc/self/status")
    {
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
        assert!(peak < MOST_MEMORY, "{peak} kB");
    }
}

#[test]
#[ignore = "needs the real evidence"]
fn a_real_hive_that_is_cut_off_at_any_sector_is_called_intact_only_where_nothing_is_lost() {
    let hive = real_hive();
    let step = if times(0) == 0 { 512 * 41 } else { 512 };
    // Behind the bins nothing is missed.
    let end = 4096 + u32::from_le_bytes(hive[40..44].try_into().unwrap()) as usize;
    assert_no_cut_is_lost(&hive, (0..end).step_by(step));
}

/// Where in a hive the offsets of lists, of what they name and of the data of values stand.
fn offsets(hive: &[u8]) -> Vec<usize> {
    let number = |at: usize| u32::from_le_bytes(hive[at..at + 4].try_into().unwrap());
    let mut found = Vec::new();
    for at in (4096 + 36..hive.len() - 80).step_by(8) {
        let is_in_use = number(at - 4) >= 1 << 31;
        match &hive[at..at + 2] {
            b"nk" if is_in_use => {
                let (subkeys, values) = (number(at + 20), number(at + 36));
                found.extend((subkeys > 0).then_some(at + 28));
                if values > 0 {
                    let list = 4096 + 4 + number(at + 40) as usize;
                    found.extend([at + 40].into_iter().chain((0..values as usize).map(|index| list + 4 * index)));
                }
            }
            b"lh" if is_in_use => {
                let count = usize::from(u16::from_le_bytes([hive[at + 2], hive[at + 3]]));
                found.extend((0..count).map(|index| at + 4 + 8 * index));
            }
            b"vk" if is_in_use && (5..1 << 31).contains(&number(at + 4)) => found.push(at + 8),
            _ => {}
        }
    }
    found
}

#[test]
fn offsets_that_lead_nowhere_are_defects() {
    let hive = small_hive();
    let sound = format!("{:?}", read(&hive).unwrap().control_sets);
    let offsets = offsets(&hive);
    assert!(offsets.len() > 150, "{}", offsets.len());
    let mut defects = 0;
    for at in &offsets {
        let mut damaged = hive.clone();
        damaged[*at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        let Ok(reading) = read(&damaged) else { continue };
        defects += usize::from(!reading.defects.is_empty());
        // What nobody asks for may lead anywhere.
        let is_same = || format!("{:?}", reading.control_sets) == sound;
        assert!(!reading.defects.is_empty() || is_same(), "the offset at {at:#x} is lost in silence");
    }
    assert!(defects > offsets.len() / 2, "{defects} of {}", offsets.len());
}

/// nt-hive follows offsets that lead nowhere, cells without a length and counts beyond 32 bits into a panic.
#[test]
fn no_word_of_a_hive_makes_nt_hive_panic() {
    const WORDS: [u32; 8] = [0, 1, 0x4000_0001, 0x7fff_ffff, 0x8000_0000, 0xffff_effc, 0xffff_f000, 0xffff_fffe];
    let hive = small_hive();
    let mut damaged = hive.clone();
    for at in (36..40).chain(4096..hive.len() - 3).step_by(4) {
        for word in WORDS {
            damaged[at..at + 4].copy_from_slice(&word.to_le_bytes());
            crate::synth::hive::seal(&mut damaged);
            let _ = read(&damaged);
        }
        damaged[at..at + 4].copy_from_slice(&hive[at..at + 4]);
    }
}

#[test]
fn one_bad_entry_does_not_hide_its_siblings() {
    let hive = small_hive();
    let name = b"000000000002";
    // The last one is of the protocol catalog.
    let at = hive.windows(name.len()).rposition(|window| window == name).unwrap() - 76;
    assert_eq!(&hive[at..at + 2], b"nk");
    let mut damaged = hive.clone();
    damaged[at..at + 2].copy_from_slice(b"xx");
    let reading = read(&damaged).unwrap();
    assert_eq!(reading.defects.len(), 1);
    let entries = reading.control_sets[0].catalogs.native_entries();
    let ids: Vec<_> = entries.iter().filter_map(|entry| entry.catalog_entry_id).collect();
    assert_eq!(ids, [1001, 1003, 1004, 1005]);
    let examination = examined(&damaged).unwrap();
    assert_eq!(
        (examination.verdict(), examination.is_complete()),
        (Verdict::NotJudged, false),
        "what is unreadable is not missing"
    );
}

#[test]
fn an_item_of_another_length_is_a_defect_and_the_rest_is_read() {
    let mut root = crate::synth::registry::system(&notation::parse(SMALL).unwrap(), "X");
    let entries = r"ControlSet001\Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries";
    root.at(&format!(r"{entries}\000000000002")).binary("PackedCatalogItem", vec![0; 372]);
    root.at(&format!(r"{entries}\000000000003")).text("PackedCatalogItem", "x");
    let reading = read(&crate::synth::hive::write(&root, &crate::synth::hive::Shape::default())).unwrap();
    let defects: Vec<_> =
        reading.defects.iter().map(|defect| (defect.expected.as_str(), defect.found.as_str())).collect();
    assert_eq!(defects, [("a PackedCatalogItem of 888 bytes", "372 bytes"), ("REG_BINARY", "REG_SZ of 4 bytes")]);
    assert_eq!(reading.control_sets[0].catalogs.native_entries().len(), 5);
}

#[test]
fn select_that_names_no_control_set_is_a_defect_and_another_is_taken() {
    let mut root = crate::synth::registry::system(&notation::parse(SMALL).unwrap(), "X");
    root.at("Select").number("Current", 7);
    let reading = read(&crate::synth::hive::write(&root, &crate::synth::hive::Shape::default())).unwrap();
    assert!(reading.control_sets[0].roles.current);
    assert_eq!(reading.defects[0].found, "7; ControlSet001 is used instead");
}

#[test]
fn lists_that_name_one_list_over_and_over_end() {
    // An index of as many lists as there can be, all of them the same one: read naively, that is their number times the
    // length of the list.
    assert_linear(65_535 / 4, with_one_list_over_and_over, |hive| drop(read(hive)));
}

/// A hive of which the services stand in one list that an index names that many times.
fn with_one_list_over_and_over(times: usize) -> Vec<u8> {
    let mut root = crate::synth::Key::new("ROOT");
    root.at("Select").number("Current", 1);
    for number in 0..600 {
        root.at(&format!(r"ControlSet001\Services\{number}"));
    }
    let mut hive = crate::synth::hive::write(&root, &crate::synth::hive::Shape::default());
    let index = hive.windows(2).position(|window| window == b"ri").unwrap();
    let list: [u8; 4] = hive[index + 4..index + 8].try_into().unwrap();
    let begin = hive.len();
    let cell_size = (times * 4 + 8_usize).next_multiple_of(8);
    let mut big = (-i32::try_from(cell_size).unwrap()).to_le_bytes().to_vec();
    big.extend(b"ri");
    big.extend(u16::try_from(times).unwrap().to_le_bytes());
    big.extend(list.repeat(times));
    big.resize(cell_size, 0);
    hive.extend(big);
    let bins = u32::try_from(hive.len() - 4096).unwrap().next_multiple_of(4096);
    hive.resize(bins as usize + 4096, 0);
    hive[40..44].copy_from_slice(&bins.to_le_bytes());
    let offset = u32::try_from(begin - 4096).unwrap().to_le_bytes();
    let old = u32::try_from(index - 4096 - 4).unwrap().to_le_bytes();
    let pointer = hive.windows(4).position(|window| window == old).unwrap();
    hive[pointer..pointer + 4].copy_from_slice(&offset);
    crate::synth::hive::seal(&mut hive);
    hive
}

/// What is kept of a registry is limited, and what a damaged record claims counts.
#[test]
fn a_value_that_claims_megabytes_takes_their_room_once() {
    let mut hive = small_hive();
    let name = hive.windows(17).position(|window| window == b"PackedCatalogItem").unwrap();
    hive[name - 16..name - 12].copy_from_slice(&(5_u32 << 20).to_le_bytes());
    let examination = examined(&hive).unwrap();
    let found: Vec<&str> = examination.defects.iter().map(|defect| &*defect.found).collect();
    assert!(found.len() == 1 && found[0].ends_with("of 5242880 bytes"), "{found:?}");
    assert!(examination.examined[0].control_set.roles.current, "the rest of the hive is read");
}

/// What Windows does with a value of the wrong type is not known for each of them.
#[test]
fn catalogs_with_a_value_of_another_type_are_not_called_intact() {
    let parameters = r"ControlSet001\Services\WinSock2\Parameters";
    let verdict = |key: &str, value: &str, data_type| {
        let mut root = crate::synth::registry::system(&notation::parse(SMALL).unwrap(), "X");
        root.at(&format!("{parameters}{key}")).set(value, data_type, [1; 8]);
        let examination = examined(&crate::synth::hive::write(&root, &crate::synth::hive::Shape::default())).unwrap();
        (examination.defects.len(), examination.verdict())
    };
    assert_eq!(verdict("", "Other", 4), (0, Verdict::Intact), "what nobody reads does not matter");
    for (key, value, data_type) in
        [("", "AutodialDLL", 3), ("", "WinSock_Registry_Version", 3), (r"\NameSpace_Catalog5", "Serial_Access_Num", 4)]
    {
        let (defects, verdict) = verdict(key, value, data_type);
        assert!(defects == 1 && verdict != Verdict::Intact, "{value}: {defects}, {verdict:?}");
    }
}

#[test]
fn an_export_without_an_entry_is_not_called_intact() {
    let key = r"HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Services\WinSock2\Parameters\Protocol_Catalog9\Other";
    let export = format!("Windows Registry Editor Version 5.00\r\n\r\n[{key}]\r\n\r\n");
    assert_eq!(examined(export.as_bytes()).unwrap().verdict(), Verdict::NotJudged);
    let mut root = crate::synth::registry::system(&notation::parse(SMALL).unwrap(), "X");
    let services = root.at(r"ControlSet001\Services");
    services.subkeys.retain(|key| ["Dhcp", "NetBT", "Tcpip"].contains(&key.name.as_str()));
    root.remove("Setup");
    let export = crate::synth::reg::write(&root, r"HKEY_LOCAL_MACHINE\SYSTEM", crate::synth::reg::Form::Regedit5);
    let verdict = examined(&export).map(|examination| examination.verdict());
    assert_ne!(verdict, Some(Verdict::Intact));
}
