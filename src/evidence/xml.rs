//! References in XML.

use quick_xml::events::BytesRef;

/// The character that a reference stands for. Entities are never resolved: only the five of XML and numbers of
/// characters mean something.
pub(super) fn character(reference: &BytesRef<'_>) -> Option<char> {
    match &**reference {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => reference.resolve_char_ref().ok().flatten(),
    }
}
