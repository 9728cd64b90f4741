//! Pieces of English that sentences are made of.

/// Things in a list: "A", "A and B", "A, B and C".
#[must_use]
pub(crate) fn list_of(items: &[impl AsRef<str>]) -> String {
    joined(items, "and")
}

/// Alternatives: "A", "A or B", "A, B or C".
#[must_use]
pub(crate) fn either_of(items: &[impl AsRef<str>]) -> String {
    joined(items, "or")
}

/// Longest list that is written out: evidence can hold tens of thousands of things.
const LONGEST: usize = 24;

fn joined(items: &[impl AsRef<str>], word: &str) -> String {
    let mut items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    let more = format!("{} more", items.len().saturating_sub(LONGEST));
    if items.len() > LONGEST + 1 {
        items.truncate(LONGEST);
        items.push(&more);
    }
    match items.as_slice() {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

/// The sentence with a capital letter at its beginning.
#[must_use]
pub(crate) fn capitalized(sentence: &str) -> String {
    let mut characters = sentence.chars();
    characters.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), characters.as_str()))
}

/// A number of things: "1 section", "2 sections".
#[must_use]
pub(crate) fn counted(count: usize, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_as_people_write_them() {
        let items = ["A", "B", "C"].map(str::to_owned);
        assert_eq!(
            [list_of(&[""; 0]), list_of(&items[..1]), list_of(&items[..2]), list_of(&items)],
            ["", "A", "A and B", "A, B and C"]
        );
        assert_eq!(either_of(&["A", "B"]), "A or B");
        let many = vec!["A".to_owned(); 1000];
        assert!(list_of(&many).ends_with("A, A and 976 more"));
        assert_eq!([counted(1, "section"), counted(0, "section")], ["1 section", "0 sections"]);
    }
}
