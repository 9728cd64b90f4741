//! Random dirty hives whose newest recoverable state is known, since they were made from it.
//!
//! What Windows had written stands in one or two logs. Beside them lie files that have nothing to give: such a file
//! must never keep a good log from being applied.

use catalog9::evidence::log::LogRole::{self, Log, Log1, Log2};
use catalog9::evidence::log::{LogFile, State, replay};

use super::name;
use crate::synth::hive::{Shape, seal, write};
use crate::synth::log::{Entry, new_format, old_format, set};
use crate::synth::{Key, WRITTEN};

/// Sectors that entries write to: few, so that later entries lie over earlier ones.
const SECTORS: std::ops::Range<u32> = 8..20;

/// Numbers that are the same in every run (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as u32 % end
    }

    fn one_in(&mut self, count: u32) -> bool {
        self.below(count) == 0
    }

    fn page(&mut self) -> (u32, Vec<u8>) {
        let sector = SECTORS.start + self.below(SECTORS.end - SECTORS.start);
        (sector * 512, vec![self.below(255) as u8 + 1; 512])
    }

    /// Entries that follow each other.
    fn entries(&mut self, number: u32, count: u32, bins_size: u32) -> Vec<Entry> {
        let entry = |index: u32| Entry {
            number: number.wrapping_add(index),
            flags: index & 1,
            bins_size,
            pages: (0..=self.below(3)).map(|_| self.page()).collect(),
        };
        (0..count).map(entry).collect()
    }
}

/// A hive as it was before, and after its newest state; and the logs beside it.
struct Case {
    stored: Vec<u8>,
    newest: Vec<u8>,
    logs: Vec<(LogRole, Vec<u8>)>,
    said: String,
}

fn hive(sequence_numbers: (u32, u32)) -> Vec<u8> {
    let mut root = Key::new("ROOT");
    root.binary("Filler", vec![0; 30_000]);
    write(&root, &Shape { minor: 3, sequence_numbers, ..Shape::default() })
}

fn bins_size(hive: &[u8]) -> u32 {
    (hive.len() - 4096) as u32
}

fn lay(hive: &mut [u8], entries: &[Entry]) {
    for (offset, page) in entries.iter().flat_map(|entry| &entry.pages) {
        hive[4096 + *offset as usize..][..page.len()].copy_from_slice(page);
    }
}

/// Ways in which a log of the new format has nothing to give.
const SPOILED: u32 = 7;

fn renumber(entries: &mut [Entry], distance: u32) {
    for entry in entries {
        entry.number = entry.number.wrapping_add(distance);
    }
}

/// A log of these entries that was spoiled so that nothing of it can be used.
fn spoiled(random: &mut Random, way: u32, stored: &[u8], number: u32, mut entries: Vec<Entry>) -> Vec<u8> {
    match way {
        0 => new_format(stored, number, &[]),
        1 => {
            let mut log = new_format(stored, number, &entries);
            log[508] ^= 1;
            log
        }
        2 => {
            let mut log = new_format(stored, number, &entries);
            log[512 + 40 + random.below(400) as usize] ^= 1;
            log
        }
        3 => {
            renumber(&mut entries, 5);
            new_format(stored, number, &entries)
        }
        4 => {
            renumber(&mut entries, 50_u32.wrapping_neg());
            new_format(stored, number, &entries)
        }
        5 => {
            let mut log = new_format(stored, number, &entries);
            set(&mut log[..512], 8, number.wrapping_sub(1));
            log
        }
        // Bits for pages that are not there.
        _ => old_format(stored, number, &[(10, vec![1; 512])])[..1024].to_vec(),
    }
}

/// A hive of Windows 8.1 or later.
fn of_new_format(random: &mut Random) -> Case {
    let written = [10, 1621, u32::MAX - 2, u32::MAX, 0][random.below(5) as usize];
    let mut stored = hive((written.wrapping_add(1), written));
    let first_number = written.wrapping_add([0, 0, 1, 486][random.below(4) as usize]);
    let (first_count, second_count) = (1 + random.below(3), random.below(3));
    let bins_size = bins_size(&stored);
    let first = random.entries(first_number, first_count, bins_size);
    let second_number = first_number.wrapping_add(first_count);
    let second = random.entries(second_number, second_count, bins_size);
    let is_damaged = random.one_in(4);
    // The base block of a log is that of the hive before it was damaged.
    let sound = stored.clone();
    if is_damaged {
        stored[508] ^= 0x55;
    }
    let (mut has_first, mut has_second) = (true, second_count > 0);
    let mut said = format!("written {written} damaged {is_damaged} first {first_number}+{first_count}+{second_count}");
    let mut logs = [new_format(&sound, first_number, &first), new_format(&sound, second_number, &second)];
    if has_second && random.one_in(3) {
        // One of two good logs is spoiled: the other remains.
        let way = random.below(SPOILED);
        if random.one_in(2) {
            logs[0] = spoiled(random, way, &sound, first_number, first.clone());
            has_first = false;
        } else {
            logs[1] = spoiled(random, way, &sound, second_number, second.clone());
            has_second = false;
        }
        said += &format!(" spoiled {way}, left {has_first} {has_second}");
    } else if !has_second {
        let way = random.below(SPOILED + 4);
        logs[1] = match way {
            SPOILED => Vec::new(),
            way if way == SPOILED + 1 => vec![b'x'; random.below(2000) as usize],
            way if way == SPOILED + 2 => {
                let number = written.wrapping_sub(3);
                let old = random.entries(number, 3, bins_size);
                new_format(&sound, number, &old)
            }
            way if way == SPOILED + 3 => old_format(&sound, first_number, &[(10, vec![b'o'; 512])]),
            way => {
                // The number of the other log is the one that hides it.
                let number = match random.below(4) {
                    0 | 1 => first_number,
                    2 => second_number,
                    _ => first_number.wrapping_sub(1),
                };
                let planted = random.entries(number, 1, bins_size);
                spoiled(random, way, &sound, number, planted)
            }
        };
        said += &format!(" beside it {way}");
    }
    let mut newest = stored.clone();
    // Beside a damaged base block only the later log counts.
    if has_first && !(is_damaged && has_second) {
        lay(&mut newest, &first);
    }
    if has_second {
        lay(&mut newest, &second);
    }
    let roles = if random.one_in(2) { [Log1, Log2] } else { [Log2, Log1] };
    let mut logs: Vec<(LogRole, Vec<u8>)> = roles.into_iter().zip(logs).collect();
    if random.one_in(3) {
        // Left over from the installation image.
        let single = random.entries(first_number, 2, bins_size);
        logs.push((Log, new_format(&sound, first_number, &single)));
    }
    if random.one_in(3) {
        let way = random.below(SPOILED);
        let planted = random.entries(first_number, 1, bins_size);
        let role = [Log1, Log2, Log][random.below(3) as usize];
        logs.insert(0, (role, spoiled(random, way, &sound, first_number, planted)));
        said += &format!(", planted {role:?} {way}");
    }
    Case { stored, newest, logs, said }
}

/// A hive of Windows XP to 8.
fn of_old_format(random: &mut Random) -> Case {
    let mut stored = hive((11, 10));
    let sectors: Vec<usize> = (8..20).filter(|_| random.one_in(2)).chain([20]).collect();
    let page = |sector| (sector, vec![random.below(255) as u8 + 1; 512]);
    let pages: Vec<(usize, Vec<u8>)> = sectors.into_iter().map(page).collect();
    let good = old_format(&stored, 11, &pages);
    let sound = stored.clone();
    let is_damaged = random.one_in(4);
    if is_damaged {
        stored[508] ^= 0x55;
    }
    let mut newest = stored.clone();
    for (sector, page) in &pages {
        newest[4096 + sector * 512..][..512].copy_from_slice(page);
    }
    let way = random.below(SPOILED + 2);
    let beside = match way {
        SPOILED => Vec::new(),
        0..SPOILED => {
            let number = 10 + random.below(3);
            let planted = random.entries(number, 1, bins_size(&sound));
            spoiled(random, way, &sound, number, planted)
        }
        _ => {
            let mut older = old_format(&sound, 9, &[(9, vec![b'o'; 512])]);
            older[12..20].copy_from_slice(&(WRITTEN - 1).to_le_bytes());
            seal(&mut older[..512]);
            older
        }
    };
    let roles = [[Log1, Log2], [Log2, Log1], [Log, Log1], [Log, Log2]][random.below(4) as usize];
    let mut logs = vec![(roles[0], good), (roles[1], beside)];
    // An older log of the pair is one that Windows looks at in place of a single one.
    if roles[0] == Log && way > SPOILED {
        logs.pop();
    }
    let said = format!("old format, damaged {is_damaged}, in {:?}, beside it {way}", roles[0]);
    Case { stored, newest, logs, said }
}

#[test]
fn the_newest_state_that_can_be_recovered_is_recovered() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for number in 0..800 {
        let case = if random.one_in(4) { of_old_format(&mut random) } else { of_new_format(&mut random) };
        let files = case.logs.iter().map(|(role, bytes)| LogFile { name: name(*role), role: *role, bytes });
        let replay = replay(&case.stored, &files.collect::<Vec<_>>());
        assert!(matches!(replay.state, State::Recovered(_)), "{number}: {}: {:?}", case.said, replay.state);
        let recovered = replay.recovered.as_ref().unwrap();
        assert!(recovered[4096..] == case.newest[4096..], "{number}: {}: {:?}", case.said, replay.state);
    }
}
