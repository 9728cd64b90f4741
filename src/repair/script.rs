//! A repair as a PowerShell script for the running system, which checks everything before it writes.
//!
//! Every text of the evidence stands in single quotes, where PowerShell expands nothing, or as the numbers of its
//! characters. The file is ASCII: PowerShell takes typographic quotes for quotes, and version 2 guesses encodings.

use std::collections::BTreeSet;
use std::fmt::Write;

use thiserror::Error;

use super::change::{Change, between};
use crate::catalog::{Text, hex};
use crate::evidence::{Key, REG_BINARY, REG_DWORD, REG_EXPAND_SZ, REG_MULTI_SZ, REG_SZ, Value};

/// What stands before the changes, and after them.
const PROLOGUE: &str = include_str!("prologue.ps1");
const EPILOGUE: &str = include_str!("epilogue.ps1");

/// Why there is no script.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unscriptable {
    /// The script could not check where it runs.
    #[error("the evidence does not name its computer, so that no script can check where it runs")]
    NoHost,
    /// Windows shows a value to PowerShell in another form than it is stored.
    #[error("PowerShell cannot read every byte of the value {}", .0.shortened(120))]
    Value(Text),
    /// `reg export` would take the name apart.
    #[error("`reg export` cannot be given the key {}", .0.shortened(120))]
    Key(Text),
}

/// The script that turns one state of a control set into another, with these lines as a comment at its head.
pub(super) fn of(
    [start, goal]: [&Key; 2],
    control_set: &str,
    host: Option<&Text>,
    comment: &[String],
) -> Result<Vec<u8>, Unscriptable> {
    let host = host.ok_or(Unscriptable::NoHost)?;
    let path = format!(r"SYSTEM\{control_set}");
    let changes = between(Some(start), goal, &path).map_err(|unwritable| Unscriptable::Key(unwritable.0))?;
    let mut script = String::new();
    for line in comment {
        let line = line.replace('→', "->");
        let line: String = line.chars().map(|one| if matches!(one, ' '..='~') { one } else { '?' }).collect();
        script.push_str(format!("# {line}").trim_end());
        script.push('\n');
    }
    let exports = exports(&changes, start, &path)?;
    let _ = writeln!(script, "\n$Computer = {}", literal(&host.lossy()));
    let _ = writeln!(script, "$ComputerKey = {}", literal(&format!(r"{path}\Control\ComputerName\ComputerName")));
    let _ = writeln!(script, "$Exported = @({})\n", exports.into_iter().collect::<Vec<_>>().join(", "));
    script.push_str(PROLOGUE);
    script.push_str("\nfunction Repair {\n");
    let mut made = BTreeSet::new();
    let mut within = "";
    for change in &changes {
        if let Change::Key { path, .. } = change {
            within = path;
        }
        write(&mut script, change, within, &mut made)?;
    }
    script.push_str("}\n\n");
    script.push_str(EPILOGUE);
    Ok(script.replace('\n', "\r\n").into_bytes())
}

/// The keys to be exported first: of each service one.
fn exports(changes: &[Change<'_>], start: &Key, root: &str) -> Result<BTreeSet<String>, Unscriptable> {
    let mut exports = BTreeSet::new();
    for change in changes {
        let (Change::Key { path, .. } | Change::RemoveKey { path, .. }) = change else { continue };
        let below = path.get(root.len() + 1..).unwrap_or_default();
        let mut names = below.split('\\');
        let first = names.next().unwrap_or_default();
        let key = match names.next().filter(|_| first.eq_ignore_ascii_case("Services")) {
            Some(service) => format!(r"{first}\{service}"),
            None => below.to_owned(),
        };
        if start.at(&key).is_none() {
            continue;
        }
        let key = format!(r"HKLM\{root}\{key}");
        let is_plain = |one: char| one.is_ascii_alphanumeric() || matches!(one, '\\' | ' ' | '_' | '-' | '.');
        if !key.chars().all(is_plain) {
            return Err(Unscriptable::Key(Text::new(key)));
        }
        exports.insert(literal(&key));
    }
    Ok(exports)
}

/// Writes a change; that of a value is one of the key `within`.
fn write(
    script: &mut String,
    change: &Change<'_>,
    within: &str,
    made: &mut BTreeSet<String>,
) -> Result<(), Unscriptable> {
    let _ = match change {
        Change::Key { path, is_there } => {
            let is_new = !is_there && made.insert(path.clone());
            writeln!(script, "    {} {}", if is_new { "Add-Key" } else { "Enter-Key" }, literal(path))
        }
        Change::Value { value, before: Some(before) } => {
            let (before, after) = (data(before, within)?, data(value, within)?);
            writeln!(script, "    Set-Value {} {before} {after}", literal(&value.name.lossy()))
        }
        Change::Value { value, before: None } => {
            writeln!(script, "    Set-Value {} 'absent' '' {}", literal(&value.name.lossy()), data(value, within)?)
        }
        Change::RemoveValue(value) => {
            writeln!(script, "    Remove-Value {} {}", literal(&value.name.lossy()), data(value, within)?)
        }
        Change::RemoveKey { path, key } => {
            expect(script, path, key)?;
            writeln!(script, "    Remove-Key {}", literal(path))
        }
    };
    Ok(())
}

/// Expects of a key that goes that it holds what it held, and nothing else.
fn expect(script: &mut String, path: &str, key: &Key) -> Result<(), Unscriptable> {
    let _ = writeln!(script, "    Enter-Key {}", literal(path));
    let _ = writeln!(script, "    Confirm-Counts {} {}", key.values.len(), key.subkeys.len());
    for value in &key.values {
        let _ = writeln!(script, "    Confirm-Value {} {}", literal(&value.name.lossy()), data(value, path)?);
    }
    key.subkeys.iter().try_for_each(|key| expect(script, &format!(r"{path}\{}", key.name.lossy()), key))
}

/// Type and data of a value of the key `within`.
fn data(value: &Value, within: &str) -> Result<String, Unscriptable> {
    let unreadable = || Unscriptable::Value(Text::new(format!(r"{within}\{}", value.name.lossy())));
    Ok(match value.data_type {
        REG_BINARY => format!("'binary' '{}'", hex(&value.data)),
        REG_DWORD => format!("'dword' '{:08x}'", value.number().ok_or_else(unreadable)?),
        REG_SZ => format!("'text' {}", literal(&value.plain_text().ok_or_else(unreadable)?)),
        REG_EXPAND_SZ => format!("'expandable' {}", literal(&value.plain_text().ok_or_else(unreadable)?)),
        REG_MULTI_SZ => format!("'texts' {}", literal(&texts(value).ok_or_else(unreadable)?)),
        _ => return Err(unreadable()),
    })
}

/// Several texts as one, with NULs between them. `None` where one of them is empty or they do not end as they ought to.
fn texts(value: &Value) -> Option<String> {
    let (units, rest) = value.data.as_chunks();
    let units: Vec<u16> = units.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
    let texts = String::from_utf16(units.strip_suffix(&[0, 0]).filter(|_| rest.is_empty())?).ok()?;
    texts.split('\0').all(|text| !text.is_empty()).then_some(texts)
}

/// A text as PowerShell takes it, whatever it holds.
fn literal(text: &str) -> String {
    if text.chars().all(|one| matches!(one, ' '..='~')) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let units: Vec<String> = text.encode_utf16().map(|unit| format!("{unit:04x}")).collect();
    format!("(Text '{}')", units.join(" "))
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn no_text_leaves_its_quotes() {
        assert_eq!(literal("O'Neill; $(calc) `n \"x\""), "'O''Neill; $(calc) `n \"x\"'");
        assert_eq!(literal("a\r\nb"), "(Text '0061 000d 000a 0062')");
        assert_eq!(literal("\u{2019}"), "(Text '2019')", "PowerShell takes it for a quote");
        assert_eq!(literal("\u{1f980}"), "(Text 'd83e dd80')");
        assert_eq!(literal(""), "''");
    }
}
