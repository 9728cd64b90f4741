//! Registration files in the forms of their writers.

use std::fmt::Write;

use super::{Key, Value};

/// Who writes the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// regedit and reg.exe: version 5.00, UTF-16LE with a mark, CR LF, wrapped.
    Regedit5,
    /// regedit of Windows NT 4 and "Win9x/NT4 registration files": REGEDIT4, code page 1252, text in bytes of one byte.
    Regedit4,
    /// reged: version 5.00 in bytes without a mark, CR LF, text in UTF-16 bytes.
    Reged,
    /// hivexregedit: UTF-8, LF, every value in bytes, nothing wrapped.
    Hivexregedit,
    /// hivexregedit with printable strings: backslashes single.
    HivexregeditPrintable,
    /// UTF-8 with a mark, LF; otherwise as regedit writes.
    Utf8WithMark,
}

/// Every form.
pub const FORMS: [Form; 6] =
    [Form::Regedit5, Form::Regedit4, Form::Reged, Form::Hivexregedit, Form::HivexregeditPrintable, Form::Utf8WithMark];

/// The file that holds `key` and everything below it; `path` is where it lies.
pub fn write(key: &Key, path: &str, form: Form) -> Vec<u8> {
    let header = if form == Form::Regedit4 { "REGEDIT4" } else { "Windows Registry Editor Version 5.00" };
    let mut text = format!("{header}\n\n");
    write_key(&mut text, key, path, form);
    encode(&text, form)
}

/// The bytes of a text as that writer makes them; line breaks are LF in `text`.
pub fn encode(text: &str, form: Form) -> Vec<u8> {
    let is_crlf = matches!(form, Form::Regedit5 | Form::Regedit4 | Form::Reged);
    let text = if is_crlf { text.replace('\n', "\r\n") } else { text.to_owned() };
    match form {
        Form::Regedit5 => text.encode_utf16().fold(vec![0xff, 0xfe], |mut bytes, unit| {
            bytes.extend(unit.to_le_bytes());
            bytes
        }),
        Form::Regedit4 => text.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect(),
        Form::Utf8WithMark => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        Form::Reged | Form::Hivexregedit | Form::HivexregeditPrintable => text.into_bytes(),
    }
}

fn write_key(text: &mut String, key: &Key, path: &str, form: Form) {
    writeln!(text, "[{path}]").unwrap();
    for value in &key.values {
        write_value(text, value, form);
    }
    text.push('\n');
    let mut subkeys: Vec<&Key> = key.subkeys.iter().collect();
    subkeys.sort_by_key(|subkey| subkey.name.to_uppercase());
    for subkey in subkeys {
        write_key(text, subkey, &format!(r"{path}\{}", subkey.name), form);
    }
}

fn write_value(text: &mut String, value: &Value, form: Form) {
    let name = match value.name.as_str() {
        "" => "@".to_owned(),
        name => format!("\"{}\"", escaped(name)),
    };
    let is_hivex = matches!(form, Form::Hivexregedit | Form::HivexregeditPrintable);
    let plain = plain_text(value);
    let data = match (value.data_type, plain) {
        (4, _) if value.data.len() == 4 => {
            let number = u32::from_le_bytes(value.data.as_slice().try_into().unwrap());
            format!("dword:{number:08x}")
        }
        (data_type @ (1 | 2), Some(plain)) if form == Form::HivexregeditPrintable => {
            format!("str({data_type}):\"{plain}\"")
        }
        (1, Some(plain)) if !is_hivex => format!("\"{}\"", escaped(&plain)),
        (data_type, _) => bytes(&name, data_type, &data_of(value, form), form),
    };
    writeln!(text, "{name}={data}").unwrap();
}

/// The data in the bytes that this writer means by text.
fn data_of(value: &Value, form: Form) -> Vec<u8> {
    if form != Form::Regedit4 || !matches!(value.data_type, 1 | 2 | 7) {
        return value.data.clone();
    }
    value.data.chunks(2).map(|unit| u8::try_from(u16::from_le_bytes(unit.try_into().unwrap())).unwrap()).collect()
}

/// The text of a value that is nothing but one text with one NUL at its end, in characters that every form can write.
fn plain_text(value: &Value) -> Option<String> {
    let units: Vec<u16> =
        value.data.chunks(2).map(|unit| u16::from_le_bytes([unit[0], *unit.get(1).unwrap_or(&1)])).collect();
    let text = String::from_utf16(units.strip_suffix(&[0])?).ok()?;
    text.chars().all(|character| !character.is_control()).then_some(text)
}

fn escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', "\\\"")
}

/// `hex` data; where lines are wrapped, at 80 columns with two blanks before the next.
fn bytes(name: &str, data_type: u32, data: &[u8], form: Form) -> String {
    let is_hivex = matches!(form, Form::Hivexregedit | Form::HivexregeditPrintable);
    let tag = if data_type == 3 && !is_hivex { "hex:".to_owned() } else { format!("hex({data_type:x}):") };
    let mut text = tag;
    let mut column = name.chars().count() + 1 + text.len();
    for (index, byte) in data.iter().enumerate() {
        let is_last = index + 1 == data.len();
        write!(text, "{byte:02x}{}", if is_last { "" } else { "," }).unwrap();
        column += 3;
        if column > 76 && !is_last && !is_hivex {
            text.push_str("\\\n  ");
            column = 2;
        }
    }
    text
}
