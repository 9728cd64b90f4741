//! Wine's regedit as a second importer: it imports the start, then the fix, then the undo, and exports what it has. That
//! takes a minute, so `tests/windows/run.sh` runs it.

use std::path::Path;
use std::process::Command;

use catalog9::catalog::Text;
use catalog9::comparison::states::{Part, State, compare};
use catalog9::repair::{Refusal, Request};
use catalog9::{Content, Evidence, Examination, examine};

use super::{LAYERED, MUTATIONS, mutated, options, planned, root_of};
use crate::synth::{Key, reg};

const SERVICES: &str = r"HKEY_LOCAL_MACHINE\System\CurrentControlSet\Services";

/// Runs a Windows program in a separate Windows folder.
fn wine(prefix: &Path, arguments: &[&str]) -> bool {
    let output = Command::new("wine")
        .args(arguments)
        .current_dir(prefix.parent().unwrap())
        .env("WINEPREFIX", prefix)
        .env("WINEDEBUG", "-all")
        .env("WINEDLLOVERRIDES", "mscoree,mshtml=")
        .env_remove("DISPLAY")
        .output()
        .unwrap();
    output.status.success()
}

/// What stands in its registry.
fn exported(prefix: &Path) -> Examination {
    let key = format!(r"{SERVICES}\WinSock2");
    assert!(wine(prefix, &["regedit", "/E", "out.reg", &key]));
    let bytes = std::fs::read(prefix.parent().unwrap().join("out.reg")).unwrap();
    let options = catalog9::Options { windows: catalog9::baseline::of_name("10-2004"), ..options() };
    examine(Evidence::new("out.reg", Content::Bytes(&bytes)), &options).unwrap()
}

fn state(examination: &Examination) -> State {
    State::of(Text::from("x"), examination, &Part::default()).unwrap()
}

fn import(prefix: &Path, file: &[u8]) {
    std::fs::write(prefix.parent().unwrap().join("in.reg"), file).unwrap();
    assert!(wine(prefix, &["regedit", "/S", "in.reg"]));
}

fn export(root: &mut Key) -> Vec<u8> {
    let key = root.at(r"ControlSet001\Services\WinSock2").clone();
    reg::write(&key, &format!(r"{SERVICES}\WinSock2"), reg::Form::Regedit5)
}

#[test]
#[ignore = "needs wine"]
fn wine_repairs_and_takes_it_back() {
    if Command::new("wine").arg("--version").output().is_err() {
        return eprintln!("skipped: wine_repairs_and_takes_it_back needs wine");
    }
    let scratch = tempfile::tempdir().unwrap();
    let prefix = scratch.path().join("wine");
    std::fs::create_dir(&prefix).unwrap();
    assert!(wine(&prefix, &["wineboot", "-i"]));
    // Each import takes seconds: one removal, and the first change of each of some kinds.
    let some = MUTATIONS.iter().filter(|(case, ..)| *case != super::WINDOWS_XP).step_by(9);
    let mut repaired = 0;
    for (case, from, to, _) in std::iter::once(&(LAYERED, "", "", &[][..])).chain(some) {
        let mut root = root_of(&mutated(case, from, to));
        let bytes = export(&mut root);
        let options = catalog9::Options { windows: catalog9::baseline::of_name("10-2004"), ..options() };
        let examination = examine(Evidence::new("x.reg", Content::Bytes(&bytes)), &options).unwrap();
        let plan = catalog9::repair::plan(&examination, &options, &Request::default()).unwrap();
        let repair = match plan.files {
            Ok(repair) => repair,
            // An export of one key does not show what takes the place of a catalog that is gone.
            Err(Refusal::Partial) => continue,
            Err(refusal) => panic!("{from}: {refusal}"),
        };
        repaired += 1;
        for key in ["WinSock2", "Winsock"] {
            // Its own catalogs would be mixed with ours.
            let _ = wine(&prefix, &["reg", "delete", &format!(r"{SERVICES}\{key}"), "/f"]);
        }
        import(&prefix, &bytes);
        let start = state(&exported(&prefix));
        import(&prefix, &repair.fix);
        let fixed = exported(&prefix);
        let findings = &fixed.main().unwrap().judgement.findings;
        let problems = findings.iter().filter(|finding| finding.severity > catalog9::finding::Severity::Note);
        let left: Vec<&str> = plan.left.iter().map(|(finding, _)| finding.rule).collect();
        for finding in problems {
            assert!(left.contains(&finding.rule), "{from}: {}", finding.sentence());
        }
        import(&prefix, &repair.undo);
        assert_eq!(compare(&start, &state(&exported(&prefix)), true).changes, [], "{from}");
    }
    assert!(repaired >= 3, "{repaired}");
    let _ = Command::new("wineserver").arg("-k").env("WINEPREFIX", &prefix).output();
}

#[test]
fn the_old_windows_and_its_files_are_refused() {
    let case = mutated(LAYERED, "windows  10.0.19041 x64", "windows  4.0 x86");
    let plan = planned(&super::pressed(&root_of(&case)), &Request::default());
    let refused = plan.files.err();
    // A hive of Windows NT 4 says its version in no value that is read; who names it is refused.
    let bytes = super::pressed(&root_of(&case));
    let windows = catalog9::catalog::Windows {
        version: Some(catalog9::catalog::Version::new(4, 0)),
        ..catalog9::catalog::Windows::default()
    };
    let options = catalog9::Options { windows: Some(windows), ..options() };
    let examination = examine(Evidence::new("SYSTEM", Content::Bytes(&bytes)), &options).unwrap();
    let named = catalog9::repair::plan(&examination, &options, &Request::default()).unwrap();
    assert_eq!(named.files, Err(catalog9::repair::Refusal::OldWindows), "{refused:?}");
}
