//! Which of the control sets that there are is examined.

use crate::catalog::Text;
use crate::evidence::{ControlSet, Error};

/// Which control sets are examined.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Selection {
    /// The one that the system runs with, and where it starts with another one next time, that one too.
    #[default]
    Current,
    /// All that there are.
    All,
    /// The one of that name.
    Named(String),
}

/// The control sets that are selected.
///
/// # Errors
///
/// Where no control set has the name that was asked for.
pub(super) fn select(control_sets: Vec<ControlSet>, selection: &Selection) -> Result<Vec<ControlSet>, Error> {
    match selection {
        Selection::All => Ok(control_sets),
        Selection::Current => Ok(control_sets.into_iter().filter(|set| set.roles.is_in_use()).collect()),
        Selection::Named(wanted) => {
            let names: Vec<String> =
                control_sets.iter().filter_map(|set| set.name.as_ref()).map(Text::to_string).collect();
            let is_named = |set: &ControlSet| set.name.as_ref().is_some_and(|name| name.is(wanted));
            let selected: Vec<_> = control_sets.into_iter().filter(is_named).collect();
            if selected.is_empty() {
                let wanted = Text::from(wanted.as_str()).to_string();
                let found = if names.is_empty() { "no control sets".to_owned() } else { names.join(", ") };
                return Err(Error::NoSuchControlSet { wanted, found });
            }
            Ok(selected)
        }
    }
}
