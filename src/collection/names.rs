//! Which files belong together, by their names.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::evidence::log::LogRole;

/// What a manifest says that a file is. The kind of other evidence follows from its content alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "&'static str", try_from = "String")]
#[non_exhaustive]
pub enum Role {
    /// A hive.
    Hive,
    /// A transaction log of the hive of its group.
    Log(LogRole),
}

impl Role {
    const ALL: [Self; 4] = [Self::Hive, Self::Log(LogRole::Log), Self::Log(LogRole::Log1), Self::Log(LogRole::Log2)];

    /// The role of that name in a manifest; nothing where the name does not matter.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| <&str>::from(*role) == name)
    }
}

impl From<Role> for &'static str {
    fn from(role: Role) -> Self {
        match role {
            Role::Hive => "hive",
            Role::Log(LogRole::Log) => "log",
            Role::Log(LogRole::Log1) => "log1",
            Role::Log(LogRole::Log2) => "log2",
        }
    }
}

impl TryFrom<String> for Role {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::by_name(&name).ok_or(name)
    }
}

/// What a file is called, and what a manifest says of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Name {
    /// The group that a manifest puts it in.
    pub group: Option<String>,
    /// What a manifest says that it is.
    pub role: Option<Role>,
    folder: String,
    file: String,
    /// The file name of the archive that it is a member of.
    archive: Option<String>,
}

impl Name {
    /// The name of a file at that path, which may be one of Windows.
    #[must_use]
    pub fn of_path(path: &str) -> Self {
        let (folder, file) = path.rsplit_once(['/', '\\']).unwrap_or(("", path));
        Self { folder: folder.to_owned(), file: file.to_lowercase(), ..Self::default() }
    }

    /// With what a manifest says of the file.
    #[must_use]
    pub fn listed(self, group: Option<String>, role: Option<Role>) -> Self {
        Self { group, role, ..self }
    }

    /// As a member of an archive at that path.
    #[must_use]
    pub fn within(self, archive: &str) -> Self {
        Self { archive: archive.rsplit(['/', '\\']).next().map(str::to_owned), ..self }
    }

    /// Which transaction log it is, by its role or else by its name.
    #[must_use]
    pub fn log_role(&self) -> Option<LogRole> {
        match self.role {
            Some(Role::Log(role)) => Some(role),
            Some(Role::Hive) => None,
            None => LogRole::ALL.into_iter().find(|role| self.file.ends_with(&role.suffix().to_lowercase())),
        }
    }

    /// Whether the file is called like evidence, so that nothing in it means that it was not collected: SYSTEM, its logs,
    /// what names Winsock, and reports of msinfo32.
    #[must_use]
    pub fn is_of_evidence(&self) -> bool {
        let mut words = self.file.split(|character: char| !character.is_alphanumeric());
        self.group.is_some()
            || self.role.is_some()
            || words.any(|word| matches!(word, "system" | "winsock" | "winsock2" | "nfo" | "msinfo32"))
    }

    /// The folder that it lies in.
    #[must_use]
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// Whether two files can be of one collection by where they lie: one in the folder of the other or below it, or both
    /// below the same Windows folder.
    pub(super) fn is_near(&self, other: &Self) -> bool {
        let parts = |name: &'_ Self| name.folder.split(['/', '\\']).map(str::to_lowercase).collect::<Vec<_>>();
        let (own, others) = (parts(self), parts(other));
        let shared = own.iter().zip(&others).take_while(|(own, other)| own == other).count();
        let is_below =
            |one: &[String]| shared == one.len() || one.first().is_some_and(String::is_empty) && one.len() == 1;
        is_below(&own)
            || is_below(&others)
            || own.iter().take(shared).any(|folder| folder == "windows" || folder == "winnt")
    }

    /// Whether it may be joined to other evidence of its computer: reports, listings, logs and exports are, by their
    /// endings, SOFTWARE hives, and earlier states of a registry; two other hives never are.
    #[must_use]
    pub fn may_join(&self) -> bool {
        let is_of_text = matches!(self.ending(), Some("txt" | "log" | "nfo" | "xml" | "csv"));
        let may_be_of_evidence = self.ending() == Some("evtx") || self.is_earlier_state();
        matches!(&*self.file, "software" | "client_info.json")
            || is_of_text
            || self.is_export()
            || may_be_of_evidence && self.is_of_evidence()
    }

    /// Whether it is an event log by its ending, and not the one of Winsock by its name: collections have hundreds of them.
    #[must_use]
    pub fn is_other_event_log(&self) -> bool {
        self.ending() == Some("evtx") && !self.is_of_evidence()
    }

    /// Whether it is an export of the registry by its ending.
    pub(super) fn is_export(&self) -> bool {
        self.ending() == Some("reg")
    }

    fn ending(&self) -> Option<&str> {
        self.file.rsplit_once('.').map(|(_, ending)| ending)
    }

    /// The computer that a collector has put into a name, in lower case: Microsoft's TSS and SDP into that of each file
    /// (`PC1_WinSock_netsh.TXT`), DFIR-ORC into that of the archive, or of the folder that it was unpacked to. `netsh` is
    /// the program, not a computer.
    pub(super) fn computer(&self) -> Option<String> {
        let endings = NAMES_AFTER_COMPUTERS.iter();
        let mut of_file = endings.filter_map(|ending| self.file.strip_suffix(ending));
        let of_file = of_file.find(|computer| !matches!(*computer, "" | "netsh")).map(str::to_owned);
        let folders = self.archive.iter().map(String::as_str).chain(self.folder.rsplit(['/', '\\']));
        of_file.or_else(|| folders.into_iter().find_map(computer_of_orc))
    }

    /// Whether the file name is that of a computer, given in lower case, with something after it.
    pub(super) fn begins_with(&self, computer: &str) -> bool {
        self.file.strip_prefix(computer).is_some_and(|rest| rest.starts_with(['_', '-', '.', ' ']))
    }

    /// Whether it lies where Windows or a tool keeps earlier states of the registry.
    pub(super) fn is_earlier_state(&self) -> bool {
        let folders = self.folder.split(['/', '\\']).map(str::to_lowercase);
        let by_folder = folders
            .into_iter()
            .any(|folder| FOLDERS_OF_EARLIER_STATES.contains(&folder.as_str()) || folder.contains("shadowcopy"));
        by_folder || matches!(self.file.rsplit_once('.'), Some((_, "sav" | "old" | "bak")))
    }

    /// What the file is called, with whose help this one is read: the hive of a log, `winsock.reg` of `winsock2.reg`.
    fn leader(&self) -> Option<String> {
        if self.role.is_some() {
            return None;
        }
        if let Some(role) = self.log_role() {
            return self.file.strip_suffix(&role.suffix().to_lowercase()).map(str::to_owned);
        }
        let (stem, ending) = self.file.rsplit_once('.')?;
        (ending == "reg" && stem.contains("winsock2")).then(|| self.file.replacen("winsock2", "winsock", 1))
    }
}

/// What Microsoft's collectors, and people who collect by hand, call files, after the name of the computer.
const NAMES_AFTER_COMPUTERS: [&str; 9] = [
    "_winsock_netsh.txt",
    "_winsock_reg_.txt",
    "_winsock.txt",
    "-winsock.txt",
    "_msinfo32.nfo",
    "-msinfo32.nfo",
    "_msinfo32.txt",
    "-msinfo32.txt",
    "_reg_system.hiv",
];

/// The computer in the name of an archive of DFIR-ORC, in lower case and without its domain:
/// `DFIR-ORC_WorkStation_PC1.example.org_General.7z`, as its documentation and configurations have it.
fn computer_of_orc(archive: &str) -> Option<String> {
    let name = archive.to_lowercase();
    let name = name.strip_prefix("dfir-").unwrap_or(&name).strip_prefix("orc_")?;
    let kinds = ["workstation_", "server_", "domaincontroller_"];
    let rest = kinds.iter().find_map(|kind| name.strip_prefix(kind))?;
    let rest = rest.strip_suffix(".7z").or_else(|| rest.strip_suffix(".zip")).unwrap_or(rest);
    // The last word is the set of what was collected, if there are several.
    let computer = rest.rsplit_once('_').map_or(rest, |(computer, _)| computer);
    computer.split('.').next().filter(|computer| !computer.is_empty()).map(str::to_owned)
}

/// Folders in which Windows keeps earlier states of its registry; shadow copies have a number in the names of theirs.
const FOLDERS_OF_EARLIER_STATES: [&str; 3] = ["regback", "repair", "windows.old"];

/// The units that these files make, in the order of their first files: indices, the leading file of each unit first.
#[must_use]
pub fn units(names: &[Name]) -> Vec<Vec<usize>> {
    let mut by_place: HashMap<(&str, &str), usize> = HashMap::new();
    for (index, name) in names.iter().enumerate() {
        by_place.entry((&name.folder, &name.file)).or_insert(index);
    }
    let leader_of = |index: usize| {
        let name = names.get(index)?;
        by_place.get(&(name.folder.as_str(), name.leader()?.as_str())).copied()
    };
    let mut units: Vec<Vec<usize>> = Vec::new();
    let mut known: HashMap<Key<'_>, usize> = HashMap::new();
    for (index, name) in names.iter().enumerate() {
        let key = match &name.group {
            Some(group) => Key::Group(group),
            // Each step makes the name shorter, so there is a last one.
            None => Key::Leader(std::iter::successors(Some(index), |index| leader_of(*index)).last().unwrap_or(index)),
        };
        let unit = *known.entry(key).or_insert(units.len());
        match units.get_mut(unit) {
            Some(unit) => unit.push(index),
            None => units.push(vec![index]),
        }
    }
    for unit in &mut units {
        unit.sort_by_key(|index| {
            names.get(*index).is_some_and(|name| name.log_role().is_some() || name.leader().is_some())
        });
    }
    units
}

/// The files of a unit that count where it is joined to another one: not the transaction logs of a hive that does not lead.
pub fn joined<T>(files: Vec<T>, name: impl Fn(&T) -> &Name) -> impl Iterator<Item = T> {
    let mut is_first = true;
    files.into_iter().filter(move |file| std::mem::take(&mut is_first) || name(file).log_role().is_none())
}

#[derive(PartialEq, Eq, Hash)]
enum Key<'a> {
    Group(&'a str),
    Leader(usize),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units_of(paths: &[&str]) -> Vec<Vec<String>> {
        let names: Vec<Name> = paths.iter().map(|path| Name::of_path(path)).collect();
        let units = units(&names).into_iter();
        units.map(|unit| unit.into_iter().map(|index| paths[index].to_owned()).collect()).collect()
    }

    #[test]
    fn a_hive_has_the_logs_beside_it_and_no_others() {
        let paths = ["a/SYSTEM", "a/SYSTEM.LOG1", "a/system.log2", "b/SYSTEM.LOG1", r"C\x\SYSTEM", r"C\x\SYSTEM.LOG"];
        let expected = [&paths[..3], &paths[3..4], &paths[4..]];
        assert_eq!(units_of(&paths), expected);
    }

    #[test]
    fn the_order_is_that_of_the_first_files_and_the_hive_leads() {
        assert_eq!(units_of(&["S.LOG1", "A", "S"]), [vec!["S", "S.LOG1"], vec!["A"]]);
    }

    #[test]
    fn exports_of_one_collection_are_told_by_their_names() {
        let paths = ["pc1-winsock.reg", "pc1-Winsock2.reg", "pc2-winsock2.reg", "winsock2.txt", "winsock.txt"];
        assert_eq!(units_of(&paths).len(), 4);
        assert_eq!(units_of(&paths)[0], paths[..2]);
    }

    #[test]
    fn archives_of_dfir_orc_name_their_computer() {
        let within = |archive: &str| Name::of_path("General/listing.txt").within(archive).computer();
        for archive in [
            "x/DFIR-ORC_WorkStation_PC1_General.7z",
            "ORC_Server_pc1_SAM.7z",
            "DFIR-ORC_DomainController_PC1.example.org_General.7z",
            r"C:\x\DFIR-ORC_WorkStation_PC1.7z",
        ] {
            assert_eq!(within(archive).as_deref(), Some("pc1"), "{archive}");
        }
        assert_eq!(within("ORC_Server_PC_1_SAM.7z").as_deref(), Some("pc_1"));
        for other in
            ["orchid_server_pc1.7z", "DFIR-ORC_Laptop_PC1_General.7z", "ORC_Server_.7z", "ORC_Server_.example_x.7z"]
        {
            assert_eq!(within(other), None, "{other}");
        }
        let unpacked = Name::of_path("in/DFIR-ORC_Server_PC1_General/listing.txt");
        assert_eq!(unpacked.computer().as_deref(), Some("pc1"));
        let of_tss = Name::of_path("PC2_WinSock_netsh.TXT").within("ORC_Server_PC1_SAM.7z");
        assert_eq!(of_tss.computer().as_deref(), Some("pc2"), "the name of the file counts more");
    }

    #[test]
    fn a_manifest_has_the_last_word() {
        let with = |path: &str, group: Option<&str>, role| Name::of_path(path).listed(group.map(str::to_owned), role);
        let names = [
            with("1f.bin", Some("pc1"), Some(Role::Log(LogRole::Log1))),
            with("SYSTEM", None, None),
            with("2c.bin", Some("pc1"), Some(Role::Hive)),
            with("SYSTEM.LOG1", Some("pc2"), None),
        ];
        assert_eq!(units(&names), [vec![2, 0], vec![1], vec![3]]);
    }
}
