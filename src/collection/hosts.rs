//! Which evidence of one collection is of the same computer.
//!
//! A false join puts the evidence of two computers under one verdict, which is worse than none: where it is not clear
//! which computer something is of, it stays alone.

use std::collections::{BTreeMap, BTreeSet};

use super::Name;
use crate::catalog::Text;
use crate::evidence::Kind;

/// A piece of evidence, as far as it shows which computer it is of.
#[derive(Debug)]
pub struct Member<'a> {
    /// What it is called.
    pub name: &'a Name,
    /// What kind of evidence it is.
    pub kind: Kind,
    /// The computer that it names.
    pub computer: Option<Text>,
}

/// Why a piece of evidence was joined to the one that leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum JoinReason {
    /// It names the same computer.
    SameName,
    /// The name of the file, or of the archive, has the name of the computer in it.
    FileName,
    /// It names no computer, and everything beside it that names one names this one.
    Beside,
    /// It is a copy of the registry of the same computer from an earlier time, and is compared with it.
    EarlierState,
}

impl JoinReason {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::SameName, Self::FileName, Self::Beside, Self::EarlierState];

    /// Its name in machine-readable output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SameName => "same-name",
            Self::FileName => "file-name",
            Self::Beside => "beside",
            Self::EarlierState => "earlier-state",
        }
    }

    /// The reason of that name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// Evidence that is examined as one.
#[derive(Debug, PartialEq, Eq)]
pub struct Host {
    /// The best source, as a place in the list.
    pub leader: usize,
    /// What is read beside it, and why.
    pub joined: Vec<(usize, JoinReason)>,
    /// Earlier states of its registry, which lead hosts too.
    pub earlier: Vec<usize>,
}

/// Longest NetBIOS name of a computer: a longer name of the network is cut off to become this.
const LONGEST_NET_BIOS_NAME: usize = 15;

/// Puts evidence of one collection together by the computers that it names, in the order of what leads.
///
/// Two hives of one computer are two states of it, so that neither is joined to the other, and so are two exports. Evidence in another
/// folder is joined only where a single registry could lead it.
#[must_use]
pub fn hosts(members: &[Member<'_>]) -> Vec<Host> {
    let names = names(members);
    let (by_folder, known) = (by_folder(members, &names), names.iter().flatten().map(String::as_str).collect());
    let computers: Vec<_> = members.iter().zip(&names).map(|member| computer_of(member, &by_folder, &known)).collect();
    let mut leaders: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, (member, computer)) in members.iter().zip(&computers).enumerate() {
        if let (Some(rank), Some((computer, _))) = (rank(member), computer) {
            let leaders = leaders.entry(computer).or_default();
            let best = leaders.first().and_then(|leader| rank_of(members, *leader));
            if best.is_none_or(|best| rank < best) {
                leaders.clear();
            }
            if best.is_none_or(|best| rank <= best) {
                leaders.push(index);
            }
        }
    }
    let mut joined: BTreeMap<usize, Vec<(usize, JoinReason)>> = BTreeMap::new();
    let mut earlier: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut alone = Vec::new();
    for (index, (member, computer)) in members.iter().zip(&computers).enumerate() {
        let leader = computer.and_then(|(computer, _)| leader_of(member, members, leaders.get(computer)?));
        match (leader.filter(|leader| *leader != index), computer) {
            (Some(leader), Some((_, reason))) if can_join(member, members.get(leader)) => {
                // A leader without a name was not joined by the name that others have.
                let of_leader = computers.get(leader).copied().flatten().map_or(*reason, |(_, reason)| reason);
                let reason = if *reason == JoinReason::SameName { of_leader } else { *reason };
                joined.entry(leader).or_default().push((index, reason));
            }
            _ => alone.push(index),
        }
        let current = computer.and_then(|(computer, _)| current_registry(members, leaders.get(computer)?));
        if let (Some(current), Some((_, JoinReason::SameName))) = (current, computer)
            && is_registry(member.kind)
            && member.name.is_earlier_state()
        {
            earlier.entry(current).or_default().push(index);
        }
    }
    let host = |leader| Host {
        leader,
        joined: joined.remove(&leader).unwrap_or_default(),
        earlier: earlier.remove(&leader).unwrap_or_default(),
    };
    alone.into_iter().map(host).collect()
}

/// How good a source of the catalogs is, the best first; `None` where it cannot lead.
fn rank(member: &Member<'_>) -> Option<(bool, usize)> {
    const BEST: [Kind; 8] = [
        Kind::Hive,
        Kind::Reg,
        Kind::RegQuery,
        Kind::Netsh,
        Kind::Nfo,
        Kind::MsinfoText,
        Kind::Wmic,
        Kind::CrashAnnotation,
    ];
    let rank = BEST.iter().position(|kind| *kind == member.kind)?;
    Some((member.name.is_earlier_state(), rank))
}

fn rank_of(members: &[Member<'_>], index: usize) -> Option<(bool, usize)> {
    members.get(index).and_then(rank)
}

/// What may lead a member: the only one of the best sources, if it lies near, or the only one of them in its own folder. Of
/// listings there the first leads, since they are joined only where all show the same.
fn leader_of(member: &Member<'_>, members: &[Member<'_>], leaders: &[usize]) -> Option<usize> {
    let of = |leader: &usize| members.get(*leader);
    if let [leader] = leaders {
        return Some(*leader).filter(|leader| of(leader).is_some_and(|leader| leader.name.is_near(member.name)));
    }
    let is_beside = |leader: &&usize| of(leader).is_some_and(|leader| leader.name.folder() == member.name.folder());
    let mut beside = leaders.iter().filter(is_beside);
    let first = beside.next()?;
    let is_listing = of(first).is_some_and(|leader| leader.kind == Kind::Netsh);
    (is_listing || beside.next().is_none()).then_some(*first)
}

/// The registry whose earlier states others may be: the only one of the best sources, unless it is one itself.
fn current_registry(members: &[Member<'_>], leaders: &[usize]) -> Option<usize> {
    let [leader] = leaders else { return None };
    members.get(*leader).filter(|leader| is_registry(leader.kind) && !leader.name.is_earlier_state()).map(|_| *leader)
}

fn is_registry(kind: Kind) -> bool {
    matches!(kind, Kind::Hive | Kind::Reg)
}

/// Whether a member can be read beside what leads: a hive with exports of it, a registry with its reports, listings that
/// may show the same, or one report with facts.
fn can_join(member: &Member<'_>, leader: Option<&Member<'_>>) -> bool {
    let is_fact = matches!(member.kind, Kind::EventLog | Kind::Autoruns | Kind::SoftwareHive | Kind::SystemInfo);
    let Some(leader) = leader else { return false };
    match leader.kind {
        _ if is_fact => true,
        Kind::Hive => member.kind != Kind::Hive && !(member.kind == Kind::Reg && member.name.is_earlier_state()),
        Kind::Reg => !is_registry(member.kind),
        Kind::RegQuery => !is_registry(member.kind) && member.kind != Kind::RegQuery,
        Kind::Netsh => member.kind == Kind::Netsh,
        _ => false,
    }
}

/// The name of the computer that each member shows, in the form in which two names are compared.
fn names(members: &[Member<'_>]) -> Vec<Option<String>> {
    let in_two_domains = in_two_domains(members);
    let shown = |member: &Member<'_>| member.computer.as_ref().map(|name| plain(name, &in_two_domains));
    let names: Vec<Option<String>> =
        members.iter().map(|member| shown(member).or_else(|| member.name.computer())).collect();
    let by_folder = by_folder(members, &names);
    let whole = |member: &Member<'_>, name: &String| {
        // What was cut off is the only name beside it that begins so. A name of this length may as well be whole.
        let beside = by_folder.get(member.name.folder()).into_iter().flatten();
        let is_longer = |rest: &str| !rest.is_empty() && !rest.starts_with('.');
        let mut longer = beside.filter(|longer| longer.strip_prefix(name.as_str()).is_some_and(is_longer));
        match (longer.next(), longer.next()) {
            (Some(whole), None) if name.chars().count() == LONGEST_NET_BIOS_NAME => (*whole).to_owned(),
            _ => name.clone(),
        }
    };
    members.iter().zip(&names).map(|(member, name)| Some(whole(member, name.as_ref()?))).collect()
}

/// The computers that the evidence of each folder names.
fn by_folder<'m>(members: &[Member<'m>], names: &'m [Option<String>]) -> BTreeMap<&'m str, BTreeSet<&'m str>> {
    let mut by_folder: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (member, name) in members.iter().zip(names) {
        by_folder.entry(member.name.folder()).or_default().extend(name.as_deref());
    }
    by_folder
}

/// The name of a computer in lower case and without the domain that event logs add. The domain stays where computers of
/// two domains have this name, so that they stay apart.
fn plain(name: &Text, in_two_domains: &BTreeSet<String>) -> String {
    let name = name.lower();
    match name.split_once('.') {
        Some((short, _)) if !in_two_domains.contains(short) => short.to_owned(),
        _ => name,
    }
}

/// The names without domains, in lower case, that evidence gives to computers of more than one domain.
fn in_two_domains(members: &[Member<'_>]) -> BTreeSet<String> {
    let (mut domains, mut found) = (BTreeMap::new(), BTreeSet::new());
    for name in members.iter().filter_map(|member| member.computer.as_ref()) {
        let name = name.lower();
        if let Some((short, domain)) = name.split_once('.')
            && domains.entry(short.to_owned()).or_insert_with(|| domain.to_owned()) != domain
        {
            found.insert(short.to_owned());
        }
    }
    found
}

/// The computer that a member is of, and how this is known.
fn computer_of<'n>(
    (member, name): (&Member<'_>, &'n Option<String>),
    by_folder: &BTreeMap<&str, BTreeSet<&'n str>>,
    known: &BTreeSet<&'n str>,
) -> Option<(&'n str, JoinReason)> {
    if let Some(name) = name {
        let reason = if member.computer.is_some() { JoinReason::SameName } else { JoinReason::FileName };
        return Some((name, reason));
    }
    let of_file = known.iter().filter(|computer| member.name.begins_with(computer)).max_by_key(|name| name.len());
    if let Some(computer) = of_file {
        return Some((computer, JoinReason::FileName));
    }
    let beside = by_folder.get(member.name.folder())?;
    match (beside.first(), beside.len()) {
        (Some(computer), 1) => Some((computer, JoinReason::Beside)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Row<'a> = (&'a str, Kind, Option<&'a str>);

    /// What is examined as one, the leader first.
    fn hosts_of(rows: &[Row<'_>]) -> Vec<Vec<usize>> {
        let names: Vec<Name> = rows.iter().map(|(path, ..)| Name::of_path(path)).collect();
        let member = |(name, (_, kind, computer)): (_, &Row<'_>)| Member {
            name,
            kind: *kind,
            computer: computer.map(Text::from),
        };
        let members: Vec<Member<'_>> = names.iter().zip(rows).map(member).collect();
        let all = |host: Host| {
            assert!(host.earlier.iter().all(|copy| names[*copy].is_earlier_state()));
            std::iter::once(host.leader).chain(host.joined.into_iter().map(|(index, _)| index)).collect()
        };
        hosts(&members).into_iter().map(all).collect()
    }

    #[test]
    fn earlier_states_are_those_of_the_only_registry_of_their_computer() {
        let hive = |path, computer| (path, Kind::Hive, Some(computer));
        let earlier_of = |rows: &[Row<'_>]| -> Vec<Vec<usize>> {
            let names: Vec<Name> = rows.iter().map(|(path, ..)| Name::of_path(path)).collect();
            let member = |(name, row): (_, &Row<'_>)| Member { name, kind: row.1, computer: row.2.map(Text::from) };
            let members: Vec<Member<'_>> = names.iter().zip(rows).map(member).collect();
            hosts(&members).into_iter().map(|host| host.earlier).collect()
        };
        let rows = [
            hive("config/SYSTEM", "PC1"),
            hive("config/RegBack/SYSTEM", "pc1"),
            hive("shadowcopy2/SYSTEM", "PC1"),
            hive("config/RegBack/x/SYSTEM", "PC2"),
        ];
        assert_eq!(earlier_of(&rows), [vec![1, 2], vec![], vec![], vec![]]);
        assert_eq!(earlier_of(&rows[1..3]), [[0; 0]; 2], "nothing shows which of two copies is newer");
        let clone = hive("other/SYSTEM", "PC1");
        assert_eq!(earlier_of(&[rows[0], clone, rows[1]]), [[0; 0]; 3], "it may be a copy of either");
        assert_eq!(earlier_of(&[rows[0], ("config/RegBack/SYSTEM", Kind::Hive, None)]), [[0; 0]; 2]);
    }

    #[test]
    fn a_listing_without_a_name_joins_what_says_which_computer_it_is() {
        let rows = [
            ("a/WinsockCatalog.txt", Kind::Netsh, None),
            ("a/osinfo.txt", Kind::SystemInfo, Some("PC1")),
            ("a/winsock.log", Kind::RegQuery, None),
        ];
        assert_eq!(hosts_of(&rows), [[2, 0, 1]]);
        assert_eq!(hosts_of(&rows[..2]), [[0, 1]]);
        let again = ("a/winsock.txt", Kind::Netsh, None);
        assert_eq!(hosts_of(&[rows[0], rows[1], again]), [[0, 1, 2]]);
        assert_eq!(hosts_of(&[rows[0], rows[2]]), [[0], [1]], "nothing says that both are of one computer");
    }

    #[test]
    fn two_computers_in_one_folder_stay_apart_and_what_names_none_stays_alone() {
        let rows = [
            ("SYSTEM", Kind::Hive, Some("PC1")),
            ("report.nfo", Kind::Nfo, Some("PC2")),
            ("listing.txt", Kind::Netsh, None),
            ("pc2_winsock.txt", Kind::Netsh, None),
        ];
        assert_eq!(hosts_of(&rows), [vec![0], vec![1], vec![2], vec![3]]);
        let rows = [rows[0], ("report.nfo", Kind::Nfo, Some("pc1.example.org")), rows[2]];
        assert_eq!(hosts_of(&rows), [vec![0, 1, 2]], "everything beside the last names one computer");
    }

    #[test]
    fn computers_of_two_domains_with_one_name_stay_apart() {
        let rows = [
            ("SYSTEM", Kind::Hive, Some("PC1")),
            ("a.evtx", Kind::EventLog, Some("PC1.alpha.example")),
            ("b.evtx", Kind::EventLog, Some("pc1.ALPHA.example")),
            ("c.evtx", Kind::EventLog, Some("PC1.beta.example")),
        ];
        assert_eq!(hosts_of(&rows[..3]), [[0, 1, 2]], "letter case does not matter");
        assert_eq!(hosts_of(&rows), [[0], [1], [2], [3]], "the hive may be of either");
    }

    #[test]
    fn a_file_that_is_called_after_another_computer_does_not_join_what_lies_beside_it() {
        let (info, listing) = (("osinfo.txt", Kind::SystemInfo, Some("PC1")), |name| (name, Kind::Netsh, None));
        assert_eq!(hosts_of(&[info, listing("PC2-winsock.txt")]), [[0], [1]]);
        assert_eq!(hosts_of(&[info, listing("PC1-winsock.txt")]), [[1, 0]]);
        assert_eq!(hosts_of(&[info, listing("netsh-winsock.txt")]), [[1, 0]], "named after the program");
    }

    #[test]
    fn a_name_joins_across_folders_where_one_registry_can_lead() {
        let log = ("C/Windows/System32/winevt/Logs/a.evtx", Kind::EventLog, Some("PC1.corp"));
        let hive = ("C/Windows/System32/config/SYSTEM", Kind::Hive, Some("PC1"));
        let earlier = ("C/Windows/System32/config/RegBack/SYSTEM", Kind::Hive, Some("PC1"));
        assert_eq!(hosts_of(&[log, hive, earlier]), [vec![1, 0], vec![2]]);
        let clone = ("D/SYSTEM", Kind::Hive, Some("pc1"));
        assert_eq!(hosts_of(&[log, hive, clone]), [[0], [1], [2]], "either may be the one that has logged this");
    }

    #[test]
    fn a_name_joins_no_folder_beside_that_of_its_computer() {
        let hive = ("2026/one/SYSTEM", Kind::Hive, Some("PC1"));
        let report = |path| (path, Kind::Nfo, Some("PC1"));
        assert_eq!(hosts_of(&[hive, report("2026/other/report.nfo")]), [[0], [1]]);
        assert_eq!(hosts_of(&[hive, report("2026/one/reports/report.nfo")]), [[0, 1]]);
        assert_eq!(hosts_of(&[hive, report("2026/report.nfo")]), [[0, 1]]);
    }

    #[test]
    fn a_name_that_was_cut_off_joins_alone_what_it_can_only_be() {
        let cut = ("a.nfo", Kind::Nfo, Some("WORKSTATION-ACC"));
        let hive = ("SYSTEM", Kind::Hive, Some("workstation-accounting"));
        assert_eq!(hosts_of(&[cut, hive]), [vec![1, 0]]);
        let other = ("b.nfo", Kind::Nfo, Some("workstation-accounts"));
        assert_eq!(hosts_of(&[cut, hive, other]), [[0], [1], [2]]);
        let elsewhere = ("x/SYSTEM", Kind::Hive, Some("workstation-accounting"));
        assert_eq!(hosts_of(&[cut, elsewhere]), [[0], [1]], "its name may be whole");
    }

    #[test]
    fn the_name_of_a_file_counts_more_than_what_lies_beside_it() {
        let rows = [
            ("SYSTEM", Kind::Hive, Some("PC1")),
            ("x/SYSTEM", Kind::Hive, Some("PC2")),
            ("PC2_WinSock_netsh.TXT", Kind::Netsh, None),
        ];
        assert_eq!(hosts_of(&rows), [vec![0], vec![1, 2]]);
        assert_eq!(hosts_of(&[rows[0], rows[2]]), [[0], [1]], "no other evidence names this computer");
    }
}
