//! The examination of a registry that was changed in memory.

use super::{Beside, Examined, Options, examine_control_set};
use crate::catalog::Text;
use crate::evidence::{Kind, Registry};
use crate::rules::OtherEvidence;

/// Examines a control set of a registry as it is now. What stands beside the registry has no say: neither transaction
/// logs nor reports nor another control set, all of which are of another moment.
pub(crate) fn examine_again(registry: &Registry, name: &Text, kind: Kind, options: &Options) -> Option<Examined> {
    let mut control_sets = registry.control_sets().into_iter();
    let control_set = control_sets.find(|control_set| control_set.name.as_ref() == Some(name))?;
    let beside = Beside {
        kind,
        recovery: None,
        is_newest: true,
        last_known_good: None,
        reports: &[],
        other: OtherEvidence::default(),
        drives: &[],
        defects: &[],
    };
    Some(examine_control_set(control_set, &beside, options))
}
