//! One side of a comparison: a state of a system, and which of those that a piece of evidence holds.

use std::borrow::Cow;

use thiserror::Error;

use crate::catalog::{Catalog, Catalogs, Text, Windows};
use crate::evidence::{ControlSet, HiveState, Kind};
use crate::examination::Examination;

/// A state of a system.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct State {
    /// What it is called: its file, with the part of it that was asked for.
    pub label: Text,
    /// What kind of evidence shows it.
    pub kind: Kind,
    /// Name of the computer.
    pub host: Option<Text>,
    /// Name of its control set; `None` where the evidence has no control sets.
    pub control_set: Option<Text>,
    /// Which list alone it is about, where one was asked for: that for programs of so many bits.
    pub bits: Option<Bits>,
    /// What it says of the catalogs.
    pub catalogs: Catalogs,
    /// Whether it is the newest state that there may be.
    pub is_newest: bool,
}

/// What a state is called and what it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Head {
    /// What it is called: its file, with the part of it that was asked for.
    pub label: Text,
    /// What kind of evidence shows it; `None` where it could not be read.
    pub kind: Option<Kind>,
    /// Name of the computer.
    pub host: Option<Text>,
    /// Name of the Windows version.
    pub windows: Option<String>,
    /// Name of its control set.
    pub control_set: Option<Text>,
}

impl Head {
    /// The head of a state.
    #[must_use]
    pub fn of(state: &State) -> Self {
        let windows = Some(&state.catalogs.windows).filter(|windows| windows.version.is_some());
        Self {
            label: state.label.clone(),
            kind: Some(state.kind),
            host: state.host.clone(),
            windows: windows.map(Windows::name),
            control_set: state.control_set.clone(),
        }
    }

    /// The head of evidence that could not be read.
    #[must_use]
    pub fn unreadable(label: Text) -> Self {
        Self { label, kind: None, host: None, windows: None, control_set: None }
    }
}

/// One of the two lists of a catalog on 64-bit Windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bits {
    /// That for 32-bit programs.
    Of32,
    /// That for 64-bit programs.
    Of64,
}

/// Which state of a piece of evidence is meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    /// The control set; `None` for the current one.
    pub control_set: Option<Which>,
    /// Whether the hive is meant as it is stored, without its transaction logs.
    pub is_stored: bool,
    /// Which list alone; `None` for both.
    pub bits: Option<Bits>,
}

/// A control set by its role or its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// The one that Windows starts with.
    Default,
    /// The one of the last good start.
    LastKnownGood,
    /// The one of that name.
    Named(String),
}

/// Why a piece of evidence has no such state.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NoSuchState {
    /// There is no such control set.
    #[error("expected {expected}, found {}", if found.is_empty() { "no control sets".to_owned() } else { found.join(", ") })]
    ControlSet {
        /// What was asked for.
        expected: String,
        /// Those that there are.
        found: Vec<String>,
    },
    /// There is one list alone, or it is not known of which bitness it is.
    #[error("expected catalogs for 32-bit and for 64-bit programs, found one list only")]
    OneList,
}

impl Part {
    /// Reads what follows `#` in the name of a piece of evidence: `stored`, `32`, `64`, `Current`, `Default`,
    /// `LastKnownGood` or the name of a control set; several are separated by `#`. `None` where a part is empty.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut part = Self::default();
        for word in text.split('#') {
            match word.to_ascii_lowercase().as_str() {
                "" => return None,
                "stored" => part.is_stored = true,
                "32" => part.bits = Some(Bits::Of32),
                "64" => part.bits = Some(Bits::Of64),
                "current" => part.control_set = None,
                "default" => part.control_set = Some(Which::Default),
                "lastknowngood" => part.control_set = Some(Which::LastKnownGood),
                _ => part.control_set = Some(Which::Named(word.to_owned())),
            }
        }
        Some(part)
    }
}

impl State {
    /// That state of a piece of evidence, all control sets of which were examined.
    ///
    /// # Errors
    ///
    /// If the evidence does not have it.
    pub fn of(label: Text, examination: &Examination, part: &Part) -> Result<Self, NoSuchState> {
        let stored = examination.recovery.as_ref().filter(|recovery| recovery.state == HiveState::Recovered);
        let control_sets: Vec<&ControlSet> = match stored.filter(|_| part.is_stored) {
            Some(recovery) => recovery.other.iter().collect(),
            None => examination.examined.iter().map(|examined| &examined.control_set).collect(),
        };
        let is_meant = |control_set: &&&ControlSet| match &part.control_set {
            None => control_set.roles.current,
            Some(Which::Default) => control_set.roles.default,
            Some(Which::LastKnownGood) => control_set.roles.last_known_good,
            Some(Which::Named(name)) => control_set.name.as_ref().is_some_and(|own| own.is(name)),
        };
        let only = || control_sets.first().filter(|_| part.control_set.is_none());
        let Some(control_set) = control_sets.iter().find(is_meant).or_else(only) else {
            let names = control_sets.iter().filter_map(|control_set| control_set.name.as_ref());
            let found = names.map(ToString::to_string).collect();
            let expected = match &part.control_set {
                None => "a current control set".to_owned(),
                Some(Which::Default) => "a default control set".to_owned(),
                Some(Which::LastKnownGood) => "a Last Known Good control set".to_owned(),
                Some(Which::Named(name)) => Text::from(name.as_str()).to_string(),
            };
            return Err(NoSuchState::ControlSet { expected, found });
        };
        let mut catalogs = control_set.catalogs.clone();
        if let Some(bits) = part.bits {
            keep_list(&mut catalogs, bits)?;
        }
        Ok(Self {
            label,
            kind: examination.kind,
            host: control_set.computer_name.clone(),
            control_set: control_set.name.clone(),
            bits: part.bits,
            catalogs,
            is_newest: part.is_stored || !examination.is_stale() || examination.as_stored,
        })
    }

    /// Its catalogs, as far as `other` is about both lists or about the same one.
    pub(super) fn narrowed_as(&self, other: &Self) -> Cow<'_, Catalogs> {
        let mut catalogs = self.catalogs.clone();
        match (self.bits, other.bits) {
            (None, Some(bits)) if keep_list(&mut catalogs, bits).is_ok() => Cow::Owned(catalogs),
            _ => Cow::Borrowed(&self.catalogs),
        }
    }
}

/// Leaves the lists of that bitness alone.
fn keep_list(catalogs: &mut Catalogs, bits: Bits) -> Result<(), NoSuchState> {
    fn keep<E>(catalog: &mut Catalog<E>, bits: Bits) {
        if bits == Bits::Of64 {
            catalog.entries = catalog.entries64.take();
            catalog.num_catalog_entries = catalog.num_catalog_entries64;
        }
        (catalog.entries64, catalog.num_catalog_entries64) = (None, None);
    }
    if catalogs.protocol.as_ref().is_none_or(|catalog| catalog.entries64.is_none()) {
        return Err(NoSuchState::OneList);
    }
    if let Some(catalog) = &mut catalogs.protocol {
        keep(catalog, bits);
    }
    if let Some(catalog) = &mut catalogs.name_space {
        keep(catalog, bits);
    }
    Ok(())
}
