//! Cases in the notation of the fixtures, changed and pressed into a registry.

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

use catalog9::catalog::{Catalogs, notation};
use catalog9_synth::{Key, registry};

use super::Dice;

const CASES: [&str; 15] = [
    include_str!("../../../fixtures/catalog-deleted/case.txt"),
    include_str!("../../../fixtures/hijacked-without-addition/case.txt"),
    include_str!("../../../fixtures/key-beyond-count/case.txt"),
    include_str!("../../../fixtures/layered-provider-effective/case.txt"),
    include_str!("../../../fixtures/layered-provider-not-first/case.txt"),
    include_str!("../../../fixtures/loader-gives-up/case.txt"),
    include_str!("../../../fixtures/name-imitated/case.txt"),
    include_str!("../../../fixtures/proxy-half-removed/case.txt"),
    include_str!("../../../fixtures/windows-10-plain/case.txt"),
    include_str!("../../../fixtures/windows-10-vmware/case.txt"),
    include_str!("../../../fixtures/windows-7-x64-bluetooth/case.txt"),
    include_str!("../../../fixtures/windows-xp-information-missing/case.txt"),
    include_str!("../../../fixtures/windows-xp-ten-sections/case.txt"),
    include_str!("../../../fixtures/windows-xp-twelve-sections/case.txt"),
    include_str!("../../../fixtures/windows-xp-x64/case.txt"),
];

/// Words that may stand in any case.
const WORDS: [&str; 12] = [
    "0",
    "1",
    "-1",
    "4294967295",
    "flags=0xffffffff",
    "=1|`x`]]>\u{202e}\u{9b}1m<b>&amp;",
    r"C:\Windows\Temp\evil.dll",
    r"%SystemRoot%\System32\mswsock.dll ",
    r"..\..\mswsock.dll",
    "5.1 x86 sp3 workstation",
    "10.0.19041 x64",
    "1001>1001>1001>1001>1001>1001>1001>1001",
];

/// What a case says whose lines were changed; nothing where the changed lines say nothing.
pub fn catalogs(dice: &mut Dice) -> Option<Catalogs> {
    let mut lines: Vec<String> = dice.pick(&CASES)?.lines().map(str::to_owned).collect();
    for _ in 0..dice.below(4) {
        let at = dice.below(lines.len());
        match dice.below(5) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[at].clone()),
            2 => {
                let other = dice.below(lines.len());
                lines.swap(at, other);
            }
            3 => {
                let others: Vec<&str> = dice.pick(&CASES)?.lines().collect();
                lines.insert(at, (*dice.pick(&others)?).to_owned());
            }
            _ => {
                let mut words: Vec<&str> = lines[at].split("  ").collect();
                let place = dice.below(words.len());
                words[place] = dice.pick(&WORDS)?;
                lines[at] = words.join("  ");
            }
        }
    }
    notation::parse(&lines.join("\n")).ok()
}

/// The registry of a changed case, in which keys and values were changed in turn; nothing where no evidence of such a
/// case can be written.
pub fn system(dice: &mut Dice) -> Option<Key> {
    let catalogs = catalogs(dice)?;
    let mut root = quietly(|| registry::system(&catalogs, "FUZZ"))?;
    for _ in 0..dice.below(4) {
        change(&mut root, dice);
    }
    Some(root)
}

/// The registry of a plain Windows of which one entry has this packed item.
pub fn pressed_item(item: &[u8]) -> Key {
    let mut root = registry::system(&notation::parse(CASES[8]).expect("a case of the fixtures"), "FUZZ");
    let entries = r"ControlSet001\Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries";
    root.at(&format!(r"{entries}\000000000002")).binary("PackedCatalogItem", item);
    root
}

/// Changes a key that chance finds, or a value of it.
fn change(root: &mut Key, dice: &mut Dice) {
    let mut key = root;
    for _ in 0..dice.below(10) {
        // Most of what matters lies below these.
        let named = ["ControlSet001", "Services", "WinSock2", "Parameters"];
        let known = key.subkeys.iter().position(|subkey| named.contains(&subkey.name.as_str()));
        let any = dice.below(key.subkeys.len());
        let next = known.filter(|_| !dice.is_one_of(5)).unwrap_or(any);
        if key.subkeys.get(next).is_none() {
            break;
        }
        key = &mut key.subkeys[next];
    }
    match dice.below(8) {
        0 if !key.subkeys.is_empty() => drop(key.subkeys.remove(dice.below(key.subkeys.len()))),
        1 if !key.values.is_empty() => drop(key.values.remove(dice.below(key.values.len()))),
        2 if !key.subkeys.is_empty() => {
            let copy = key.subkeys[dice.below(key.subkeys.len())].clone();
            let suffix = if dice.is_one_of(2) { "2" } else { "" };
            key.subkeys.push(Key { name: copy.name.clone() + suffix, ..copy });
        }
        3 => {
            let targets = [
                r"\Registry\Machine\SYSTEM\ControlSet001\Services\WinSock2",
                r"\Registry\Machine\SYSTEM\CurrentControlSet\Services",
                r"\Registry\Machine\SOFTWARE\x",
                "x",
            ];
            let target = targets[dice.below(targets.len())];
            let name = key.subkeys.get(dice.below(key.subkeys.len())).map_or("L".to_owned(), |key| key.name.clone());
            key.link(&name, target);
        }
        4 => key.written = Some(u64::from(dice.number(1)) << dice.below(33)),
        _ if !key.values.is_empty() => {
            let index = dice.below(key.values.len());
            let value = &mut key.values[index];
            let at = dice.below(value.data.len());
            match dice.below(5) {
                0 => value.data_type = dice.number(value.data_type),
                1 => value.data.truncate(at),
                2 => value.data.extend(vec![0x41; dice.below(2000)]),
                3 => value.name.push(['\u{202e}', 'x', '\0', '"'][dice.below(4)]),
                _ if !value.data.is_empty() => value.data[at] = dice.number(value.data[at].into()) as u8,
                _ => value.data = dice.number(1).to_le_bytes().to_vec(),
            }
        }
        _ => drop(key.number("Num_Catalog_Entries", dice.number(7))),
    }
}

/// What the work gives; nothing where it panics, which is no fault of the readers: not all that a changed case says can
/// be written.
pub fn quietly<T>(work: impl FnOnce() -> T) -> Option<T> {
    let hook = take_hook();
    set_hook(Box::new(|_| {}));
    let result = catch_unwind(AssertUnwindSafe(work)).ok();
    set_hook(hook);
    result
}
