//! Finding a file as NTFS would: whatever the letter case of its name.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::{Drive, MOST_NAMES, Node, NodeKind, NotKnown, Obstacle};
use crate::catalog::Text;

/// What a search ended at.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// At the file of these names, as the tree spells them.
    File(Vec<String>),
    /// At a folder that does not have the next name: how many folders lie above that.
    Nothing { depth: usize },
    /// At an obstacle.
    NotKnown(NotKnown),
}

/// Folders that differ in letter case alone and are searched as one. A real tree has one of each name; where files were
/// collected to a system that distinguishes letter case, there may be two.
const MOST_ALIKE: usize = 8;

/// Something that a search meets: where it is, and what it is.
type Met = (Vec<String>, NodeKind);

/// A folder, and names of files in it.
type FilesOfFolder = (Vec<String>, Vec<String>);

/// The paths of what is of that kind.
fn of_kind(met: &[Met], wanted: NodeKind) -> Vec<Vec<String>> {
    met.iter().filter(|(_, kind)| *kind == wanted).map(|(path, _)| path.clone()).collect()
}

/// What lies in a folder, by the form of its name that is compared.
type Folder = BTreeMap<String, Vec<Node>>;

/// A search in the files of a computer. Folders are listed once.
pub(super) struct Search<'a> {
    pub(super) drives: &'a [Drive<'a>],
    listed: BTreeMap<(usize, Vec<String>), Result<Rc<Folder>, Obstacle>>,
    names: usize,
}

impl<'a> Search<'a> {
    pub(super) fn new(drives: &'a [Drive<'a>]) -> Self {
        Self { drives, listed: BTreeMap::new(), names: 0 }
    }

    /// What lies in the folder of these names on that drive.
    fn list(&mut self, drive: usize, folder: &[String]) -> Result<Rc<Folder>, Obstacle> {
        let key = (drive, folder.to_vec());
        if let Some(listed) = self.listed.get(&key) {
            return listed.clone();
        }
        let Some(files) = self.drives.get(drive).map(|drive| drive.files) else { return Ok(Rc::default()) };
        let listed = files.list(folder).map(|nodes| {
            // Memory has room for the names of one large folder, and of many that are not.
            if self.names.saturating_add(nodes.len()) > MOST_NAMES {
                self.listed.clear();
                self.names = 0;
            }
            self.names = self.names.saturating_add(nodes.len());
            let mut folder = Folder::new();
            for node in nodes {
                folder.entry(compared(&decoded(&node.name))).or_default().push(node);
            }
            Rc::new(folder)
        });
        self.listed.insert(key, listed.clone());
        listed
    }

    /// Finds the file of these names on that drive.
    pub(super) fn find(&mut self, drive: usize, names: &[String]) -> End {
        let Some((file, above)) = names.split_last() else { return End::NotKnown(NotKnown::Folder) };
        let folders = match self.folders(drive, above) {
            Ok(folders) => folders,
            Err(end) => return end,
        };
        let (met, obstacle) = self.meet(drive, &folders, file);
        match of_kind(&met, NodeKind::File).as_slice() {
            [file] => End::File(file.clone()),
            [_, _, ..] => End::NotKnown(NotKnown::Ambiguous),
            [] => end(&met, obstacle, file, true, above.len()),
        }
    }

    /// The names of the files in a folder that end like that, in lower case; by folder, since some differ in letter case
    /// alone.
    pub(super) fn files_in(
        &mut self,
        drive: usize,
        folder: &[String],
        ending: &str,
    ) -> Result<Vec<FilesOfFolder>, NotKnown> {
        let folders = self.folders(drive, folder).map_err(|end| match end {
            End::NotKnown(why) => why,
            End::File(_) | End::Nothing { .. } => NotKnown::PartOfFolder,
        })?;
        let mut files = Vec::new();
        for folder in folders {
            let listed = self.list(drive, &folder).map_err(NotKnown::Obstacle)?;
            let nodes = listed.iter().filter(|(name, _)| name.ends_with(ending)).flat_map(|(_, nodes)| nodes);
            let name = |node: &Node| match node.kind {
                NodeKind::File => Some(Ok(node.name.clone())),
                NodeKind::Folder => None,
                NodeKind::Link => Some(Err(NotKnown::Obstacle(Obstacle::Link))),
                NodeKind::Other(what) => Some(Err(NotKnown::Obstacle(Obstacle::Other(what)))),
            };
            let names = nodes.filter_map(name).collect::<Result<_, _>>()?;
            files.push((folder, names));
        }
        Ok(files)
    }

    /// The folders of these names on that drive, as the tree spells them; or what the search ended at.
    fn folders(&mut self, drive: usize, names: &[String]) -> Result<Vec<Vec<String>>, End> {
        let mut folders = vec![Vec::new()];
        for (depth, name) in names.iter().enumerate() {
            let (met, obstacle) = self.meet(drive, &folders, name);
            folders = of_kind(&met, NodeKind::Folder);
            folders.truncate(MOST_ALIKE);
            if folders.is_empty() {
                return Err(end(&met, obstacle, name, false, depth));
            }
        }
        Ok(folders)
    }

    /// Everything of that name in these folders, in order, and why one of them cannot be listed.
    fn meet(&mut self, drive: usize, folders: &[Vec<String>], name: &str) -> (Vec<Met>, Option<Obstacle>) {
        let (mut met, mut obstacle) = (Vec::new(), None);
        for folder in folders {
            match self.list(drive, folder) {
                Ok(listed) => met.extend(listed.get(&compared(name)).into_iter().flatten().map(|node| {
                    let path = folder.iter().cloned().chain([node.name.clone()]).collect();
                    (path, node.kind)
                })),
                Err(why) => obstacle = Some(why),
            }
        }
        met.sort();
        (met, obstacle)
    }

    /// Whether a folder holds files of all these names, whatever else it holds.
    pub(super) fn holds(&mut self, drive: usize, folder: &[&str], files: &[&str]) -> bool {
        files.iter().all(|file| {
            let names: Vec<String> = folder.iter().chain([file]).map(|name| (*name).to_owned()).collect();
            // What Windows has compressed is there, too, although it may look like a link.
            matches!(self.find(drive, &names), End::File(_) | End::NotKnown(NotKnown::Obstacle(Obstacle::Link)))
        })
    }
}

/// Why a search goes no further.
fn end(met: &[Met], obstacle: Option<Obstacle>, name: &str, is_last: bool, depth: usize) -> End {
    let met = met.iter().find_map(|(_, kind)| match kind {
        NodeKind::Link => Some(NotKnown::Obstacle(Obstacle::Link)),
        NodeKind::Other(what) => Some(NotKnown::Obstacle(Obstacle::Other(what))),
        NodeKind::Folder if is_last => Some(NotKnown::Folder),
        NodeKind::Folder | NodeKind::File => None,
    });
    match met.or_else(|| obstacle.map(NotKnown::Obstacle)) {
        Some(why) => End::NotKnown(why),
        None if is_short(name) => End::NotKnown(NotKnown::ShortName),
        None => End::Nothing { depth },
    }
}

/// The form of a name that NTFS compares: each character alone in upper case, which is the same as to compare them in
/// lower case but for characters that become several.
pub(super) fn compared(name: &str) -> String {
    Text::from(name).lower()
}

/// A name with the characters that Velociraptor writes as `%` and two hexadecimal digits, such as `C%3A`.
fn decoded(name: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = name.as_bytes();
    while let [first, after @ ..] = rest {
        let digits = after.first_chunk::<2>().filter(|_| *first == b'%').and_then(|digits| str::from_utf8(digits).ok());
        let byte = digits.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let byte = byte.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| name.to_owned())
}

/// Whether a name may be a short one: at most six characters, a tilde and a number, and an ending of up to three.
fn is_short(name: &str) -> bool {
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    stem.chars().count() <= 8
        && stem
            .rsplit_once('~')
            .is_some_and(|(_, number)| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()))
}
