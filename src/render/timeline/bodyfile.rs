//! The body file of The Sleuth Kit 3 and later: eleven fields a line, times in seconds UTC.

use std::io::{self, Write};

use super::{Line, Source};
use crate::render::masked;

/// Writes one moment as the time of a modification; times that a key does not have are −1: mactime prints
/// a row for each time that is 0.
///
/// The format has no escapes: a `|` in a name is shown as `\u{7c}`.
pub(super) fn write(line: &Line, source: &Source, writer: &mut dyn Write) -> io::Result<()> {
    let place = line.offset.map(|offset| format!(", offset {offset:#x}")).unwrap_or_default();
    let key = line.registration.as_ref().map(|_| format!(", {}", line.path)).unwrap_or_default();
    let name = masked(&format!("{}: {}{key}{place}", source.evidence, line.message()), &['|']);
    let inode = line.offset.unwrap_or_default();
    writeln!(writer, "0|{name}|{inode}|0|0|0|0|-1|{}|-1|-1", line.time.as_second())
}
