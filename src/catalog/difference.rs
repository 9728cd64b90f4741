//! How two states of a system's catalogs differ.

use std::collections::HashMap;
use std::fmt::{self, Display};
use std::hash::Hash;

use super::entry_field::{EntryField, Value};
use super::{Catalog, CatalogName, Catalogs, Entry, EntryList, NameSpaceEntry, Parameters, ProtocolEntry, Text, hex};

/// Something that is not the same in two states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The list that it is in; `None` for the values beside the lists.
    pub catalog: Option<CatalogName>,
    /// Name of the entry, or of the key whose value it is; `None` where it is a matter of the whole list.
    pub entry: Option<Text>,
    /// The field or value.
    pub what: &'static str,
    /// What the earlier state says; `None` where it says nothing.
    pub before: Option<Text>,
    /// What the later one says.
    pub after: Option<Text>,
}

impl Difference {
    /// Whether the entry itself is in one state only, instead of just a field of it.
    #[must_use]
    pub fn is_of_whole_entry(&self) -> bool {
        self.what == ENTRY
    }
}

impl Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(catalog) = &self.catalog {
            write!(formatter, "{catalog}, ")?;
        }
        if let Some(entry) = &self.entry {
            write!(formatter, "{}: ", entry.shortened(100))?;
        }
        let says = |text: &Option<Text>| text.as_ref().map_or_else(|| "nothing".to_owned(), |text| text.shortened(300));
        match (&self.before, &self.after) {
            (Some(gone), None) if self.is_of_whole_entry() => write!(formatter, "gone ({})", gone.shortened(300)),
            (None, Some(new)) if self.is_of_whole_entry() => write!(formatter, "new ({})", new.shortened(300)),
            (before, after) => write!(formatter, "{} {} → {}", self.what, says(before), says(after)),
        }
    }
}

const ENTRY: &str = "entry";

/// The field that stands for an entry of which there is only one state.
const LIBRARY: &str = "DLL";

/// The differences between two states, in the order of the catalogs; places, times and the remains of older texts
/// behind a path or a name do not count.
///
/// Entries are the same where their ids are, those of name spaces where their providers are: removing an entry
/// renumbers the keys of all that follow.
#[must_use]
pub fn differences(before: &Catalogs, after: &Catalogs) -> Vec<Difference> {
    let mut all = Vec::new();
    let [of_before, of_after] = [before, after].map(|catalogs| catalogs.protocol.as_ref());
    compare_catalogs(
        ("Protocol_Catalog9", [CatalogName::Protocol32, CatalogName::Protocol64]),
        [of_before, of_after],
        &Reading { identity: |entry| entry.catalog_entry_id, name: ProtocolEntry::name },
        &mut all,
    );
    let [of_before, of_after] = [before, after].map(|catalogs| catalogs.name_space.as_ref());
    compare_catalogs(
        ("NameSpace_Catalog5", [CatalogName::NameSpace32, CatalogName::NameSpace64]),
        [of_before, of_after],
        &Reading { identity: |entry| entry.provider_id, name: NameSpaceEntry::name },
        &mut all,
    );
    let [of_before, of_after] = [before, after].map(|catalogs| catalogs.parameters.as_ref().map(parameters));
    let key = Text::from("Parameters");
    compare_fields(None, Some(&key), of_before.unwrap_or_default(), of_after.unwrap_or_default(), &mut all);
    all
}

/// How entries of a kind are read.
struct Reading<E, I> {
    identity: fn(&E) -> I,
    name: fn(&E) -> Text,
}

type Fields = Vec<(&'static str, Option<Text>)>;

fn compare_catalogs<E: Entry, I: Copy + Eq + Hash>(
    (key, names): (&str, [CatalogName; 2]),
    [before, after]: [Option<&Catalog<E>>; 2],
    reading: &Reading<E, I>,
    all: &mut Vec<Difference>,
) {
    let [lists_before, lists_after] = [before, after].map(|catalog| catalog.map(Catalog::lists).unwrap_or_default());
    for (name, (before, after)) in names.into_iter().zip(lists_before.into_iter().zip(lists_after)) {
        compare_lists(name, [before, after], reading, all);
    }
    let [before, after] = [before, after].map(|catalog| catalog.map(counters).unwrap_or_default());
    compare_fields(None, Some(&Text::from(key)), before, after, all);
}

fn compare_lists<E: Entry, I: Copy + Eq + Hash>(
    name: CatalogName,
    lists: [Option<&EntryList<E>>; 2],
    reading: &Reading<E, I>,
    all: &mut Vec<Difference>,
) {
    let [before, after] = lists.map(|list| list.map(|list| identified(list, reading.identity)).unwrap_or_default());
    let index: HashMap<_, _> = before.iter().copied().collect();
    let left: HashMap<_, _> = after.iter().copied().collect();
    let whole = |entry: &E, is_new: bool| {
        let (libraries, others): (Fields, Fields) = fields(entry).into_iter().partition(|(what, _)| *what == LIBRARY);
        let says = libraries.into_iter().chain(others).find_map(|(_, text)| text);
        let (before, after) = if is_new { (None, says) } else { (says, None) };
        Difference { catalog: Some(name), entry: Some((reading.name)(entry)), what: ENTRY, before, after }
    };
    all.extend(
        before.iter().filter(|(identity, _)| !left.contains_key(identity)).map(|(_, entry)| whole(entry, false)),
    );
    for (identity, entry) in &after {
        match index.get(identity) {
            None => all.push(whole(entry, true)),
            Some(earlier) => {
                let [before, after] = [*earlier, *entry].map(fields);
                compare_fields(Some(name), Some(&(reading.name)(entry)), before, after, all);
            }
        }
    }
    let order = |entries: &[(_, &E)], other: &HashMap<_, _>| {
        let common = entries.iter().filter(|(identity, _)| other.contains_key(identity));
        common.map(|(identity, _)| *identity).collect::<Vec<_>>()
    };
    if order(&before, &left) != order(&after, &index) {
        let [before, after] = [before, after].map(|entries| {
            let names: Vec<String> =
                entries.iter().map(|(_, entry)| (reading.name)(entry).lossy().into_owned()).collect();
            Some(Text::new(names.join(" > ")))
        });
        all.push(Difference { catalog: Some(name), entry: None, what: "order", before, after });
    }
}

/// The entries of a list by their distinguishing fields; entries that share them are counted.
fn identified<E, I: Copy + Eq + Hash>(list: &EntryList<E>, identity: fn(&E) -> I) -> Vec<((I, usize), &E)> {
    let mut seen: HashMap<I, usize> = HashMap::new();
    let entries = list.entries.iter().chain(&list.orphans);
    entries
        .map(|entry| {
            let identity = identity(entry);
            let count = seen.entry(identity).or_default();
            *count += 1;
            ((identity, *count), entry)
        })
        .collect()
}

fn compare_fields(
    catalog: Option<CatalogName>,
    entry: Option<&Text>,
    before: Fields,
    after: Fields,
    all: &mut Vec<Difference>,
) {
    // A state in which there is nothing has no fields at all.
    let names: Vec<_> = if before.is_empty() { &after } else { &before }.iter().map(|(what, _)| *what).collect();
    let padded = |fields: Fields| fields.into_iter().map(|(_, text)| text).chain(std::iter::repeat(None));
    for (what, (before, after)) in names.into_iter().zip(padded(before).zip(padded(after))) {
        if before != after {
            all.push(Difference { catalog, entry: entry.cloned(), what, before, after });
        }
    }
}

fn text(value: impl Display) -> Text {
    Text::new(value.to_string())
}

/// What counts of an entry.
fn fields<E: Entry>(entry: &E) -> Fields {
    let compared = |field: &EntryField<E>| Some((field.compared_as?, (field.value)(entry).as_ref().map(shown)));
    E::fields().iter().filter_map(compared).collect()
}

/// A value of a field as people read it.
pub(crate) fn shown(value: &Value<'_>) -> Text {
    match value {
        Value::Text(text) => (*text).clone(),
        Value::Resolved(text) => text.clone(),
        Value::Guid(guid) => Text::new(format!("{:X}", guid.braced())),
        Value::Time(time) => text(time),
        Value::Bytes(bytes) => Text::new(hex(bytes)),
        Value::Number(number) => text(number),
        Value::Flags(flags) => Text::new(format!("{flags:#x}")),
        Value::Numbers(numbers) if numbers.is_empty() => Text::from("none"),
        Value::Numbers(numbers) => Text::new(numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" > ")),
        Value::Names(names) => Text::new(names.join(" ")),
    }
}

fn counters<E>(catalog: &Catalog<E>) -> Fields {
    vec![
        ("Num_Catalog_Entries", catalog.num_catalog_entries.map(text)),
        ("Num_Catalog_Entries64", catalog.num_catalog_entries64.map(text)),
        ("Next_Catalog_Entry_ID", catalog.next_catalog_entry_id.map(text)),
        ("Serial_Access_Num", catalog.serial_access_num.map(text)),
    ]
}

fn parameters(parameters: &Parameters) -> Fields {
    vec![
        ("WinSock_Registry_Version", parameters.registry_version.clone()),
        ("Current_Protocol_Catalog", parameters.current_protocol_catalog.clone()),
        ("Current_NameSpace_Catalog", parameters.current_name_space_catalog.clone()),
        ("NameSpace_Callout", parameters.name_space_callout.clone()),
        ("AutodialDLL", parameters.autodial_library.clone()),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::notation;
    use super::*;

    const BEFORE: &str = "windows  6.1.7601 x64 sp1\ntransports  Tcpip\nprotocol\n1001  tcp\n1002  udp\n1003  raw\nname spaces\ntcpip\nntds";

    fn compared(before: &str, after: &str) -> Vec<String> {
        let [before, after] = [before, after].map(|case| notation::parse(case).unwrap());
        differences(&before, &after).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_state_does_not_differ_from_itself() {
        assert_eq!(compared(BEFORE, BEFORE), [""; 0]);
    }

    #[test]
    fn a_new_path_is_told_with_the_old_one() {
        let after = BEFORE.replace("1002  udp", r"1002  udp  C:\evil.dll");
        let expected =
            r"32-bit protocol catalog, MSAFD Tcpip [UDP/IP]: DLL %SystemRoot%\system32\mswsock.dll → C:\evil.dll";
        let both = [expected.to_owned(), expected.replace("32-bit", "64-bit")];
        assert_eq!(compared(BEFORE, &after), both);
    }

    #[test]
    fn what_is_gone_does_not_make_the_rest_differ() {
        let after = BEFORE.replace("1001  tcp\n", "");
        let differences = compared(BEFORE, &after);
        let of_32_bit: Vec<_> = differences.iter().filter(|difference| difference.starts_with("32-bit")).collect();
        assert_eq!(
            of_32_bit[0],
            r"32-bit protocol catalog, MSAFD Tcpip [TCP/IP]: gone (%SystemRoot%\system32\mswsock.dll)"
        );
        assert_eq!(differences.len(), 4, "{differences:#?}");
        assert!(compared(&after, BEFORE)[0].ends_with(r": new (%SystemRoot%\system32\mswsock.dll)"));
    }

    #[test]
    fn a_counter_is_told_with_its_catalog() {
        let [before, mut after] = [BEFORE, BEFORE].map(|case| notation::parse(case).unwrap());
        after.protocol.as_mut().unwrap().num_catalog_entries64 = Some(2);
        let differences = differences(&before, &after);
        assert_eq!(differences.len(), 1);
        assert_eq!(differences[0].to_string(), "Protocol_Catalog9: Num_Catalog_Entries64 3 → 2");
    }

    #[test]
    fn an_exchange_is_a_matter_of_the_list() {
        let after = BEFORE.replace("tcpip\nntds", "ntds\ntcpip");
        assert_eq!(compared(BEFORE, &after)[0], "32-bit namespace catalog, order Tcpip > NTDS → NTDS > Tcpip");
    }

    #[test]
    fn a_catalog_that_is_gone_takes_its_entries_with_it() {
        let [before, mut after] = [BEFORE, BEFORE].map(|case| notation::parse(case).unwrap());
        after.name_space = None;
        let differences = differences(&before, &after);
        assert_eq!(differences.iter().filter(|difference| difference.is_of_whole_entry()).count(), 4);
        assert!(differences.iter().all(|difference| difference.after.is_none()));
    }

    #[test]
    fn of_two_entries_that_are_the_same_the_second_is_compared_with_the_second() {
        let before = "windows  5.1 x86\n1001  tcp\n1001  tcp";
        let after = "windows  5.1 x86\n1001  tcp\n1001  tcp  message=1";
        assert_eq!(compared(before, after).len(), 1);
        assert_eq!(compared(after, before).len(), 1);
    }

    #[test]
    fn parameters_are_compared() {
        let after = format!("{BEFORE}\ncallout  C:\\x.dll");
        let expected = [
            "Parameters: WinSock_Registry_Version nothing → 2.0",
            "Parameters: Current_Protocol_Catalog nothing → Protocol_Catalog9",
            "Parameters: Current_NameSpace_Catalog nothing → NameSpace_Catalog5",
            r"Parameters: NameSpace_Callout nothing → C:\x.dll",
        ];
        assert_eq!(compared(BEFORE, &after), expected);
    }

    #[test]
    fn a_chain_without_ids_is_none() {
        assert_eq!(shown(&Value::Numbers(Vec::new().into())), Text::from("none"));
        assert_eq!(shown(&Value::Numbers(vec![1, 2].into())), Text::from("1 > 2"));
    }
}
