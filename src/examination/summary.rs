//! The verdict in sentences: what holds for this Windows.
//!
//! The article counts ten sections. That is right for 32-bit Windows XP and Server 2003 with three NetBT bindings and
//! for no other system, so the number alone is never called a sign of damage or of health.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use super::doubts::{BINDINGS, doubts};
use super::{Sections, files};
use crate::baseline::{KnownProvider, Origin, Source, identity, is_net_bt};
use crate::catalog::provider::WINDOWS_PROVIDERS;
use crate::catalog::{CanonicalPath, Catalogs, Facts, Kind as EntryKind, ProtocolEntry, Text, Version, socket};
use crate::evidence::Kind;
use crate::finding::{Fact, Finding, Severity};
use crate::policy::Withheld;
use crate::rules::{self, Judgement, Subject};
use crate::sentence::{capitalized, counted, either_of, list_of};

/// The worst finding, and how many other causes there are; `None` where there are notes alone.
pub(super) fn worst(judgement: &Judgement) -> Option<String> {
    let mut notable = judgement.findings.iter().filter(|finding| finding.severity > Severity::Note);
    let first = notable.next()?;
    // The name of an entry stays as it is.
    let sentence = if first.entry.is_some() { first.sentence() } else { capitalized(&first.sentence()) };
    let others: BTreeSet<usize> = notable.map(|finding| finding.story).filter(|story| *story != first.story).collect();
    let others = match others.len() {
        0 => String::new(),
        count => format!("; {}", counted(count, "other root cause")),
    };
    Some(format!("{sentence} [{}]{others}", first.rule))
}

/// The sentences, the weightiest first.
pub(super) fn sentences(
    subject: &Subject<'_>,
    kind: Kind,
    sections: Option<&Sections>,
    judgement: &Judgement,
    withheld: &Withheld,
) -> Vec<String> {
    let allowed = withheld.allowed.iter().map(|allowed| &allowed.finding);
    let found: Vec<&Finding> = judgement.findings.iter().chain(allowed).collect();
    let mut sentences = match sections {
        Some(sections) => of_this_windows(subject, sections, &found),
        None if subject.catalogs.tells(Facts::WHOLE_LISTS) => {
            vec!["This evidence does not hold the protocol catalog.".to_owned()]
        }
        None if kind.shows_additions_only() => files::sentences(kind, subject.catalogs),
        None if kind == Kind::SoftwareHive => {
            vec!["A SOFTWARE hive does not contain the catalogs, so they are not judged.".to_owned()]
        }
        None if kind == Kind::SystemInfo => {
            vec!["System information does not contain the catalogs, so they are not judged.".to_owned()]
        }
        None if kind == Kind::EventLog => {
            vec!["An event log does not contain the catalogs, so they are not judged.".to_owned()]
        }
        None => vec!["The protocol catalog could not be read, so it is not judged.".to_owned()],
    };
    if sections.is_some() {
        let lacking = judgement.not_judged.iter().filter(|rule| !rule.lacks_other_evidence_only());
        let blind = blind_spots(subject.catalogs, kind, lacking.count());
        // What a replaced DLL would change is seen by nobody here: that comes before what is seen.
        let place = if subject.catalogs.tells(Facts::PATHS) { sentences.len() } else { 0 };
        if let Some(sentence) = blind {
            sentences.insert(place, sentence);
        }
    }
    sentences
}

/// What this evidence never shows, although it decides whether somebody hijacks sockets or names.
fn blind_spots(catalogs: &Catalogs, kind: Kind, not_judged: usize) -> Option<String> {
    let what = match kind {
        Kind::Nfo | Kind::MsinfoText => "msinfo32",
        Kind::Netsh => "netsh",
        Kind::Wmic => "wmic",
        Kind::Autoruns => "Autoruns",
        Kind::CrashAnnotation => "A crash annotation",
        Kind::ToolLog => "A log of HijackThis or FRST",
        Kind::Hive | Kind::Reg | Kind::RegQuery | Kind::EventLog | Kind::SoftwareHive | Kind::SystemInfo => {
            "This evidence"
        }
    };
    if !catalogs.tells(Facts::PATHS) {
        let checks = rules::ALL.len();
        return Some(format!(
            "{what} does not show DLL paths, so a replaced DLL cannot be seen ({not_judged} of {checks} checks not \
             possible); collect the SYSTEM hive."
        ));
    }
    let hidden = [
        (Facts::NAME_SPACE_LIBRARIES, "namespace DLLs"),
        (Facts::PARAMETERS, "AutodialDLL"),
        (Facts::TRANSPORTS, "transports"),
    ];
    let hidden: Vec<&str> = hidden.iter().filter(|(fact, _)| !catalogs.tells(*fact)).map(|(_, what)| *what).collect();
    (!hidden.is_empty()).then(|| format!("{what} does not show {}.", either_of(&hidden)))
}

/// What holds for this Windows, by everything that was found, whether it is allowed or not.
fn of_this_windows(subject: &Subject<'_>, sections: &Sections, found: &[&Finding]) -> Vec<String> {
    let Subject { catalogs, baseline, .. } = subject;
    if catalogs.protocol.is_none() {
        return vec!["There is no protocol catalog.".to_owned()];
    }
    let windows = &catalogs.windows;
    let total = counted(sections.visible, "section");
    let is_of_the_article =
        windows.version.is_some_and(|version| version < Version::VISTA) && catalogs.expects_net_bios();
    let mut parts = parts(subject, sections, is_of_the_article);
    let has_only_the_articles = parts.is_empty() && hidden(found).is_none();
    if sections.origins.iter().any(|origin| matches!(origin, Origin::ThirdParty(_))) && !has_layers(catalogs, found) {
        parts.push("no layered provider (LSP)".to_owned());
    }
    parts.extend(hidden(found));
    let missing = missing(found);
    let is_whole = catalogs.tells(Facts::WHOLE_LISTS);
    let is_known = baseline.source != Source::EveryWindows;
    if !missing.is_empty() {
        parts.push(format!("missing: {}", list_of(&missing)));
    }
    if !is_whole {
        parts.push("the evidence is cut off, damaged or an excerpt, so missing entries cannot be judged".to_owned());
    } else if !is_known {
        let exact = if windows.version.is_some() { "exact " } else { "" };
        parts.push(format!("the {exact}version of Windows is unknown, so their number cannot be judged"));
    }
    // What is missing without a doubt is said already.
    let doubts = if missing.is_empty() { doubts(catalogs, baseline) } else { Vec::new() };
    if is_whole && is_known && !doubts.is_empty() {
        parts.push("this evidence cannot show whether all of them are present".to_owned());
    }
    let is_complete = is_whole && is_known && missing.is_empty() && doubts.is_empty();
    let bindings = catalogs.bindings.iter().filter(|binding| binding.is_net_bt()).count();
    let has_unbound_pairs = is_whole && catalogs.expects_net_bios() && !baseline.knows_bindings;
    let pairs = has_unbound_pairs.then(|| net_bios_pairs(catalogs));
    if is_of_the_article && is_complete && has_only_the_articles && sections.visible == 10 {
        let sentence = format!("{total}, as Microsoft KB 811259 expects of {}.", windows.name());
        return iter::once(sentence).chain(pairs).collect();
    }
    if is_complete {
        parts.push(format!("complete for {}", baseline.windows_name(catalogs)));
    }
    let mut sentences = vec![format!("{total}: {}.", parts.join("; "))];
    sentences.extend(pairs);
    sentences.extend(doubts);
    if is_of_the_article && baseline.knows_bindings && bindings != BINDINGS {
        sentences
            .push(format!("Microsoft KB 811259 expects ten with three NetBT bindings; this system has {bindings}."));
    } else if windows.is(Version::SERVER_2003) && windows.is_64_bit() == Some(true) {
        let x64 = "The ten sections of Microsoft KB 811259 include NetBIOS, which is not a Winsock transport on \
                   64-bit Windows.";
        sentences.push(x64.to_owned());
    }
    sentences
}

/// What can be said of NetBIOS where the bindings are unknown.
fn net_bios_pairs(catalogs: &Catalogs) -> String {
    let pairs = counted(catalogs.sections().filter(|entry| is_net_bt(entry)).count() / 2, "pair");
    format!("It has {pairs} of NetBIOS sections; this evidence cannot show whether a NetBT binding lacks its pair.")
}

/// Providers that no listing shows and msinfo32 does not count.
fn hidden(found: &[&Finding]) -> Option<String> {
    let hidden = found.iter().filter(|finding| finding.fact == Some(Fact::HiddenProvider));
    let names: BTreeSet<String> =
        hidden.filter_map(|finding| finding.entry.as_ref()).map(|entry| entry.name.to_string()).collect();
    let names: Vec<String> = names.into_iter().collect();
    (!names.is_empty()).then(|| format!("{} hidden from msinfo32 ({})", names.len(), list_of(&names)))
}

/// What this Windows ought to have and has not, whichever catalog lacks it.
fn missing(found: &[&Finding]) -> Vec<String> {
    let names = found.iter().filter_map(|finding| match &finding.fact {
        Some(Fact::MissingEntries(names)) => Some(list_of(names)),
        _ => None,
    });
    let mut known = BTreeSet::new();
    names.filter(|name| known.insert(name.clone())).collect()
}

/// Whether there is a layered provider, or the evidence shows too little to say that there is none.
fn has_layers(catalogs: &Catalogs, found: &[&Finding]) -> bool {
    let is_found = found.iter().any(|finding| finding.fact == Some(Fact::LayeredProvider));
    is_found || !catalogs.tells(Facts::WHOLE_LISTS)
}

/// Who brought the sections; nothing where all of them are Windows' own, on the systems of KB 811259 those that it knows.
fn parts(subject: &Subject<'_>, sections: &Sections, is_of_the_article: bool) -> Vec<String> {
    let mut by_origin: BTreeMap<String, usize> = BTreeMap::new();
    let mut unknown: Vec<String> = Vec::new();
    let mut own = 0_usize;
    let layers = Layers::of(subject.catalogs);
    for (entry, origin) in subject.catalogs.sections().zip(&sections.origins) {
        let part = match origin {
            Origin::NotTold => continue,
            Origin::Windows => {
                let Some(transport) = additional_transport(entry).filter(|_| is_of_the_article) else {
                    own += 1;
                    continue;
                };
                format!("of Microsoft's {transport}")
            }
            Origin::Microsoft(transport) => format!("of Microsoft's {transport}"),
            Origin::ThirdParty(known) => format!("of {}", known.name),
            Origin::NetworkDirect => "of NetworkDirect".to_owned(),
            Origin::Layered => layers.part(entry),
            Origin::Unknown if let Some(known) = known_to_user(subject, entry) => format!("of {}", known.name()),
            Origin::Unknown => {
                unknown.push(entry.name().to_string());
                continue;
            }
        };
        *by_origin.entry(part).or_default() += 1;
    }
    let plural = |part: &str, count: usize| match part.strip_prefix("chain ") {
        Some(rest) => format!("{} {rest}", counted(count, "chain")),
        None => format!("{count} {part}"),
    };
    let mut parts: Vec<String> = by_origin.into_iter().map(|(part, count)| plural(&part, count)).collect();
    if !unknown.is_empty() {
        parts.push(format!("{} unknown ({})", unknown.len(), list_of(&unknown)));
    }
    if is_of_the_article && !parts.is_empty() {
        parts.insert(0, format!("{own} of TCP/IP and NetBIOS"));
    }
    parts
}

/// The provider in a file of the user's that an entry fits.
fn known_to_user<'s>(subject: &'s Subject<'_>, entry: &ProtocolEntry) -> Option<&'s KnownProvider> {
    let path = entry.library_path.as_ref();
    let path = path.map(|path| subject.folder.resolve(&CanonicalPath::new(&path.lossy(), false)));
    let known = subject.knowledge.provider(entry.provider_id, path.as_ref(), &entry.name());
    known.filter(|known| known.fits(entry, path.as_ref()))
}

/// The transport of Windows that brings this entry beside TCP/IP and NetBIOS, of which alone KB 811259 speaks.
fn additional_transport(entry: &ProtocolEntry) -> Option<&'static str> {
    let id = identity(entry).0?;
    let provider = WINDOWS_PROVIDERS.iter().find(|provider| provider.id == id)?;
    Some(provider.transport).filter(|transport| !["Tcpip", "Psched"].contains(transport))
}

/// The layered providers that a chain may belong to.
struct Layers<'a> {
    by_id: BTreeMap<u32, &'a ProtocolEntry>,
    /// By their names, as they and their chains have them, each with its DLL.
    libraries: BTreeMap<Text, &'a Text>,
    is_whole: bool,
}

impl<'a> Layers<'a> {
    fn of(catalogs: &'a Catalogs) -> Self {
        let entries = catalogs.native_entries();
        let name = |entry: &ProtocolEntry| match entry.named_layer() {
            Some((layer, _)) => layer,
            None => entry.name(),
        };
        let libraries = entries.iter().filter_map(|entry| Some((name(entry), entry.library_path.as_ref()?)));
        let is_whole = catalogs.tells(Facts::WHOLE_LISTS);
        Self { by_id: socket::by_id(entries), libraries: libraries.collect(), is_whole }
    }

    /// "chain of Foo (C:\x.dll)": the layered provider of a chain, by the id in its chain or else by its name.
    fn part(&self, entry: &ProtocolEntry) -> String {
        let topmost = entry.chain.as_ref().and_then(|chain| chain.ids.first());
        // A chain that begins with a base provider is malformed, and not that provider's.
        let dummy = topmost.and_then(|id| self.by_id.get(id)).filter(|entry| !entry.is(EntryKind::Base));
        let is_gone = topmost.is_some_and(|id| !self.by_id.contains_key(id));
        let named = entry.named_layer().map(|(layer, _)| layer);
        let name = match (dummy, named) {
            (Some(dummy), _) => dummy.name(),
            (None, Some(named)) if !is_gone || !self.is_whole => named,
            (None, _) if is_gone => Text::from("a provider that is gone"),
            (None, _) => entry.name(),
        };
        let library = entry.library_path.as_ref().or_else(|| self.libraries.get(&name).copied());
        let library = library.map(|path| format!(" ({path})")).unwrap_or_default();
        format!("chain of {name}{library}")
    }
}
