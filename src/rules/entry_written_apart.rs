use std::collections::BTreeMap;

use super::machinery::{Findings, Subject, rule};
use crate::catalog::{Catalog, CatalogName, EntryList, Facts, FileTime, ProtocolEntry};
use crate::finding::Severity;

rule! {
    /// Something other than Windows wrote to a catalog.
    ///
    /// # What it looks for
    ///
    /// By time, which only hives have: entries whose key was written more than two seconds before or after most of
    /// their list, and keys of a list or catalog that were written more than two seconds after their newest entry. By
    /// slack: entries whose bytes after the path differ from those of the rest of the list, or the only entry that has
    /// any. Lists with fewer than three entries are not judged.
    ///
    /// # Why it matters
    ///
    /// With every change, Windows rewrites the whole list from one buffer, within one clock tick (16 ms in 23 control
    /// sets). A registry editor, an offline tool or malware writes a single entry.
    ///
    /// A different time is a warning. Different slack alone is a note with low confidence, because other programs share
    /// the buffer; it becomes a warning if another warning or error concerns the same entry.
    ///
    /// # When it is harmless
    ///
    /// If an administrator restored a value by hand, or the hive was repaired. The protocol catalog and the namespace
    /// catalog may have been written years apart.
    ///
    /// # What to do
    ///
    /// Add the time to the timeline and look at what else was written then.
    ///
    /// # References
    ///
    /// Sigma d6c2ce7e-afb5-4337-9ca4-4b5254ed0565
    "entry-written-apart", Warning, Inconsistency, Intact, needs [ITEM_BYTES]
}

/// Longest time that one writing of a catalog may take, in intervals of 100 ns: two seconds.
const LONGEST_WRITING: u64 = 20_000_000;

/// Fewest entries among which one can stand apart.
const FEWEST: usize = 3;

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let catalogs = subject.catalogs;
    if catalogs.tells(Facts::TIMES) {
        for (catalog, list) in catalogs.protocol_lists() {
            for (entry, message, [usual, own]) in apart_in_time(list, |entry| entry.last_written) {
                findings.about(catalog, entry, message).instead(usual, own);
            }
            of_list_key(catalog, list, |entry| entry.last_written, findings);
        }
        for (catalog, list) in catalogs.name_space_lists() {
            for (entry, message, [usual, own]) in apart_in_time(list, |entry| entry.last_written) {
                findings.about_name_space(catalog, entry, message).instead(usual, own);
            }
            of_list_key(catalog, list, |entry| entry.last_written, findings);
        }
        if let Some(catalog) = &catalogs.protocol {
            of_catalog_key("protocol catalog", catalog, |entry| entry.last_written, findings);
        }
        if let Some(catalog) = &catalogs.name_space {
            of_catalog_key("namespace catalog", catalog, |entry| entry.last_written, findings);
        }
    }
    for (catalog, list) in catalogs.protocol_lists() {
        for (entry, message) in apart_in_bytes(&list.entries) {
            findings
                .about(catalog, entry, message)
                .severity(Severity::Note)
                .when_corroborated(Severity::Warning)
                .harmless("low confidence: only the slack differs");
        }
    }
}

/// The entries of a list that were written apart from the rest, each with what is to be said and both times.
fn apart_in_time<E>(list: &EntryList<E>, written: impl Fn(&E) -> Option<FileTime>) -> Vec<(&E, String, [String; 2])> {
    let entries: Vec<(&E, FileTime)> = list.entries.iter().filter_map(|entry| Some((entry, written(entry)?))).collect();
    let mut times: Vec<FileTime> = entries.iter().map(|(_, time)| *time).collect();
    times.sort_unstable();
    let Some(usual) = times.get(times.len() / 2).filter(|_| times.len() >= FEWEST) else { return Vec::new() };
    let apart = entries.into_iter().filter(|(_, time)| time.distance(*usual) > LONGEST_WRITING);
    apart
        .map(|(entry, time)| {
            let order = if time > *usual { "after" } else { "before" };
            (
                entry,
                format!("its key was written {order} the rest of its list"),
                [usual, &time].map(ToString::to_string),
            )
        })
        .collect()
}

fn newest<E>(list: &EntryList<E>, written: impl Fn(&E) -> Option<FileTime>) -> Option<FileTime> {
    list.entries.iter().filter_map(written).max()
}

/// Whether a key was written later than the newest entry below it, and by more than one writing takes.
fn is_later(key: Option<FileTime>, newest: Option<FileTime>) -> Option<[String; 2]> {
    let (key, newest) = (key?, newest?);
    let is_later = key > newest && key.distance(newest) > LONGEST_WRITING;
    is_later.then(|| [newest, key].map(|time| time.to_string()))
}

fn of_list_key<E>(
    catalog: CatalogName,
    list: &EntryList<E>,
    written: impl Fn(&E) -> Option<FileTime>,
    findings: &mut Findings<'_>,
) {
    if let Some([newest, own]) = is_later(list.last_written, newest(list, written)) {
        let message = format!("the key of the {catalog} was written after all of its entries");
        findings.about_catalog(catalog, &list.place, message).instead(newest, own);
    }
}

fn of_catalog_key<E>(
    called: &str,
    catalog: &Catalog<E>,
    written: impl Fn(&E) -> Option<FileTime>,
    findings: &mut Findings<'_>,
) {
    let newest = catalog.lists().into_iter().flatten().filter_map(|list| newest(list, &written)).max();
    if let Some([newest, own]) = is_later(catalog.last_written, newest) {
        let message = format!("the key of the {called} was written after all of its entries");
        findings.add(message).at(&catalog.place).instead(newest, own);
    }
}

/// The slack after the path of an entry.
struct Slack<'a> {
    entry: &'a ProtocolEntry,
    /// The bytes of the path, with the slack after it.
    bytes: &'a [u8],
    /// Where the path ends.
    end: usize,
}

impl<'a> Slack<'a> {
    /// `None` if the path has no end, or if the entry could not be decoded, such as a page of zeros: that does not show
    /// who wrote it.
    fn of(entry: &'a ProtocolEntry) -> Option<Self> {
        entry.kind()?;
        let bytes = entry.path_bytes()?;
        let end = bytes.iter().position(|byte| *byte == 0)? + 1;
        Some(Self { entry, bytes, end })
    }

    fn from(&self, offset: usize) -> &'a [u8] {
        self.bytes.get(offset..).unwrap_or_default()
    }
}

/// The entries whose slack differs from that of most.
fn apart_in_bytes(entries: &[ProtocolEntry]) -> Vec<(&ProtocolEntry, &'static str)> {
    let remains: Vec<Slack<'_>> = entries.iter().filter_map(Slack::of).collect();
    if remains.len() < FEWEST {
        return Vec::new();
    }
    // After a shorter path, the buffer still holds the rest of the longer one before it.
    let longest = remains.iter().map(|remains| remains.end).max().unwrap_or_default();
    let mut counts: BTreeMap<&[u8], usize> = BTreeMap::new();
    for remains in &remains {
        *counts.entry(remains.from(longest)).or_default() += 1;
    }
    let Some((usual, count)) = counts.into_iter().max_by_key(|(_, count)| *count) else { return Vec::new() };
    let is_filled = |bytes: &[u8]| bytes.iter().any(|byte| *byte != 0);
    if count >= FEWEST && is_filled(usual) {
        let apart = remains.iter().filter(|remains| remains.from(longest) != usual);
        let message = "its slack differs from that of its neighbours: it may have been written separately";
        return apart.map(|remains| (remains.entry, message)).collect();
    }
    let filled: Vec<_> = remains.iter().filter(|remains| is_filled(remains.from(remains.end))).collect();
    match filled.as_slice() {
        [only] => {
            vec![(only.entry, "it is the only entry with slack after its path: it may have been written separately")]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::finding::Severity;
    use crate::rules::machinery::{complaints, severities, severities_of};

    const MONDAY: &str = "2022-06-22T16:28:02";

    #[test]
    fn one_entry_was_written_later() {
        let case =
            format!("protocol\nwritten  {MONDAY}Z\n1001  tcp\n1002  udp\n1003  raw  written=2023-01-05T08:00:00Z");
        assert_eq!(complaints(&RULE, &case), ["MSAFD Tcpip [RAW/IP]: its key was written after the rest of its list"]);
        let case = case.replace("2023", "2021");
        assert_eq!(complaints(&RULE, &case), ["MSAFD Tcpip [RAW/IP]: its key was written before the rest of its list"]);
        let name_spaces = format!("name spaces\nwritten  {MONDAY}Z\ntcpip\nntds\nnla  written=2023-01-05T08:00:00Z");
        assert_eq!(complaints(&RULE, &name_spaces).len(), 1);
    }

    #[test]
    fn a_key_was_written_after_its_entries() {
        let case = format!("protocol\nwritten  {MONDAY}Z\nkey-written  2022-06-22T16:28:05Z\n1001  tcp");
        assert_eq!(complaints(&RULE, &case), ["the key of the protocol catalog was written after all of its entries"]);
        let case = format!("protocol\nwritten  {MONDAY}Z\n1001  tcp  written=2022-06-22T16:27:02Z");
        assert_eq!(complaints(&RULE, &case).len(), 2, "the keys of the list and of the catalog");
    }

    #[test]
    fn one_tick_is_no_time_and_years_between_catalogs_are_usual() {
        let case = format!(
            "protocol\nwritten  {MONDAY}.000Z\nkey-written  {MONDAY}.031Z\n1001  tcp\n1002  udp\n1003  raw  written={MONDAY}.016Z\n\
             name spaces\nwritten  2019-06-22T16:28:02Z\ntcpip\nntds\nnla"
        );
        assert!(complaints(&RULE, &case).is_empty());
    }

    #[test]
    fn another_buffer_was_written() {
        let case = "1001  tcp  slack=6c6c00ff\n1002  udp  slack=6c6c00ff\n1003  raw  slack=6c6c00ff\n1004  rsvp-tcp  slack=6c6c00fe";
        let expected = "RSVP TCP Service Provider: its slack differs from that of its neighbours: it may have been written separately";
        assert_eq!(complaints(&RULE, case), [expected]);
    }

    #[test]
    fn a_time_is_a_warning_and_slack_alone_is_a_note() {
        let in_time =
            format!("protocol\nwritten  {MONDAY}Z\n1001  tcp\n1002  udp\n1003  raw  written=2023-01-05T08:00:00Z");
        assert_eq!(severities(&RULE, &in_time), [Severity::Warning]);
        let in_slack = "1001  tcp\n1002  udp\n1003  raw  slack=73007700";
        assert_eq!(severities(&RULE, in_slack), [Severity::Note]);
        let in_both = in_time.replace("raw", "raw  slack=73007700");
        assert_eq!(severities(&RULE, &in_both), [Severity::Warning; 2]);
    }

    #[test]
    fn slack_of_an_altered_entry_is_a_warning() {
        let altered = crate::rules::base_provider_path_altered::RULE;
        let case = r"1001  tcp
            1002  udp
            1003  raw  C:\x\y.dll  slack=73007700";
        assert_eq!(severities_of(&[&RULE, &altered], case), [Severity::Error, Severity::Warning]);
        let elsewhere = case.replace("udp", r"udp  C:\x\y.dll").replace(r"raw  C:\x\y.dll", "raw");
        assert_eq!(severities_of(&[&RULE, &altered], &elsewhere), [Severity::Error, Severity::Note]);
    }

    #[test]
    fn one_path_was_overwritten_by_a_shorter_one() {
        let case = "1001  tcp\n1002  udp\n1003  raw  mswsock.dll  slack=73007700";
        let expected =
            "MSAFD Tcpip [RAW/IP]: it is the only entry with slack after its path: it may have been written separately";
        assert_eq!(complaints(&RULE, case), [expected]);
    }

    #[test]
    fn behind_a_shorter_path_stands_the_rest_of_a_longer_one() {
        let case = "1001  base  C:\\longer.dll  A  slack=ff00\n1002  base  C:\\long.dll  B  slack=6c00ff00\n1003  base  C:\\longer.dll  C  slack=ff00";
        assert!(complaints(&RULE, case).is_empty());
        let of_an_even_longer_one =
            format!("{}\n1004  base  C:\\longer.dll  D  slack=ff00", case.replace("6c00ff00", "6c6cff00"));
        assert!(complaints(&RULE, &of_an_even_longer_one).is_empty());
    }

    #[test]
    fn the_usual_time_is_that_of_most_entries() {
        let case = format!(
            "protocol\nwritten  {MONDAY}Z\n1001  tcp  written=2021-01-05T08:00:00Z\n1002  udp\n1003  raw\n1004  rsvp-tcp\n1005  rsvp-udp"
        );
        assert_eq!(complaints(&RULE, &case), ["MSAFD Tcpip [TCP/IP]: its key was written before the rest of its list"]);
        let four = case.replace("\n1005  rsvp-udp", "");
        assert_eq!(complaints(&RULE, &four).len(), 1);
    }

    #[test]
    fn one_writing_takes_two_seconds_at_most() {
        let entry = |time: &str| {
            let case = format!("protocol\nwritten  {MONDAY}Z\n1001  tcp\n1002  udp\n1003  raw  written={time}");
            complaints(&RULE, &case).len()
        };
        assert_eq!((entry("2022-06-22T16:28:04Z"), entry("2022-06-22T16:28:04.001Z")), (0, 1));
        let key = |time: &str| {
            complaints(&RULE, &format!("protocol\nwritten  {MONDAY}Z\nkey-written  {time}\n1001  tcp")).len()
        };
        assert_eq!((key("2022-06-22T16:28:04Z"), key("2022-06-22T16:28:04.001Z")), (0, 1));
    }
}
