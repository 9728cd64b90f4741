//! Files of the examined computer, as other programs saw them.

use std::fmt;

use super::{Place, Text};

/// What another program said of a DLL on the disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeenFile {
    /// Its path, without variables.
    pub path: Text,
    /// Who signed it; `None` where it is not signed, or the program did not look.
    pub signer: Option<Text>,
    /// Whether its signature was verified; `None` where the program did not look.
    pub is_verified: Option<bool>,
    /// The company that its version resource names.
    pub company: Option<Text>,
    /// Its version.
    pub version: Option<Text>,
    /// Its MD5 in hexadecimal digits.
    pub md5: Option<Text>,
    /// Its SHA-1 in hexadecimal digits.
    pub sha1: Option<Text>,
    /// Its SHA-256 in hexadecimal digits.
    pub sha256: Option<Text>,
    /// Where in the evidence this stands.
    pub place: Place,
}

/// Longest text in a sentence, in characters.
const LONGEST: usize = 200;

impl fmt::Display for SeenFile {
    /// `c:\windows\system32\vsocklib.dll: signed by VMware (verified), SHA-256 0B44…`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signer = self.signer.as_ref().filter(|signer| !signer.is_empty()).map(|signer| signer.shortened(LONGEST));
        let signature = match (signer, self.is_verified) {
            (Some(signer), Some(true)) => format!("signed by {signer} (verified)"),
            (Some(signer), Some(false)) => format!("signature not verified, it names {signer}"),
            (Some(signer), None) => format!("signed by {signer} (not checked)"),
            (None, Some(_)) => "no verified signature".to_owned(),
            (None, None) => "signature not checked".to_owned(),
        };
        write!(formatter, "{}: {signature}", self.path.shortened(LONGEST))?;
        let hashes = [("SHA-256", &self.sha256), ("SHA-1", &self.sha1), ("MD5", &self.md5)];
        match hashes.into_iter().find_map(|(name, hash)| Some((name, hash.as_ref()?))) {
            Some((name, hash)) => write!(formatter, ", {name} {}", hash.shortened(64)),
            None => Ok(()),
        }
    }
}
