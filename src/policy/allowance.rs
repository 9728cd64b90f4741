//! A provider that a policy allows.

use std::collections::BTreeSet;

use globset::{GlobBuilder, GlobMatcher};
use jiff::civil::Date;

use crate::catalog::{CanonicalPath, Guid, WindowsFolder};
use crate::finding::{EntryName, Finding, Verdict};

/// A provider that is expected to be installed, for a reason and until a date.
///
/// Without rules it covers what is said of an addition as such (what implies [`Verdict::KnownAdditions`] or
/// [`Verdict::Additions`]). That a program is potentially unwanted, that a catalog is broken, or that code is loaded from
/// where it must not be, is covered only where the allowance names the rule.
#[derive(Debug, Clone)]
pub struct Allowance {
    /// Its GUID.
    pub(super) provider: Option<Guid>,
    /// Its DLL's path.
    pub(super) path: Option<PathPattern>,
    /// Its DLL's file name.
    pub(super) file: Option<GlobMatcher>,
    /// Further rules that it covers.
    pub(super) rules: BTreeSet<&'static str>,
    /// Why it is allowed.
    pub(super) reason: String,
    /// The last day on which it is allowed.
    pub(super) until: Date,
}

impl Allowance {
    /// Why the provider is allowed, with nothing that could act on a terminal.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The last day on which it is allowed.
    #[must_use]
    pub fn until(&self) -> Date {
        self.until
    }

    /// Whether it is about what this finding says.
    pub(super) fn covers(&self, finding: &Finding) -> bool {
        matches!(finding.implies, Verdict::KnownAdditions | Verdict::Additions) || self.rules.contains(finding.rule)
    }

    /// Whether an entry with that DLL, by any of these spellings, is that of the provider; what the evidence does not
    /// show fits nothing.
    pub(super) fn matches(&self, entry: &EntryName, libraries: &[CanonicalPath]) -> bool {
        self.provider.is_none_or(|id| entry.provider_id == Some(id))
            && self.path.as_ref().is_none_or(|pattern| libraries.iter().any(|path| pattern.matches(path)))
            && self.file.as_ref().is_none_or(|file| libraries.iter().any(|path| file.is_match(path.file_name())))
    }
}

/// Paths of DLLs, in whichever spelling Windows understands; `*` stands for anything within a folder's or file's name,
/// `**` for any folders.
///
/// `system32` and `SysWOW64` are one folder, since a provider lies in both.
#[derive(Debug, Clone)]
pub(super) struct PathPattern {
    path: CanonicalPath,
    matcher: GlobMatcher,
}

impl PathPattern {
    /// `None` where the pattern does not say where the DLL is.
    pub(super) fn new(pattern: &str) -> Result<Option<Self>, globset::Error> {
        // A policy is for many systems: `C:\Windows` is the Windows folder of each.
        let path = WindowsFolder::usual().resolve(&CanonicalPath::new(pattern, true));
        let matcher = glob(path.behind_root())?;
        Ok(path.is_absolute().then_some(Self { path, matcher }))
    }

    fn matches(&self, path: &CanonicalPath) -> bool {
        self.path.shares_drive(path) && self.matcher.is_match(with_slashes(path.behind_root()))
    }
}

/// A pattern of paths or names, in any letter case.
pub(super) fn glob(pattern: &str) -> Result<GlobMatcher, globset::Error> {
    let glob = GlobBuilder::new(&with_slashes(pattern)).case_insensitive(true).literal_separator(true).build();
    glob.map(|glob| glob.compile_matcher())
}

/// The separator that the patterns know on every machine.
fn with_slashes(path: &str) -> String {
    path.replace('\\', "/")
}
