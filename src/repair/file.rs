//! Changes as a registration file.

use std::fmt::Write;

use super::change::{Change, Unwritable};
use crate::catalog::Text;
use crate::evidence::{REG_BINARY, REG_DWORD, REG_SZ, Value};

/// The first line, which regedit demands.
const HEADER: &str = "Windows Registry Editor Version 5.00";

/// Bytes in the first line of a value and in the next ones are broken as regedit does.
const WIDTH: usize = 77;

/// The lines of a registration file.
pub(super) struct File {
    text: String,
}

impl File {
    /// A file with these lines as a comment at its head.
    pub(super) fn new(comment: &[String]) -> Self {
        let mut text = format!("{HEADER}\n\n");
        for line in comment {
            // A comment ends with its line, whatever the evidence is called.
            let line: String = line.chars().map(|one| if one.is_control() { '?' } else { one }).collect();
            text.push_str(format!("; {line}").trim_end());
            text.push('\n');
        }
        Self { text }
    }

    /// Adds changes.
    pub(super) fn add(&mut self, changes: &[Change<'_>]) -> Result<(), Unwritable> {
        for change in changes {
            let _ = match change {
                Change::Key { path, .. } => writeln!(self.text, "\n[{path}]"),
                Change::Value { value, .. } => writeln!(self.text, "{}", assignment(value)?),
                Change::RemoveValue(value) => writeln!(self.text, "{}=-", name(&value.name)?),
                Change::RemoveKey { path, .. } => writeln!(self.text, "\n[-{path}]"),
            };
        }
        Ok(())
    }

    /// The lines of another file behind those of this one.
    pub(super) fn then(&mut self, other: &Self) {
        self.text.extend(other.text.split_inclusive('\n').skip(1));
    }

    /// The file as regedit reads it: UTF-16 with its mark, and line ends of Windows.
    pub(super) fn bytes(&self) -> Vec<u8> {
        // A text may be long: it is held once, and its room is made once.
        let room = 2 * (self.text.len() + self.text.matches('\n').count()) + 8;
        let mut bytes = Vec::with_capacity(room);
        bytes.extend(0xfeff_u16.to_le_bytes());
        for line in self.text.split_inclusive('\n').chain(["\n"]) {
            let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\r\n"));
            bytes.extend(line.encode_utf16().chain(end.encode_utf16()).flat_map(u16::to_le_bytes));
        }
        bytes
    }
}

/// A value as a line, or several.
fn assignment(value: &Value) -> Result<String, Unwritable> {
    let name = name(&value.name)?;
    let data = match (value.data_type, value.plain_text()) {
        (REG_DWORD, _) if value.data.len() == 4 => format!("dword:{:08x}", value.number().unwrap_or_default()),
        (REG_SZ, Some(text)) => quoted(&text),
        (REG_BINARY, _) => bytes(&name, "hex:", &value.data),
        (data_type, _) => bytes(&name, &format!("hex({data_type:x}):"), &value.data),
    };
    Ok(format!("{name}={data}"))
}

fn name(name: &Text) -> Result<String, Unwritable> {
    if name.is_empty() {
        return Ok("@".to_owned());
    }
    let text = name.lossy();
    let is_text = name.undecoded().is_none() && Text::from(&*text) == *name;
    let is_plain = is_text && !text.chars().any(char::is_control);
    if is_plain { Ok(quoted(&text)) } else { Err(Unwritable(name.clone())) }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""))
}

/// Bytes, in lines that are broken after a comma.
fn bytes(name: &str, tag: &str, data: &[u8]) -> String {
    let mut text = tag.to_owned();
    let mut column = name.chars().count() + 1 + tag.len();
    for (index, byte) in data.iter().enumerate() {
        let is_last = index + 1 == data.len();
        let _ = write!(text, "{byte:02x}{}", if is_last { "" } else { "," });
        column += 3;
        if column > WIDTH - 1 && !is_last {
            text.push_str("\\\n  ");
            column = 2;
        }
    }
    text
}
