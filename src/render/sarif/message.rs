//! Texts in which SARIF gives some characters a meaning.

use serde::Serialize;

use crate::render::masked;

/// A message in plain text.
#[derive(Debug, Clone, Serialize)]
pub(in crate::render) struct Message {
    text: String,
}

impl Message {
    /// A message that says just this: no link to where a name of the evidence leads (§3.11.6), no placeholder (§3.11.5).
    pub(in crate::render) fn new(text: &str) -> Self {
        Self { text: doubled(&masked(text, &[]).replace("](", r"]\u{28}")) }
    }
}

/// A text of several lines, in plain text and in Markdown.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    text: String,
    markdown: String,
}

impl Page {
    /// A page that the project has written.
    pub(super) fn new(markdown: &str) -> Self {
        Self { text: doubled(markdown), markdown: doubled(markdown) }
    }
}

/// A text with its braces doubled, as those are that are no part of a placeholder.
fn doubled(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_makes_no_link_and_no_placeholder() {
        let text = |name: &str| Message::new(name).text;
        assert_eq!(text("[here](http://example.com) {0}"), r"[here]\u{{28}}http://example.com) {{0}}");
        assert_eq!(text("MSAFD Tcpip [TCP/IP] (x)"), "MSAFD Tcpip [TCP/IP] (x)");
        assert_eq!(text("a\u{1b}[2J\r\n"), r"a\u{{1b}}[2J\u{{d}}\u{{a}}");
    }
}
