//! The NFO file.
//!
//! It is XML without an encoding declaration, whose element names are translated headings with blanks replaced by
//! `_`; see [`super::elements`] for what they mean.

use std::borrow::Cow;
use std::ops::ControlFlow;

use memchr::{memchr, memchr_iter};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::category::Parts;
use super::elements::{Elements, Metadata};
use crate::evidence::Defects;
use crate::evidence::encoding::TextEncoding;
use crate::evidence::xml::character;

/// Attributes of one element; real ones have one.
const MAX_ATTRIBUTES: usize = 1000;

/// Whether a text begins as an NFO file.
pub(in crate::evidence) fn is_nfo(beginning: &str) -> bool {
    beginning.trim_start().starts_with('<') && beginning.contains("<MsInfo")
}

/// Reads what is wanted of a file.
pub(super) fn collect(text: &str, encoding: TextEncoding) -> (Metadata, Parts<'_>, Defects) {
    let mut file = File { text, position: 0, counted: 0, elements: Elements::new(encoding) };
    let is_end = file.read();
    file.elements.finish(is_end)
}

/// The file, and how far it was read.
struct File<'a> {
    text: &'a str,
    /// Where the next piece of markup begins, in bytes of the text.
    position: usize,
    /// Up to where lines were counted.
    counted: usize,
    elements: Elements<'a>,
}

impl<'a> File<'a> {
    /// Reads until everything wanted was read, or to the end; whether that is the end of the document.
    fn read(&mut self) -> bool {
        let text = self.text;
        let mut begin = 0;
        let mut reader = reader_of(text);
        while !self.elements.is_done() {
            self.position = begin + usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            self.count_lines();
            let flow = if let Some(tag) = self.tag_with_quote() {
                begin = self.position + tag.len() + "<>".len();
                reader = reader_of(text.get(begin..).unwrap_or_default());
                self.enter_tag_with_quote(tag)
            } else {
                match reader.read_event() {
                    Ok(event) => self.take(event),
                    Err(error) => {
                        self.elements.defect("well-formed XML", &error.to_string());
                        ControlFlow::Break(false)
                    }
                }
            };
            if let ControlFlow::Break(is_end) = flow {
                return is_end;
            }
        }
        true
    }

    fn count_lines(&mut self) {
        let passed = self.text.get(self.counted..self.position).unwrap_or_default();
        self.elements.line += u64::try_from(memchr_iter(b'\n', passed.as_bytes()).count()).unwrap_or(u64::MAX);
        self.counted = self.position.max(self.counted);
    }

    /// The tag at this position where its name has a quotation mark in it. XML does not allow that, and quick-xml takes
    /// it for the beginning of an attribute's value; a translated heading may have one (French `d'appareil`), though
    /// none was seen.
    fn tag_with_quote(&self) -> Option<&'a str> {
        let rest = self.text.get(self.position..)?.strip_prefix('<')?;
        let tag = rest.get(..memchr(b'>', rest.as_bytes())?)?;
        let name = tag.split_whitespace().next().unwrap_or_default();
        (!tag.starts_with(['!', '?']) && name.contains(['\'', '"'])).then_some(tag)
    }

    fn enter_tag_with_quote(&mut self, tag: &str) -> ControlFlow<bool> {
        if let Some(name) = tag.strip_prefix('/') {
            return self.elements.end(name.trim_end());
        }
        let name = tag.split([' ', '/']).next().unwrap_or_default();
        self.elements.start(name, "")?;
        if tag.ends_with('/') { self.elements.end(name) } else { ControlFlow::Continue(()) }
    }

    /// Takes a piece of markup; breaks where reading ends, with whether that is the end of the document.
    fn take(&mut self, event: Event<'a>) -> ControlFlow<bool> {
        let elements = &mut self.elements;
        match event {
            Event::Start(tag) => return elements.start(tag.name().as_ref(), &name_attribute(&tag)),
            Event::Empty(tag) => {
                elements.start(tag.name().as_ref(), &name_attribute(&tag))?;
                return elements.end(tag.name().as_ref());
            }
            Event::End(tag) => return elements.end(tag.name().as_ref()),
            Event::Text(piece) => elements.text(piece.into_inner()),
            Event::CData(piece) => elements.text(piece.into_inner()),
            Event::GeneralRef(reference) => elements.text_of_reference(&reference, character(&reference)),
            Event::DocType(_) => elements.defect("no document type: these files never have one", "one"),
            Event::Decl(declaration) => {
                if let Some(Ok(declared)) = declaration.encoding() {
                    elements.compare_encoding(&declared);
                }
            }
            Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => return elements.end_of_file(),
        }
        ControlFlow::Continue(())
    }
}

fn reader_of(text: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    // What is open is known above, and damage must not end the reading.
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    reader
}

fn name_attribute<'t>(tag: &'t BytesStart<'_>) -> Cow<'t, str> {
    let mut attributes = tag.attributes();
    let mut attributes = attributes.with_checks(false).take(MAX_ATTRIBUTES).flatten();
    let name = attributes.find(|attribute| attribute.key.as_ref() == "name");
    name.map(|attribute| attribute.value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Defect;
    use crate::evidence::msinfo::elements::MAX_LENGTH;

    fn read(text: &str) -> (Metadata, Parts<'_>, Vec<Defect>) {
        let (metadata, parts, defects) = collect(text, TextEncoding::Utf8);
        (metadata, parts, defects.into_list())
    }

    fn found(defects: &[Defect]) -> Vec<&str> {
        defects.iter().map(|defect| &*defect.found).collect()
    }

    /// A file whose System Summary has these rows, and in it the categories Protocol, which is empty, and WinSock.
    fn file(rows: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?>\n<MsInfo>\n<Metadata>\n<Version>8.0</Version>\n<CreationUTC>12/28/15 04:28:32\
             </CreationUTC>\n</Metadata>\n<Category name=\"Summary\">\n{rows}\n<Category name=\"Protocol\">\n<Data>\n\
             <Item></Item>\n<Value></Value>\n</Data>\n</Category>\n<Category name=\"WinSock\">\n</Category>\n\
             </Category>\n</MsInfo>"
        )
    }

    fn row_of(text: &str) -> (String, String, Vec<Defect>) {
        let file = file(text);
        let (_, parts, defects) = read(&file);
        let row = parts.summary.into_iter().next().unwrap_or_default();
        (row.label.unwrap_or_default().into_owned(), row.value.into_owned(), defects)
    }

    #[test]
    fn rows_are_two_elements_of_any_name() {
        let (label, value, defects) = row_of(
            "<Data>\n<Položka><![CDATA[Název]]></Položka>\n<Hodnota><![CDATA[TCPIP MSAFD [TCP/IP]]]></Hodnota>\n</Data>",
        );
        assert_eq!((&*label, &*value, defects), ("Název", "TCPIP MSAFD [TCP/IP]", Vec::new()), "CDATA ends in ]]]>");
        let (label, value, defects) = row_of("<Data><a>x<![CDATA[y]]>z</a><Data>&lt;&#65;&amp;</Data></Data>");
        assert_eq!((&*label, &*value, defects), ("xyz", "<A&", Vec::new()), "Data is a heading in Italian");
    }

    #[test]
    fn the_head_and_the_lines_are_told() {
        let file = file("");
        let (metadata, parts, defects) = read(&file);
        assert_eq!((&*metadata.version, &*metadata.created, defects), ("8.0", "12/28/15 04:28:32", Vec::new()));
        assert_eq!((parts.protocol.unwrap().line, parts.winsock.unwrap().line, parts.is_whole), (9, 15, true));
    }

    #[test]
    fn an_apostrophe_in_a_heading_does_no_harm() {
        for (one, other) in [("l'un", "autre"), ("un", "l'autre"), ("l'un", "l'autre"), ("l'u'n", "a\"b")] {
            let (label, value, defects) = row_of(&format!("<Data><{one}>x's</{one}><{other}>y</{other}></Data>"));
            assert_eq!((&*label, &*value, defects), ("x's", "y", Vec::new()), "{one}");
        }
        let (label, value, defects) = row_of("<Data><l'un/><b>y</b></Data>");
        assert_eq!((&*label, &*value, defects), ("", "y", Vec::new()));
    }

    #[test]
    fn entities_and_document_types_are_refused() {
        let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>\n";
        let (label, value, defects) = row_of("<Data><a>&b;</a><b>&#0;&#xD800;</b></Data>");
        assert_eq!((&*label, &*value), ("&b;", "&#0;&#xD800;"));
        assert_eq!(found(&defects), ["&b;", "&#0;", "&#xD800;"]);
        let text = bomb.to_owned() + &file("");
        let (_, parts, defects) = read(&text);
        assert_eq!((found(&defects), parts.protocol.is_some()), (vec!["one"], true));
    }

    #[test]
    fn limits_are_kept() {
        let deep = "<x>".repeat(300);
        assert_eq!(found(&read(&format!("<MsInfo>{deep}")).2), ["more; reading ends here"]);
        let deep = "<l'x>".repeat(300);
        assert_eq!(found(&read(&format!("<MsInfo>{deep}")).2), ["more; reading ends here"]);
        let long = "x".repeat(MAX_LENGTH + 7);
        let (label, _, defects) = row_of(&format!("<Data><a>{long}</a></Data>"));
        assert_eq!((label.len(), found(&defects)), (MAX_LENGTH, vec!["a longer one, which is truncated"]));
        let (_, _, defects) = read(&format!("<MsInfo><Category name=\"{long}\"></Category></MsInfo>"));
        assert_eq!(found(&defects), ["a longer one, which is truncated"]);
        let attributes = " a=\"\"".repeat(2000);
        assert_eq!(
            read(&format!("<MsInfo><Category{attributes} name=\"WinSock\"></Category></MsInfo>")).1.winsock,
            None
        );
    }

    #[test]
    fn what_xml_does_not_allow_is_told() {
        let (label, _, defects) = row_of("<Data><a>\u{1b}[2J</a></Data>");
        assert_eq!((&*label, found(&defects)), ("\u{1b}[2J", vec![r"\u{1b}[2J"]));
        let (_, _, defects) = read("<?xml version=\"1.0\" encoding=\"utf-16\"?><MsInfo></MsInfo>");
        assert_eq!(found(&defects), ["utf-16"]);
        let (_, _, defects) = read("<SystemInformation><MsInfo></MsInfo></SystemInformation>");
        assert_eq!(found(&defects), ["<SystemInformation>"]);
    }

    #[test]
    fn tags_that_do_not_fit_are_defects_and_reading_goes_on() {
        let (label, value, defects) = row_of("<Data><a>x</b></a><b>y</Data>");
        assert_eq!((&*label, &*value), ("x", "y"));
        assert_eq!(found(&defects), ["</b>", "</Data> before the end tags of the 1 elements in it"]);
    }

    #[test]
    fn the_end_of_the_file_before_the_end_of_protocol_is_a_defect() {
        let (_, parts, defects) = read("<MsInfo><Category name=\"Summary\"><Category name=\"Protocol\">");
        assert_eq!((found(&defects), parts.is_whole), (vec!["the end of the file, with 3 open elements"], false));
        let (_, _, defects) = read("<MsInfo><Category name=\"Summary\"><Data><a><![CDATA[cut");
        assert!(defects[0].found.starts_with("syntax error: CDATA not closed"), "{defects:?}");
    }
}
