//! The password of archives, as it was given.

use std::io::Read;

use catalog9::archive::Password;
use miette::Report;

use super::file::{self, InputError};
use super::source::Source;
use crate::cli::args::PasswordArgs;

/// Bytes of the longest line that is read.
const LONGEST: u64 = 4096;

/// The password, if one was given. It is the first line of its file.
pub(in crate::cli) fn of(arguments: &PasswordArgs) -> Result<Option<Password>, Report> {
    let Some(file) = &arguments.archive_password_file else { return Ok(arguments.archive_password.clone()) };
    let mut text = String::new();
    let read = Source::of_argument(file)
        .stream()
        .and_then(|stream| stream.take(LONGEST).read_to_string(&mut text).map_err(InputError::Unreadable));
    read.map_err(|error| file::refused("--archive-password-file", file, &error))?;
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(Some(Password::new(line.to_owned()))),
        _ => {
            let path = file::name_of(file).shortened(200);
            Err(miette::miette!("--archive-password-file {path}: expected a password in the first line, found none"))
        }
    }
}
