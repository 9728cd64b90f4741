//! What to think of the catalogs, in one word.

/// What to think of the catalogs; each verdict outweighs those before it.
///
/// Its name and its title are the same words, and every format uses them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Everything that this Windows installs is there, and nothing else.
    Intact,
    /// Beside Windows' own providers there are base or namespace providers of known products.
    KnownAdditions,
    /// Nothing is wrong with what is visible, but this kind of evidence does not show the DLLs of protocol providers.
    NothingSuspiciousVisible,
    /// The evidence does not show enough.
    NotJudged,
    /// Something is unusual, and a person must decide what it means.
    Unusual,
    /// There is a provider that is not known, or a layered one: a person must review it.
    Additions,
    /// There is a provider that comes along with other products, or adware.
    PotentiallyUnwanted,
    /// Something that this Windows installs is missing.
    Incomplete,
    /// A driver without which there is no network at all is disabled.
    NetworkDisabled,
    /// The Winsock keys are damaged.
    Corrupt,
    /// Code is loaded from where it must not be.
    Hijacked,
}

impl Verdict {
    /// All of them, the later outweighing the earlier.
    pub const ALL: [Self; 11] = [
        Self::Intact,
        Self::KnownAdditions,
        Self::NothingSuspiciousVisible,
        Self::NotJudged,
        Self::Unusual,
        Self::Additions,
        Self::PotentiallyUnwanted,
        Self::Incomplete,
        Self::NetworkDisabled,
        Self::Corrupt,
        Self::Hijacked,
    ];

    /// The verdict of that name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }

    /// Its name in machine-readable output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Intact => "intact",
            Self::KnownAdditions => "known-third-party-providers",
            Self::NothingSuspiciousVisible => "nothing-suspicious-visible",
            Self::NotJudged => "not-judged",
            Self::Unusual => "unusual",
            Self::Additions => "unknown-or-layered-provider",
            Self::PotentiallyUnwanted => "potentially-unwanted-program",
            Self::Incomplete => "information-missing",
            Self::NetworkDisabled => "network-disabled",
            Self::Corrupt => "corrupted",
            Self::Hijacked => "hijacked",
        }
    }

    /// The same words for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Intact => "intact",
            Self::KnownAdditions => "known third-party providers",
            Self::NothingSuspiciousVisible => "nothing suspicious visible",
            Self::NotJudged => "not judged",
            Self::Unusual => "unusual",
            Self::Additions => "unknown or layered provider",
            Self::PotentiallyUnwanted => "potentially unwanted program",
            Self::Incomplete => "information missing",
            Self::NetworkDisabled => "network disabled",
            Self::Corrupt => "corrupted",
            Self::Hijacked => "hijacked",
        }
    }

    /// What it means, as a sentence.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Intact => "Everything that this Windows installs is there, and nothing else.",
            Self::KnownAdditions => {
                "Base or namespace providers of known products are installed beside Windows' own, such as VMware's sockets."
            }
            Self::NothingSuspiciousVisible => {
                "Nothing is wrong with what the evidence shows, but it does not show the DLLs of protocol providers \
                 (msinfo32), so a replaced DLL cannot be seen. Collect the SYSTEM hive."
            }
            Self::NotJudged => {
                "The evidence does not show enough to call the catalogs intact: it is cut off, stale or damaged, or the \
                 version of Windows is unknown."
            }
            Self::Unusual => "Something is unusual. A person must decide what it means.",
            Self::Additions => "A provider is unknown, or a layered service provider (LSP) is installed. Review it.",
            Self::PotentiallyUnwanted => {
                "A provider belongs to adware or to a program that comes along with other products."
            }
            Self::Incomplete => "An entry that this Windows installs is missing.",
            Self::NetworkDisabled => "TCP/IP or the sockets driver is disabled, so there is no network.",
            Self::Corrupt => "The Winsock keys are damaged.",
            Self::Hijacked => "Code is loaded from where it must not be, or somebody passes for Windows.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_titles_are_the_same_words() {
        for verdict in Verdict::ALL {
            assert_eq!(verdict.title().replace(' ', "-"), verdict.name());
            assert_eq!(Verdict::by_name(verdict.name()), Some(verdict));
        }
        assert!(Verdict::ALL.is_sorted());
    }

    #[test]
    fn what_could_not_be_judged_outweighs_everything_harmless() {
        use Verdict::{Additions, Intact, KnownAdditions, NotJudged, NothingSuspiciousVisible};
        for harmless in [Intact, KnownAdditions, NothingSuspiciousVisible] {
            assert_eq!(harmless.max(NotJudged), NotJudged);
        }
        assert_eq!(Additions.max(NotJudged), Additions);
    }
}
