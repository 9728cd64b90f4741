//! The table of many units in one file, as far as there is room; where there is not, details are in files beside it.

use std::io::{self, Write};

use maud::{Markup, PreEscaped, html};

use super::document;
use crate::render::heading::Heading;
use crate::render::rows::Rows;
use crate::render::writer::Beside;

/// Bytes of the largest file: browsers are slow with larger ones, and mail does not carry them.
const LARGEST: u64 = 50_000_000;
/// Bytes of it that are kept for everything but rows.
const BESIDE_ROWS: u64 = 4_000_000;
/// Bytes of rows and details of a file beside it.
const OF_PAGE: u64 = 8_000_000;

/// What ends the row of a unit and begins its details: our markup never has it, and the escaping takes it out of evidence.
pub(super) const SEPARATOR: u8 = 0;

/// Bytes around a row.
const FRAME: usize = ROW.0.len() + ROW.1.len();
const ROW: (&str, &str) = ("<tr role=\"row\">", "</tr>\n");

/// What of the units fits into the file, and where the rest is.
pub(super) struct Pages {
    /// Bytes of all rows, and of all details.
    of_rows: u64,
    of_details: u64,
    /// Bytes that rows and details may have in the file, and in one beside it.
    room: u64,
    of_page: u64,
    /// The folder with the details, as links name it; nothing where they are here.
    folder: Option<String>,
    /// How many rows have their details on each page of it.
    rows_of: Vec<usize>,
    /// Bytes that are written, and rows.
    written: u64,
    written_details: u64,
    rows: usize,
    /// Rows and details that had no room.
    left_rows: u64,
    left_details: u64,
}

impl Default for Pages {
    fn default() -> Self {
        Self {
            of_rows: 0,
            of_details: 0,
            room: LARGEST - BESIDE_ROWS,
            of_page: OF_PAGE,
            folder: None,
            rows_of: Vec::new(),
            written: 0,
            written_details: 0,
            rows: 0,
            left_rows: 0,
            left_details: 0,
        }
    }
}

fn parted(row: &[u8]) -> (&[u8], &[u8]) {
    let mut parts = row.splitn(2, |byte| *byte == SEPARATOR);
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

fn size(part: &[u8]) -> u64 {
    u64::try_from(part.len() + FRAME).unwrap_or(u64::MAX)
}

impl Pages {
    /// Counts the bytes of a unit.
    pub(super) fn count(&mut self, row: &[u8]) {
        let (row, details) = parted(row);
        self.of_rows = self.of_rows.saturating_add(size(row));
        self.of_details = self.of_details.saturating_add(size(details));
    }

    fn is_too_much(&self) -> bool {
        self.of_rows.saturating_add(self.of_details) > self.room
    }

    /// Writes the units with their details into files beside the list, where both do not fit into one, and removes those that
    /// an earlier list had beyond them.
    pub(super) fn spill(&mut self, rows: &mut Rows, heading: &Heading, beside: &mut Beside<'_>) -> io::Result<()> {
        if self.is_too_much() {
            self.write_pages(rows, heading, beside)?;
            self.folder = Some(encoded(beside.folder));
        }
        let mut number = self.rows_of.len() + 1;
        while (beside.remove)(&name(number), &format!("<title>{}</title>", title(number)))? {
            number += 1;
        }
        Ok(())
    }

    fn write_pages(&mut self, rows: &mut Rows, heading: &Heading, beside: &mut Beside<'_>) -> io::Result<()> {
        let (mut page, mut count, mut number) = (Vec::new(), 0, 0);
        rows.rest(|some| {
            for row in some {
                if count > 0 && size(&page).saturating_add(size(row)) > self.of_page {
                    write_page(self.rows_of.len() + 1, &page, heading, beside)?;
                    self.rows_of.push(count);
                    (page, count) = (Vec::new(), 0);
                }
                let (row, details) = parted(row);
                page.extend(format!("<tr role=\"row\" id=\"u{number}\">").as_bytes());
                page.extend([row, details, ROW.1.as_bytes()].concat());
                (count, number) = (count + 1, number + 1);
            }
            Ok(())
        })?;
        write_page(self.rows_of.len() + 1, &page, heading, beside)?;
        self.rows_of.push(count);
        Ok(())
    }

    /// What stands above the rows.
    pub(super) fn head(&self) -> Markup {
        html! {
            section.part {
                h2 id="units" { "Every unit" }
                @if let Some(folder) = self.folder.as_ref().filter(|_| self.is_too_much()) {
                    p.verdict.note {
                        "All details together are larger than a browser handles well (50 MB), so each row has a link to its details. \
                         They are in the folder " code { (folder) } " beside this file. The filter looks at the rows alone."
                    }
                } @else if self.is_too_much() {
                    p.verdict.warning {
                        "All details together are larger than a browser handles well (50 MB). Those of the first units are here; \
                         the others have a row without details, and the last may have none. With " code { "--output" }
                        " the details of all units are in a folder beside the file; " code { "--format jsonl" } " has everything, too."
                    }
                }
            }
            (table())
        }
    }

    /// Writes the row of the next unit.
    pub(super) fn write(&mut self, row: &[u8], stream: &mut dyn Write) -> io::Result<()> {
        let (row, details) = parted(row);
        let link = self.link(details);
        self.rows += 1;
        let details = link.as_deref().map_or(details, str::as_bytes);
        if self.written.saturating_add(size(row)) > self.room {
            self.left_rows += 1;
            return Ok(());
        }
        self.written += size(row);
        stream.write_all(ROW.0.as_bytes())?;
        stream.write_all(row)?;
        // The rows come first of all.
        let for_details = self.room.saturating_sub(self.of_rows);
        let total = self.written_details.saturating_add(size(details));
        if details.is_empty() || link.is_some() || total <= for_details {
            stream.write_all(details)?;
            self.written_details = total;
        } else {
            self.left_details += 1;
        }
        stream.write_all(ROW.1.as_bytes())
    }

    /// The link to the details of the next unit, where they are elsewhere.
    fn link(&self, details: &[u8]) -> Option<String> {
        let folder = self.folder.as_ref().filter(|_| !details.is_empty())?;
        let ends = self.rows_of.iter().scan(0, |end, count| {
            *end += count;
            Some(*end)
        });
        let page = ends.take_while(|end| *end <= self.rows).count() + 1;
        let link = html! { td.details role="cell" { a href=(format!("{folder}/{}#u{}", name(page), self.rows)) { "Details" } } };
        Some(link.into_string())
    }

    /// What stands below the rows.
    pub(super) fn foot(&self) -> Markup {
        html! {
            (PreEscaped("</tbody></table>\n"))
            @if self.left_details > 0 { p.more { "Without details: " (self.left_details) " units." } }
            @if self.left_rows > 0 { p.more { "Without a row: " (self.left_rows) " units." } }
        }
    }
}

/// The beginning of a table of units.
fn table() -> Markup {
    html! {
        (PreEscaped("<table role=\"table\" class=\"units\">"))
        caption { "Units, worst verdict first unless sorted otherwise" }
        thead role="rowgroup" {
            tr role="row" {
                @for heading in ["Verdict", "Host", "Windows", "Worst finding", "Evidence"] {
                    th scope="col" role="columnheader" { (heading) }
                }
            }
        }
        (PreEscaped("<tbody role=\"rowgroup\">\n"))
    }
}

/// What a file with details is called.
fn name(number: usize) -> String {
    format!("{number}.html")
}

fn title(number: usize) -> String {
    format!("Details of units, page {number}")
}

/// Writes a file with details.
fn write_page(number: usize, rows: &[u8], heading: &Heading, beside: &mut Beside<'_>) -> io::Result<()> {
    let mut page = Vec::new();
    document::begin(&title(number), heading, &mut page)?;
    let head = html! {
        p { a href=(format!("../{}", encoded(beside.file))) { "Back to the list of all units" } }
        section.part { h1 { (title(number)) } }
        (table())
    };
    document::write(&head, &mut page)?;
    page.extend(rows);
    page.extend(b"</tbody></table>\n");
    document::end(heading, &mut page)?;
    (beside.write)(&name(number), &page)
}

/// A name as a link has it.
fn encoded(name: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    name.bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::{Failure, Record, Status};

    const ROW_OF_UNIT: &[u8] = b"<td>row</td>\0<td>details</td>";

    /// Pages with room for so many rows, and for so many details of all of them.
    fn pages(rows: u64, details: u64, units: u64) -> Pages {
        let (of_row, of_details) = (size(b"<td>row</td>"), size(b"<td>details</td>"));
        let room = rows.min(units) * of_row + details * of_details + 1;
        let mut pages = Pages { room, ..Pages::default() };
        (0..units).for_each(|_| pages.count(ROW_OF_UNIT));
        pages
    }

    fn written(pages: &mut Pages, units: u64) -> String {
        let mut written = Vec::new();
        (0..units).for_each(|_| pages.write(ROW_OF_UNIT, &mut written).unwrap());
        String::from_utf8(written).unwrap()
    }

    #[test]
    fn the_first_rows_have_their_details_as_far_as_there_is_room() {
        let mut pages = pages(4, 2, 4);
        let written = written(&mut pages, 4);
        assert_eq!([written.matches("row</td>").count(), written.matches("details").count()], [4, 2]);
        assert!(pages.foot().0.contains("Without details: 2 units.") && pages.head().0.contains("--output"));
        let mut pages = self::pages(3, 0, 4);
        assert_eq!(self::written(&mut pages, 4).matches("row</td>").count(), 3);
        assert!(pages.foot().0.contains("Without a row: 1 units."));
    }

    #[test]
    fn what_has_no_room_is_in_files_beside_the_list() {
        let mut pages = Pages { of_page: 150, ..pages(5, 1, 5) };
        let failure = Failure { code: String::new(), message: String::new(), help: None };
        let mut rows = Rows::new(None, || Box::new(io::Cursor::new(Vec::new())));
        for _ in 0..5 {
            let record = Record::of_failure(String::new(), Status::Failed, failure.clone());
            rows.add(&record.unit, ROW_OF_UNIT).unwrap();
        }
        let mut files: Vec<(String, String)> = Vec::new();
        let mut write = |name: &str, bytes: &[u8]| {
            files.push((name.to_owned(), String::from_utf8(bytes.to_vec()).unwrap()));
            Ok(())
        };
        // An earlier list had six files.
        let mut removed = Vec::new();
        let mut remove = |name: &str, mark: &str| {
            let number = name.trim_end_matches(".html");
            assert_eq!(mark, format!("<title>Details of units, page {number}</title>"));
            removed.push(name.to_owned());
            Ok(number != "7")
        };
        let mut beside =
            Beside { file: "all hosts.html", folder: "all hosts.files", write: &mut write, remove: &mut remove };
        pages.spill(&mut rows, &Heading::default(), &mut beside).unwrap();
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert!(names.len() > 1 && names[0] == "1.html", "{names:?}");
        let rest: Vec<String> = (names.len() + 1..=7).map(name).collect();
        assert_eq!(removed, rest, "and no further than to the first that is not there");
        let list = written(&mut pages, 5);
        assert!(!list.contains("<td>details</td>") && pages.foot().0.contains("</table>"));
        for unit in 0..5 {
            let (page, _) = list.split_once(&format!(".html#u{unit}\"")).unwrap();
            let page = page.rsplit('/').next().unwrap();
            let (_, text) = files.iter().find(|(name, _)| *name == format!("{page}.html")).unwrap();
            assert!(text.contains(&format!("id=\"u{unit}\"><td>row</td><td>details</td>")), "unit {unit}");
            assert!(text.contains("../all%20hosts.html"));
        }
        assert!(list.contains("all%20hosts.files/1.html#u0"));
    }

    #[test]
    fn what_fits_makes_no_folder() {
        let mut pages = pages(5, 5, 5);
        let mut rows = Rows::new(None, || Box::new(io::Cursor::new(Vec::new())));
        let mut write = |name: &str, _: &[u8]| panic!("{name}");
        let mut removed = Vec::new();
        let mut remove = |name: &str, _: &str| {
            removed.push(name.to_owned());
            Ok(name == "1.html")
        };
        let mut beside = Beside { file: "a", folder: "b", write: &mut write, remove: &mut remove };
        pages.spill(&mut rows, &Heading::default(), &mut beside).unwrap();
        assert_eq!(removed, ["1.html", "2.html"], "an earlier list had a file");
        assert_eq!(written(&mut pages, 5).matches("details").count(), 5);
    }
}
