//! What a format is, and what is known of one.

use std::io;

use super::settings::{Scope, Settings};
use super::spool::NewStore;
use super::writer::{Bytes, Fragment, Item, Writer};
use crate::batch::Detail;

/// A format.
#[derive(Debug)]
#[non_exhaustive]
pub struct Format {
    /// Its name, as `--format` takes it.
    pub name: &'static str,
    /// How the names of its files end.
    pub endings: &'static [&'static str],
    /// What its bytes are.
    pub bytes: Bytes,
    /// What it is for a few pieces of evidence, where it can be written of them.
    pub(super) few: Option<Form>,
    /// What it is for many, likewise.
    pub(super) many: Option<Form>,
    /// How much records must hold so that it can be written of them.
    pub(super) needs: Detail,
}

/// What a format is in one scope.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) help: &'static str,
    /// What it says of an item.
    pub(super) press: fn(&Item<'_>, &Settings) -> io::Result<Fragment>,
    /// What puts that together.
    pub(super) writer: fn(&Settings, NewStore) -> Box<dyn Writer>,
}

impl Format {
    /// What it is, for people who choose; nothing where results of that scope cannot have it.
    #[must_use]
    pub fn help(&self, scope: Scope) -> Option<&'static str> {
        self.form(scope).map(|form| form.help)
    }

    /// What it says of an item: nothing where results of that scope cannot have it.
    ///
    /// # Errors
    ///
    /// Where what is said cannot be put into bytes.
    pub fn press(&self, scope: Scope, settings: &Settings, item: &Item<'_>) -> io::Result<Fragment> {
        self.form(scope).map_or(Ok(Fragment::default()), |form| (form.press)(item, settings))
    }

    /// What puts together what [`Format::press`] says; nothing where results of that scope cannot have it. What must be
    /// kept to the end goes into stores that `store` makes.
    #[must_use]
    pub fn writer(&self, scope: Scope, settings: &Settings, store: NewStore) -> Option<Box<dyn Writer>> {
        self.form(scope).map(|form| (form.writer)(settings, store))
    }

    /// How much records must hold so that it can be written of them.
    #[must_use]
    pub fn needs(&self) -> Detail {
        self.needs
    }

    pub(super) fn form(&self, scope: Scope) -> Option<&Form> {
        match scope {
            Scope::Few => self.few.as_ref(),
            Scope::Many | Scope::ReadBack => self.many.as_ref(),
        }
    }
}
