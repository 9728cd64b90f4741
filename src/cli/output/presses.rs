//! Which formats a result is written in.

use std::io;

use catalog9::render::table::View;
use catalog9::render::{Format, Fragment, Hidden, Item, NewStore, Scope, Settings, Writer};

/// The formats that a result is written in, each once.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Presses {
    /// Each with the line width of its text.
    formats: Vec<(&'static Format, Option<usize>)>,
    scope: Scope,
    settings: Settings,
}

impl Presses {
    pub(in crate::cli) fn new(formats: Vec<&'static Format>, scope: Scope, settings: Settings) -> Self {
        let width = settings.view.width;
        Self { formats: formats.into_iter().map(|format| (format, width)).collect(), scope, settings }
    }

    /// Sets the line width of the formats that follow.
    pub(super) fn set_width(&mut self, width: Option<usize>) {
        self.settings.view.width = width;
    }

    /// What each format says of an item.
    pub(in crate::cli) fn press(&self, item: &Item<'_>) -> io::Result<Vec<Fragment>> {
        let press = |(format, width): &(&Format, _)| {
            let view = View { width: *width, ..self.settings.view.clone() };
            format.press(self.scope, &Settings { view, ..self.settings.clone() }, item)
        };
        self.formats.iter().map(press).collect()
    }

    /// Which names are hidden.
    pub(in crate::cli) fn hidden(&self) -> Hidden {
        self.settings.heading.hidden
    }

    /// Whether records are full.
    pub(in crate::cli) fn is_full(&self) -> bool {
        self.settings.is_full
    }

    /// The format that needs most of records.
    pub(in crate::cli) fn most_demanding(&self) -> Option<&'static Format> {
        self.formats.iter().map(|(format, _)| *format).max_by_key(|format| format.needs())
    }

    /// The names of the formats.
    pub(in crate::cli) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.formats.iter().map(|(format, _)| format.name)
    }

    /// What writes a format, and its place among them; nothing where these results cannot have it.
    pub(super) fn writer(&mut self, format: &'static Format, store: NewStore) -> Option<(Box<dyn Writer>, usize)> {
        let writer = format.writer(self.scope, &self.settings, store)?;
        Some((writer, self.place_of(format)))
    }

    fn place_of(&mut self, format: &'static Format) -> usize {
        let width = self.settings.view.width;
        let known = self.formats.iter().position(|(known, its)| known.name == format.name && *its == width);
        known.unwrap_or_else(|| {
            self.formats.push((format, width));
            self.formats.len() - 1
        })
    }
}
