//! The sections as msinfo32 shows them.

use std::io::{self, Write};

use super::grid::Grid;
use super::style;
use crate::baseline::Origin;
use crate::examination::{Examined, Sections};

/// How many sections there are and ought to be, and how many entries the registry hides from msinfo32.
pub(in crate::render) fn count(sections: &Sections) -> String {
    let expected = match sections.expected {
        Some(expected) => format!("{expected} expected"),
        None => "expected number unknown".to_owned(),
    };
    let registry = sections.registry.map(|registry| {
        let hidden = registry.saturating_sub(sections.visible);
        format!("; {registry} entries in the registry, {hidden} hidden")
    });
    format!("{} ({expected}{})", sections.visible, registry.unwrap_or_default())
}

pub(super) fn write(examined: &Examined, width: usize, writer: &mut dyn Write) -> io::Result<()> {
    let Some(sections) = &examined.sections else { return Ok(()) };
    let title = format!("Sections in msinfo32: {}", count(sections));
    style::heading(writer, &title)?;
    if sections.names.is_empty() {
        return Ok(());
    }
    let mut grid = Grid::new(&[">#", "Section", "From"]);
    for (index, (name, origin)) in sections.names.iter().zip(&sections.origins).enumerate() {
        let origin = match origin {
            Origin::Windows | Origin::NotTold => String::new(),
            Origin::Microsoft(transport) => format!("Microsoft's {transport}"),
            Origin::ThirdParty(known) => known.name.clone(),
            Origin::NetworkDirect => "NetworkDirect".to_owned(),
            Origin::Layered => "LSP".to_owned(),
            Origin::Unknown => "unknown".to_owned(),
        };
        grid.row([(index + 1).to_string(), name.to_string(), origin]);
    }
    grid.fit(width).write(writer)
}
