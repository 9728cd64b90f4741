//! Keys that are links to other keys, which Windows follows whenever it opens one.
//!
//! A link is marked in the key's record, and its value names the other key as the kernel does, from `\Registry` on. No
//! hive at hand stores one: `CurrentControlSet` is a link that exists in memory only, and dumps of a running system may
//! show it.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::mem;

use super::hive::OpenHive;
use super::key::{Key, MAX_DEPTH, Missing, Value};
use super::salvage::{ROOM, WITHIN_ROOM};
use super::select::{CURRENT, number_of};
use super::wanted::Wanted;
use crate::catalog::{RegistryLink, Text};
use crate::evidence::Defects;

/// Links that are followed in one registry; a sound one has none, and each costs a walk through the hive.
const MOST_FOLLOWED: usize = 32;

/// Where the key that a link leads to is read from.
pub(super) enum Source<'a> {
    /// A hive, of which only the wanted keys were read so far.
    Hive(&'a OpenHive<'a>),
    /// All that an export has.
    Export(&'a Key),
}

/// The links that were met, by the control set that they belong to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Links(BTreeMap<Text, Vec<RegistryLink>>);

impl Links {
    /// Adds those of another reading; a link that both have met counts once.
    pub(super) fn add(&mut self, others: Self) {
        for (control_set, others) in others.0 {
            let links = self.0.entry(control_set).or_default();
            let known: HashSet<String> = links.iter().map(|link| link.place.path.clone()).collect();
            links.extend(others.into_iter().filter(|other| !known.contains(&other.place.path)));
        }
    }

    /// The links of the control set of that name.
    pub(super) fn of(&self, control_set: Option<&Text>) -> Vec<RegistryLink> {
        control_set.and_then(|name| self.0.get(name)).cloned().unwrap_or_default()
    }
}

/// Puts the keys that links of control sets lead to in the place of these links. A link that cannot be followed is taken
/// out, as if damage had hidden the key. What is read takes of the room, since many links may lead to one large key.
pub(super) fn follow(
    root: &mut Key,
    wanted: &Wanted,
    source: &Source<'_>,
    budget: &mut usize,
    defects: &mut Defects,
) -> Links {
    if !has_links(root) {
        return Links::default();
    }
    let mut follower =
        Follower { wanted, source, budget, defects, links: Links::default(), path: Vec::new(), followed: 0 };
    let running = root.subkey("Select").and_then(|select| select.value("Current")).and_then(Value::number);
    for key in mem::take(&mut root.subkeys) {
        let is_current = key.name.is(CURRENT);
        if !is_current && number_of(&key.name).is_none() {
            root.subkeys.push(key);
        } else if is_current && leads_to_control_set(&key, running) {
            // This is Windows' own link. Where its control set is not at hand, nothing is lost that counts.
            root.subkeys.extend(follower.without_finding(key));
        } else {
            follower.subkey(key, root);
        }
    }
    follower.links
}

/// The same in an export, of which everything was read already.
pub(super) fn follow_in_export(root: &mut Key, defects: &mut Defects) -> Links {
    if !has_links(root) {
        return Links::default();
    }
    let mut budget = ROOM.saturating_sub(root.whole_size());
    let all = root.clone();
    follow(root, Wanted::of_export(), &Source::Export(&all), &mut budget, defects)
}

/// Whether a key or one below it is a link.
pub(super) fn has_links(key: &Key) -> bool {
    key.is_link || key.subkeys.iter().any(has_links)
}

/// Whether a link leads to the control set of that number, or to any where the number is unknown.
fn leads_to_control_set(key: &Key, number: Option<u32>) -> bool {
    let target = key.link_target().and_then(|target| names_in(&target));
    let found = match target.as_deref() {
        Some([name]) => number_of(&Text::from(name.as_str())),
        _ => None,
    };
    key.is_link && found.is_some() && (number.is_none() || found == number)
}

/// The names on the way from the root of the SYSTEM hive to a key that a link names; `None` where it lies elsewhere.
fn names_in(target: &Text) -> Option<Vec<String>> {
    let target = target.lossy();
    let mut names = target.strip_prefix('\\')?.split('\\');
    let is_in_system = ["Registry", "Machine", "SYSTEM"].iter().all(|expected| {
        let name = names.next();
        name.is_some_and(|name| name.eq_ignore_ascii_case(expected))
    });
    is_in_system.then(|| names.filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

struct Follower<'a> {
    wanted: &'a Wanted,
    source: &'a Source<'a>,
    budget: &'a mut usize,
    defects: &'a mut Defects,
    links: Links,
    /// The names on the way to the key at hand, as Windows gets there: over links.
    path: Vec<Text>,
    followed: usize,
}

impl<'a> Follower<'a> {
    /// Adds a subkey to its parent, and in the place of a link what it leads to.
    fn subkey(&mut self, key: Key, parent: &mut Key) {
        self.path.push(key.name.clone());
        match if key.is_link { self.replaced(key) } else { Some(key) } {
            Some(mut key) => {
                for subkey in mem::take(&mut key.subkeys) {
                    self.subkey(subkey, &mut key);
                }
                parent.subkeys.push(key);
            }
            None => parent.is_damaged = true,
        }
        self.path.pop();
    }

    /// What a link leads to, under its name; `None` where it cannot be followed.
    fn replaced(&mut self, link: Key) -> Option<Key> {
        let target = link.link_target();
        let found = target.as_ref().ok_or("it has no target").and_then(|target| self.find(target));
        let (key, obstacle) = match found {
            Ok(key) => (Some(Key { name: link.name, ..key }), None),
            Err(obstacle) => (None, Some(obstacle)),
        };
        let control_set = self.path.first().cloned().unwrap_or_default();
        let link = RegistryLink { place: link.place.whole(), last_written: link.last_written, target, obstacle };
        self.links.0.entry(control_set).or_default().push(link);
        key
    }

    /// The same of the link that Windows itself makes.
    fn without_finding(&mut self, link: Key) -> Option<Key> {
        self.path.push(link.name.clone());
        let found = link.link_target().and_then(|target| self.find(&target).ok());
        self.path.pop();
        found.map(|key| Key { name: link.name, ..key })
    }

    /// The key that a link leads to, over as many further links as there are; else why it cannot be read.
    fn find(&mut self, target: &Text) -> Result<Key, &'static str> {
        let mut names = names_in(target).ok_or("its target is outside this hive")?;
        if self.path.len() >= MAX_DEPTH {
            return Err("it is nested too deeply");
        }
        loop {
            if self.followed >= MOST_FOLLOWED {
                return Err("there are too many links, or they form a loop");
            }
            self.followed += 1;
            self.name_control_set(&mut names);
            let (tree, met) = self.read(&names).ok_or("no part of the hive can be read")?;
            let step = walk(&tree, &names);
            let arrived = match &step {
                Ok(Step::Arrived(key)) => Some(key.place.path()),
                _ => None,
            };
            // Other damage on the way was met before.
            self.defects.add_those(met, |defect| {
                defect.expected == WITHIN_ROOM
                    || arrived.as_ref().is_some_and(|path| defect.place.path.starts_with(path))
            });
            match step? {
                Step::Arrived(key) => {
                    let budget = self.budget.checked_sub(key.whole_size());
                    *self.budget = budget.ok_or("the target is larger than the limit")?;
                    return Ok(key.clone());
                }
                Step::Link(other) => names = other,
            }
        }
    }

    /// `CurrentControlSet` is the control set that Windows runs with: of the links in one, it is that one.
    fn name_control_set(&self, names: &mut [String]) {
        if let (Some(name), Some(own)) = (names.first_mut(), self.path.first())
            && name.eq_ignore_ascii_case(CURRENT)
        {
            *name = own.lossy().into_owned();
        }
    }

    /// A tree that has the key of these names, with what is wanted of the link at hand, and the damage that was met.
    fn read(&self, names: &[String]) -> Option<(Cow<'a, Key>, Defects)> {
        let mut defects = Defects::default();
        let tree = match self.source {
            Source::Export(all) => Cow::Borrowed(*all),
            Source::Hive(hive) => {
                let names: Vec<String> = names.iter().map(|name| Text::from(name.as_str()).lower()).collect();
                let wanted = self.wanted.redirected(&self.path, &names)?;
                // Only what the link leads to is kept of this tree, and takes of the room.
                let mut budget = *self.budget;
                Cow::Owned(hive.read(&wanted, &mut budget, &mut defects).ok()?)
            }
        };
        Some((tree, defects))
    }
}

enum Step<'a> {
    Arrived(&'a Key),
    /// A link on the way, and the names that it makes of the whole way.
    Link(Vec<String>),
}

fn walk<'a>(root: &'a Key, names: &[String]) -> Result<Step<'a>, &'static str> {
    let mut key = root;
    for (index, name) in names.iter().enumerate() {
        key = match key.subkey(name) {
            Some(subkey) => subkey,
            None => {
                return Err(match key.missing(name) {
                    Some(Missing::NotTold) => "the evidence does not contain its target key",
                    Some(Missing::Lost) => "its target key is damaged",
                    Some(Missing::Absent) | None => "its target key does not exist",
                });
            }
        };
        if key.is_link {
            let target = key.link_target().ok_or("it leads to a link that has no target")?;
            let mut whole = names_in(&target).ok_or("it leads through another link out of this hive")?;
            whole.extend(names.iter().skip(index + 1).cloned());
            return Ok(Step::Link(whole));
        }
    }
    Ok(Step::Arrived(key))
}
