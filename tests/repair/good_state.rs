//! `--restore-from`: the good state comes from other evidence of the same computer.

use catalog9::catalog::notation;
use catalog9::repair::{Refusal, Request, Source};
use catalog9::{Content, Evidence, Examination, Options, examine};

use super::{WINDOWS_10, export, options, planned, pressed, remainder, root_of};
use crate::cases::catalog9;
use crate::synth::{Key, hive, registry};

fn examination(bytes: &[u8], path: &str) -> Examination {
    examine(Evidence::new(path, Content::Bytes(bytes)), &options()).unwrap()
}

fn from(bytes: &[u8]) -> Request {
    Request { restore_from: Some(examination(bytes, r"RegBack\SYSTEM")), ..Request::default() }
}

/// A Windows 10 without RfComm, whose id is still free.
fn broken() -> Key {
    let case = WINDOWS_10.replacen("1014  rfcomm\n", "", 1).replacen("\nprotocol\n", "\nprotocol\nnext  1015\n", 1);
    root_of(&notation::parse(&case).unwrap())
}

#[test]
fn what_is_missing_comes_from_the_older_hive() {
    let good = pressed(&root_of(&notation::parse(WINDOWS_10).unwrap()));
    let plan = planned(&pressed(&broken()), &from(&good));
    let source = Some(Source::OtherEvidence(r"RegBack\SYSTEM".into()));
    assert!(plan.steps.iter().all(|step| step.source == source), "{:?}", plan.steps);
    assert!(remainder(&broken(), &from(&good), "RegBack").is_empty());
}

#[test]
fn an_older_export_names_no_computer_and_is_taken() {
    let good = export(WINDOWS_10, r"Services\WinSock2");
    let plan = planned(&pressed(&broken()), &from(&good));
    assert!(matches!(plan.steps[0].source, Some(Source::OtherEvidence(_))), "{:?}", plan.steps);
    assert!(plan.files.is_ok());
}

#[test]
fn an_older_state_that_is_hijacked_gives_nothing() {
    let evil = WINDOWS_10.replacen("1014  rfcomm", "1014  rfcomm  C:\\evil.dll", 1);
    let plan = planned(&pressed(&broken()), &from(&pressed(&root_of(&notation::parse(&evil).unwrap()))));
    assert!(plan.steps.iter().all(|step| !matches!(step.source, Some(Source::OtherEvidence(_)))), "{:?}", plan.steps);
}

#[test]
fn other_computers_and_other_versions_of_windows_are_refused() {
    let case = notation::parse(WINDOWS_10).unwrap();
    let other = pressed(&registry::system(&case, "ELSEWHERE"));
    let refused = |good: &[u8]| planned(&pressed(&broken()), &from(good)).files.unwrap_err();
    assert_eq!(refused(&other), Refusal::OtherHost { expected: "EXAMPLE".into(), found: "ELSEWHERE".into() });
    let seven = include_str!("../../fixtures/windows-xp-ten-sections/case.txt");
    let refusal = refused(&pressed(&root_of(&notation::parse(seven).unwrap())));
    assert!(matches!(refusal, Refusal::OtherWindows { .. }), "{refusal}");
    let listing = crate::synth::netsh::listing(&case, &crate::synth::netsh::ENGLISH);
    assert!(matches!(refused(listing.as_bytes()), Refusal::NoGoodState(_)));
    let dirty = hive::write(&root_of(&case), &hive::Shape { sequence_numbers: (8, 7), ..hive::Shape::default() });
    assert_eq!(refused(&dirty), Refusal::DirtyGoodState);
    let is_explained = |refusal: &Refusal| !refusal.to_string().is_empty() && refusal.way_out().ends_with('.');
    assert!([refused(&other), refused(&dirty)].iter().all(is_explained));
}

#[test]
fn the_command_line_names_the_older_evidence() {
    let scratch = tempfile::tempdir().unwrap();
    let write = |name: &str, root: &Key| std::fs::write(scratch.path().join(name), pressed(root)).unwrap();
    write("SYSTEM", &broken());
    write("OLD", &root_of(&notation::parse(WINDOWS_10).unwrap()));
    write("OTHER", &registry::system(&notation::parse(WINDOWS_10).unwrap(), "ELSEWHERE"));
    let run = |good: &str| {
        let arguments = ["repair", "SYSTEM", "--restore-from", good, "--reg", "fix.reg", "--undo", "undo.reg"];
        catalog9(scratch.path()).args(arguments).output().unwrap()
    };
    let output = run("OTHER");
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3));
    assert!(complaint.contains("ELSEWHERE") && complaint.contains("--restore-from"), "{complaint}");
    assert!(!scratch.path().join("fix.reg").exists());
    let output = run("OLD");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("from OLD"));
    let arguments = ["repair", "SYSTEM", "--restore-from", "OLD", "--script", "OLD"];
    let overwriting = catalog9(scratch.path()).args(arguments).output().unwrap();
    assert_eq!(overwriting.status.code(), Some(2), "the good state is evidence, too");
}

/// What a plan over evidence of two computers, or of several files, says.
#[test]
fn evidence_of_several_files_is_planned_without_files() {
    let options = Options { keep_registry: true, ..Options::default() };
    let case = notation::parse(&WINDOWS_10.replacen("1014  rfcomm\n", "", 1)).unwrap();
    let bytes = pressed(&root_of(&case));
    let mut examination = examine(Evidence::new("SYSTEM", Content::Bytes(&bytes)), &options).unwrap();
    examination.registry = None;
    let plan = catalog9::repair::plan(&examination, &options, &Request::default()).unwrap();
    assert_eq!(plan.files, Err(Refusal::SeveralFiles));
    assert!(!plan.guide.is_empty());
}
