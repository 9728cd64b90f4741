//! The body file of The Sleuth Kit 3 and later: eleven fields a line, times in seconds UTC.

use std::io::{self, Write};

use super::{Line, Source};
use crate::render::masked;

/// Writes one moment as the time of a modification; what a key does not have is 0, as mactime expects.
///
/// The format has no escapes: a `|` in a name is shown as `\u{7c}`.
pub(super) fn write(line: &Line, source: &Source, writer: &mut dyn Write) -> io::Result<()> {
    let place = line.offset.map(|offset| format!(", offset {offset:#x}")).unwrap_or_default();
    let name = masked(&format!("{}: {}{place}", source.evidence, line.message()), &['|']);
    let inode = line.offset.unwrap_or_default();
    writeln!(writer, "0|{name}|{inode}|0|0|0|0|0|{}|0|0", line.time.as_second())
}
