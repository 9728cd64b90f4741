//! Pseudonyms in reports that are handed on: for computers, users, and the folders that evidence lay in.
//!
//! A pseudonym is a checksum of the name in lower case, so that it is the same in every report. It hides a name from people
//! who read the report, but not from somebody who guesses the name and computes its checksum.

mod label;
mod markup;
mod users;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::Bound::{Included, Unbounded};
use std::ops::Range;

use maud::{Markup, PreEscaped};
use sha2::{Digest, Sha256};

use self::markup::each_text;
use self::users::{CUT, fold, users};
use super::hex;
use crate::batch::Unit;
use crate::examination::Examination;

/// Which names a report has pseudonyms for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hidden {
    /// Names of computers.
    pub hosts: bool,
    /// Names of users: of the folders of their profiles.
    pub users: bool,
    /// Folders that the evidence lay in.
    pub paths: bool,
}

impl Hidden {
    /// Whether there are any.
    #[must_use]
    pub fn is_anything(self) -> bool {
        self != Self::default()
    }
}

/// How many characters of a name must stand before a text was cut, so that they are taken for the name.
const SHORTEST_CUT: usize = 3;

/// The names in one report, and their pseudonyms.
#[derive(Debug, Default)]
pub(super) struct Redaction {
    hidden: Hidden,
    names: BTreeMap<Vec<char>, String>,
    /// How many characters the longest has.
    longest: usize,
}

impl Redaction {
    /// That of nothing but what stands in the texts themselves.
    pub(super) fn new(hidden: Hidden) -> Self {
        Self { hidden, ..Self::default() }
    }

    /// That of what is said of a unit.
    pub(super) fn of(hidden: Hidden, unit: &Unit, examination: Option<&Examination>) -> Self {
        let mut redaction = Self::new(hidden);
        unit.host.iter().for_each(|host| redaction.host(host));
        if let Some(examination) = examination {
            let names = examination.examined.iter().filter_map(|examined| examined.control_set.computer_name.as_ref());
            names.for_each(|name| redaction.host(&name.lossy()));
            for event in &examination.events {
                event.computer.iter().for_each(|name| redaction.host(&name.lossy()));
                event.user.iter().for_each(|user| redaction.user(&user.lossy()));
            }
            let parts = examination.parts.iter().chain(&examination.logs).map(|part| &part.path);
            std::iter::once(&examination.path).chain(parts).for_each(|path| redaction.label(&path.lossy()));
        }
        let joined = unit.joined.iter().map(|joined| &joined.label);
        std::iter::once(&unit.label).chain(&unit.group).chain(joined).for_each(|label| redaction.label(label));
        redaction
    }

    /// Adds a computer, with the name that it has without its domain.
    pub(super) fn host(&mut self, name: &str) {
        if self.hidden.hosts {
            let short = name.split('.').next().unwrap_or_default();
            for name in [name, short] {
                self.add("host", name);
            }
        }
    }

    /// Adds a user.
    fn user(&mut self, name: &str) {
        if self.hidden.users {
            self.add("user", name);
        }
    }

    /// Adds the folder of a file that is called that, and its name, which may be that of a computer. Add the computers
    /// that are known before it.
    pub(super) fn label(&mut self, label: &str) {
        let archive = label.split("!/").next().unwrap_or_default();
        let (folder, file) = archive.rsplit_once(['/', '\\']).unwrap_or(("", archive));
        if self.hidden.paths {
            self.add("folder", folder);
        }
        if self.hidden.hosts {
            for path in [label, archive, file] {
                let (folder, inside) = match path.strip_prefix(folder).filter(|_| self.hidden.paths) {
                    Some(inside) => (self.replaced(folder), inside),
                    None => (String::new(), path),
                };
                let renamed = label::renamed(inside, |name| {
                    // Beside a computer that is known there may be the name of another.
                    let rest = self.replaced_by(name, |_| "");
                    let is_hidden = rest != name && label::is_common(&rest);
                    if is_hidden { self.replaced(name) } else { pseudonym("file", &folded(name)) }
                });
                if renamed != inside {
                    self.insert(path, || folder + &renamed);
                }
            }
        }
    }

    fn add(&mut self, kind: &str, name: &str) {
        self.insert(name, || pseudonym(kind, &folded(name)));
    }

    fn insert(&mut self, name: &str, pseudonym: impl FnOnce() -> String) {
        let folded = folded(name);
        if !folded.is_empty() {
            self.longest = self.longest.max(folded.len());
            self.names.entry(folded).or_insert_with(pseudonym);
        }
    }

    /// Adds the users whose folders a text names.
    fn learn(&mut self, text: &str) {
        if self.hidden.users {
            let characters: Vec<char> = text.chars().collect();
            for user in users(&characters) {
                let name: String = characters.get(user).unwrap_or_default().iter().collect();
                self.user(&name);
            }
        }
    }

    /// The longest name that these folded characters begin with, and that may end there: its length and its pseudonym.
    fn longest(&self, characters: &[char], may_end: impl Fn(usize) -> bool) -> Option<(usize, &str)> {
        let mut rest = characters.get(..self.longest).unwrap_or(characters);
        while !rest.is_empty() {
            let (name, pseudonym) = self.names.range::<[char], _>((Unbounded, Included(rest))).next_back()?;
            let shared = name.iter().zip(rest).take_while(|(own, other)| own == other).count();
            if shared < name.len() {
                rest = rest.get(..shared)?;
            } else if may_end(shared) {
                return Some((shared, pseudonym));
            } else {
                rest = rest.get(..shared - 1)?;
            }
        }
        None
    }

    /// The name whose first characters these are.
    fn begun(&self, characters: &[char]) -> Option<(usize, &str)> {
        let (name, pseudonym) = self.names.range::<[char], _>((Included(characters), Unbounded)).next()?;
        name.starts_with(characters).then_some((characters.len(), pseudonym))
    }

    /// A text with pseudonyms.
    pub(super) fn text(&mut self, text: &str) -> String {
        self.learn(text);
        self.replaced(text)
    }

    fn replaced(&self, text: &str) -> String {
        self.replaced_by(text, |pseudonym| pseudonym)
    }

    /// A text with what `shown` makes of a pseudonym in the place of each name.
    fn replaced_by<'s>(&'s self, text: &str, shown: impl Fn(&'s str) -> &'s str) -> String {
        let characters: Vec<char> = text.chars().collect();
        let folded = folded(text);
        let is_letter = |place: usize| characters.get(place).is_some_and(|character| character.is_alphanumeric());
        let mut cuts =
            (0..).zip(&characters).filter(|(_, character)| **character == CUT).map(|(place, _)| place).peekable();
        let mut replaced = String::with_capacity(text.len());
        let (mut place, mut is_within_word) = (0, false);
        while let Some(rest @ [_, ..]) = folded.get(place..) {
            while cuts.next_if(|cut| *cut < place).is_some() {}
            let cut = cuts.peek().map_or(0, |cut| cut - place);
            let name = self.longest(rest, |length| !is_letter(place + length));
            let name = name.or_else(|| self.begun(rest.get(..cut).filter(|_| cut >= SHORTEST_CUT)?));
            if let Some((length, pseudonym)) = name.filter(|_| !is_within_word) {
                replaced.push_str(shown(pseudonym));
                place += length;
            } else {
                replaced.extend(characters.get(place));
                place += 1;
            }
            is_within_word = place.checked_sub(1).is_some_and(is_letter);
        }
        replaced
    }

    /// Markup with pseudonyms in its texts, and in what screen readers read.
    pub(super) fn markup(&mut self, markup: Markup) -> Markup {
        if !self.hidden.is_anything() {
            return markup;
        }
        each_text(&markup.0, &mut |text| {
            self.learn(text);
            text.to_owned()
        });
        PreEscaped(each_text(&markup.0, &mut |text| self.replaced(text)))
    }

    /// A whole report with pseudonyms, of what `write` writes.
    pub(super) fn report(
        mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
        stream: &mut dyn Write,
    ) -> io::Result<()> {
        if !self.hidden.is_anything() {
            return write(stream);
        }
        let mut report = Vec::new();
        write(&mut report)?;
        let report = String::from_utf8(report).map_err(io::Error::other)?;
        stream.write_all(self.markup(PreEscaped(report)).0.as_bytes())
    }

    /// A unit with pseudonyms, as far as it is shown.
    pub(super) fn unit(&mut self, unit: &Unit) -> Unit {
        let mut unit = unit.clone();
        if self.hidden.is_anything() {
            let failure = unit.failure.iter_mut().map(|failure| &mut failure.message);
            let foreign =
                unit.foreign.iter_mut().flat_map(|foreign| foreign.library_path.iter_mut().chain([&mut foreign.name]));
            let texts = unit.host.iter_mut().chain(&mut unit.group).chain(&mut unit.worst).chain([&mut unit.label]);
            for text in texts.chain(failure).chain(foreign) {
                *text = self.text(text);
            }
        }
        unit
    }

    /// An examination whose bytes of entries have no name in them, where anything is hidden.
    pub(super) fn masked<'a>(&self, examination: &'a Examination) -> Cow<'a, Examination> {
        let mut examination = Cow::Borrowed(examination);
        if self.hidden.is_anything() {
            for examined in &mut examination.to_mut().examined {
                let lists = examined.control_set.catalogs.protocol.iter_mut();
                let lists = lists.flat_map(|catalog| catalog.entries.iter_mut().chain(&mut catalog.entries64));
                for entry in lists.flat_map(|list| list.entries.iter_mut().chain(&mut list.orphans)) {
                    entry.item.iter_mut().for_each(|item| self.mask(item));
                }
            }
        }
        examination
    }

    /// Puts an x in the place of each character of a name, in whichever width it is stored.
    fn mask(&self, bytes: &mut [u8]) {
        let narrow: Vec<char> = bytes.iter().map(|byte| char::from(*byte)).collect();
        for range in self.found(&narrow) {
            bytes.get_mut(range).unwrap_or_default().fill(b'x');
        }
        for begin in [0, 1] {
            let Some(bytes) = bytes.get_mut(begin..) else { continue };
            let (units, _) = bytes.as_chunks_mut::<2>();
            let wide: Vec<char> = units
                .iter()
                .map(|unit| char::from_u32(u32::from(u16::from_le_bytes(*unit))).unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect();
            for range in self.found(&wide) {
                units.get_mut(range).unwrap_or_default().fill([b'x', 0]);
            }
        }
    }

    /// Where names are, also within words, since leftover memory may begin anywhere.
    fn found(&self, characters: &[char]) -> Vec<Range<usize>> {
        let mut found = if self.hidden.users { users(characters) } else { Vec::new() };
        let folded: Vec<char> = characters.iter().copied().map(fold).collect();
        for place in 0..folded.len() {
            let name = self.longest(folded.get(place..).unwrap_or_default(), |_| true);
            found.extend(name.map(|(length, _)| place..place + length));
        }
        found
    }
}

/// What stands for a name.
fn pseudonym(kind: &str, folded: &[char]) -> String {
    let digest = Sha256::digest(folded.iter().collect::<String>());
    format!("{kind}-{}", hex(digest.get(..4).unwrap_or_default()))
}

fn folded(name: &str) -> Vec<char> {
    name.chars().map(fold).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Hidden = Hidden { hosts: true, users: true, paths: true };

    fn redaction() -> Redaction {
        let mut redaction = Redaction::new(ALL);
        redaction.host("PC-07.corp.example");
        redaction.label("cases/Muster AG/SYSTEM");
        redaction
    }

    #[test]
    fn names_have_the_same_pseudonym_everywhere() {
        let mut redaction = redaction();
        let text = redaction
            .text(r"C:\Users\Max Muster\a.dll on pc-07, PC-07.corp.example; cases/Muster AG/SYSTEM: MAX MUSTER");
        let pseudonym = |begin: &str| {
            let digits = text.split_once(begin).unwrap().1.chars().take(8).collect::<String>();
            format!("{}{digits}", begin.trim_start_matches(", "))
        };
        let [host, user, folder, full] = ["host-", "user-", "folder-", ", host-"].map(pseudonym);
        assert_eq!(text, format!(r"C:\Users\{user}\a.dll on {host}, {full}; {folder}/SYSTEM: {user}"));
        assert_eq!(self::redaction().text("pc-07"), host, "also in another report");
    }

    #[test]
    fn words_that_only_begin_or_end_like_a_name_stay() {
        let mut redaction = redaction();
        assert_eq!(redaction.text("PC-070 and XPC-07"), "PC-070 and XPC-07");
        assert!(!redaction.text("PC-07_winsock.txt").contains("PC-07"));
        assert!(!redaction.text("on PC-0… (40 characters)").contains("PC-0"), "cut within the name");
        assert_eq!(redaction.text(r"C:\Users\Public\x.dll, C:\Windows"), r"C:\Users\Public\x.dll, C:\Windows");
    }

    #[test]
    fn a_file_that_is_called_after_two_computers_names_neither() {
        let mut redaction = redaction();
        for (label, is_shown) in [("PC-07_before.SYSTEM", true), ("LAPTOP-4711_PC-07.SYSTEM", false)] {
            redaction.label(label);
            let shown = redaction.text(label);
            assert!(shown.ends_with(".SYSTEM") && !shown.contains("4711") && !shown.contains("PC-07"), "{shown}");
            assert_eq!(shown.starts_with("host-") && shown.ends_with("_before.SYSTEM"), is_shown, "{shown}");
        }
    }

    #[test]
    fn markup_stays_markup() {
        let mut redaction = Redaction::new(ALL);
        for host in ["p", "class", "R&D", "style"] {
            redaction.host(host);
        }
        let markup =
            r#"<style>p { }</style><p class="p" aria-label="p R&amp;D">p &lt;R&amp;D&gt; <code>style</code></p>"#;
        let redacted = redaction.markup(PreEscaped(markup.to_owned())).0;
        assert!(redacted.starts_with(r#"<style>p { }</style><p class="p" aria-label="host-"#), "{redacted}");
        assert!(
            !redacted.contains("R&amp;D") && !redacted.contains(">style<") && redacted.ends_with("</code></p>"),
            "{redacted}"
        );
        assert_eq!(Redaction::new(ALL).markup(PreEscaped(markup.to_owned())).0, markup);
    }

    #[test]
    fn bytes_have_names_in_neither_width() {
        let mut redaction = redaction();
        redaction.learn(r"C:\Users\Max\a.dll");
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        for (odd, text) in [(0, r"C:\Users\Max\a.dll"), (1, "xmaxx pc-07"), (0, r"D:\Users\Other\b.dll")] {
            let mut bytes = [&vec![0; odd][..], &wide(text), &[0; 5], text.as_bytes()].concat();
            redaction.mask(&mut bytes);
            let narrow = String::from_utf8_lossy(&bytes).replace('\0', "").to_lowercase();
            assert!(["max", "pc-07", "other"].iter().all(|name| !narrow.contains(name)), "{narrow}");
            assert_eq!(bytes.len(), odd + 3 * text.len() + 5);
        }
    }
}
