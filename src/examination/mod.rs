//! An examination: everything that is said of one piece of evidence.

mod again;
mod article;
mod collected;
mod doubts;
mod earlier;
mod events;
mod files;
mod libraries;
mod measure;
mod next_start;
mod options;
mod recovery;
mod sections;
mod selection;
mod software;
mod summary;
mod together;
mod windows;

use self::measure::measured;
use self::selection::select;
use crate::baseline::{Baseline, is_known_provider};
use crate::catalog::difference::{Difference, differences};
use crate::catalog::residue::{Residue, residues};
use crate::catalog::{CatalogEvent, Facts, SeenFile, Software, Text};
use crate::evidence::{
    self, ControlSet, Defect, Error, History, HiveHead, Kind, Moment, ReadOptions, Reading, Recovery, Registry,
    ReportHead, Roles, TextHead,
};
use crate::finding::{Confidence, Finding, NotJudged, Severity, Verdict};
use crate::policy::Withheld;
use crate::rules::{self, EarlierState, Judgement, OtherEvidence, Subject, SystemReport};
use crate::tree::{self, Drive, Libraries};

pub(crate) use again::examine_again;
pub use article::Article;
pub use collected::Evidence;
use collected::Others;
pub use measure::EvidenceFile;
pub use options::Options;
pub use sections::Sections;
pub use selection::Selection;
pub use together::examine_together;

/// Everything that is said of one piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Examination {
    /// What the evidence is called.
    pub path: Text,
    /// What kind of evidence it is.
    pub kind: Kind,
    /// Its length in bytes.
    pub size: u64,
    /// Its SHA-256, where it was asked for and the evidence is a single file.
    pub sha256: Option<[u8; 32]>,
    /// The files that were examined as one.
    pub parts: Vec<EvidenceFile>,
    /// Head of the hive as it is stored.
    pub hive: Option<HiveHead>,
    /// The transaction logs of the hive.
    pub logs: Vec<EvidenceFile>,
    /// What they make of it; `None` where it is clean and there are none.
    pub recovery: Option<Recovery>,
    /// How a registration file was written.
    pub text: Option<TextHead>,
    /// Head of the report.
    pub report: Option<ReportHead>,
    /// Every control set that there is, examined or not.
    pub control_sets: Vec<(Option<Text>, Roles)>,
    /// The control sets that were examined: first the current one, then the one that Windows starts with.
    pub examined: Vec<Examined>,
    /// The keys that were read; `None` where they were not to be kept or the evidence is no registry.
    pub registry: Option<Registry>,
    /// What is left in a hive of earlier states of the catalogs; `None` where it was not looked for.
    pub history: Option<History>,
    /// When the keys that were read were last written, of all control sets and beside them.
    pub moments: Vec<Moment>,
    /// Changes of the catalogs that an event log records, in order of time.
    pub events: Vec<CatalogEvent>,
    /// What another program saw of DLLs on the disk.
    pub files: Vec<SeenFile>,
    /// What a SOFTWARE hive says.
    pub software: Option<Box<Software>>,
    /// Damage of the evidence.
    pub defects: Vec<Defect>,
    /// Whether the user accepts a dirty hive as it was stored.
    pub as_stored: bool,
}

/// A control set with what is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Examined {
    /// The control set.
    pub control_set: ControlSet,
    /// What it ought to be.
    pub baseline: Baseline,
    /// What the rules say, without what the policy withholds.
    pub judgement: Judgement,
    /// What the policy withholds.
    pub withheld: Withheld,
    /// Its sections, as msinfo32 counts them; `None` where the evidence does not show the protocol catalog.
    pub sections: Option<Sections>,
    /// What stands behind the NULs of paths and names.
    pub residues: Vec<Residue>,
    /// The DLLs that it names, in the files of the computer; `None` where these are not at hand.
    pub libraries: Option<Libraries>,
    /// What changed in it since the last good start; nothing where it is the only control set.
    pub since_last_good: Vec<Difference>,
    /// What transaction logs change in it: from what is stored to what is recovered.
    pub changes: Vec<Difference>,
    /// What is to be thought of it.
    pub verdict: Verdict,
    /// The worst finding in words, with its rule and the number of other causes; `None` where there are notes alone.
    pub worst: Option<String>,
    /// The verdict in sentences: what holds for this Windows, and, where it is about it, what KB 811259 says.
    pub summary: Vec<String>,
    /// What KB 811259 says when it is read literally; `None` where the evidence does not show all sections.
    pub article: Option<Article>,
}

/// Examines a piece of evidence.
///
/// # Errors
///
/// Where it shows nothing at all, or does not have the control set that was asked for.
pub fn examine(evidence: Evidence<'_>, options: &Options) -> Result<Examination, Error> {
    let Evidence { path, content, logs, scratch, drives, is_earlier_state: _ } = evidence;
    let read_options = ReadOptions {
        code_page: options.code_page,
        logs: &logs,
        carve: options.carve,
        keep_registry: options.keep_registry,
        scratch,
    };
    let (mut reading, EvidenceFile { path, size, sha256 }) =
        measured(Evidence::new(path, content), options.hash, |_, content| evidence::read(content, &read_options))?;
    let logs = logs.iter().map(|log| EvidenceFile::of_bytes(log.name.clone(), log.bytes, options.hash)).collect();
    let reports = together::listing(&mut reading);
    let beside = Others { reports: reports.as_slice(), earlier: &[], drives: &drives };
    Ok(Examination { sha256, logs, ..examination(reading, beside, path, size, options)? })
}

fn examination(
    reading: Reading,
    others: Others<'_>,
    path: Text,
    size: u64,
    options: &Options,
) -> Result<Examination, Error> {
    let control_sets: Vec<_> =
        reading.control_sets.iter().map(|control_set| (control_set.name.clone(), control_set.roles)).collect();
    let last_known_good = reading
        .control_sets
        .iter()
        .find(|control_set| control_set.roles.last_known_good && !control_set.roles.current)
        .cloned();
    let earlier: Vec<EarlierState> =
        others.earlier.iter().cloned().chain(earlier::before_upgrade(&reading.control_sets)).collect();
    let mut selected = select(reading.control_sets, &options.control_sets)?;
    selected.sort_by_key(|control_set| (!control_set.roles.current, !control_set.roles.default));
    let recovery = reading.recovery;
    let is_newest = recovery.as_ref().is_none_or(Recovery::is_newest) || options.as_stored;
    let Others { reports, drives, .. } = others;
    let (events, files, software) = (&*reading.events, &*reading.files, reading.software.as_deref());
    let other = OtherEvidence { events, files, software, earlier: &earlier };
    let beside = Beside {
        kind: reading.kind,
        recovery: recovery.as_ref(),
        is_newest,
        last_known_good: last_known_good.as_ref(),
        reports,
        other,
        drives,
        defects: &reading.defects,
    };
    let mut examined: Vec<Examined> =
        selected.into_iter().map(|control_set| examine_control_set(control_set, &beside, options)).collect();
    next_start::tell(&mut examined);
    Ok(Examination {
        path,
        kind: reading.kind,
        size,
        sha256: None,
        parts: Vec::new(),
        hive: reading.hive,
        logs: Vec::new(),
        recovery,
        text: reading.text,
        report: reading.report,
        control_sets,
        examined,
        registry: reading.registry,
        history: reading.history,
        moments: reading.moments,
        events: reading.events,
        files: reading.files,
        software: reading.software,
        defects: reading.defects,
        as_stored: options.as_stored,
    })
}

/// What there is beside a control set that is about it.
struct Beside<'a> {
    kind: Kind,
    recovery: Option<&'a Recovery>,
    /// Whether nothing newer may exist, or the user does not mind.
    is_newest: bool,
    last_known_good: Option<&'a ControlSet>,
    /// What was said of the system while it ran, with its current control set.
    reports: &'a [SystemReport],
    /// What else is known of the same computer.
    other: OtherEvidence<'a>,
    /// Its drives.
    drives: &'a [Drive<'a>],
    /// Damage of the evidence.
    defects: &'a [Defect],
}

/// Whether damage concerns the catalogs of a control set: Windows may read what is damaged there in another way, or not.
fn concerns(defect: &Defect, control_set: &ControlSet) -> bool {
    let path = Text::from(defect.place.path.as_str()).lower();
    let name = control_set.name.as_ref().map(Text::lower).unwrap_or_default();
    path.contains(&name) && path.contains(r"services\winsock2\parameters")
}

fn examine_control_set(mut control_set: ControlSet, beside: &Beside<'_>, options: &Options) -> Examined {
    let Beside { kind, recovery, is_newest, last_known_good, reports, other, drives, defects } = *beside;
    let disagreement = other.software.and_then(|software| software::join(&mut control_set.catalogs, software));
    if let Some(windows) = &options.windows {
        windows::tell(&mut control_set.catalogs, windows);
    }
    let catalogs = &control_set.catalogs;
    let baseline = Baseline::of(catalogs);
    let residues = residues(catalogs, is_known_provider);
    let last_known_good = last_known_good.filter(|_| control_set.roles.current).map(|set| &set.catalogs);
    // What was said or logged of the system is about the control set that it runs with.
    let (reports, other) =
        if control_set.roles.current { (reports, other) } else { (&[][..], OtherEvidence::default()) };
    let libraries = (!drives.is_empty()).then(|| tree::look(catalogs, drives));
    let subject = Subject {
        residues: &residues,
        last_known_good,
        reports,
        other,
        libraries: libraries.as_ref(),
        knowledge: &options.knowledge,
        ..Subject::new(catalogs, &baseline)
    };
    let mut judgement = rules::judge(rules::ALL, &subject);
    if !is_newest {
        // The state that counts may be another one.
        let findings = judgement.findings.iter_mut();
        findings.for_each(|finding| finding.confidence = finding.confidence.lowered());
    }
    if kind == Kind::ToolLog {
        // Such lines are cut to what their programs consider worth a line.
        judgement.findings.iter_mut().for_each(|finding| finding.confidence = Confidence::Low);
    }
    let mut withheld = options.policy.weigh(&mut judgement, &subject.folder);
    let sections = (!kind.shows_additions_only() && catalogs.tells(Facts::ENTRIES)).then(|| Sections::of(&subject));
    let is_sound = !defects.iter().any(|defect| concerns(defect, &control_set));
    let verdict = verdict(&subject, &judgement, &withheld, is_newest && is_sound);
    let changes = recovery::changes(recovery, &control_set);
    let since_last_good = last_known_good.map(|before| differences(before, catalogs)).unwrap_or_default();
    let worst = summary::worst(&judgement);
    let article = sections.as_ref().and_then(|sections| Article::on(&subject, sections));
    let mut summary = summary::sentences(&subject, kind, sections.as_ref(), &judgement, &withheld);
    summary.extend(article.iter().filter(|article| article.applies).map(|article| article.sentence.clone()));
    summary.extend(recovery.and_then(|recovery| recovery::sentence(recovery, &changes)));
    summary.extend(reports.iter().map(together::sentence));
    summary.extend(disagreement);
    summary.extend(libraries.as_ref().and_then(libraries::sentence));
    summary.extend(events::sentence(kind, other.events));
    summary.extend(other.earlier.iter().map(|state| earlier::sentence(state, catalogs)));
    // Verdict and summary say what holds, whatever the user asks for.
    options.policy.choose(&mut judgement, &mut withheld, &subject.folder);
    Examined {
        control_set,
        baseline,
        judgement,
        withheld,
        sections,
        residues,
        libraries,
        since_last_good,
        changes,
        verdict,
        worst,
        summary,
        article,
    }
}

/// The weightiest verdict that a finding implies. Intact, or that nothing suspicious is visible, is the least only where
/// everything that it rests on is known and sound, and where no newer state may exist.
///
/// What is allowed is an addition still, which the user knows. Where no entry is shown, nothing is intact.
fn verdict(subject: &Subject<'_>, judgement: &Judgement, withheld: &Withheld, is_whole: bool) -> Verdict {
    let told = is_whole && subject.catalogs.tells(Facts::ENTRIES | Facts::WHOLE_LISTS);
    let told = told && !subject.catalogs.native_entries().is_empty();
    let is_known = subject.baseline.source != crate::baseline::Source::EveryWindows;
    let can_tell = told && is_known && doubts::doubts(subject.catalogs, subject.baseline).is_empty();
    let least = match (can_tell, subject.catalogs.tells(Facts::PATHS)) {
        (true, true) => Verdict::Intact,
        (true, false) => Verdict::NothingSuspiciousVisible,
        (false, _) => Verdict::NotJudged,
    };
    let allowed = withheld.allowed.iter().map(|allowed| allowed.finding.implies.min(Verdict::KnownAdditions));
    judgement.findings.iter().map(Finding::implication).chain(allowed).fold(least, Verdict::max)
}

impl Examined {
    /// Every rule that could not be judged, whether anybody asks for it or not.
    pub fn not_judged(&self) -> impl Iterator<Item = &NotJudged> {
        self.judgement.not_judged.iter().chain(&self.withheld.not_judged)
    }
}

impl Examination {
    /// The current control set, or the one that was asked for; `None` where there is none at all.
    #[must_use]
    pub fn main(&self) -> Option<&Examined> {
        self.examined.first()
    }

    /// What to think of the catalogs: where Windows starts with another control set than it runs with, the worse verdict
    /// of the two. Those of other control sets are history, which is unusual at worst.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.weightiest().map_or(Verdict::NotJudged, |(verdict, _)| verdict)
    }

    /// The control set that decides the verdict; `None` where there is none at all.
    #[must_use]
    pub fn decisive(&self) -> Option<&Examined> {
        self.weightiest().map(|(_, examined)| examined)
    }

    /// The weightiest verdict and the first control set that has it.
    fn weightiest(&self) -> Option<(Verdict, &Examined)> {
        let verdict_of = |(index, examined): (usize, &Examined)| {
            if index == 0 || examined.control_set.roles.is_in_use() {
                return examined.verdict;
            }
            let mut findings = examined.judgement.findings.iter();
            let is_notable = findings.any(|finding| finding.severity > Severity::Note);
            if is_notable { Verdict::Unusual } else { Verdict::Intact }
        };
        let verdicts = self.examined.iter().enumerate();
        let verdicts = verdicts.map(|(index, examined)| (verdict_of((index, examined)), examined));
        verdicts.reduce(|worst, next| if next.0 > worst.0 { next } else { worst })
    }

    /// Whether a write of the hive had not ended when it was stored; `None` where the evidence is no hive.
    #[must_use]
    pub fn is_dirty(&self) -> Option<bool> {
        self.hive.as_ref().map(HiveHead::is_dirty)
    }

    /// Whether the hive is dirty and was examined as it was stored, and nothing shows that there is no newer state.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.recovery.as_ref().is_some_and(|recovery| !recovery.is_newest())
    }

    /// Whether something that the registry was compared with contradicts it.
    #[must_use]
    pub fn is_contradicted(&self) -> bool {
        let mut findings = self.examined.iter().flat_map(|examined| &examined.judgement.findings);
        findings.any(|finding| finding.rule == rules::REPORT_DISAGREES && finding.severity > Severity::Note)
    }

    /// Whether the catalogs could be read in full, as far as this kind of evidence holds them.
    #[must_use]
    pub fn has_whole_catalogs(&self) -> bool {
        !self.examined.is_empty() && self.examined.iter().all(|set| set.control_set.catalogs.tells(Facts::WHOLE_LISTS))
    }

    /// Whether the catalogs could be read in full, in the newest state that there may be or in one that the user accepts.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.has_whole_catalogs() && (self.as_stored || !self.is_stale())
    }
}
