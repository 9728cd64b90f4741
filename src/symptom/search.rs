//! Symptoms by their messages: words in any order, with typing errors and the names of other connections.

use std::collections::BTreeSet;

use strsim::osa_distance;

use super::{Symptom, by_code, parse_code, symptoms};

/// Words that say nothing.
const EMPTY_WORDS: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "been", "but", "by", "code", "error", "for", "from", "had", "has",
    "have", "in", "is", "it", "its", "my", "of", "on", "or", "that", "the", "this", "to", "was", "were", "while",
    "with",
];

/// Words of a question that are looked at; the longest message has about twenty.
const MOST_WORDS: usize = 100;

/// Questions of so many words must have all of them in a message: one word less can mean another error.
const SHORT: usize = 3;

/// The symptoms that a question may mean.
#[derive(Debug)]
pub struct Match {
    /// The symptoms, the best first.
    pub symptoms: Vec<&'static Symptom>,
    /// Whether the question and the best message differ in more than typing errors: it is only the closest one.
    pub is_closest: bool,
}

/// The symptoms whose messages have the words of a question.
///
/// Letter case, punctuation and order do not count, and a word may have a typing error. Three of five words must match,
/// since a message names connections and files of another system, and all of them in a short question. If some
/// symptoms have clearly more of the words than others, only those are meant. If no message matches, a Winsock code
/// among the words counts.
#[must_use]
pub fn by_message(question: &str) -> Match {
    let mut words = words(question);
    while words.len() > MOST_WORDS {
        words.pop_last();
    }
    let symptoms = by_words(&words);
    if symptoms.is_empty() {
        return Match { symptoms: by_code_among(question).into_iter().collect(), is_closest: false };
    }
    let is_closest = symptoms.first().is_some_and(|best| !is_whole(best, &words));
    Match { symptoms, is_closest }
}

/// First of the codes of Winsock; numbers below it stand in many messages.
const FIRST_CODE: u32 = 10_000;

fn by_code_among(question: &str) -> Option<&'static Symptom> {
    let words = question.split(|character: char| !character.is_alphanumeric()).take(MOST_WORDS);
    words.filter_map(parse_code).filter(|code| *code >= FIRST_CODE).find_map(by_code)
}

fn by_words(question: &BTreeSet<String>) -> Vec<&'static Symptom> {
    let mut scores: Vec<(usize, &Symptom)> =
        symptoms().iter().map(|symptom| (score(symptom, question), symptom)).collect();
    scores.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let best = scores.first().map_or(0, |(score, _)| *score);
    let least = if question.len() <= SHORT { question.len() } else { (question.len() * 3).div_ceil(5) };
    let is_meant = |score: usize| score > 0 && score >= least && score * 5 >= best * 4;
    scores.into_iter().filter(|(score, _)| is_meant(*score)).map(|(_, symptom)| symptom).collect()
}

/// Whether a message has all words of the question, or the question has all words of a message.
fn is_whole(symptom: &Symptom, question: &BTreeSet<String>) -> bool {
    let has = |words: &BTreeSet<String>, word: &String| words.iter().any(|other| is_like(word, other));
    score(symptom, question) == question.len()
        || symptom.messages.iter().any(|message| words(message).iter().all(|word| has(question, word)))
}

/// How many words of the question one of the messages has.
fn score(symptom: &Symptom, question: &BTreeSet<String>) -> usize {
    let of_code = format!("{} {}", symptom.name, symptom.code.unwrap_or_default());
    let scores = symptom.messages.iter().map(|message| {
        let message = words(&format!("{message} {of_code}"));
        question.iter().filter(|word| message.iter().any(|other| is_like(word, other))).count()
    });
    scores.max().unwrap_or_default()
}

fn words(text: &str) -> BTreeSet<String> {
    let words = text.split(|character: char| !character.is_alphanumeric()).map(str::to_lowercase);
    words.filter(|word| !word.is_empty() && !EMPTY_WORDS.contains(&&**word)).collect()
}

/// Whether two words are the same except for a typing error; numbers and short words must be equal.
fn is_like(one: &str, other: &str) -> bool {
    let shorter = one.len().min(other.len());
    let errors = match shorter {
        _ if one.contains(|character: char| character.is_ascii_digit()) => 0,
        0..4 => 0,
        4..8 => 1,
        _ => 2,
    };
    one == other || (one.len().abs_diff(other.len()) <= 2 * errors && osa_distance(one, other) <= errors)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(question: &str) -> Vec<String> {
        by_message(question).symptoms.into_iter().map(|symptom| symptom.name.clone()).collect()
    }

    #[test]
    fn every_message_finds_its_own_symptom_first() {
        for symptom in symptoms() {
            for message in &symptom.messages {
                assert_eq!(found(message).first(), Some(&symptom.name), "{message}");
            }
        }
    }

    #[test]
    fn order_letter_case_and_quotes_do_not_count() {
        assert_eq!(found("SOCKET \"something not a\" attempted OPERATION"), ["WSAENOTSOCK"]);
    }

    #[test]
    fn small_typing_errors_are_forgiven() {
        assert_eq!(found("requsted servce provider cuold not be loded or initialised"), ["WSAEPROVIDERFAILEDINIT"]);
    }

    #[test]
    fn the_name_of_another_connection_does_not_disturb() {
        let message = "An error occurred while renewing interface Ethernet 2 : An operation was attempted on something \
                       that is not a socket.";
        assert_eq!(found(message), ["WSAENOTSOCK"]);
        let dial_up = "Error 720: There are no PPP control protocols configured on \"My Provider\"";
        assert_eq!(found(dial_up), ["ERROR_PPP_NO_PROTOCOLS_CONFIGURED"]);
    }

    #[test]
    fn the_words_of_the_article_find_its_symptoms() {
        for (words, symptom) in [
            ("receiving IP packets but not sending them", "no address"),
            ("you may be receiving IP packets but not sending them", "no address"),
            ("no Automatic Private IP Addressing (APIPA) address", "no address"),
            ("Unable to contact driver Error code 2", "WSAENOTSOCK"),
            (
                "TCP/IP Protocol Driver is listed as disabled under Non-Plug and Play drivers",
                "CM_PROB_DEVICE_NOT_THERE",
            ),
            ("no adapter is in the state permissible for this operation", "no adapter to renew"),
            ("Initialization function INITHELPERDLL in IPMONTR.DLL failed to start", "WSASYSCALLFAILURE"),
        ] {
            assert_eq!(found(words), [symptom], "{words}");
        }
    }

    #[test]
    fn a_code_among_other_words_counts_where_no_message_has_them() {
        for question in
            ["Winsock error 10055", "send failed (0x80072747)", "recv() returned -1, errno=10055", "WSAENOBUFS"]
        {
            assert_eq!(found(question), ["WSAENOBUFS"], "{question}");
        }
        assert_eq!(found("no buffer space available (maximum connections reached?)"), ["WSAENOBUFS"]);
    }

    #[test]
    fn a_short_question_must_have_all_of_its_words_in_a_message() {
        assert_eq!(found("no buffer space"), ["WSAENOBUFS"]);
        assert_eq!(found("no printer space"), Vec::<String>::new());
    }

    #[test]
    fn a_question_that_fits_in_part_has_only_a_closest_match() {
        let is_closest = |question: &str| by_message(question).is_closest;
        assert!(!is_closest("not a socket") && !is_closest("no buffer space"));
        assert!(!is_closest(
            "An error occurred while renewing interface 'Wi-Fi': An operation was atempted on something that is not a socket."
        ));
        assert!(is_closest("requested protocol printer configured system"));
    }

    #[test]
    fn what_fits_several_gives_all_of_them() {
        let names = found("service provider");
        assert!(names.len() > 1 && names.contains(&"WSAEPROVIDERFAILEDINIT".to_owned()), "{names:?}");
        assert_eq!(found("error code 10107"), ["WSASYSCALLFAILURE"]);
    }

    #[test]
    fn what_fits_nothing_gives_nothing() {
        for question in ["", "the of a", "Dear Sir or Madam, the printer is on fire", "error 12345", "42"] {
            assert_eq!(found(question), Vec::<String>::new(), "{question}");
        }
    }
}
