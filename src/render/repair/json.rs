//! Plans as JSON.

use std::io::{self, Write};

use crate::render::json;
use crate::repair::Plan;
use crate::wire::repair::Document;

pub(super) fn write(plan: &Plan, _width: usize, writer: &mut dyn Write) -> io::Result<()> {
    json::write(&Document::of(plan), writer)
}
