//! Damaged hives: never a panic, never silence.

use std::time::{Duration, Instant};

use catalog9::catalog::notation;
use catalog9::finding::Verdict;
use catalog9::{Content, Evidence, Options, examine};

use crate::evidence::{read, real};
use crate::synth::{hive, registry};

const SMALL: &str = "windows  5.1 x86 sp3\ntransports  Tcpip\n1001  tcp\n1002  udp\n1003  raw\n1004  rsvp-udp\n1005  rsvp-tcp\nname spaces\ntcpip\nntds\nnla";

fn small_hive() -> Vec<u8> {
    hive::write(&registry::system(&notation::parse(SMALL).unwrap(), "EXAMPLE"), &hive::Shape::default())
}

fn verdict(bytes: &[u8]) -> Option<(Verdict, bool, usize)> {
    let options = Options { hash: false, ..Options::default() };
    let examination = examine(Evidence::new("SYSTEM", Content::Bytes(bytes)), &options).ok()?;
    Some((examination.verdict(), examination.is_complete(), examination.defects.len()))
}

#[test]
fn a_hive_that_is_cut_off_anywhere_is_never_called_intact() {
    let hive = small_hive();
    assert_eq!(verdict(&hive), Some((Verdict::Intact, true, 0)));
    for length in 0..hive.len() {
        if let Some((verdict, is_complete, defects)) = verdict(&hive[..length]) {
            assert!(defects > 0, "cut at {length}: no defect");
            assert!(verdict != Verdict::Intact || is_complete, "cut at {length}: {verdict:?}");
        }
    }
}

#[test]
fn no_flipped_byte_makes_it_panic() {
    let hive = small_hive();
    let mut flipped = hive.clone();
    for index in 0..hive.len() {
        for mask in [0xff, 0x80, 0x01] {
            flipped[index] = hive[index] ^ mask;
            let _ = read(&flipped);
        }
        flipped[index] = hive[index];
    }
}

/// The smallest whole hive, 2.5 MiB.
fn real_hive() -> Option<Vec<u8>> {
    Some(std::fs::read(real("hives/server-2003-dc/SYSTEM")?).unwrap())
}

/// How often something is tried: `just damage` tries it more often than every run of the tests.
fn times(least: usize) -> usize {
    std::env::var("FLIPS").ok().map_or(least, |flips| flips.parse().unwrap())
}

/// Longest time that a damaged hive may take: some hundred times that of the sound one, on a machine with more to do.
const LONGEST: Duration = Duration::from_secs(10);

/// Most memory in kB of all tests of damage together.
const MOST_MEMORY: u64 = 512 << 10;

/// Each flip stays, up to a hundred of them, so that damage meets damage.
#[test]
fn random_flips_of_a_real_hive_do_no_harm() {
    let Some(hive) = real_hive() else { return };
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
        let begin = Instant::now();
        let _ = examine(Evidence::new("SYSTEM", Content::Bytes(&flipped)), &options);
        assert!(begin.elapsed() < LONGEST, "flip {time} takes {:?}", begin.elapsed());
    }
    // Among all tests of the suite, the memory of this one cannot be told.
    if std::env::var_os("FLIPS").is_some()
        && let Ok(status) = std::fs::read_to_string("/proc/self/status")
    {
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
        assert!(peak < MOST_MEMORY, "{peak} kB");
    }
}

#[test]
fn a_real_hive_that_is_cut_off_at_any_sector_is_never_called_intact() {
    let Some(hive) = real_hive() else { return };
    let step = if times(0) == 0 { 512 * 41 } else { 512 };
    // Behind the bins nothing is missed.
    let end = 4096 + u32::from_le_bytes(hive[40..44].try_into().unwrap()) as usize;
    for length in (0..end).step_by(step) {
        if let Some((verdict, is_complete, defects)) = verdict(&hive[..length]) {
            assert!(defects > 0, "cut at {length}: no defect");
            assert!(verdict != Verdict::Intact || is_complete, "cut at {length}: {verdict:?}");
        }
    }
}

#[test]
fn offsets_that_lead_nowhere_are_defects() {
    let hive = small_hive();
    for at in (4096..hive.len() - 4).step_by(4) {
        let mut damaged = hive.clone();
        damaged[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        let _ = read(&damaged);
    }
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
    let (verdict, is_complete, _) = verdict(&damaged).unwrap();
    assert_eq!((verdict, is_complete), (Verdict::NotJudged, false), "what is unreadable is not missing");
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
    assert_eq!(defects, [("a packed item of 888 bytes", "372 bytes"), ("REG_BINARY", "REG_SZ of 4 bytes")]);
    assert_eq!(reading.control_sets[0].catalogs.native_entries().len(), 5);
}

#[test]
fn select_that_names_no_control_set_is_a_defect_and_another_is_taken() {
    let mut root = crate::synth::registry::system(&notation::parse(SMALL).unwrap(), "X");
    root.at("Select").number("Current", 7);
    let reading = read(&crate::synth::hive::write(&root, &crate::synth::hive::Shape::default())).unwrap();
    assert!(reading.control_sets[0].roles.current);
    assert_eq!(reading.defects[0].found, "7; ControlSet001 is taken instead");
}

#[test]
fn lists_that_name_one_list_over_and_over_end() {
    // An index of 65,535 lists that are all the same one: read naively, that is 65,535 times its length.
    let mut root = crate::synth::Key::new("ROOT");
    root.at("Select").number("Current", 1);
    for number in 0..600 {
        root.at(&format!(r"ControlSet001\Services\{number}"));
    }
    let mut hive = crate::synth::hive::write(&root, &crate::synth::hive::Shape::default());
    let index = hive.windows(2).position(|window| window == b"ri").unwrap();
    let list: [u8; 4] = hive[index + 4..index + 8].try_into().unwrap();
    let begin = hive.len();
    let cell_size = (65_535 * 4 + 8_usize).next_multiple_of(8);
    let mut big = (-i32::try_from(cell_size).unwrap()).to_le_bytes().to_vec();
    big.extend(b"ri\xff\xff");
    big.extend(list.repeat(65_535));
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
    let begin = std::time::Instant::now();
    let _ = read(&hive);
    assert!(begin.elapsed().as_secs() < 10, "{:?}", begin.elapsed());
}
