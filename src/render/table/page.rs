//! Words in lines that fit a page.

use std::io::{self, Write};

use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

use super::style;

/// A page of a certain width.
pub(in crate::render) struct Page<'w> {
    writer: &'w mut dyn Write,
    width: usize,
}

impl<'w> Page<'w> {
    /// A page with lines of at most `width` characters, unless a single word is longer.
    pub(in crate::render) fn new(writer: &'w mut dyn Write, width: usize) -> Self {
        Self { writer, width }
    }

    /// How many characters a line has.
    pub(in crate::render) fn width(&self) -> usize {
        self.width
    }

    /// What is written to, for what has its own lines.
    pub(in crate::render) fn writer(&mut self) -> &mut dyn Write {
        self.writer
    }

    /// Writes words below `indent`; what does not fit goes on below `rest`.
    pub(in crate::render) fn words(&mut self, indent: &str, rest: &str, words: &str) -> io::Result<()> {
        lines(indent, rest, words, self.width).iter().try_for_each(|line| self.line(line))
    }

    /// Writes a line as it is.
    pub(in crate::render) fn line(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.writer, "{line}")
    }

    /// Writes a heading without an empty line before it.
    pub(in crate::render) fn title(&mut self, title: &str) -> io::Result<()> {
        let title = lines("", "  ", title, self.width).join("\n");
        let bold = style::HEADING;
        self.line(&format!("{bold}{title}{bold:#}"))
    }

    /// Writes a heading with an empty line before it.
    pub(in crate::render) fn heading(&mut self, heading: &str) -> io::Result<()> {
        let heading = lines("", "  ", heading, self.width).join("\n");
        style::heading(self.writer, &heading)
    }
}

/// Words in lines of at most `width` characters, broken at blanks alone: no path, name or number is cut.
pub(super) fn lines(indent: &str, rest: &str, words: &str, width: usize) -> Vec<String> {
    let options = Options::new(width)
        .initial_indent(indent)
        .subsequent_indent(rest)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::wrap(words, options).iter().map(|line| line.trim_end().to_owned()).collect()
}

/// Writes a text with a label; what does not fit goes on below the text.
pub(super) fn labelled(writer: &mut dyn Write, width: usize, label: &str, text: &str) -> io::Result<()> {
    const REST: &str = "                  ";
    let colour = style::LABEL;
    let text = lines(REST, REST, text, width).join("\n");
    writeln!(writer, "  {colour}{label:<15}{colour:#} {}", text.trim_start())
}

/// Longest sentence in characters: names from evidence may have thousands.
const LONGEST: usize = 600;

/// A sentence that does not fill a screen, with short names of NetBIOS devices.
pub(in crate::render) fn cut(sentence: &str) -> String {
    let sentence = short(sentence);
    match sentence.char_indices().nth(LONGEST) {
        Some((end, _)) => {
            format!("{}… ({} characters)", sentence.get(..end).unwrap_or_default(), sentence.chars().count())
        }
        None => sentence,
    }
}

/// A text in which the GUIDs in names of NetBIOS devices, which are as long as half a line, are cut.
pub(super) fn short(text: &str) -> String {
    const DEVICE: &str = "NetBT_Tcpip_{";
    const KEPT: usize = 8;
    let mut short = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, device)) = rest.split_once(DEVICE) {
        short.push_str(before);
        short.push_str(DEVICE);
        rest = device;
        if let Some((guid, after)) = device.split_once('}')
            && let Some(kept) = guid.get(..KEPT).filter(|_| guid.len() == 36 && guid.is_ascii())
        {
            short.push_str(kept);
            short.push_str("…}");
            rest = after;
        }
    }
    short.push_str(rest);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_at_blanks_alone() {
        let path = r"C:\A-very-long-path\that-has-no-blank\evil.dll";
        assert_eq!(
            lines("- ", "  ", &format!("its DLL is {path} here"), 14),
            ["- its DLL is", &format!("  {path}"), "  here"]
        );
        assert_eq!(
            lines("", "", "\u{1b}[31mred\u{1b}[0m word", 8),
            ["\u{1b}[31mred\u{1b}[0m word"],
            "styles take no room"
        );
    }

    #[test]
    fn only_guids_of_net_bios_devices_are_cut() {
        let name = r"MSAFD NetBIOS [\Device\NetBT_Tcpip_{208F1499-7DC5-4E1D-8E2B-0123456789AB}] SEQPACKET 0";
        assert_eq!(short(name), r"MSAFD NetBIOS [\Device\NetBT_Tcpip_{208F1499…}] SEQPACKET 0");
        for kept in ["NetBT_Tcpip_{", "NetBT_Tcpip_{1}", "{208F1499-7DC5-4E1D-8E2B-0123456789AB}", "NetBT_Tcpip_{{}"] {
            assert_eq!(short(kept), kept);
        }
    }

    #[test]
    fn no_sentence_fills_a_screen() {
        let cut = cut(&"ä".repeat(10_000));
        assert_eq!(cut.chars().count(), LONGEST + "… (10000 characters)".chars().count());
    }
}
