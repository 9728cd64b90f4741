//! Reports as one file for a browser: complete, readable without script, and harmless whatever the evidence holds.
//!
//! Markup is made by `maud`, which escapes every text that it is given; only the constants of `document` and markup of
//! its own are taken as they are. There are no `style` attributes, so that one policy fits all reports.

mod appendix;
mod bytes;
mod catalogs;
pub(super) mod document;
mod evidence;
mod findings;
mod first;
mod glossary;
mod history;
pub(super) mod joined;
mod libraries;
mod lists;
mod marks;
mod order;
mod overview;
mod pages;
mod report;
mod stacks;
mod svg;
mod times;
mod units;
pub(super) mod words;

pub(super) use self::report::{Reports, press};
pub(super) use self::units::{Units, press_unit};
