//! Who signed DLLs: they themselves, or a security catalog of Windows.

use catalog9::catalog::{FileTime, Text};
use catalog9::examination::Examined;
use catalog9::tree::{CatalogSearch, CatalogsUnknown, Drive, Files, Node, NodeKind, NotKnown, Obstacle};
use catalog9::{Content, Evidence, Options, examine};

use crate::computer::{CASE, CAT_ROOT, Computer, PROXY, catalog_of, sound_files};
use crate::memory::most_during;
use crate::scan::hive_of;
use crate::synth::pe::{self, Pe};

/// The rules that need to know who signed a DLL.
const RULES: [&str; 3] = ["windows-library-replaced", "library-imitates-windows", "library-unsigned"];

fn examined(files: &dyn Files) -> Examined {
    let hive = hive_of(CASE, "PC1");
    let drives = vec![Drive { letter: None, files }];
    let evidence = Evidence { drives, ..Evidence::new("SYSTEM", Content::Bytes(&hive)) };
    examine(evidence, &Options { hash: false, ..Options::default() }).unwrap().examined.remove(0)
}

/// A sound Windows with these files instead of its own, or besides; without those that are empty.
fn windows_with(files: &[(&str, Vec<u8>)]) -> Examined {
    let mut all = sound_files();
    for (path, bytes) in files {
        all.retain(|(known, _)| known != path);
        if !bytes.is_empty() {
            all.push(((*path).to_owned(), bytes.clone()));
        }
    }
    examined(&Computer::with(&all))
}

/// Those of the rules that speak, and those that are not judged.
fn rules(examined: &Examined) -> (Vec<&'static str>, Vec<&'static str>) {
    let has_spoken = |rule: &&str| examined.judgement.findings.iter().any(|finding| finding.rule == *rule);
    let is_unjudged = |rule: &&str| examined.not_judged().any(|not_judged| not_judged.rule == *rule);
    (RULES.into_iter().filter(has_spoken).collect(), RULES.into_iter().filter(is_unjudged).collect())
}

/// How far the security catalogs were searched.
fn search(examined: &Examined) -> CatalogSearch {
    examined.libraries.as_ref().unwrap().security_catalogs.clone()
}

/// What is known of the signer of the DLL in that place.
fn signature(examined: &Examined, name: &str) -> String {
    let files = &examined.libraries.as_ref().unwrap().files;
    let file = files.iter().find(|file| file.path.lossy().to_lowercase().ends_with(name) && !file.wow64).unwrap();
    file.image().unwrap().signature.to_string()
}

fn proxy(version: &[(&str, &str)]) -> Vec<u8> {
    Pe { version, ..Pe::default() }.write()
}

const WINDOWS_CAT: &str = "Windows/System32/CatRoot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE}/Windows.cat";
const MSWSOCK: &str = "Windows/System32/mswsock.dll";

#[test]
fn dlls_of_windows_are_signed_by_a_catalog_and_others_by_nobody() {
    let examined = windows_with(&[(PROXY, proxy(&[]))]);
    assert_eq!(search(&examined), CatalogSearch::Whole(1));
    let by_windows = "signed by Microsoft Windows through a catalog (chain not verified offline)";
    assert_eq!(signature(&examined, "mswsock.dll"), by_windows);
    assert_eq!(signature(&examined, "proxy.dll"), "not signed");
    assert_eq!(rules(&examined), (vec!["library-unsigned"], vec![]));
    let imitating = windows_with(&[(PROXY, proxy(&[("CompanyName", "Microsoft Corporation")]))]);
    assert_eq!(rules(&imitating), (vec!["library-imitates-windows", "library-unsigned"], vec![]));
}

#[test]
fn a_replaced_dll_of_windows_is_found() {
    let other = Pe { linked: 1, ..Pe::default() }.write();
    let examined = windows_with(&[(MSWSOCK, other.clone()), (PROXY, pe::sign(&proxy(&[]), "Proxy Inc.", "Root"))]);
    assert_eq!(rules(&examined), (vec!["windows-library-replaced", "library-unsigned"], vec![]));
    // A vendor's catalog for drivers lists it: that does not make it Microsoft's.
    let vendor = format!("{CAT_ROOT}/oem3.CAT");
    let examined = windows_with(&[(MSWSOCK, other), (&vendor, catalog_of(&[&proxy(&[])], "Proxy Inc."))]);
    assert_eq!(search(&examined), CatalogSearch::Whole(2));
    assert_eq!(rules(&examined).0, ["windows-library-replaced", "library-unsigned"]);
    let listed = windows_with(&[(MSWSOCK, proxy(&[])), (&vendor, catalog_of(&[&proxy(&[])], "Proxy Inc."))]);
    assert_eq!(rules(&listed).0, ["windows-library-replaced"]);
}

#[test]
fn one_replaced_system_file_hides_no_other() {
    let other = Pe { linked: 1, ..Pe::default() }.write();
    let examined = windows_with(&[("Windows/System32/ws2_32.dll", other.clone()), (MSWSOCK, other)]);
    assert!(rules(&examined).0.contains(&"windows-library-replaced"), "{:?}", search(&examined));
}

#[test]
fn without_all_security_catalogs_nobody_is_accused_and_nothing_counts_as_judged() {
    let other = Pe { linked: 1, version: &[("CompanyName", "Microsoft")], ..Pe::default() }.write();
    let whole = catalog_of(&[&other], "Microsoft Windows");
    let mut altered = whole.clone();
    let is_digits = |window: &[u8]| window.chunks(2).all(|unit| unit[0].is_ascii_hexdigit() && unit[1] == 0);
    let place = altered.windows(64).position(is_digits).unwrap();
    altered[place] = if altered[place] == b'0' { b'1' } else { b'0' };
    let damaged = format!("{CAT_ROOT}/damaged.cat");
    for (catalog, bytes, why) in [
        (WINDOWS_CAT, vec![], CatalogsUnknown::NotCollected),
        (WINDOWS_CAT, whole.clone(), CatalogsUnknown::OtherSystem),
        (&damaged, whole[..whole.len() / 2].to_vec(), CatalogsUnknown::Damaged(1)),
        (&damaged, altered, CatalogsUnknown::Damaged(1)),
        ("Windows/SysWOW64/kernel32.dll", vec![], CatalogsUnknown::NotCollected),
    ] {
        let files = [(MSWSOCK, other.clone()), (PROXY, other.clone()), (catalog, bytes)];
        let examined = if catalog.ends_with("kernel32.dll") {
            let mut files = sound_files();
            files.retain(|(path, _)| path != catalog);
            let mut computer = Computer::with(&files);
            computer.remove(catalog);
            computer.add(MSWSOCK, &other);
            self::examined(&computer)
        } else {
            windows_with(&files)
        };
        assert_eq!(search(&examined), CatalogSearch::NotWhole(why.clone()), "{catalog}");
        let (speaking, not_judged) = rules(&examined);
        let is_listed = why == CatalogsUnknown::OtherSystem;
        assert_eq!(speaking, [""; 0], "{catalog}");
        assert!(is_listed || not_judged == RULES, "{catalog}: {not_judged:?}");
        let sentence = format!("is not judged: {why}.");
        assert!(examined.summary.iter().any(|line| line.contains(&sentence)), "{sentence}: {:?}", examined.summary);
    }
}

#[test]
fn a_signature_of_somebody_else_speaks_without_the_catalogs() {
    let foreign = pe::sign(&proxy(&[]), "Proxy Inc.", "Root");
    let examined = windows_with(&[(MSWSOCK, foreign), (WINDOWS_CAT, vec![])]);
    let (speaking, not_judged) = rules(&examined);
    assert_eq!(speaking, ["windows-library-replaced"]);
    assert_eq!(not_judged, ["library-imitates-windows", "library-unsigned"], "others might speak");
}

#[test]
fn the_folder_is_found_as_ntfs_and_collectors_write_it() {
    let catalog = sound_files().pop().unwrap().1;
    for folder in [
        "Windows/system32/catroot/{f750e6c3-38ee-11d1-85e5-00c04fc295ee}/A.CAT",
        "Windows/System32/CatRoot/%7BF750E6C3-38EE-11D1-85E5-00C04FC295EE%7D/A.cat",
    ] {
        let examined = windows_with(&[(WINDOWS_CAT, vec![]), (folder, catalog.clone())]);
        assert_eq!(search(&examined), CatalogSearch::Whole(1), "{folder}");
    }
}

/// A computer with any number of equal security catalogs, or with one that is a link.
struct Many<'a>(&'a Computer, usize, NodeKind);

impl Files for Many<'_> {
    fn label(&self) -> Text {
        self.0.label()
    }

    fn list(&self, folder: &[String]) -> Result<Vec<Node>, Obstacle> {
        let is_it = folder.last().is_some_and(|name| name.starts_with('{'));
        let more = (0..self.1).filter(|_| is_it).map(|index| Node { name: format!("{index}.cat"), kind: self.2 });
        Ok(self.0.list(folder)?.into_iter().chain(more).collect())
    }

    fn read(&self, file: &[String], take: &mut dyn FnMut(&[u8])) -> Result<Option<FileTime>, Obstacle> {
        let name = file.last().unwrap();
        if name.starts_with(|first: char| first.is_ascii_digit()) {
            take(b"0");
            return Ok(None);
        }
        self.0.read(file, take)
    }
}

#[test]
fn the_budget_for_security_catalogs_is_said() {
    let computer = Computer::with(&sound_files());
    let why = |more, kind| match search(&examined(&Many(&computer, more, kind))) {
        CatalogSearch::NotWhole(why) => why,
        other => panic!("{other:?}"),
    };
    let (many, memory) = most_during(|| why(99_998, NodeKind::File));
    assert_eq!(many, CatalogsUnknown::TooMany);
    assert!(memory <= 64 << 20, "{memory} bytes of memory");
    assert_eq!(why(2, NodeKind::File), CatalogsUnknown::Damaged(2));
    assert_eq!(why(1, NodeKind::Link), CatalogsUnknown::Unreadable(NotKnown::Obstacle(Obstacle::Link)));
}
