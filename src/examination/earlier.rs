//! Earlier states of the registry, with which the one that is examined is compared: copies, and what setup keeps.

use super::Options;
use crate::catalog::difference::differences;
use crate::catalog::{Catalogs, Text};
use crate::evidence::{self, Content, ControlSet, HiveHead, ReadOptions};
use crate::rules::EarlierState;

/// What a copy shows; `None` where it cannot be read: it is examined alone too, which reports that.
pub(super) fn state(name: Text, mut content: Content<'_>, options: &Options) -> Option<EarlierState> {
    let reading =
        evidence::read(&mut content, &ReadOptions { code_page: options.code_page, ..ReadOptions::default() }).ok()?;
    // Windows 8.1 and later do not record the time of a hive: then it is that of its newest key.
    let written = reading.hive.as_ref().and_then(HiveHead::last_written);
    let written = written.or_else(|| reading.moments.iter().map(|moment| moment.time).max());
    let control_set = reading.control_sets.into_iter().find(|control_set| control_set.roles.current)?;
    Some(EarlierState { name, written, catalogs: control_set.catalogs })
}

/// What setup keeps in the same registry of the Windows that was upgraded.
pub(super) fn before_upgrade(control_sets: &[ControlSet]) -> Option<EarlierState> {
    let control_set = control_sets.iter().find(|control_set| control_set.is_of_upgrade())?;
    let catalogs = control_set.catalogs.clone();
    let written = catalogs.protocol.as_ref().and_then(|catalog| catalog.last_written);
    Some(EarlierState { name: control_set.name.clone()?, written, catalogs })
}

/// What the comparison comes to.
pub(super) fn sentence(state: &EarlierState, catalogs: &Catalogs) -> String {
    let changes = differences(&state.catalogs, catalogs).iter().filter(|change| change.catalog.is_some()).count();
    let changes = match changes {
        0 => "its catalogs are the same".to_owned(),
        1 => "one difference in the catalogs".to_owned(),
        changes => format!("{changes} differences in the catalogs"),
    };
    format!("An earlier state of this computer was compared, {state}: {changes}.")
}
