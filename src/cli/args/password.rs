//! `--archive-password` and `--archive-password-file`: the password of archives.

use std::ffi::OsString;

use catalog9::archive::Password;
use clap::builder::{NonEmptyStringValueParser, TypedValueParser};

// The password of archives.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct PasswordArgs {
    /// Password of encrypted 7z and zip archives. Other users of this computer can see it in the list of processes;
    /// --archive-password-file avoids that
    #[arg(long, value_name = "PASSWORD", value_parser = NonEmptyStringValueParser::new().map(Password::new))]
    pub(in crate::cli) archive_password: Option<Password>,

    /// Read that password from the first line of this file, or of standard input with `-`
    #[arg(long, value_name = "FILE", conflicts_with = "archive_password")]
    pub(in crate::cli) archive_password_file: Option<OsString>,
}
