//! What KB 811259 says is missing although the evidence cannot show whether it is.
//!
//! A report shows neither the NetBIOS bindings of its system nor its transports. A Windows XP with eight sections may have
//! two bindings, and nothing is wrong, or it may have lost a pair: such a system is not called intact.

use crate::baseline::{Baseline, is_net_bios, is_net_bt, is_nwlink};
use crate::catalog::provider::{NWLINK_NAMES, NWLINK_SECTIONS};
use crate::catalog::{Catalogs, Facts, ProtocolEntry, Version};
use crate::sentence::list_of;

/// The bindings of NetBT that KB 811259 counts on: one network card and the two of NDISWAN.
pub(super) const BINDINGS: usize = 3;

/// What the article says is missing, in sentences; nothing where the evidence shows that it is or that it is not.
pub(super) fn doubts(catalogs: &Catalogs, baseline: &Baseline) -> Vec<String> {
    if !catalogs.tells(Facts::ENTRIES | Facts::WHOLE_LISTS) || catalogs.protocol.is_none() {
        return Vec::new();
    }
    net_bios(catalogs, baseline).into_iter().chain(nwlink(catalogs, baseline)).collect()
}

fn net_bios(catalogs: &Catalogs, baseline: &Baseline) -> Option<String> {
    let windows = &catalogs.windows;
    let is_of_the_article = windows.version.is_some_and(|version| version < Version::VISTA);
    // Server 2003 without NetBIOS may as well be the one for x64.
    let may_have_net_bios =
        catalogs.expects_net_bios() || (windows.is(Version::SERVER_2003) && windows.is_64_bit().is_none());
    // Half a pair is missing without a doubt.
    let pairs = catalogs.sections().filter(|entry| is_net_bt(entry)).count().div_ceil(2);
    let is_doubtful = is_of_the_article && may_have_net_bios && !baseline.knows_bindings && pairs < BINDINGS;
    is_doubtful.then(|| {
        format!(
            "Microsoft KB 811259 expects {} NetBIOS sections and so reports missing information; a system with fewer \
             than {BINDINGS} NetBT bindings has fewer.",
            2 * BINDINGS
        )
    })
}

/// NWLink is not described by what a registry records of its transports, unless setup recorded it.
fn nwlink(catalogs: &Catalogs, baseline: &Baseline) -> Option<String> {
    let own: Vec<&ProtocolEntry> = catalogs.sections().filter(|entry| is_nwlink(entry)).collect();
    let is_of_setup = |entry: &ProtocolEntry| is_nwlink(entry) && !is_net_bios(entry);
    let is_known = baseline.entries.iter().any(|known| is_of_setup(&known.entry));
    if own.is_empty() || own.len() >= NWLINK_SECTIONS || is_known {
        return None;
    }
    let is_absent = |name: &&&str| own.iter().all(|entry| !entry.name().lossy().eq_ignore_ascii_case(name));
    let absent: Vec<String> = NWLINK_NAMES.iter().filter(is_absent).map(|name| (*name).to_owned()).collect();
    let absent = if absent.is_empty() { String::new() } else { format!(": {} cannot be found", list_of(&absent)) };
    Some(format!(
        "Microsoft KB 811259 counts {NWLINK_SECTIONS} sections of NWLink IPX/SPX and so reports missing information; \
         this system has {}{absent}.",
        own.len()
    ))
}
