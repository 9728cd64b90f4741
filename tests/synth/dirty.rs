//! Random dirty hives whose newest recoverable state is known, since they were made from it.
//!
//! What Windows had written stands in one or two logs. Beside them lie files that have nothing to give: such a file
//! must never keep a good log from being applied.

use super::hive::{Shape, seal, write};
use super::log::{Entry, new_format, old_format, set};
use super::random::Random;
use super::{Key, WRITTEN};

/// What the name of a log ends with.
pub const LOG: &str = ".LOG";
/// The first of two logs.
pub const LOG1: &str = ".LOG1";
/// The second of two logs.
pub const LOG2: &str = ".LOG2";

/// Sectors that entries write to: few, so that later entries lie over earlier ones.
const SECTORS: std::ops::Range<u32> = 8..20;

fn page(random: &mut Random) -> (u32, Vec<u8>) {
    let sector = SECTORS.start + random.below(SECTORS.end - SECTORS.start);
    (sector * 512, vec![random.below(255) as u8 + 1; 512])
}

/// Entries that follow each other.
fn entries(random: &mut Random, number: u32, count: u32, bins_size: u32) -> Vec<Entry> {
    let entry = |index: u32| Entry {
        number: number.wrapping_add(index),
        flags: index & 1,
        bins_size,
        pages: (0..=random.below(3)).map(|_| page(random)).collect(),
    };
    (0..count).map(entry).collect()
}

/// A hive as it was before, and after its newest state; and the logs beside it.
pub struct Case {
    /// The hive as it lies.
    pub stored: Vec<u8>,
    /// The newest state that the logs hold; `None` where they hold none that may be applied.
    pub newest: Option<Vec<u8>>,
    /// Endings of the names of the logs, and the logs.
    pub logs: Vec<(&'static str, Vec<u8>)>,
    /// What was done, for messages.
    pub said: String,
}

/// A case of any kind.
pub fn case(random: &mut Random) -> Case {
    match random.below(8) {
        0 | 1 => of_old_format(random),
        2..5 => of_new_format(random),
        5 | 6 => accident_to_a_pair(random),
        _ => accident_to_an_old_log(random),
    }
}

fn hive(sequence_numbers: (u32, u32)) -> Vec<u8> {
    let mut root = Key::new("ROOT");
    root.binary("Filler", vec![0; 30_000]);
    write(&root, &Shape { minor: 3, sequence_numbers, ..Shape::default() })
}

fn bins_size(hive: &[u8]) -> u32 {
    (hive.len() - 4096) as u32
}

/// Lays the pages of entries over a hive, which grows with its bins.
fn lay(hive: &mut Vec<u8>, entries: &[Entry]) {
    for entry in entries {
        hive.resize(hive.len().max(4096 + entry.bins_size as usize), 0);
        for (offset, page) in &entry.pages {
            hive[4096 + *offset as usize..][..page.len()].copy_from_slice(page);
        }
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
pub fn of_new_format(random: &mut Random) -> Case {
    let written = [10, 1621, u32::MAX - 2, u32::MAX, 0][random.below(5) as usize];
    let mut stored = hive((written.wrapping_add(1), written));
    let first_number = written.wrapping_add([0, 0, 1, 486][random.below(4) as usize]);
    let (first_count, second_count) = (1 + random.below(3), random.below(3));
    let bins_size = bins_size(&stored);
    let first = entries(random, first_number, first_count, bins_size);
    let second_number = first_number.wrapping_add(first_count);
    let second = entries(random, second_number, second_count, bins_size);
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
                let old = entries(random, number, 3, bins_size);
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
                let planted = entries(random, number, 1, bins_size);
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
    let roles = if random.one_in(2) { [LOG1, LOG2] } else { [LOG2, LOG1] };
    let mut logs: Vec<_> = roles.into_iter().zip(logs).collect();
    if random.one_in(3) {
        // Left over from the installation image.
        let single = entries(random, first_number, 2, bins_size);
        logs.push((LOG, new_format(&sound, first_number, &single)));
    }
    if random.one_in(3) {
        let way = random.below(SPOILED);
        let planted = entries(random, first_number, 1, bins_size);
        let role = [LOG1, LOG2, LOG][random.below(3) as usize];
        logs.insert(0, (role, spoiled(random, way, &sound, first_number, planted)));
        said += &format!(", planted {role} {way}");
    }
    Case { stored, newest: Some(newest), logs, said }
}

/// A hive of Windows XP to 8.
pub fn of_old_format(random: &mut Random) -> Case {
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
            let planted = entries(random, number, 1, bins_size(&sound));
            spoiled(random, way, &sound, number, planted)
        }
        _ => {
            let mut older = old_format(&sound, 9, &[(9, vec![b'o'; 512])]);
            older[12..20].copy_from_slice(&(WRITTEN - 1).to_le_bytes());
            seal(&mut older[..512]);
            older
        }
    };
    let roles = [[LOG1, LOG2], [LOG2, LOG1], [LOG, LOG1], [LOG, LOG2]][random.below(4) as usize];
    let mut logs = vec![(roles[0], good), (roles[1], beside)];
    // An older log of the pair is one that Windows looks at in place of a single one.
    if roles[0] == LOG && way > SPOILED {
        logs.pop();
    }
    let said = format!("old format, damaged {is_damaged}, in {}, beside it {way}", roles[0]);
    Case { stored, newest: Some(newest), logs, said }
}

/// An accident to two good logs of the new format.
fn accident_to_a_pair(random: &mut Random) -> Case {
    let written = [10, 1621, u32::MAX - 2, u32::MAX, 0][random.below(5) as usize];
    let mut stored = hive((written.wrapping_add(1), written));
    let (first_count, second_count) = (1 + random.below(3), 1 + random.below(3));
    let accident = random.below(13);
    let behind = 60_u32.wrapping_neg();
    let first_number = written.wrapping_add(if accident == 11 { behind } else { random.below(2) });
    let follows = first_number.wrapping_add(first_count);
    let second_number = match accident {
        9 => follows.wrapping_add(1 + random.below(5)),
        10 => written.wrapping_add(behind),
        _ => follows,
    };
    let size = bins_size(&stored);
    let mut pair =
        [entries(random, first_number, first_count, size), entries(random, second_number, second_count, size)];
    if random.one_in(4) {
        grow(pair[1].last_mut().unwrap(), size);
    }
    let sound = stored.clone();
    let is_damaged = accident < 5 && random.one_in(4);
    if is_damaged {
        stored[508] ^= 0x55;
    }
    let mut logs = [first_number, second_number]
        .into_iter()
        .zip(&pair)
        .map(|(number, entries)| Some(new_format(&sound, number, entries)))
        .collect::<Vec<_>>();
    let mut roles = if random.one_in(2) { [LOG1, LOG2] } else { [LOG2, LOG1] };
    // What of each log counts.
    let mut left = [pair[0].len(), pair[1].len()];
    match accident {
        0 => roles.reverse(),
        1 | 2 => (logs[accident as usize - 1], left[accident as usize - 1]) = (None, 0),
        3 | 4 => (logs[accident as usize - 3], left[accident as usize - 3]) = (Some(Vec::new()), 0),
        5..9 => {
            let which = accident as usize % 2;
            let log = logs[which].as_mut().unwrap();
            log.truncate(random.below(log.len() as u32) as usize);
            left[which] = whole_entries(&pair[which], log.len());
            // The second goes on where the first has ended, or is all that there is.
            if which == 0 && (1..pair[0].len()).contains(&left[0]) {
                left[1] = 0;
            }
        }
        9 | 10 => left[1] = 0,
        11 => left = [0, if second_number.wrapping_sub(written) < 1 << 31 { left[1] } else { 0 }],
        // The write had ended: there is nothing to recover.
        _ => {
            set(&mut stored[..512], 4, written);
            left = [0, 0];
        }
    }
    // Beside a damaged base block only the later log counts.
    if is_damaged && left[1] > 0 {
        left[0] = 0;
    }
    let mut newest = stored.clone();
    for (entries, left) in pair.iter().zip(left) {
        lay(&mut newest, &entries[..left]);
    }
    let newest = (left != [0, 0]).then_some(newest);
    let said = format!(
        "written {written} damaged {is_damaged} first {first_number}+{first_count} second \
         {second_number}+{second_count} accident {accident} left {left:?}"
    );
    let logs = roles.into_iter().zip(logs).filter_map(|(role, log)| Some((role, log?))).collect();
    Case { stored, newest, logs, said }
}

/// Lets an entry add a bin that is all free.
fn grow(entry: &mut Entry, bins_size: u32) {
    let mut bin = b"hbin".to_vec();
    for number in [bins_size, 4096, 0, 0, 0, 0, 0, 4096 - 32] {
        bin.extend(u32::to_le_bytes(number));
    }
    bin.resize(4096, 0);
    entry.bins_size = bins_size + 4096;
    entry.pages.push((bins_size, bin));
}

/// How many entries of a log lie before its end.
fn whole_entries(entries: &[Entry], length: usize) -> usize {
    let ends = entries.iter().scan(512, |end, entry| {
        *end += entry.bytes().len();
        Some(*end)
    });
    ends.filter(|end| *end <= length).count()
}

/// An accident to a log of the old format, the only one beside the hive.
fn accident_to_an_old_log(random: &mut Random) -> Case {
    let accident = random.below(7);
    let mut root = Key::new("ROOT");
    // The pages of a log stand behind its bitmap, which is longer where the hive is.
    let filler = if random.one_in(12) { 2_200_000 } else { 30_000 };
    root.binary("Filler", vec![0; filler]);
    let sequence_numbers = if accident == 6 { (10, 10) } else { (11, 10) };
    let stored = write(&root, &Shape { minor: 3, sequence_numbers, ..Shape::default() });
    let last = bins_size(&stored) as usize / 512 - 1;
    let mut sectors: Vec<usize> = (8..20).filter(|_| random.one_in(3)).collect();
    sectors.push(last);
    let pages: Vec<(usize, Vec<u8>)> =
        sectors.into_iter().map(|sector| (sector, vec![random.below(255) as u8 + 1; 512])).collect();
    let mut log = old_format(&stored, 11, &pages);
    let mut is_applied = accident < 2;
    match accident {
        0 => {}
        1 | 2 => {
            let written = if accident == 1 { WRITTEN + 1 } else { WRITTEN - 1 };
            log[12..20].copy_from_slice(&written.to_le_bytes());
            seal(&mut log[..512]);
        }
        3 => log.truncate(random.below(log.len() as u32) as usize),
        4 => set(&mut log[..512], 8, 10),
        5 => log.clear(),
        _ => is_applied = false,
    }
    let newest = is_applied.then(|| {
        let mut newest = stored.clone();
        for (sector, page) in &pages {
            newest[4096 + sector * 512..][..512].copy_from_slice(page);
        }
        newest
    });
    let said = format!("old format, {filler} bytes, accident {accident}");
    Case { stored, newest, logs: vec![(*random.pick(&[LOG, LOG1]), log)], said }
}
