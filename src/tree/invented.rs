//! A computer whose files exist in a test alone.

use std::collections::{BTreeMap, BTreeSet};

use super::{Drive, Files, Image, Libraries, Node, NodeKind, Obstacle, Presence, look};
use crate::catalog::{Catalogs, FileTime, Text};

/// A tree of files without content.
#[derive(Default)]
pub(crate) struct Invented(BTreeMap<Vec<String>, NodeKind>);

/// The DLLs of a Windows that the cases of tests name.
const OF_WINDOWS: [&str; 20] = [
    "ntdll.dll",
    "kernel32.dll",
    "ws2_32.dll",
    "mswsock.dll",
    "rsvpsp.dll",
    "rasadhlp.dll",
    "fwpuclnt.dll",
    "winrnr.dll",
    "nlaapi.dll",
    "nlansp_c.dll",
    "napinsp.dll",
    "pnrpnsp.dll",
    "wshbth.dll",
    "wshtcpip.dll",
    "wship6.dll",
    "wshqos.dll",
    "wshunix.dll",
    "wshhyperv.dll",
    "wshnetbs.dll",
    "wshirda.dll",
];

impl Invented {
    pub(crate) fn add(&mut self, path: &str, kind: NodeKind) {
        self.0.insert(path.split('/').map(str::to_owned).collect(), kind);
    }

    /// A tree of these files.
    pub(crate) fn of(files: &[&str]) -> Self {
        let mut tree = Self::default();
        for file in files {
            tree.add(file, NodeKind::File);
        }
        tree
    }

    /// A 64-bit Windows and these files; without those after an exclamation mark.
    pub(crate) fn with_windows(files: &[&str]) -> Self {
        let mut tree = Self::of(&["Windows/System32/config/SYSTEM"]);
        for folder in ["Windows/System32", "Windows/SysWOW64"] {
            for file in OF_WINDOWS {
                tree.add(&format!("{folder}/{file}"), NodeKind::File);
            }
        }
        tree.add("Proxy/readme.txt", NodeKind::File);
        for file in files {
            match file.strip_prefix('!') {
                Some(file) => drop(tree.0.remove(&file.split('/').map(str::to_owned).collect::<Vec<_>>())),
                None => tree.add(file, NodeKind::File),
            }
        }
        tree
    }
}

impl Files for Invented {
    fn label(&self) -> Text {
        Text::from("invented")
    }

    fn list(&self, folder: &[String]) -> Result<Vec<Node>, Obstacle> {
        let below = self.0.iter().filter(|(path, _)| path.starts_with(folder) && path.len() > folder.len());
        let nodes: BTreeSet<(String, NodeKind)> = below
            .map(|(path, kind)| {
                let is_there = path.len() == folder.len() + 1;
                (path[folder.len()].clone(), if is_there { *kind } else { NodeKind::Folder })
            })
            .collect();
        Ok(nodes.into_iter().map(|(name, kind)| Node { name, kind }).collect())
    }

    fn read(&self, file: &[String], take: &mut dyn FnMut(&[u8])) -> Result<Option<FileTime>, Obstacle> {
        take(file.join("/").as_bytes());
        Ok(None)
    }
}

impl Libraries {
    /// Gives the file at that place another content, whatever it is.
    pub(crate) fn replace_image(&mut self, at: &str, image: &Image) {
        for file in &mut self.files {
            if let Presence::Present { place, content: Ok(content), .. } = &mut file.presence
                && place.join("/") == at
            {
                content.image = Ok(image.clone());
            }
        }
    }
}

/// The DLLs of catalogs in the files of a 64-bit Windows with these files.
pub(crate) fn look_in(catalogs: &Catalogs, files: &[&str]) -> Libraries {
    look(catalogs, &[Drive { letter: None, files: &Invented::with_windows(files) }])
}
