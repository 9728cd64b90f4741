//! One line for each comparison.

use std::io::{self, Write};

use super::{LONGEST, headline, title};
use crate::comparison::states::Comparison;
use crate::render::heading::Sheet;

pub(super) fn write(comparisons: &[Comparison], _sheet: &Sheet, writer: &mut dyn Write) -> io::Result<()> {
    comparisons.iter().try_for_each(|comparison| {
        let [before, after] = &comparison.sides;
        let [before, after] = [before, after].map(|side| side.label.shortened(LONGEST));
        let outcome = title(comparison.outcome());
        writeln!(writer, "{before} → {after}: {outcome} – {}", headline(comparison))
    })
}
