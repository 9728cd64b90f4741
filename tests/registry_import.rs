//! Applies a registration file to a registry that is yet to be written: a reader that shares nothing with the program's.

use crate::synth::Key;

/// What the file makes of a registry. `CurrentControlSet` is ControlSet001 there.
pub fn import(root: &Key, file: &[u8]) -> Key {
    let mut root = root.clone();
    let units = file.strip_prefix(&[0xff, 0xfe]).expect("a mark of UTF-16LE").chunks(2);
    let units: Vec<u16> = units.map(|unit| u16::from_le_bytes(unit.try_into().unwrap())).collect();
    let text = String::from_utf16(&units).unwrap();
    assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "every line ends as in Windows");
    let text = text.replace("\\\r\n  ", "");
    let mut lines = text.split("\r\n");
    assert_eq!(lines.next(), Some("Windows Registry Editor Version 5.00"));
    let mut key: Option<String> = None;
    for line in lines {
        if let Some(path) = line.strip_prefix("[-") {
            remove(&mut root, &within(path.strip_suffix(']').unwrap()));
            key = None;
        } else if let Some(path) = line.strip_prefix('[') {
            let path = within(path.strip_suffix(']').unwrap());
            // What is imported is written now, all of it at once.
            at(&mut root, &path).written = None;
            key = Some(path);
        } else if line.starts_with(['"', '@']) {
            let (name, data) = assignment(line);
            let key = at(&mut root, key.as_ref().expect("a value belongs to a key"));
            let position = key.values.iter().position(|value| value.name.eq_ignore_ascii_case(&name));
            match data {
                None => key.values.retain(|value| !value.name.eq_ignore_ascii_case(&name)),
                Some((data_type, data)) => match position {
                    Some(index) => (key.values[index].data_type, key.values[index].data) = (data_type, data),
                    None => _ = key.set(&name, data_type, data),
                },
            }
        } else {
            assert!(line.is_empty() || line.starts_with(';'), "{line}");
        }
    }
    root
}

fn within(path: &str) -> String {
    let path = path.strip_prefix(r"HKEY_LOCAL_MACHINE\SYSTEM\").expect("a key of the hive");
    path.replacen("CurrentControlSet", "ControlSet001", 1)
}

fn at<'a>(root: &'a mut Key, path: &str) -> &'a mut Key {
    path.split('\\').fold(root, |key, name| {
        let index = key.subkeys.iter().position(|key| key.name.eq_ignore_ascii_case(name)).unwrap_or_else(|| {
            key.subkeys.push(Key::new(name));
            key.subkeys.len() - 1
        });
        &mut key.subkeys[index]
    })
}

fn remove(root: &mut Key, path: &str) {
    let (parent, name) = path.rsplit_once('\\').unwrap();
    at(root, parent).subkeys.retain(|key| !key.name.eq_ignore_ascii_case(name));
}

type Data = Option<(u32, Vec<u8>)>;

fn assignment(line: &str) -> (String, Data) {
    let (name, data) = if let Some(data) = line.strip_prefix("@=") {
        (String::new(), data)
    } else {
        let mut characters = line.char_indices().skip(1);
        let end = loop {
            match characters.next().expect("a name has an end") {
                (_, '\\') => _ = characters.next(),
                (at, '"') => break at,
                _ => {}
            }
        };
        (unescaped(&line[1..end]), &line[end + 2..])
    };
    if data == "-" {
        return (name, None);
    }
    if let Some(text) = data.strip_prefix('"') {
        let text = unescaped(text.strip_suffix('"').unwrap());
        return (name, Some((1, text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect())));
    }
    if let Some(number) = data.strip_prefix("dword:") {
        return (name, Some((4, u32::from_str_radix(number, 16).unwrap().to_le_bytes().to_vec())));
    }
    let (tag, bytes) = data.split_once(':').unwrap();
    let data_type = match tag {
        "hex" => 3,
        tag => u32::from_str_radix(&tag[4..tag.len() - 1], 16).unwrap(),
    };
    let bytes = bytes.split(',').filter(|byte| !byte.is_empty()).map(|byte| u8::from_str_radix(byte, 16).unwrap());
    (name, Some((data_type, bytes.collect())))
}

fn unescaped(text: &str) -> String {
    let mut characters = text.chars();
    let mut plain = String::new();
    while let Some(character) = characters.next() {
        plain.extend(if character == '\\' { characters.next() } else { Some(character) });
    }
    plain
}
