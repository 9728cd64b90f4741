//! Phrases that people do not understand are not in what they read: `tests/words.txt` lists them.

use std::path::{Path, PathBuf};

use crate::architecture::{source_folder, sources};
use crate::cases::catalog9;

/// A phrase that is hunted.
struct Phrase {
    /// Its alternatives, as words; `*` stands for one to three of them.
    alternatives: Vec<Vec<String>>,
    /// What to write instead.
    instead: String,
    /// Texts in which the phrase is right.
    exceptions: Vec<String>,
}

fn phrases() -> Vec<Phrase> {
    let mut phrases: Vec<Phrase> = Vec::new();
    for line in include_str!("words.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(exception) = line.strip_prefix("    ") {
            let (text, reason) = exception.split_once(" -- ").unwrap_or_else(|| panic!("no reason: {line}"));
            assert!(reason.contains(' '), "no reason: {line}");
            phrases.last_mut().unwrap().exceptions.push(text.to_owned());
        } else {
            let (pattern, instead) = line.split_once(" => ").unwrap();
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
            let alternatives = pattern.split('|').map(words).collect();
            phrases.push(Phrase { alternatives, instead: instead.to_owned(), exceptions: Vec::new() });
        }
    }
    phrases
}

impl Phrase {
    fn is_in(&self, text: &str) -> bool {
        let text = self.exceptions.iter().fold(text.to_owned(), |text, exception| text.replace(exception, " . "));
        let is_end = |character: char| !character.is_alphanumeric() && !"'’.,;:–-".contains(character);
        let words: Vec<String> = text.split(is_end).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
        (0..words.len()).any(|start| self.alternatives.iter().any(|pattern| begins_with(&words[start..], pattern)))
    }
}

/// Whether words begin with a pattern. Punctuation at the end of a word ends a phrase.
fn begins_with(words: &[String], pattern: &[String]) -> bool {
    let Some((first, rest)) = pattern.split_first() else { return true };
    if first == "*" {
        return (1..=3.min(words.len())).any(|count| {
            let is_one_phrase = words[..count].iter().all(|word| !word.ends_with(['.', ',', ';', ':']));
            is_one_phrase && begins_with(&words[count..], rest)
        });
    }
    let bare = |word: &str| word.trim_matches(|character: char| !character.is_alphanumeric()).to_owned();
    words.first().is_some_and(|word| {
        let ends_here = rest.is_empty() || !word.ends_with(['.', ',', ';', ':']);
        bare(word) == *first && ends_here && begins_with(&words[1..], rest)
    })
}

/// The string literals of a source file, without those of its tests, each with its line.
fn literals(source: &str) -> Vec<(usize, String)> {
    let shipped = source.split("#[cfg(test)]").next().unwrap();
    let characters: Vec<char> = shipped.chars().collect();
    let (mut literals, mut at, mut line) = (Vec::new(), 0, 1);
    let is =
        |at: usize, text: &str| text.chars().enumerate().all(|(index, it)| characters.get(at + index) == Some(&it));
    while at < characters.len() {
        if is(at, "//") {
            while at < characters.len() && characters[at] != '\n' {
                at += 1;
            }
        } else if is(at, "'\"'") || is(at, "'\\\"'") {
            at += 3;
        } else if is(at, "r\"") || is(at, "r#\"") {
            let end = if is(at, "r\"") { "\"" } else { "\"#" };
            let (begin, mut text) = (line, String::new());
            at += 1 + end.len();
            while at < characters.len() && !is(at, end) {
                line += usize::from(characters[at] == '\n');
                text.push(characters[at]);
                at += 1;
            }
            literals.push((begin, text));
            at += end.len();
        } else if characters[at] == '"' {
            let (begin, mut text) = (line, String::new());
            at += 1;
            while at < characters.len() && characters[at] != '"' {
                if characters[at] == '\\' {
                    at += 1;
                    if characters.get(at) == Some(&'\n') {
                        line += 1;
                        at += 1;
                        while characters.get(at) == Some(&' ') {
                            at += 1;
                        }
                        continue;
                    }
                }
                line += usize::from(characters[at] == '\n');
                text.push(characters[at]);
                at += 1;
            }
            literals.push((begin, text));
            at += 1;
        } else {
            line += usize::from(characters[at] == '\n');
            at += 1;
        }
    }
    literals
}

/// The literal without the names of arguments: `{told:?}` is not a word.
fn without_arguments(literal: &str) -> String {
    let pieces = literal.split('{').map(|piece| piece.split_once('}').map_or(piece, |(_, rest)| rest));
    pieces.collect::<Vec<_>>().join("{}")
}

/// A paragraph of a page without code spans such as `scan::a_test`: they name code, which its own rules cover.
fn without_test_names(paragraph: &str) -> String {
    let is_name = |span: &str| span.contains("::") && !span.contains(' ');
    let spans = paragraph.split('`').enumerate();
    let spans = spans.map(|(index, span)| if index % 2 == 1 && is_name(span) { "." } else { span });
    spans.collect::<Vec<_>>().join("`")
}

/// Every piece of text that a person reads, with where it is.
fn texts() -> Vec<(String, String)> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shown = |file: &Path| file.strip_prefix(project).unwrap().display().to_string().replace('\\', "/");
    let mut texts = Vec::new();
    let mut paragraphs = |place: &str, text: &str| {
        // A phrase may be broken at the end of a line.
        let mut begin = 1;
        for paragraph in text.split("\n\n") {
            texts.push((format!("{place}:{begin}"), without_test_names(&paragraph.replace('\n', " "))));
            begin += paragraph.lines().count() + 1;
        }
    };
    for file in files(project, &["README.md", "CHANGELOG.md", "docs"], &["md"]) {
        paragraphs(&shown(&file), &std::fs::read_to_string(&file).unwrap());
    }
    let man = catalog9(Path::new(".")).arg("man").output().unwrap();
    paragraphs("the man page", &String::from_utf8(man.stdout).unwrap());
    for file in files(project, &["src"], &["toml"]) {
        paragraphs(&shown(&file), &std::fs::read_to_string(&file).unwrap());
    }
    for file in files(project, &["fixtures", "tests/scan"], &["txt", "md"]) {
        for (index, line) in std::fs::read_to_string(&file).unwrap().lines().enumerate() {
            texts.push((format!("{}:{}", shown(&file), index + 1), line.to_owned()));
        }
    }
    for file in sources(&source_folder()) {
        let place = shown(&file);
        if place != "src/symptom/search.rs" {
            let found = literals(&std::fs::read_to_string(&file).unwrap());
            texts.extend(found.into_iter().map(|(line, text)| (format!("{place}:{line}"), without_arguments(&text))));
        }
    }
    texts
}

/// The files of these kinds at these places.
fn files(project: &Path, places: &[&str], kinds: &[&str]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut left: Vec<PathBuf> = places.iter().map(|place| project.join(place)).collect();
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|kind| kinds.iter().any(|known| kind == *known))
            && !path.ends_with("case.txt")
        {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn no_text_has_a_phrase_that_is_hunted() {
    let phrases = phrases();
    let mut found = Vec::new();
    for (place, text) in texts() {
        for phrase in phrases.iter().filter(|phrase| phrase.is_in(&text)) {
            let pattern: Vec<String> = phrase.alternatives.iter().map(|words| words.join(" ")).collect();
            found.push(format!("{place}: \"{}\" (write: {}): {text}", pattern.join(" | "), phrase.instead));
        }
    }
    assert!(
        found.is_empty(),
        "{} hunted phrases; rewrite them, or add an exception with its reason to tests/words.txt:\n{}",
        found.len(),
        found.join("\n")
    );
}

#[test]
fn every_exception_is_needed() {
    let texts = texts();
    for exception in phrases().iter().flat_map(|phrase| &phrase.exceptions) {
        assert!(texts.iter().any(|(_, text)| text.contains(exception)), "no text has \"{exception}\"");
    }
}

#[test]
fn phrases_are_found_in_any_letter_case_and_across_punctuation() {
    let found = |text: &str| phrases().iter().filter(|phrase| phrase.is_in(text)).count();
    assert_eq!(found("The evidence TOLD us."), 1);
    assert_eq!(found("programs look a name up"), 1);
    assert_eq!(found("a provider of\tits own, and not another"), 2);
    assert_eq!(found("look here. Wake up"), 0, "that is two sentences");
    assert_eq!(found(&without_test_names("`a::it_is_told` is told")), 1);
    assert_eq!(found(&without_test_names("`a::it_is_told` is printed by `it told`")), 1);
    assert_eq!(found("the, storyteller behinds anewest"), 0);
    assert_eq!(
        literals("let a = \"b\\\n    c\"; // \"d\"\nlet e = r#\"f\"g\"#;"),
        [(1, "bc".to_owned()), (3, "f\"g".to_owned())]
    );
}
