//! Looking for the DLLs of the catalogs.

use std::collections::{BTreeMap, BTreeSet};

use super::drives::{SYSTEM_FILES, letters, windows_on};
use super::named::{named, own_paths};
use super::path::{Target, target};
use super::reading::{Place, Reading};
use super::search::{End, Search};
use super::security_catalogs::{self, CatalogSearch, CatalogsUnknown};
use super::{Drive, Image, Libraries, LibraryFile, NotKnown, Obstacle, Presence, Signature};
use crate::catalog::{CanonicalPath, Catalogs, WindowsFolder};

/// The most files that are looked for. Real catalogs name fewer than thirty.
const MOST: usize = 1000;

/// The folders for system files of the two bitnesses.
const SYSTEM_FOLDERS: [&str; 2] = ["System32", "SysWOW64"];

/// The most bytes that are read of all files together.
const MOST_BYTES: u64 = 2 << 30;

/// Looks for the DLLs that the catalogs name.
pub(crate) fn look(catalogs: &Catalogs, drives: &[Drive<'_>]) -> Libraries {
    look_within(catalogs, drives, MOST_BYTES)
}

/// Looks for them, and reads at most that many bytes.
fn look_within(catalogs: &Catalogs, drives: &[Drive<'_>], most_bytes: u64) -> Libraries {
    let folder = WindowsFolder::of(catalogs);
    let mut search = Search::new(drives);
    let windows = windows_on(&mut search, &folder);
    let is_whole = windows.as_ref().is_some_and(|(drive, windows)| {
        let is_64_bit = catalogs.windows.is_64_bit() == Some(true);
        let mut folders = SYSTEM_FOLDERS.iter().take(if is_64_bit { 2 } else { 1 });
        is_listed_whole(drives, *drive) && folders.all(|folder| search.holds(*drive, &[windows, folder], &SYSTEM_FILES))
    });
    let letters = letters(drives, windows.as_ref().map(|(drive, _)| *drive), &folder);
    let reading = Reading::of(drives, most_bytes);
    let mut look = Look { folder, windows, is_whole, letters, search, reading };
    let own = own_paths();
    let mut libraries = Libraries::default();
    let mut known: BTreeMap<Target, usize> = BTreeMap::new();
    for (path, wow64) in named(catalogs) {
        let key = (wow64, path.clone());
        if libraries.by_path.contains_key(&key) || path.is_empty() {
            continue;
        }
        let target = target(path, wow64, &look.folder);
        let place = target.as_ref().ok().map(Target::folded);
        let index = place.as_ref().and_then(|place| known.get(place)).copied().unwrap_or_else(|| {
            let presence = match &target {
                _ if libraries.files.len() >= MOST => Presence::NotJudged(NotKnown::TooMany),
                Ok(target) => look.presence(target),
                Err(why) => Presence::NotJudged(why.clone()),
            };
            let is_of_windows = own.contains(look.folder.resolve(&CanonicalPath::new(&path.lossy(), true)).as_str());
            libraries.files.push(LibraryFile { path: path.clone(), wow64, is_of_windows, presence });
            libraries.files.len() - 1
        });
        if let Some(file) = libraries.files.get_mut(index) {
            file.wow64 &= wow64;
        }
        if let Some(place) = place {
            known.entry(place).or_insert(index);
        }
        libraries.by_path.insert(key, index);
    }
    look.read(&mut libraries);
    look.find_signers(&mut libraries);
    libraries
}

/// Whether everything is listed that a drive has.
fn is_listed_whole(drives: &[Drive<'_>], drive: usize) -> bool {
    drives.get(drive).is_some_and(|drive| drive.files.is_listed_whole())
}

struct Look<'a> {
    folder: WindowsFolder,
    windows: Option<(usize, String)>,
    /// Whether the tree holds all system files, so that the other folders of it count as whole.
    is_whole: bool,
    /// The letter of each drive, where it is known.
    letters: Vec<Option<char>>,
    search: Search<'a>,
    reading: Reading<'a>,
}

impl Look<'_> {
    fn presence(&mut self, target: &Target) -> Presence {
        let (drive, names) = match self.place(target) {
            Ok(place) => place,
            Err(why) => return Presence::NotJudged(why),
        };
        match self.search.find(drive, &names) {
            End::File(place) => {
                // It is read when all files are known that are.
                Presence::Present { drive, place, content: Err(Obstacle::TooMuch) }
            }
            End::NotKnown(why) => Presence::NotJudged(why),
            End::Nothing { .. } if !is_listed_whole(self.search.drives, drive) => {
                Presence::NotJudged(NotKnown::NotListed)
            }
            End::Nothing { depth } if self.is_whole_there(drive, &names, depth) => Presence::Absent,
            End::Nothing { .. } => Presence::NotJudged(NotKnown::PartOfFolder),
        }
    }

    /// Reads the files that were found, and the witnesses, which are needed where one of them contains no signature.
    fn read(&mut self, libraries: &mut Libraries) {
        let found = libraries.files.iter().filter_map(|file| match &file.presence {
            Presence::Present { drive, place, .. } => Some((*drive, place.clone())),
            _ => None,
        });
        let mut places: Vec<Place> = found.collect();
        if !places.is_empty() {
            places.extend(self.witnesses());
        }
        self.reading.announce(places);
        for file in &mut libraries.files {
            if let Presence::Present { drive, place, content } = &mut file.presence {
                *content = self.reading.content(*drive, place);
            }
        }
    }

    /// Looks in the security catalogs of Windows for who signed the DLLs that contain no signature.
    fn find_signers(&mut self, libraries: &mut Libraries) {
        let is_wanted = |image: &&mut Image| image.signature == Signature::NotKnown;
        let mut images: Vec<&mut Image> =
            libraries.files.iter_mut().filter_map(LibraryFile::image_mut).filter(is_wanted).collect();
        if images.is_empty() {
            return;
        }
        let windows = self.windows.clone().filter(|_| self.is_whole);
        let Some((drive, windows)) = windows else {
            libraries.security_catalogs = CatalogSearch::NotWhole(CatalogsUnknown::NotCollected);
            return;
        };
        let places = self.witnesses();
        let read = |(drive, place): Place| self.reading.content(drive, &place).ok()?.image.ok();
        let witnesses: Vec<Image> = places.into_iter().filter_map(read).collect();
        let digests = images.iter().flat_map(|image| &image.digests);
        let wanted: BTreeSet<Vec<u8>> =
            digests.chain(witnesses.iter().flat_map(|image| &image.digests)).cloned().collect();
        let (listed, mut whole) = security_catalogs::search(&mut self.search, (drive, &windows), &wanted);
        if whole.is_ok() && !security_catalogs::are_of_this_system((&witnesses, SYSTEM_FILES.len()), &listed) {
            whole = Err(CatalogsUnknown::OtherSystem);
        }
        for image in &mut images {
            image.signature = security_catalogs::signature(&image.digests, &listed, whole.is_ok());
        }
        libraries.security_catalogs = whole.map_or_else(CatalogSearch::NotWhole, CatalogSearch::Whole);
    }

    /// Where the system files are that every Windows has; nowhere where the tree does not have all of them.
    fn witnesses(&mut self) -> Vec<Place> {
        let Some((drive, windows)) = self.windows.clone().filter(|_| self.is_whole) else { return Vec::new() };
        let mut place = |file: &str| match self.search.find(drive, &[&windows, "System32", file].map(str::to_owned)) {
            End::File(place) => Some((drive, place)),
            _ => None,
        };
        SYSTEM_FILES.into_iter().filter_map(&mut place).collect()
    }

    /// The drive and the names from its root downwards.
    fn place(&self, target: &Target) -> Result<(usize, Vec<String>), NotKnown> {
        let windows = self.windows.as_ref().ok_or(NotKnown::NoWindowsFolder);
        match target {
            Target::Windows(names) => {
                windows.map(|(drive, folder)| (*drive, std::iter::once(folder).chain(names).cloned().collect()))
            }
            Target::WindowsDrive(names) => windows.map(|(drive, _)| (*drive, names.clone())),
            Target::Drive(letter, names) => {
                let is_it = |own: &Option<char>| own.is_some_and(|own| own.eq_ignore_ascii_case(letter));
                let drive = self.letters.iter().position(is_it).ok_or(NotKnown::OtherDrive(*letter))?;
                Ok((drive, names.clone()))
            }
        }
    }

    /// Whether the tree holds all of the folder in which the name at that depth is not. A folder of the root that the tree
    /// does not have at all may not have been collected, or be a junction that was left out.
    fn is_whole_there(&mut self, drive: usize, names: &[String], depth: usize) -> bool {
        let is_in_windows = self.windows.as_ref().is_some_and(|(own, windows)| {
            *own == drive && names.first().is_some_and(|first| first.eq_ignore_ascii_case(windows))
        });
        match names {
            [windows, system, _]
                if is_in_windows && SYSTEM_FOLDERS.iter().any(|folder| system.eq_ignore_ascii_case(folder)) =>
            {
                self.search.holds(drive, &[windows, system], &SYSTEM_FILES)
            }
            names => self.is_whole && (depth > 0 || names.len() == 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::NodeKind;
    use super::super::invented::{Invented, look_in};
    use super::*;
    use crate::catalog::{Text, notation};

    const WINDOWS: &str = "windows  10.0.19041 x64\nfolder  C:\\Windows\n";

    /// What becomes of the DLL of a 64-bit entry with that path.
    fn presence_in(path: &str, drives: &[Drive<'_>]) -> Presence {
        let case = format!("{WINDOWS}protocol 64\n1020  base  {path}  Foo");
        let catalogs = notation::parse(&case).unwrap();
        look(&catalogs, drives).of(&Text::from(path), false).unwrap().presence.clone()
    }

    fn presence(path: &str, files: &[&str]) -> Presence {
        let tree = Invented::with_windows(files);
        presence_in(path, &[Drive { letter: None, files: &tree }])
    }

    /// Where the file is; `None` where it is not known to be anywhere.
    fn place(presence: &Presence) -> Option<String> {
        match presence {
            Presence::Present { place, .. } => Some(place.join("/")),
            _ => None,
        }
    }

    #[test]
    fn spellings_of_one_path_are_one_dll() {
        let paths = [r"C:\Proxy\lsp.dll", r"c:\PROXY\LSP.DLL", r"C:\Proxy\İ.dll", r"C:\Proxy\i.dll"];
        let entry = |(number, path)| format!("{}  base  {path}  Foo\n", 1020 + number);
        let entries: String = paths.iter().enumerate().map(entry).collect();
        let catalogs = notation::parse(&format!("{WINDOWS}protocol 64\n{entries}")).unwrap();
        let tree = Invented::with_windows(&["Proxy/lsp.dll"]);
        let libraries = look(&catalogs, &[Drive { letter: None, files: &tree }]);
        let own = libraries.files.iter().filter(|file| file.path.lower().contains("proxy"));
        assert_eq!(own.map(|file| file.path.to_string()).collect::<Vec<_>>(), [paths[0], paths[2], paths[3]]);
        assert!(paths.iter().all(|path| libraries.of(&Text::from(*path), false).is_some()));
    }

    #[test]
    fn a_file_is_found_in_any_letter_case_as_ntfs_folds_it() {
        for (path, file) in [
            (r"%SystemRoot%\SYSTEM32\MSWSOCK.DLL", "Windows/System32/mswsock.dll"),
            (r"C:\PROXY\lsp.dll", "Proxy/LSP.DLL"),
            (r"C:\Proxy\ÄÖÜ\ГДЕ.dll", "Proxy/äöü/где.DLL"),
            (r"C:\Proxy\straße.dll", "Proxy/STRAßE.dll"),
            (r"C:\Proxy\Σς.dll", "Proxy/σσ.dll"),
        ] {
            assert_eq!(place(&presence(path, &[file])).as_deref(), Some(file), "{path}");
        }
        for (path, file) in [
            // Turkish letters with and without a dot, the Kelvin sign, and a long s are separate letters.
            (r"C:\Proxy\i.dll", "Proxy/İ.dll"),
            (r"C:\Proxy\I.dll", "Proxy/ı.dll"),
            (r"C:\Proxy\K.dll", "Proxy/\u{212a}.dll"),
            (r"C:\Proxy\s.dll", "Proxy/ſ.dll"),
            (r"C:\Proxy\strasse.dll", "Proxy/straße.dll"),
        ] {
            assert_eq!(presence(path, &[file]), Presence::Absent, "{path}");
        }
    }

    #[test]
    fn absence_counts_only_where_the_folder_is_whole() {
        let part = Presence::NotJudged(NotKnown::PartOfFolder);
        for path in [r"%SystemRoot%\System32\x.dll", r"%SystemRoot%\SysWOW64\x.dll", r"C:\Proxy\x.dll", r"C:\x.dll"] {
            assert_eq!(presence(path, &[]), Presence::Absent, "{path}");
        }
        for missing in ["ntdll.dll", "kernel32.dll", "ws2_32.dll"] {
            let system = format!("!Windows/System32/{missing}");
            assert_eq!(presence(r"%SystemRoot%\System32\x.dll", &[&system]), part, "{missing}");
            assert_eq!(presence(r"%SystemRoot%\SysWOW64\x.dll", &[&system]), Presence::Absent, "{missing}");
            assert_eq!(presence(r"C:\Proxy\x.dll", &[&system]), part, "{missing}");
            let wow = format!("!Windows/SysWOW64/{missing}");
            assert_eq!(presence(r"%SystemRoot%\SysWOW64\x.dll", &[&wow]), part, "{missing}");
            assert_eq!(presence(r"C:\Proxy\x.dll", &[&wow]), part, "{missing}");
        }
        // What Windows has compressed looks like a link, and is there.
        let mut compact = Invented::with_windows(&["!Windows/System32/ntdll.dll"]);
        compact.add("Windows/System32/ntdll.dll", NodeKind::Link);
        let drives = [Drive { letter: None, files: &compact }];
        assert_eq!(presence_in(r"%SystemRoot%\System32\x.dll", &drives), Presence::Absent);
        // A folder of the root may not have been collected, or be a junction that was left out.
        assert_eq!(presence(r"C:\Documents and Settings\x\y.dll", &[]), part);
        assert_eq!(presence(r"C:\Proxy\folder\y.dll", &[]), Presence::Absent);
    }

    #[test]
    fn a_triage_collection_says_nothing_of_dlls() {
        let part = Presence::NotJudged(NotKnown::PartOfFolder);
        let kape = Invented::of(&["Windows/System32/config/SYSTEM", "Windows/System32/config/SOFTWARE"]);
        let velociraptor =
            Invented::of(&["Windows/System32/config/SYSTEM", "Windows/System32/winevt/Logs/a%4Operational.evtx"]);
        for tree in [&kape, &velociraptor] {
            for path in [r"%SystemRoot%\System32\mswsock.dll", r"%ProgramFiles%\Foo\x.dll", r"C:\x.dll"] {
                assert_eq!(presence_in(path, &[Drive { letter: None, files: tree }]), part, "{path}");
            }
        }
        let encoded = Invented::of(&["Windows/System32/config/SYSTEM", "Proxy%2C%20Inc/lsp%5B1%5D.dll"]);
        let found = presence_in(r"C:\Proxy, Inc\lsp[1].dll", &[Drive { letter: None, files: &encoded }]);
        assert_eq!(place(&found).as_deref(), Some("Proxy%2C%20Inc/lsp%5B1%5D.dll"));
    }

    #[test]
    fn what_cannot_be_resolved_is_never_missing() {
        let not_judged = |path, files: &[&str]| match presence(path, files) {
            Presence::NotJudged(why) => why,
            other => panic!("{path}: {other:?}"),
        };
        assert_eq!(not_judged(r"C:\PROGRA~1\Foo\x.dll", &["Program Files/Foo/x.dll"]), NotKnown::ShortName);
        assert_eq!(place(&presence(r"C:\PROGRA~1\x.dll", &["Progra~1/x.dll"])).as_deref(), Some("Progra~1/x.dll"));
        assert_eq!(not_judged(r"D:\x.dll", &[]), NotKnown::OtherDrive('d'));
        assert_eq!(not_judged(r"C:\Proxy\x.dll", &["Proxy/x.dll/y"]), NotKnown::Folder);
        assert_eq!(not_judged(r"C:\Proxy\x.dll", &["Proxy/x.dll", "Proxy/X.DLL"]), NotKnown::Ambiguous);
        let link = NotKnown::Obstacle(Obstacle::Link);
        let mut tree = Invented::with_windows(&[]);
        tree.add("Proxy/x.dll", NodeKind::Link);
        tree.add("Users", NodeKind::Link);
        tree.add("Proxy/y.dll", NodeKind::Other("a device"));
        let of = |path| presence_in(path, &[Drive { letter: None, files: &tree }]);
        assert_eq!(of(r"C:\Proxy\x.dll"), Presence::NotJudged(link.clone()));
        assert_eq!(of(r"C:\Users\Public\x.dll"), Presence::NotJudged(link));
        let device = NotKnown::Obstacle(Obstacle::Other("a device"));
        assert_eq!(of(r"C:\Proxy\y.dll"), Presence::NotJudged(device));
    }

    #[test]
    fn folders_that_differ_in_letter_case_alone_are_searched_as_one() {
        let files = ["Proxy/a.dll", "PROXY/b.dll", "windows/system32/c.dll"];
        assert_eq!(place(&presence(r"C:\proxy\a.dll", &files)).as_deref(), Some("Proxy/a.dll"));
        assert_eq!(place(&presence(r"C:\proxy\b.dll", &files)).as_deref(), Some("PROXY/b.dll"));
        assert_eq!(place(&presence(r"%windir%\System32\c.dll", &files)).as_deref(), Some("windows/system32/c.dll"));
    }

    #[test]
    fn each_drive_has_its_tree() {
        let windows = Invented::with_windows(&["Proxy/x.dll"]);
        let data = Invented::of(&["Data/x.dll"]);
        let drives = [Drive { letter: Some('D'), files: &data }, Drive { letter: Some('C'), files: &windows }];
        assert_eq!(place(&presence_in(r"d:\data\x.dll", &drives)).as_deref(), Some("Data/x.dll"));
        assert_eq!(place(&presence_in(r"C:\Proxy\x.dll", &drives)).as_deref(), Some("Proxy/x.dll"));
        assert_eq!(presence_in(r"D:\Data\y.dll", &drives), Presence::Absent);
        assert_eq!(presence_in(r"E:\Data\y.dll", &drives), Presence::NotJudged(NotKnown::OtherDrive('e')));
        let other = [Drive { letter: Some('D'), files: &windows }];
        let nowhere = Presence::NotJudged(NotKnown::NoWindowsFolder);
        assert_eq!(presence_in(r"C:\Proxy\x.dll", &other), nowhere, "somebody said that it is another drive");
    }

    #[test]
    fn each_bitness_loads_its_own_file() {
        let catalogs = notation::parse(&format!("{WINDOWS}1001  tcp")).unwrap();
        let libraries = look_in(&catalogs, &["!Windows/SysWOW64/mswsock.dll"]);
        let path = Text::from(r"%SystemRoot%\system32\mswsock.dll");
        assert!(libraries.of(&path, true).unwrap().is_absent());
        let native = libraries.of(&path, false).unwrap();
        assert_eq!(place(&native.presence).as_deref(), Some("Windows/System32/mswsock.dll"));
        assert_eq!(libraries.files.len(), 2);
    }

    #[test]
    fn files_beyond_the_budget_are_there_but_not_read() {
        let catalogs = notation::parse(&format!(
            "{WINDOWS}protocol 64\n1020  base  C:\\Proxy\\a.dll  A\n1021  base  C:\\Proxy\\b.dll  B"
        ))
        .unwrap();
        let tree = Invented::with_windows(&["Proxy/a.dll", "Proxy/b.dll"]);
        // Each file has the bytes of its path.
        let libraries = look_within(&catalogs, &[Drive { letter: None, files: &tree }], 15);
        let content = |path: &str| match &libraries.of(&Text::from(path), false).unwrap().presence {
            Presence::Present { content, .. } => content.as_ref().map(|content| content.size).map_err(Clone::clone),
            other => panic!("{other:?}"),
        };
        assert_eq!(content(r"C:\Proxy\a.dll"), Ok(11));
        assert_eq!(content(r"C:\Proxy\b.dll"), Err(Obstacle::TooMuch));
    }

    #[test]
    fn hostile_catalogs_name_more_than_is_looked_for() {
        let entries: Vec<String> =
            (0..MOST + 5).map(|id| format!("{}  base  C:\\Proxy\\{id}.dll  Foo", 2000 + id)).collect();
        let catalogs = notation::parse(&format!("{WINDOWS}protocol 64\n{}", entries.join("\n"))).unwrap();
        let libraries = look_in(&catalogs, &[]);
        assert_eq!(libraries.files.iter().filter(|file| file.is_absent()).count(), MOST);
        let last = libraries.files.last().unwrap();
        assert_eq!(last.presence, Presence::NotJudged(NotKnown::TooMany));
    }
}
