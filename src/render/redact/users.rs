//! Names of users, by the folders of their profiles.

use std::ops::Range;

/// Folders whose folders have the names of users.
const PROFILES: [&str; 3] = ["users", "documents and settings", "home"];

/// Folders among them that every Windows has.
const NOBODY: [&str; 4] = ["public", "default", "default user", "all users"];

/// Where a text was cut.
pub(super) const CUT: char = '…';

/// A character as names are compared.
pub(super) fn fold(character: char) -> char {
    character.to_lowercase().next().unwrap_or(character)
}

/// The names of users in the paths of a text.
pub(super) fn users(characters: &[char]) -> Vec<Range<usize>> {
    let is_separator = |character: char| matches!(character, '\\' | '/');
    let is_end = |character: char| matches!(character, '\0' | '"' | '<' | '>' | '|' | '\n' | CUT);
    let lower = |range: Range<usize>| {
        characters.get(range).unwrap_or_default().iter().map(|one| fold(*one)).collect::<String>()
    };
    let mut users = Vec::new();
    let (mut begin, mut is_below_profiles) = (0, false);
    for (place, character) in characters.iter().copied().chain(['\0']).enumerate() {
        if !is_separator(character) && !is_end(character) {
            continue;
        }
        if is_below_profiles {
            // What ends no folder may be followed by words of a sentence.
            let is_word = |character: &char| !character.is_whitespace() && !matches!(character, ',' | ';' | ')' | '\'');
            let name = characters.get(begin..place).unwrap_or_default();
            let length =
                if is_separator(character) { name.len() } else { name.iter().take_while(|one| is_word(one)).count() };
            if length > 0 && !NOBODY.contains(&lower(begin..begin + length).as_str()) {
                users.push(begin..begin + length);
            }
        }
        let before = begin.checked_sub(1).and_then(|place| characters.get(place));
        is_below_profiles = is_separator(character)
            && before.is_some_and(|before| is_separator(*before))
            && PROFILES.contains(&lower(begin..place).as_str());
        begin = place + 1;
    }
    users
}
