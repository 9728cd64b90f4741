//! Plans as JSON.

use std::io::{self, Write};

use crate::render::heading::Sheet;
use crate::render::json;
use crate::repair::Plan;
use crate::wire::repair::Document;

pub(super) fn write(plan: &Plan, _sheet: &Sheet, writer: &mut dyn Write) -> io::Result<()> {
    json::write(&Document::of(plan), writer)
}
