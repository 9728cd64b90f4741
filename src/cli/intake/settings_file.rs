//! Files of settings, which options name.

use std::ffi::OsStr;
use std::io::Read;

use catalog9::evidence::LARGEST;
use miette::Report;

use super::file::{self, InputError};
use super::source::Source;

/// The text of a file that an option names.
pub(super) fn read(option: &str, file: &OsStr) -> Result<String, Report> {
    let mut text = String::new();
    let source = Source::of_argument(file);
    source
        .stream()
        .and_then(|stream| stream.take(LARGEST).read_to_string(&mut text).map_err(InputError::Unreadable))
        .map_err(|error| file::refused(option, file, &error))?;
    Ok(text)
}
