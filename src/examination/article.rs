//! What Microsoft's article KB 811259 says of the number of sections when it is taken at its word.

use std::cmp::Ordering;

use super::Sections;
use crate::baseline::is_nwlink;
use crate::catalog::provider::NWLINK_SECTIONS;
use crate::catalog::{Facts, Version};
use crate::rules::Subject;

/// The sections of an undamaged Windows with TCP/IP alone.
const TEN: usize = 10;

/// What the article says of a system, and whether it is about that system.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Article {
    /// What it says, as a sentence.
    pub sentence: String,
    /// Whether it is about this Windows: XP, Server 2003 or Vista.
    pub applies: bool,
}

impl Article {
    /// What it says; `None` where the evidence does not show all sections, since nobody would count a part of them.
    pub(super) fn on(subject: &Subject<'_>, sections: &Sections) -> Option<Self> {
        let catalogs = subject.catalogs;
        catalogs.protocol.as_ref().filter(|_| catalogs.tells(Facts::WHOLE_LISTS))?;
        let windows = &catalogs.windows;
        let is_vista = windows.is(Version::VISTA);
        let has_nwlink = catalogs.sections().any(is_nwlink);
        let (expected, words) = if has_nwlink {
            (TEN + NWLINK_SECTIONS, "the seventeen that it allows with NWLink IPX/SPX")
        } else {
            (TEN, "ten")
        };
        let count = sections.visible;
        let says = match count.cmp(&expected) {
            Ordering::Equal => format!("{count} sections, as it expects"),
            Ordering::Less => format!("{count} sections are fewer than {words}, so information is missing"),
            Ordering::Greater => {
                format!("{count} sections are more than {words}, so third-party additions are installed")
            }
        };
        let foreign = sections.without_msafd();
        let names = if foreign == 2 {
            "2 do not begin with MSAFD, as it expects".to_owned()
        } else {
            format!("{foreign}, not 2, do not begin with MSAFD")
        };
        let note = match (is_vista, windows.is_at_least(Version::VISTA)) {
            (true, _) => " Its list is wrong for Vista.",
            (false, Some(true)) => " It does not apply to this Windows.",
            _ => "",
        };
        let sentence = format!("Microsoft KB 811259, read literally: {says}; {names}.{note}");
        Some(Self { sentence, applies: is_vista || windows.is_at_least(Version::VISTA) == Some(false) })
    }
}
