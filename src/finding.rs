//! Findings, verdicts, and rules that could not be judged.

mod confidence;
mod remedy;
mod verdict;

pub use confidence::Confidence;
pub use remedy::{Data, Remedy};
pub use verdict::Verdict;

use crate::catalog::{CatalogName, Facts, FileTime, Guid, NameSpaceEntry, Place, ProtocolEntry, Text};

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Context and history; alone no reason to worry.
    Note,
    /// A person must decide.
    Warning,
    /// Windows cannot use the catalog or an entry, or code is loaded from where it must not be.
    Error,
}

impl Severity {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The severity of that name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        [Self::Note, Self::Warning, Self::Error].into_iter().find(|severity| severity.name() == name)
    }
}

/// Something that a rule found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// Id of the rule.
    pub rule: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// The verdict that it implies.
    pub implies: Verdict,
    /// The catalog that it is about.
    pub catalog: Option<CatalogName>,
    /// The entry that it is about.
    pub entry: Option<EntryName>,
    /// The fields of the entry that it is about, with Windows' names; empty if it is about the whole entry.
    pub fields: Vec<&'static str>,
    /// Where in the evidence.
    pub place: Option<Place>,
    /// The problem; together with the entry's name a sentence.
    pub message: String,
    /// What ought to be there.
    pub expected: Option<String>,
    /// What is there.
    pub found: Option<String>,
    /// Why it may be harmless here.
    pub harmless: Option<String>,
    /// Known facts about this provider: which programs it breaks.
    pub advice: Option<String>,
    /// What to do about it, step by step, as far as its rule knows that.
    pub remedies: Vec<Remedy>,
    /// A fact that other parts of the program use.
    pub fact: Option<Fact>,
    /// The DLLs that it is about, with their stored paths. Findings about one DLL have one cause.
    pub libraries: Vec<Text>,
    /// Further entries that it is about, of the same catalog where it names one.
    pub further_entries: Vec<EntryName>,
    /// Number of the story that it belongs to, from 1: findings of one cause are one story. 0 where it is allowed.
    pub story: usize,
    /// Whether an earlier examination did not find it; `None` where none is compared with.
    pub is_new: Option<bool>,
    /// What other evidence of the same computer shows of the entry that it is about: who installed it, and when.
    pub other_evidence: Vec<String>,
    /// How much it matters where another warning or error is about the same entry; `None` for findings that stand alone.
    pub(crate) when_corroborated: Option<Severity>,
}

/// A fact that a finding states and that other parts of the program use.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fact {
    /// These entries, which this Windows installs, are missing.
    MissingEntries(Vec<String>),
    /// There is an LSP.
    LayeredProvider,
    /// A provider serves sockets, but is hidden from enumeration.
    HiddenProvider,
}

/// How an entry is identified, in its catalog and by people.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct EntryName {
    /// Name of its key.
    pub key: Option<Text>,
    /// Its catalog entry id; namespace entries have none.
    pub id: Option<u32>,
    /// Its name, resolved.
    pub name: Text,
    /// GUID of its provider, if the evidence has it.
    pub provider_id: Option<Guid>,
    /// Its DLL, if the evidence has it.
    pub library: Option<Text>,
    /// When its key was last written, if the evidence has it.
    pub last_written: Option<FileTime>,
}

impl From<&ProtocolEntry> for EntryName {
    fn from(entry: &ProtocolEntry) -> Self {
        Self {
            key: entry.key.clone(),
            id: entry.catalog_entry_id,
            name: entry.name(),
            provider_id: entry.provider_id,
            library: entry.library_path.clone(),
            last_written: entry.last_written,
        }
    }
}

impl From<&NameSpaceEntry> for EntryName {
    fn from(entry: &NameSpaceEntry) -> Self {
        Self {
            key: entry.key.clone(),
            id: None,
            name: entry.name(),
            provider_id: entry.provider_id,
            library: entry.library_path.clone(),
            last_written: entry.last_written,
        }
    }
}

impl Finding {
    /// A finding of that rule, about nothing in particular.
    pub(crate) fn new(
        rule: &'static str,
        severity: Severity,
        confidence: Confidence,
        implies: Verdict,
        message: String,
    ) -> Self {
        Self {
            rule,
            severity,
            confidence,
            implies,
            catalog: None,
            entry: None,
            fields: Vec::new(),
            place: None,
            message,
            expected: None,
            found: None,
            harmless: None,
            advice: None,
            remedies: Vec::new(),
            fact: None,
            libraries: Vec::new(),
            further_entries: Vec::new(),
            story: 0,
            is_new: None,
            other_evidence: Vec::new(),
            when_corroborated: None,
        }
    }

    /// The finding as one sentence, with the name of the entry in front.
    #[must_use]
    pub fn sentence(&self) -> String {
        match &self.entry {
            Some(entry) if !entry.name.is_empty() => format!("{}: {}", entry.name, self.message),
            _ => self.message.clone(),
        }
    }

    /// The verdict that it implies. Nothing is intact that a person must look at.
    #[must_use]
    pub fn implication(&self) -> Verdict {
        if self.severity > Severity::Note { self.implies.max(Verdict::Unusual) } else { self.implies }
    }

    /// How much it weighs beside other findings: first by the verdict, then by its severity.
    #[must_use]
    pub fn weight(&self) -> (Verdict, Severity) {
        (self.implication(), self.severity)
    }

    /// Whether an earlier examination found it, too.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.is_new == Some(false)
    }

    /// With another severity than the rule's own.
    pub fn severity(&mut self, severity: Severity) -> &mut Self {
        self.severity = severity;
        self
    }

    /// With another severity where another warning or error is about the same entry.
    pub(crate) fn when_corroborated(&mut self, severity: Severity) -> &mut Self {
        self.when_corroborated = Some(severity);
        self
    }

    /// With another meaning for the verdict than the rule's own.
    pub fn implies(&mut self, verdict: Verdict) -> &mut Self {
        self.implies = verdict;
        self
    }

    /// With the place where it stands, where that is neither an entry nor a list.
    pub fn at(&mut self, place: &Place) -> &mut Self {
        self.place = Some(place.clone()).filter(|place| !place.path.is_empty());
        self
    }

    /// About this field of the entry, as Windows names it.
    pub fn field(&mut self, name: &'static str) -> &mut Self {
        self.fields.push(name);
        self
    }

    /// With what ought to be there, and what is.
    pub fn instead(&mut self, expected: impl Into<String>, found: impl Into<String>) -> &mut Self {
        (self.expected, self.found) = (Some(expected.into()), Some(found.into()));
        self
    }

    /// With another DLL that it is about.
    pub fn library(&mut self, path: &Text) -> &mut Self {
        self.libraries.push(path.clone());
        self
    }

    /// With further entries that it is about.
    pub fn further<E: Into<EntryName>>(&mut self, entries: impl IntoIterator<Item = E>) -> &mut Self {
        self.further_entries.extend(entries.into_iter().map(Into::into));
        self
    }

    /// With what is known of this very provider, where something is.
    pub fn advice(&mut self, advice: Option<String>) -> &mut Self {
        self.advice = advice;
        self
    }

    /// With a step of what to do about it, after those that it has.
    pub(crate) fn remedy(&mut self, remedy: Remedy) -> &mut Self {
        self.remedies.push(remedy);
        self
    }

    /// With these steps, likewise.
    pub(crate) fn remedies(&mut self, remedies: impl IntoIterator<Item = Remedy>) -> &mut Self {
        self.remedies.extend(remedies);
        self
    }

    /// With the step of removing the entry that it is about.
    pub(crate) fn remove_entry(&mut self) -> &mut Self {
        if let (Some(catalog), Some(entry)) = (self.catalog, self.entry.clone()) {
            let key = self.key_of_entry();
            self.remedies.push(Remedy::RemoveEntry { catalog, entry, key });
        }
        self
    }

    /// With the step of giving the entry that it is about another path again, one of these.
    pub(crate) fn restore_library(&mut self, to: &[&str]) -> &mut Self {
        let Some(catalog) = self.catalog.filter(|_| !to.is_empty()) else { return self };
        let (value, field) = match catalog {
            CatalogName::NameSpace | CatalogName::NameSpace32 | CatalogName::NameSpace64 => ("LibraryPath", None),
            _ => ("PackedCatalogItem", Some("LibraryPath")),
        };
        let to = to.iter().map(|path| Data::Text((*path).to_owned())).collect();
        self.remedies.push(Remedy::RestoreValue { key: self.key_of_entry(), value, field, to });
        self
    }

    /// Path of the key of the entry that it is about, where the evidence has keys.
    fn key_of_entry(&self) -> Option<String> {
        self.entry.as_ref()?.key.as_ref()?;
        self.place.as_ref().and_then(remedy::path)
    }

    /// With what it states that others build on.
    pub(crate) fn states(&mut self, fact: Fact) -> &mut Self {
        self.fact = Some(fact);
        self
    }

    /// With the reason why it may be harmless.
    pub fn harmless(&mut self, reason: impl Into<String>) -> &mut Self {
        self.harmless = Some(reason.into());
        self
    }
}

/// A rule that could not be judged, because the evidence lacks facts that it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotJudged {
    /// Id of the rule.
    pub rule: &'static str,
    /// The missing facts.
    pub needs: Facts,
}

impl NotJudged {
    /// Whether nothing is missing but other evidence of the same computer, which need not exist.
    #[must_use]
    pub fn lacks_other_evidence_only(&self) -> bool {
        Facts::BESIDE.contains(self.needs)
    }
}
