//! Damage in the evidence.

use std::collections::BTreeMap;

use crate::catalog::Place;

/// The evidence is damaged here; reading went on behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Defect {
    /// Where.
    pub place: Place,
    /// What ought to stand there.
    pub expected: String,
    /// What stands there.
    pub found: String,
}

impl Defect {
    /// Damage at a place.
    pub fn new(place: Place, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { place, expected: expected.into(), found: found.into() }
    }

    /// Bytes of memory that it takes.
    fn size(&self) -> usize {
        size_of::<Self>() + self.place.path.len() + self.expected.len() + self.found.len()
    }
}

/// Defects of one kind that are listed one by one.
const MOST_OF_A_KIND: usize = 100;

/// Kinds that are counted apart. The kinds are the sentences of this program, so that there are fewer.
const MOST_KINDS: usize = 256;

/// Bytes that the listed defects may take: a path can be long, and stands in each of them.
const MOST_BYTES: usize = 4 << 20;

/// The damage that was met, in the order in which it was met.
///
/// A file of two million bad lines must not take a gigabyte: of each kind the first [`MOST_OF_A_KIND`] are listed and
/// the others are counted. Defects are of one kind if they expect the same, whatever numbers stand in it.
#[derive(Debug, Default)]
pub(crate) struct Defects {
    listed: Vec<Defect>,
    size: usize,
    met: u64,
    kinds: BTreeMap<String, Kind>,
}

/// Defects of one kind.
#[derive(Debug, Default)]
struct Kind {
    listed: usize,
    /// The first that is not listed, and how many there are of those.
    more: Option<(Defect, u64)>,
}

impl Defects {
    /// Adds a defect, or counts it.
    pub(super) fn push(&mut self, defect: Defect) {
        self.met += 1;
        let size = self.size + defect.size();
        let kind = self.kind_of(&defect.expected);
        match &mut kind.more {
            Some((_, count)) => *count += 1,
            None if kind.listed < MOST_OF_A_KIND && size <= MOST_BYTES => {
                kind.listed += 1;
                self.size = size;
                self.listed.push(defect);
            }
            None => kind.more = Some((defect, 1)),
        }
    }

    /// Adds one of several defects of one kind, and counts the others.
    pub(super) fn push_many(&mut self, defect: Defect, count: u64) {
        let others = count.saturating_sub(1);
        if others > 0 {
            self.met += others;
            self.kind_of(&defect.expected).more.get_or_insert((defect.clone(), 0)).1 += others;
        }
        self.push(defect);
    }

    /// Adds those of others that `are_meant`, however many there are of each kind.
    pub(super) fn add_those(&mut self, others: Self, are_meant: impl Fn(&Defect) -> bool) {
        let more = others.kinds.into_values().filter_map(|kind| kind.more);
        for (defect, count) in others.listed.into_iter().map(|defect| (defect, 1)).chain(more) {
            if are_meant(&defect) {
                self.push_many(defect, count);
            }
        }
    }

    fn kind_of(&mut self, expected: &str) -> &mut Kind {
        let name = expected.split(|character: char| character.is_ascii_digit()).next().unwrap_or_default();
        let is_counted_apart = self.kinds.len() < MOST_KINDS || self.kinds.contains_key(name);
        self.kinds.entry(if is_counted_apart { name } else { "" }.to_owned()).or_default()
    }

    /// How many were met, listed or not.
    pub(super) fn met(&self) -> u64 {
        self.met
    }

    /// Those that are listed, and one more for each kind of which there are others: it says how many.
    pub(super) fn into_list(self) -> Vec<Defect> {
        let more = self.kinds.into_values().filter_map(|kind| kind.more);
        let more = more.map(|(first, count)| Defect { found: format!("{count} more of this kind"), ..first });
        self.listed.into_iter().chain(more).collect()
    }
}

impl Extend<Defect> for Defects {
    fn extend<I: IntoIterator<Item = Defect>>(&mut self, defects: I) {
        defects.into_iter().for_each(|defect| self.push(defect));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(defects: impl IntoIterator<Item = Defect>) -> Vec<Defect> {
        let mut all = Defects::default();
        all.extend(defects);
        all.into_list()
    }

    fn at_line(line: u64, expected: &str) -> Defect {
        Defect::new(Place { line: Some(line), ..Place::default() }, expected, "x")
    }

    #[test]
    fn of_each_kind_the_first_are_listed_and_the_others_counted() {
        let found =
            list((1..=5000).flat_map(|line| [at_line(line, "a key"), at_line(line, &format!("checksum {line}"))]));
        assert_eq!(found.len(), 2 * MOST_OF_A_KIND + 2);
        let last = |index: usize| (found[found.len() - index].place.line, found[found.len() - index].found.as_str());
        assert_eq!([last(2), last(1)], [(Some(101), "4900 more of this kind"); 2]);
    }

    #[test]
    fn a_single_defect_of_a_kind_is_listed_however_many_there_are_of_others() {
        let many = (0..5000).map(|line| at_line(line, "a key"));
        let found = list(many.chain([at_line(7, "a value")]));
        assert!(found.contains(&at_line(7, "a value")));
    }

    #[test]
    fn no_text_of_the_evidence_makes_the_list_long() {
        let long = "x".repeat(100_000);
        let of_any_kind = |number: u8| {
            Defect::new(Place::default(), format!("{number:b}").replace('0', "a").replace('1', "b"), &*long)
        };
        let found = list((0..=255).map(of_any_kind));
        let size: usize = found.iter().filter(|defect| defect.found == long).map(Defect::size).sum();
        assert!(size <= MOST_BYTES, "{size}");
        let of_no_kind = (0..100_000_u32).map(|number| {
            let letters: String = number.to_string().bytes().map(|digit| char::from(digit + 49)).collect();
            at_line(1, &letters)
        });
        assert!(list(of_no_kind).len() < 1000);
    }
}
