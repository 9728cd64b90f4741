//! What `reg query KEY /s` prints.

use std::fmt::Write;

use super::{Key, Value};

/// How a line of output is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `cmd`: bytes, CR LF, four blanks between name, type and data.
    Cmd,
    /// PowerShell 5.1: UTF-16 with a mark.
    PowerShell,
    /// PowerShell wrote the first half of the lines, and `cmd` appended the others.
    Mixed,
    /// Windows XP: a line about the program, tabulators, and no name for the default value.
    Xp,
    /// Quoted in a mail, with LF.
    Quoted,
}

/// Every form.
pub const FORMS: [Form; 5] = [Form::Cmd, Form::PowerShell, Form::Mixed, Form::Xp, Form::Quoted];

/// The output for `key` and everything below it; `path` is where it lies.
pub fn write(key: &Key, path: &str, form: Form) -> Vec<u8> {
    encode(&text(key, path, form), form)
}

/// The same as text, with LF for line ends.
pub fn text(key: &Key, path: &str, form: Form) -> String {
    let mut text = if form == Form::Xp { "\n! REG.EXE VERSION 3.0\n\n".to_owned() } else { "\n".to_owned() };
    write_key(&mut text, key, path, form);
    text
}

/// The bytes of a text in that form.
pub fn encode(text: &str, form: Form) -> Vec<u8> {
    let crlf = text.replace('\n', "\r\n");
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    match form {
        Form::Cmd | Form::Xp => crlf.into_bytes(),
        Form::PowerShell => [b"\xff\xfe", wide(&crlf).as_slice()].concat(),
        Form::Mixed => {
            let (head, rest) = crlf.split_at(crlf[crlf.len() / 2..].find('\n').unwrap() + crlf.len() / 2 + 1);
            [b"\xff\xfe", wide(head).as_slice(), rest.as_bytes()].concat()
        }
        Form::Quoted => text.lines().flat_map(|line| format!("> {line}\n").into_bytes()).collect(),
    }
}

fn write_key(text: &mut String, key: &Key, path: &str, form: Form) {
    writeln!(text, "{path}").unwrap();
    for value in &key.values {
        let gap = if form == Form::Xp { "\t" } else { "    " };
        let default = if form == Form::Xp { "<NO NAME>" } else { "(Standard)" };
        let name = if value.name.is_empty() { default } else { &value.name };
        let (data_type, data) = data(value);
        writeln!(text, "    {name}{gap}{data_type}{gap}{data}").unwrap();
    }
    text.push('\n');
    let mut subkeys: Vec<&Key> = key.subkeys.iter().collect();
    subkeys.sort_by_key(|subkey| subkey.name.to_uppercase());
    for subkey in subkeys {
        write_key(text, subkey, &format!(r"{path}\{}", subkey.name), form);
    }
}

fn data(value: &Value) -> (&'static str, String) {
    let text = || {
        let units: Vec<u16> = value.data.chunks(2).map(|unit| u16::from_le_bytes(unit.try_into().unwrap())).collect();
        String::from_utf16(&units).unwrap().trim_end_matches('\0').to_owned()
    };
    match value.data_type {
        1 => ("REG_SZ", text()),
        2 => ("REG_EXPAND_SZ", text()),
        4 => ("REG_DWORD", format!("0x{:x}", u32::from_le_bytes(value.data.as_slice().try_into().unwrap()))),
        7 => ("REG_MULTI_SZ", text().replace('\0', r"\0")),
        other => {
            let name = if other == 3 { "REG_BINARY" } else { "REG_NONE" };
            (name, value.data.iter().map(|byte| format!("{byte:02X}")).collect())
        }
    }
}
