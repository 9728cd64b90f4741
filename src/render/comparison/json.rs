//! Comparisons as JSON.

use std::io::{self, Write};

use crate::comparison::states::Comparison;
use crate::render::heading::Sheet;
use crate::render::json;
use crate::wire::compare::Document;

pub(super) fn write(comparisons: &[Comparison], _sheet: &Sheet, writer: &mut dyn Write) -> io::Result<()> {
    match comparisons {
        [only] => json::write(&Document::of(only), writer),
        several => json::write(&several.iter().map(Document::of).collect::<Vec<_>>(), writer),
    }
}

pub(super) fn write_lines(comparisons: &[Comparison], _sheet: &Sheet, writer: &mut dyn Write) -> io::Result<()> {
    comparisons.iter().try_for_each(|comparison| json::write_line(&Document::of(comparison), &mut *writer))
}
