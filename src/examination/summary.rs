//! The verdict in sentences: what holds for this Windows, and what KB 811259 says when it is read literally.
//!
//! The article counts ten sections. That is right for 32-bit Windows XP and Server 2003 with three NetBT bindings and
//! for no other system, so the number alone is never called a sign of damage or of health.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use super::Sections;
use super::doubts::{BINDINGS, doubts};
use crate::baseline::{Origin, Source, identity, is_net_bt};
use crate::catalog::provider::WINDOWS_PROVIDERS;
use crate::catalog::{Catalogs, Facts, ProtocolEntry, Text, Version, socket};
use crate::finding::{Fact, Finding, Severity};
use crate::policy::Withheld;
use crate::rules::{Judgement, Subject};
use crate::sentence::{capitalized, counted, list_of};

/// The sentences, the weightiest first.
pub(super) fn sentences(
    subject: &Subject<'_>,
    sections: Option<&Sections>,
    judgement: &Judgement,
    withheld: &Withheld,
) -> Vec<String> {
    let mut sentences: Vec<String> = worst(judgement).into_iter().collect();
    let allowed = withheld.allowed.iter().map(|allowed| &allowed.finding);
    let found: Vec<&Finding> = judgement.findings.iter().chain(allowed).collect();
    match sections {
        Some(sections) => {
            sentences.extend(of_this_windows(subject, sections, &found));
            sentences.extend(read_literally(subject, sections));
        }
        None if subject.catalogs.tells(Facts::WHOLE_LISTS) => {
            sentences.push("The evidence does not tell of the protocol catalog.".to_owned());
        }
        None => sentences.push("The protocol catalog could not be read, so nothing is said of it.".to_owned()),
    }
    sentences
}

/// The first of the errors, and how many more there are of other causes.
fn worst(judgement: &Judgement) -> Option<String> {
    let mut errors = judgement.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let first = errors.next()?;
    // The name of an entry stays as it is.
    let sentence = if first.entry.is_some() { first.sentence() } else { capitalized(&first.sentence()) };
    let others: BTreeSet<usize> = errors.map(|finding| finding.story).filter(|story| *story != first.story).collect();
    Some(match others.len() {
        0 => format!("{sentence}."),
        1 => format!("{sentence}; there is an error of another cause."),
        more => format!("{sentence}; there are errors of {more} other causes."),
    })
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
    let has_only_the_articles = parts.is_empty();
    if sections.origins.iter().any(|origin| matches!(origin, Origin::ThirdParty(_))) && !has_layers(catalogs, found) {
        parts.push("no layered provider".to_owned());
    }
    let missing = missing(found);
    let is_whole = catalogs.tells(Facts::WHOLE_LISTS);
    let is_known = baseline.source != Source::EveryWindows;
    if !missing.is_empty() {
        parts.push(format!("missing: {}", list_of(&missing)));
    }
    if !is_whole {
        parts.push("the evidence is cut off, damaged or an excerpt, so what is missing cannot be judged".to_owned());
    } else if !is_known {
        let exactly = if windows.version.is_some() { " exactly" } else { "" };
        parts.push(format!("which Windows it is is not told{exactly}, so their number cannot be judged"));
    }
    // What is missing without a doubt is said already.
    let doubts = if missing.is_empty() { doubts(catalogs, baseline) } else { Vec::new() };
    if is_whole && is_known && !doubts.is_empty() {
        parts.push("this evidence cannot show whether all of them are there".to_owned());
    }
    let is_complete = is_whole && is_known && missing.is_empty() && doubts.is_empty();
    let bindings = catalogs.bindings.iter().filter(|binding| binding.is_net_bt()).count();
    let has_unbound_pairs = is_whole && catalogs.expects_net_bios() && !baseline.knows_bindings;
    let pairs = has_unbound_pairs.then(|| net_bios_pairs(catalogs));
    if is_of_the_article && is_complete && has_only_the_articles && sections.visible == 10 {
        let sentence = format!("{total}, as KB 811259 expects of {}.", windows.name());
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
            .push(format!("The ten sections of KB 811259 hold for three NetBT bindings; this system has {bindings}."));
    } else if windows.is(Version::SERVER_2003) && windows.is_64_bit() == Some(true) {
        let x64 = "The ten sections of KB 811259 include NetBIOS, which is no Winsock transport on 64-bit Windows.";
        sentences.push(x64.to_owned());
    } else if baseline.windows_of(catalogs).is_at_least(Version::VISTA) == Some(true) {
        sentences.push("The ten sections of KB 811259 do not apply to it.".to_owned());
    }
    sentences
}

/// What can be said of NetBIOS where the bindings are not told.
fn net_bios_pairs(catalogs: &Catalogs) -> String {
    let pairs = counted(catalogs.sections().filter(|entry| is_net_bt(entry)).count() / 2, "pair");
    format!(
        "It has {pairs} of NetBIOS sections; whether a NetBT binding lacks its pair cannot be told from this evidence."
    )
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

/// Whether there is a layered provider, or the evidence tells too little to say that there is none.
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

/// The transport of Windows that brings this entry beside TCP/IP and NetBIOS, of which alone KB 811259 speaks.
fn additional_transport(entry: &ProtocolEntry) -> Option<&'static str> {
    let id = identity(entry).0?;
    let provider = WINDOWS_PROVIDERS.iter().find(|provider| provider.id == id)?;
    Some(provider.transport).filter(|transport| !["Tcpip", "Psched"].contains(transport))
}

/// The layered providers that a chain may belong to.
struct Layers<'a> {
    by_id: BTreeMap<u32, &'a ProtocolEntry>,
    /// By their names, as they and their chains tell them, each with its DLL.
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
        let dummy = topmost.and_then(|id| self.by_id.get(id));
        let named = entry.named_layer().map(|(layer, _)| layer);
        let name = match (dummy, named) {
            (Some(dummy), _) => dummy.name(),
            (None, Some(named)) if topmost.is_none() || !self.is_whole => named,
            (None, _) if topmost.is_some() => Text::from("a provider that is gone"),
            (None, _) => entry.name(),
        };
        let library = entry.library_path.as_ref().or_else(|| self.libraries.get(&name).copied());
        let library = library.map(|path| format!(" ({path})")).unwrap_or_default();
        format!("chain of {name}{library}")
    }
}

/// What the article says, taken at its word.
fn read_literally(subject: &Subject<'_>, sections: &Sections) -> Option<String> {
    // Of a part nobody would count the sections.
    subject.catalogs.protocol.as_ref().filter(|_| subject.catalogs.tells(Facts::WHOLE_LISTS))?;
    let says = match sections.visible {
        0..10 => "fewer than ten, so information is missing",
        10 => "ten, as it expects",
        _ => "more than ten, so third-party additions are installed",
    };
    let foreign = sections.without_msafd();
    let names = if foreign == 2 { "2, as it expects," } else { &format!("{foreign} and not 2") };
    Some(format!("KB 811259, read literally: {} are {says}; {names} do not begin with MSAFD.", sections.visible))
}
