use std::collections::HashSet;

use super::machinery::{Findings, Subject, rule};
use crate::catalog::residue::{Residue, Trace};
use crate::catalog::{CanonicalPath, Guid};
use crate::finding::Severity;

rule! {
    /// Slack in a catalog entry names a provider that is not installed.
    ///
    /// # What it looks for
    ///
    /// Unused bytes of `PackedCatalogItem` after the terminating NUL of a path or name: text ending in `.dll` whose
    /// file no entry uses, GUIDs of known providers that no entry has, and whole older entries whose id no entry has.
    /// Each is reported once per catalog, because Windows writes all of its entries from one buffer. A path to a folder
    /// where ordinary users can write is a warning.
    ///
    /// # Why it matters
    ///
    /// It is residual data from the process that wrote the catalog: a trace of an earlier state, or of the installer.
    ///
    /// # When it is harmless
    ///
    /// Nearly always: from Windows XP to 8.1, every entry has such slack.
    ///
    /// # What to do
    ///
    /// Use it to match names with catalog ids that no longer exist.
    ///
    /// # References
    ///
    /// Slack in fourteen hives: one of Windows 7 contains an entry with the id 1015, which no longer exists
    "residue-names-another-provider", Note, History, Intact, needs [ITEM_BYTES, PROVIDER_IDS, PATHS, IDS, WHOLE_LISTS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    if subject.residues.is_empty() {
        return;
    }
    let present = Present::of(subject);
    for residue in subject.residues.iter().filter(|residue| present.lacks(&residue.trace)) {
        let what = match &residue.trace {
            Trace::Text(text) => format!("the path {}", text.shortened(260)),
            Trace::Provider(id) => format!("the provider {:X}", id.braced()),
            Trace::Entry(entry) => {
                format!("an older entry, {} {}", entry.catalog_entry_id, entry.stored_name.shortened(256))
            }
        };
        let Residue { catalog, place, bytes, .. } = residue;
        let message = format!("slack contains {what}, which no entry uses any more");
        let found = format!("{what}, {} bytes from the beginning of a packed item", bytes.start);
        let finding = findings.about_catalog(*catalog, place, message);
        finding.instead("nothing, or what entries name", found);
        if is_in_writable_folder(&residue.trace) {
            finding.severity(Severity::Warning);
        }
    }
}

/// Whether it is a whole path into a folder where ordinary users can write, in which no entry's DLL may lie either.
fn is_in_writable_folder(trace: &Trace) -> bool {
    let Trace::Text(text) = trace else { return false };
    let path = CanonicalPath::new(&text.lossy(), false);
    path.is_absolute() && path.writable_folder().is_some()
}

/// What entries of either catalog name.
struct Present {
    files: HashSet<String>,
    providers: HashSet<Guid>,
    ids: HashSet<u32>,
}

impl Present {
    fn of(subject: &Subject<'_>) -> Self {
        let protocol = || {
            let lists = subject.catalogs.protocol_lists();
            lists.flat_map(|(_, list)| list.entries.iter().chain(&list.orphans))
        };
        let name_space = || {
            let lists = subject.catalogs.name_space_lists();
            lists.flat_map(|(_, list)| list.entries.iter().chain(&list.orphans))
        };
        let paths = protocol().filter_map(|entry| entry.library_path.as_ref());
        let paths = paths.chain(name_space().filter_map(|entry| entry.library_path.as_ref()));
        Self {
            files: paths.map(|path| CanonicalPath::new(&path.lossy(), false).file_name().to_owned()).collect(),
            providers: protocol().filter_map(|entry| entry.provider_id).collect(),
            ids: protocol().filter_map(|entry| entry.catalog_entry_id).collect(),
        }
    }

    fn lacks(&self, trace: &Trace) -> bool {
        match trace {
            Trace::Text(text) => {
                let path = CanonicalPath::new(&text.lossy(), false);
                path.file_name().strip_suffix(".dll").is_some() && !self.files.contains(path.file_name())
            }
            Trace::Provider(id) => !self.providers.contains(id),
            Trace::Entry(entry) => !self.ids.contains(&entry.catalog_entry_id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::catalog::hex;
    use crate::finding::Severity;
    use crate::rules::machinery::{complaints, severities};

    /// A catalog with an entry that has this text after its path.
    fn with(slack: &[u8]) -> Vec<String> {
        let case = format!("windows  6.1.7601 x64 sp1\n1001  tcp  slack={}\n1002  udp", hex(slack));
        let mut sentences = complaints(&RULE, &case);
        // Both lists are written alike.
        assert_eq!(sentences.len() % 2, 0, "{sentences:?}");
        sentences.truncate(sentences.len() / 2);
        sentences
    }

    #[test]
    fn memory_names_a_library_that_no_entry_has() {
        let expected = "slack contains the path win32\\vsocklib.dll, which no entry uses any \
                        more";
        assert_eq!(with(br"win32\vsocklib.dll"), [expected]);
    }

    #[test]
    fn a_path_into_a_writable_folder_is_worth_a_warning() {
        let severities_of = |slack: &str| severities(&RULE, &format!("1001  tcp  slack={}", hex(slack.as_bytes())));
        assert_eq!(severities_of(r"C:\Windows\Temp\old.dll"), [Severity::Warning]);
        assert_eq!(severities_of(r"C:\Program Files\Old\old.dll"), [Severity::Note]);
    }

    #[test]
    fn memory_holds_an_older_entry_whose_id_nothing_has() {
        // On Windows 7 the provider of VMware's sockets, an id in a hole of the catalog, and the name.
        let mut older = uuid::uuid!("570adc4b-67b2-42ce-92b2-acd33d88d842").to_bytes_le().to_vec();
        older.resize(96, 0);
        older[16..18].copy_from_slice(&1015_u16.to_le_bytes());
        older[20] = 1;
        older.extend("VMCI sockets DGRAM".encode_utf16().flat_map(u16::to_le_bytes));
        let expected = "slack contains an older entry, 1015 VMCI sockets DGRAM, which no entry \
                        uses any more";
        assert_eq!(with(&older), [expected]);
    }

    #[test]
    fn fill_bytes_and_what_entries_name_are_no_trace() {
        assert!(with(&[0xff; 100]).is_empty());
        assert!(with(br"\SystemRoot\mswsock.dll").is_empty());
        assert!(with(b"VeriSign Commercial S").is_empty());
    }

    #[test]
    fn memory_names_a_provider_that_no_entry_has() {
        let named = |id: uuid::Uuid| with(&id.to_bytes_le());
        let expected =
            "slack contains the provider {570ADC4B-67B2-42CE-92B2-ACD33D88D842}, which no entry uses any more";
        assert_eq!(named(uuid::uuid!("570adc4b-67b2-42ce-92b2-acd33d88d842")), [expected]);
        assert!(named(uuid::uuid!("e70f1aa0-ab8b-11cf-8ca3-00805f48a192")).is_empty(), "that of TCP/IP");
    }
}
