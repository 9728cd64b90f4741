//! A password of archives.

use std::fmt;

/// A password of archives. Nothing shows it.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// That password.
    #[must_use]
    pub fn new(password: String) -> Self {
        Self(password)
    }

    /// The password itself, for those that open archives with it, and for nobody who writes anything.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password(..)")
    }
}
