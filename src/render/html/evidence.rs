//! The files that were examined, and damage that was met in them.

use maud::{Markup, html};

use super::words::{Cell, facts, table};
use crate::catalog::Text;
use crate::evidence::Defect;
use crate::examination::Examination;
use crate::render::hex;
use crate::render::table::{control_sets, hive_line, report_line, title_of_recovery, written};
use crate::sentence::list_of;

/// The evidence of an examination.
pub(super) fn of(examination: &Examination) -> Markup {
    let file = |what: &str, path: &Text, size: u64, digest: Option<&[u8; 32]>| {
        vec![
            Cell::Code(path.shortened(200)),
            Cell::Words(what.to_owned()),
            Cell::Number(size.to_string()),
            Cell::Code(digest.map(|digest| hex(digest)).unwrap_or_default()),
        ]
    };
    let own = file(examination.kind.title(), &examination.path, examination.size, examination.sha256.as_ref());
    let own = examination.parts.is_empty().then_some(own);
    let parts = examination.parts.iter().map(|part| file("part", &part.path, part.size, part.sha256.as_ref()));
    let logs = examination.logs.iter().map(|log| file("transaction log", &log.path, log.size, log.sha256.as_ref()));
    let rows = own.into_iter().chain(parts).chain(logs);
    let told_by = examination.main().map(|main| &main.control_set.catalogs.windows.told_by);
    let told_by: Vec<String> = told_by.into_iter().flatten().map(|text| text.shortened(200)).collect();
    let sets = control_sets(examination);
    let text = examination.text.as_ref().map(|head| format!("{}, {}", head.form, head.encoding));
    html! {
        (table("Files", &["File", "Kind", "Bytes", "SHA-256"], rows))
        (facts([
            ("Written as", text.map(Cell::Words)),
            ("Hive", examination.hive.as_ref().map(|hive| Cell::Words(hive_line(hive)))),
            ("Hive written", examination.hive.as_ref().map(|hive| Cell::Words(written(hive)))),
            ("Transaction logs", examination.recovery.as_ref().map(|recovery| Cell::Words(title_of_recovery(recovery)))),
            ("Report", examination.report.as_ref().map(|report| Cell::Words(report_line(report)))),
            ("Control sets", (!sets.is_empty()).then(|| Cell::Words(sets.join(" · ")))),
            ("Windows identified from", (!told_by.is_empty()).then(|| Cell::Words(list_of(&told_by)))),
        ]))
        @if examination.defects.is_empty() {
            p { "No damage was met while reading." }
        } @else {
            (table("Damage in the evidence", &["Where", "Expected", "Found"], examination.defects.iter().map(
                |Defect { place, expected, found, .. }| vec![
                    Cell::Code(place.to_string()),
                    Cell::Words(expected.clone()),
                    Cell::Words(found.clone()),
                ],
            )))
        }
        @if !examination.files.is_empty() {
            (table("Files seen by Autoruns", &["File"], examination.files.iter().map(
                |file| vec![Cell::Words(file.to_string())],
            )))
        }
    }
}
