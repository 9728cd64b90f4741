//! The rules: one file each, with page, judgement and tests.

mod confidence;
mod earlier_state;
pub mod kb811259;
mod known_to_user;
mod layers;
mod libraries;
mod library_files;
mod machinery;
mod other_evidence;
pub mod references;
mod remedies;
mod standing;
pub mod stories;
mod subject;
mod unwanted;
#[cfg(test)]
mod with_files;

mod additional_provider_installed;
mod app_permission_unusual;
mod autodial_library_altered;
mod base_provider_missing;
mod base_provider_path_altered;
mod catalog_id_not_issued;
mod catalog_ids_vanished;
mod catalog_lock_left_behind;
mod catalog_missing;
mod catalog_numbering_gap;
mod catalog_redirected;
mod catalog_value_missing;
mod catalogs_differ;
mod chain_library_differs;
mod chain_malformed;
mod chain_names_missing_entry;
mod chain_without_file_handles;
mod control_set_missing;
mod control_sets_differ;
mod driver_file_altered;
mod duplicate_catalog_id;
mod entry_beyond_count;
mod entry_deviates_from_template;
mod entry_written_apart;
mod environment_redirected;
mod foreign_provider_answers_sockets;
mod known_provider_imitated;
mod layered_provider_effective;
mod layered_provider_installed;
mod layered_provider_without_chain;
mod library_altered_after_signing;
mod library_imitates_windows;
mod library_in_writable_folder;
mod library_missing;
mod library_path_malformed;
mod library_path_relative;
mod library_unsigned;
mod library_without_startup_export;
mod library_wrong_machine;
mod logged_provider_gone;
mod name_space_callout_altered;
mod name_space_library_altered;
mod name_space_provider_missing;
mod name_space_provider_unknown;
mod name_space_value_missing;
mod netbios_pair_incomplete;
mod packed_item_wrong_size;
mod protocol_name_mismatch;
mod provider_denied;
mod provider_hidden;
mod provider_known_hostile;
mod provider_name_imitates_windows;
mod provider_unknown;
mod registry_link_in_catalog;
mod report_disagrees_with_registry;
mod residue_names_another_provider;
mod service_provider_altered;
mod setup_record_mismatch;
mod third_party_library_altered;
mod transport_claims_foreign_family;
mod transport_driver_disabled;
mod transport_helper_altered;
mod windows_library_replaced;

use self::references::Reference;
use crate::finding::{Finding, Remedy};

pub use earlier_state::EarlierState;
pub use machinery::{Group, HEADINGS, Judgement, Rule, judge};
pub use other_evidence::OtherEvidence;
pub use subject::{Subject, SystemReport};

/// What a report that was compared with the registry shows otherwise.
pub(crate) const REPORT_DISAGREES: &str = report_disagrees_with_registry::RULE.id;

/// Every rule, in the order of its group and then as an analyst would read them.
pub const ALL: &[&Rule] = &[
    &catalog_missing::RULE,
    &control_set_missing::RULE,
    &catalog_value_missing::RULE,
    &catalog_numbering_gap::RULE,
    &packed_item_wrong_size::RULE,
    &library_path_malformed::RULE,
    &duplicate_catalog_id::RULE,
    &chain_malformed::RULE,
    &chain_names_missing_entry::RULE,
    &library_missing::RULE,
    &library_wrong_machine::RULE,
    &library_without_startup_export::RULE,
    &transport_driver_disabled::RULE,
    &base_provider_missing::RULE,
    &netbios_pair_incomplete::RULE,
    &catalog_lock_left_behind::RULE,
    &name_space_provider_missing::RULE,
    &name_space_value_missing::RULE,
    &catalog_redirected::RULE,
    &registry_link_in_catalog::RULE,
    &library_path_relative::RULE,
    &base_provider_path_altered::RULE,
    &name_space_library_altered::RULE,
    &third_party_library_altered::RULE,
    &chain_library_differs::RULE,
    &autodial_library_altered::RULE,
    &name_space_callout_altered::RULE,
    &transport_helper_altered::RULE,
    &transport_claims_foreign_family::RULE,
    &service_provider_altered::RULE,
    &driver_file_altered::RULE,
    &environment_redirected::RULE,
    &windows_library_replaced::RULE,
    &library_imitates_windows::RULE,
    &library_altered_after_signing::RULE,
    &known_provider_imitated::RULE,
    &provider_known_hostile::RULE,
    &provider_denied::RULE,
    &provider_name_imitates_windows::RULE,
    &provider_hidden::RULE,
    &provider_unknown::RULE,
    &foreign_provider_answers_sockets::RULE,
    &layered_provider_effective::RULE,
    &layered_provider_installed::RULE,
    &name_space_provider_unknown::RULE,
    &library_in_writable_folder::RULE,
    &protocol_name_mismatch::RULE,
    &app_permission_unusual::RULE,
    &entry_beyond_count::RULE,
    &catalog_id_not_issued::RULE,
    &catalogs_differ::RULE,
    &entry_deviates_from_template::RULE,
    &setup_record_mismatch::RULE,
    &layered_provider_without_chain::RULE,
    &chain_without_file_handles::RULE,
    &entry_written_apart::RULE,
    &report_disagrees_with_registry::RULE,
    &catalog_ids_vanished::RULE,
    &logged_provider_gone::RULE,
    &residue_names_another_provider::RULE,
    &control_sets_differ::RULE,
    &library_unsigned::RULE,
    &additional_provider_installed::RULE,
];

/// How many letters of an id may be wrong.
const WRONG_LETTERS: usize = 4;

/// Similar rule ids, the nearest first: those that contain this one, or differ in a few letters.
#[must_use]
pub fn near(id: &str) -> Vec<&'static str> {
    let id = id.to_ascii_lowercase().replace(['_', ' '], "-");
    let distance = |rule: &Rule| {
        let is_part = id.len() > WRONG_LETTERS && rule.id.contains(&id);
        if is_part { 0 } else { strsim::osa_distance(&id, rule.id) }
    };
    let mut near: Vec<(usize, &str)> = ALL.iter().map(|rule| (distance(rule), rule.id)).collect();
    near.retain(|(distance, _)| *distance <= WRONG_LETTERS);
    near.sort_unstable();
    near.into_iter().map(|(_, id)| id).collect()
}

/// The rules that an unknown id may mean, in words.
#[must_use]
pub fn way_to(id: &str) -> String {
    match near(id).as_slice() {
        [] => "`catalog9 rules` lists all rules".to_owned(),
        near => format!("did you mean {}? `catalog9 rules` lists all", near.join(" or ")),
    }
}

/// What to do about a finding: the advice of its rule, and the known facts about this provider.
#[must_use]
pub fn what_to_do(finding: &Finding) -> Option<String> {
    let of_rule = by_id(finding.rule)?.what_to_do();
    Some([of_rule].into_iter().chain(advice(finding)).collect::<Vec<_>>().join(" "))
}

/// The known facts about the provider of a finding: which programs it breaks, and how to remove it.
#[must_use]
pub fn advice(finding: &Finding) -> Option<String> {
    let removal = finding.remedies.iter().filter_map(|remedy| match remedy {
        Remedy::Uninstall { how, .. } => how.as_ref(),
        _ => None,
    });
    let parts: Vec<&str> = finding.advice.iter().chain(removal).map(String::as_str).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// The rules whose pages have a reference that `is_meant`.
pub fn referring(is_meant: impl Fn(&Reference) -> bool) -> Vec<&'static Rule> {
    ALL.iter().filter(|rule| rule.refers_to().iter().any(&is_meant)).copied().collect()
}

/// The rule of that id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Rule> {
    ALL.iter().find(|rule| rule.id == id).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_found_by_an_id_that_is_nearly_right() {
        assert_eq!(near("base_provider_mising"), ["base-provider-missing"]);
        assert_eq!(near("provider-hiden"), ["provider-hidden"]);
        assert_eq!(
            near("layered-provider"),
            ["layered-provider-effective", "layered-provider-installed", "layered-provider-without-chain"]
        );
        assert_eq!(near("no-such-rule"), Vec::<&str>::new());
        assert_eq!(near(""), Vec::<&str>::new());
    }
}
