//! The rules: one file each, with its page, its judgement and its tests.

mod layers;
mod machinery;

mod additional_provider_installed;
mod base_provider_missing;
mod base_provider_path_altered;
mod catalog_ids_vanished;
mod catalog_missing;
mod control_sets_differ;
mod layered_provider_effective;
mod layered_provider_installed;
mod name_space_provider_unknown;
mod netbios_pair_incomplete;
mod provider_hidden;
mod provider_known_hostile;
mod provider_name_imitates_windows;
mod provider_unknown;
mod residue_names_another_provider;

pub use machinery::{Group, HEADINGS, Judgement, Rule, Subject, judge};

/// Every rule, in the order of its group and then as an analyst would read them.
pub const ALL: &[&Rule] = &[
    &catalog_missing::RULE,
    &base_provider_missing::RULE,
    &netbios_pair_incomplete::RULE,
    &base_provider_path_altered::RULE,
    &provider_known_hostile::RULE,
    &provider_name_imitates_windows::RULE,
    &provider_hidden::RULE,
    &provider_unknown::RULE,
    &layered_provider_effective::RULE,
    &layered_provider_installed::RULE,
    &name_space_provider_unknown::RULE,
    &catalog_ids_vanished::RULE,
    &residue_names_another_provider::RULE,
    &control_sets_differ::RULE,
    &additional_provider_installed::RULE,
];

/// The rule of that id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Rule> {
    ALL.iter().find(|rule| rule.id == id).copied()
}
