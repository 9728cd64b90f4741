//! Judging rules in tests with the files of a computer at hand.

use super::{Rule, Subject, judge};
use crate::baseline::Baseline;
use crate::catalog::notation;
use crate::finding::Finding;
use crate::tree::invented::look_in;
use crate::tree::{Image, Libraries};

/// The findings of a rule where a single file has that content, of which nothing else is known.
pub(super) fn findings_of_image(rule: &Rule, notation: &str, file: &str, image: &Image) -> Vec<Finding> {
    findings_in(rule, notation, &[file], |libraries| libraries.replace_image(file, image))
}

/// Those findings as sentences.
pub(super) fn complaints_of_image(rule: &Rule, notation: &str, file: &str, image: &Image) -> Vec<String> {
    findings_of_image(rule, notation, file, image).iter().map(Finding::sentence).collect()
}

/// The findings of a rule as sentences with the files of the computer at hand: Windows' own, and these; without those after
/// an exclamation mark.
pub(super) fn complaints_in(rule: &Rule, notation: &str, files: &[&str]) -> Vec<String> {
    findings_in(rule, notation, files, |_| {}).iter().map(Finding::sentence).collect()
}

fn findings_in(rule: &Rule, notation: &str, files: &[&str], change: impl Fn(&mut Libraries)) -> Vec<Finding> {
    let catalogs = notation::parse(notation).expect("the case is in notation");
    let baseline = Baseline::of(&catalogs);
    let mut libraries = look_in(&catalogs, files);
    change(&mut libraries);
    let subject = Subject { libraries: Some(&libraries), ..Subject::new(&catalogs, &baseline) };
    judge(&[rule], &subject).findings
}
