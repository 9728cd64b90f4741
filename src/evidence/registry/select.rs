//! `Select`: which control set Windows runs with, which it starts with, and which it last started well with.

use super::key::{Key, Missing};
use super::values::Values;
use crate::catalog::{DanglingSelection, Place, SELECTIONS, Text};
use crate::evidence::{Defect, Defects};

/// The name under which a running system shows its control set.
pub(super) const CURRENT: &str = "CurrentControlSet";

/// The number of a control set, by its key's name.
pub(super) fn number_of(name: &Text) -> Option<u32> {
    let name = name.lossy();
    let digits =
        name.get(10..).filter(|digits| digits.len() == 3 && digits.bytes().all(|digit| digit.is_ascii_digit()));
    let is_control_set = name.get(..10).is_some_and(|start| start.eq_ignore_ascii_case("ControlSet"));
    digits.filter(|_| is_control_set)?.parse().ok()
}

/// What `Select` says.
pub(super) struct Select {
    /// The control set that is taken as the current one.
    pub chosen: Option<u32>,
    pub default: Option<u32>,
    pub last_known_good: Option<u32>,
    pub failed: Option<u32>,
    /// Whether `Current` names a control set that is there.
    pub names_a_control_set: bool,
    /// The values that name a control set which does not exist.
    pub dangling: Vec<DanglingSelection>,
    /// Whether `Default` names another control set than the current one, and the evidence does not have it.
    pub lacks_default: bool,
}

impl Select {
    /// Reads the key; `keys` are the control sets that there are.
    pub(super) fn read(root: &Key, keys: &[&Key], defects: &mut Defects) -> Self {
        let numbers: Vec<u32> = keys.iter().filter_map(|key| number_of(&key.name)).collect();
        let select = root.subkey("Select");
        let mut value = |name: &str| select.and_then(|key| Values::new(key, defects).number(name));
        let [current, default, last_known_good, failed] =
            ["Current", "Default", "LastKnownGood", "Failed"].map(&mut value);
        let exists = |number: &u32| numbers.contains(number);
        let chosen = current.filter(exists).or(default.filter(exists)).or(last_known_good.filter(exists));
        let chosen = chosen.or(numbers.first().copied());
        let names_a_control_set = current.is_some_and(|current| exists(&current));
        let mut this = Self {
            chosen,
            default,
            last_known_good,
            failed,
            names_a_control_set,
            dangling: Vec::new(),
            lacks_default: false,
        };
        let missing = root.missing("Select");
        let is_whole = select.is_some_and(|select| !select.is_damaged && !select.is_partial);
        if missing == Some(Missing::Absent) || is_whole {
            let dangles = |number: Option<u32>| match number {
                Some(number) => root.is_absent(&name_of(number)),
                None => true,
            };
            let named = SELECTIONS.into_iter().zip([current, default]);
            this.dangling = named
                .filter(|(_, number)| dangles(*number))
                .map(|(name, number)| this.dangling(name, number))
                .collect();
        }
        // A running system shows its control set under another name.
        let is_told = missing != Some(Missing::NotTold) && root.subkey(CURRENT).is_none();
        if current != chosen && is_told {
            let found = current.map_or_else(|| "no such value".to_owned(), |number| number.to_string());
            let instead = chosen.map_or_else(String::new, |number| format!("; {} is used instead", name_of(number)));
            defects.push(Defect::new(place("Current"), "the number of a control set", format!("{found}{instead}")));
        }
        let other = default.filter(|default| Some(*default) != current && !exists(default));
        if let Some(other) = other.filter(|other| !root.is_absent(&name_of(*other))) {
            this.lacks_default = true;
            let found = format!("{other}, but there is no {} in the evidence", name_of(other));
            defects.push(Defect::new(place("Default"), "a control set that the evidence has", found));
        }
        this
    }

    fn dangling(&self, value: &'static str, number: Option<u32>) -> DanglingSelection {
        let instead = self.chosen.filter(|_| value == "Current").map(|number| Text::new(name_of(number)));
        DanglingSelection { place: place(value), value, number, instead }
    }
}

fn place(value: &str) -> Place {
    Place::default().below(&Text::from("Select")).below(&Text::from(value))
}

fn name_of(number: u32) -> String {
    format!("ControlSet{number:03}")
}
