//! A computer with a layered provider, and its files in memory.

use std::collections::{BTreeMap, BTreeSet};

use catalog9::catalog::{FileTime, Text};
use catalog9::tree::{Files, Node, NodeKind, Obstacle};
use sha2::{Digest, Sha256};

use crate::synth::pe::{self, Listed};

/// A Windows 10 with a layered provider.
pub const CASE: &str = concat!(
    include_str!("../fixtures/windows-10-plain/case.txt"),
    "
protocol
1015  layered  C:\\Program Files\\Proxy\\proxy.dll  Proxy
1016  1015>1001  C:\\Program Files\\Proxy\\proxy.dll  Proxy over [MSAFD Tcpip [TCP/IP]]
"
);

/// What a Windows 10 has in both of its system folders, as far as its catalogs name it.
pub const SYSTEM_FILES: [&str; 17] = [
    "ntdll.dll",
    "kernel32.dll",
    "ws2_32.dll",
    "mswsock.dll",
    "napinsp.dll",
    "pnrpnsp.dll",
    "NLAapi.dll",
    "winrnr.dll",
    "wshbth.dll",
    "rasadhlp.dll",
    "fwpuclnt.dll",
    "wshtcpip.dll",
    "wship6.dll",
    "wshqos.dll",
    "wshunix.dll",
    "wshhyperv.dll",
    "wsock32.dll",
];

/// The DLL of the layered provider.
pub const PROXY: &str = "Program Files/Proxy/proxy.dll";

/// The folder of the security catalogs.
pub const CAT_ROOT: &str = "Windows/System32/CatRoot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE}";

/// The files of a sound Windows, as far as its catalogs name them, and a security catalog that lists them.
pub fn sound_files() -> Vec<(String, Vec<u8>)> {
    let exports = [("NSPStartup", None), ("WSPStartup", None)];
    let of_folder = |(folder, machine): (&str, u16)| {
        let dll = pe::dll(machine, &exports);
        SYSTEM_FILES.map(|file| (format!("Windows/{folder}/{file}"), dll.clone()))
    };
    let mut files: Vec<_> = [("System32", pe::X64), ("SysWOW64", pe::X86)].into_iter().flat_map(of_folder).collect();
    let dlls: Vec<&[u8]> = files.iter().map(|(_, dll)| &dll[..]).collect();
    files.push((format!("{CAT_ROOT}/Windows.cat"), catalog_of(&dlls, "Microsoft Windows")));
    files
}

/// A security catalog that lists these files.
pub fn catalog_of(dlls: &[&[u8]], signer: &str) -> Vec<u8> {
    let digests: Vec<[u8; 32]> = dlls.iter().map(|dll| Sha256::digest(pe::signed_bytes(dll)).into()).collect();
    let listed: Vec<(&[u8], Listed)> = digests.iter().map(|digest| (&digest[..], Listed::Digits)).collect();
    pe::security_catalog(&listed, signer)
}

/// A computer whose files are held in memory.
pub struct Computer(BTreeMap<Vec<String>, Vec<u8>>);

impl Computer {
    /// The files that both system folders of every Windows have, and these.
    pub fn with(files: &[(impl AsRef<str>, Vec<u8>)]) -> Self {
        let mut computer = Self(BTreeMap::new());
        for folder in ["System32", "SysWOW64"] {
            for file in &SYSTEM_FILES[..3] {
                computer.add(&format!("Windows/{folder}/{file}"), b"MZ");
            }
        }
        for (path, bytes) in files {
            computer.add(path.as_ref(), bytes);
        }
        computer
    }

    /// Takes a file away.
    pub fn remove(&mut self, path: &str) {
        self.0.remove(&path.split('/').map(str::to_owned).collect::<Vec<_>>());
    }

    /// Adds a file, or replaces it.
    pub fn add(&mut self, path: &str, bytes: &[u8]) {
        self.0.insert(path.split('/').map(str::to_owned).collect(), bytes.to_vec());
    }
}

impl Files for Computer {
    fn label(&self) -> Text {
        Text::from("computer")
    }

    fn list(&self, folder: &[String]) -> Result<Vec<Node>, Obstacle> {
        let below = self.0.keys().filter(|path| path.starts_with(folder) && path.len() > folder.len());
        let kind = |path: &Vec<String>| if path.len() > folder.len() + 1 { NodeKind::Folder } else { NodeKind::File };
        let nodes: BTreeSet<(String, NodeKind)> = below.map(|path| (path[folder.len()].clone(), kind(path))).collect();
        Ok(nodes.into_iter().map(|(name, kind)| Node { name, kind }).collect())
    }

    fn read(&self, file: &[String], take: &mut dyn FnMut(&[u8])) -> Result<Option<FileTime>, Obstacle> {
        take(&self.0[file]);
        Ok(None)
    }
}
