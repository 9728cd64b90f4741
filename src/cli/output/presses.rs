//! Which formats a result is written in.

use std::io;

use catalog9::render::{Format, Fragment, Item, NewStore, Scope, Settings, Writer};

/// The formats that a result is written in, each once.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Presses {
    formats: Vec<&'static Format>,
    scope: Scope,
    settings: Settings,
}

impl Presses {
    pub(in crate::cli) fn new(formats: Vec<&'static Format>, scope: Scope, settings: Settings) -> Self {
        Self { formats, scope, settings }
    }

    /// What each format says of an item.
    pub(in crate::cli) fn press(&self, item: &Item<'_>) -> io::Result<Vec<Fragment>> {
        self.formats.iter().map(|format| format.press(self.scope, &self.settings, item)).collect()
    }

    /// The names of the formats.
    pub(in crate::cli) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.formats.iter().map(|format| format.name)
    }

    /// What writes a format, and its place among them; nothing where these results cannot have it.
    pub(super) fn writer(&mut self, format: &'static Format, store: NewStore) -> Option<(Box<dyn Writer>, usize)> {
        let writer = format.writer(self.scope, &self.settings, store)?;
        Some((writer, self.place_of(format)))
    }

    fn place_of(&mut self, format: &'static Format) -> usize {
        let known = self.formats.iter().position(|known| known.name == format.name);
        known.unwrap_or_else(|| {
            self.formats.push(format);
            self.formats.len() - 1
        })
    }
}
