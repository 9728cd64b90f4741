//! The bytes that a finding is about, with its fields pointed at as a compiler points into source.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};
use thiserror::Error;

use crate::catalog::{CatalogName, Catalogs, ProtocolEntry, Text};
use crate::finding::{Finding, Severity};
use crate::render::hexdump;

/// Width of a line in which labels are wrapped.
const WIDTH: usize = 120;

/// The entries that findings name, by catalog, key and id.
pub(super) struct Entries<'a>(BTreeMap<(CatalogName, Option<&'a Text>, Option<u32>), &'a ProtocolEntry>);

impl<'a> Entries<'a> {
    pub(super) fn of(catalogs: &'a Catalogs) -> Self {
        let mut entries = BTreeMap::new();
        for (catalog, list) in catalogs.protocol_lists() {
            for entry in list.entries.iter().chain(&list.orphans) {
                entries.entry((catalog, entry.key.as_ref(), entry.catalog_entry_id)).or_insert(entry);
            }
        }
        Self(entries)
    }

    fn entry_of(&self, finding: &Finding) -> Option<&'a ProtocolEntry> {
        let entry = finding.entry.as_ref()?;
        self.0.get(&(finding.catalog?, entry.key.as_ref(), entry.id)).copied()
    }
}

/// Writes the bytes that a finding is about; nothing where the evidence does not have them.
pub(super) fn write(finding: &Finding, entries: &Entries<'_>, writer: &mut dyn Write) -> io::Result<()> {
    let Some(pointer) = Pointer::at(finding, entries) else { return Ok(()) };
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode()).with_width(WIDTH).with_links(false);
    let mut text = String::new();
    handler.render_report(&mut text, &pointer).map_err(|fmt::Error| io::Error::other("cannot draw a label"))?;
    text.lines().try_for_each(|line| writeln!(writer, "    {line}"))
}

/// A packed item with labels at fields of it.
#[derive(Debug, Error)]
#[error("{title}")]
struct Pointer {
    title: String,
    severity: Severity,
    dump: NamedSource<String>,
    labels: Vec<LabeledSpan>,
}

impl Pointer {
    fn at(finding: &Finding, entries: &Entries<'_>) -> Option<Self> {
        let entry = entries.entry_of(finding)?;
        let dump = hexdump::pointed(entry.item.as_deref()?, &finding.fields)?;
        let labels = dump.fields.into_iter().flat_map(|(label, parts)| {
            let last = parts.len().saturating_sub(1);
            let labelled = move |index| (index == last).then(|| label.clone());
            parts.into_iter().enumerate().map(move |(index, part)| LabeledSpan::new_with_span(labelled(index), part))
        });
        Some(Self {
            title: super::title(finding.catalog?, entry),
            severity: finding.severity,
            labels: labels.collect(),
            dump: NamedSource::new("PackedCatalogItem", dump.text),
        })
    }
}

impl Diagnostic for Pointer {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Note => miette::Severity::Advice,
            Severity::Warning => miette::Severity::Warning,
            Severity::Error => miette::Severity::Error,
        })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.dump)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}
