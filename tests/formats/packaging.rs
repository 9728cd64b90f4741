//! What packages install beside the program, and what CI runs.

use super::{case, run, text};
use crate::cases::catalog9;
use snapbox::cmd::cargo_bin;

#[test]
fn completions_name_the_commands_and_formats() {
    for (shell, mark) in [
        ("bash", "complete -F"),
        ("zsh", "#compdef catalog9"),
        ("fish", "complete -c catalog9"),
        ("powershell", "Register-ArgumentCompleter"),
    ] {
        let output = run(&[], &["completions", shell]);
        let script = text(&output.stdout);
        assert_eq!(output.status.code(), Some(0));
        for word in [mark, "examine", "explain", "control-set", "completions"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    assert_eq!(run(&[], &["completions", "tcsh"]).status.code(), Some(2));
}

#[test]
fn every_command_has_a_man_page() {
    let page = text(&run(&[], &["man"]).stdout);
    assert!(page.contains(".TH catalog9 1") && page.contains("Exit codes:"), "{page}");
    let scratch = tempfile::tempdir().unwrap();
    let output = catalog9(scratch.path()).args(["man", "share/man1"]).output().unwrap();
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), String::new()));
    let help = text(&run(&[], &["--help"]).stdout);
    let commands = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let commands = commands.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let commands: Vec<&str> = commands.map(|line| line.split_whitespace().next().unwrap()).collect();
    assert!(commands.contains(&"examine"));
    for command in commands.into_iter().filter(|command| *command != "help") {
        let page = std::fs::read_to_string(scratch.path().join(format!("share/man1/catalog9-{command}.1"))).unwrap();
        assert!(page.contains(".SH SYNOPSIS"), "{command}");
    }
    assert!(scratch.path().join("share/man1/catalog9.1").exists());
}

#[test]
fn a_folder_that_cannot_be_written_to_is_4() {
    let output = run(&[("file", b"")], &["man", "file"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(text(&output.stderr).contains("could not be written"), "{}", text(&output.stderr));
}

/// The lines of the document that run the program.
fn commands(document: &str) -> Vec<&str> {
    let lines = document.lines().map(|line| line.trim().trim_start_matches("- ").trim_start_matches("run: "));
    lines.filter(|line| line.starts_with("catalog9 ") && !line.starts_with("catalog9 ends ")).collect()
}

#[test]
fn what_the_document_on_ci_runs_runs() {
    let scratch = tempfile::tempdir().unwrap();
    for (folder, name) in [
        ("evidence", "layered-provider-effective"),
        ("hosts/pc1", "layered-provider-effective"),
        ("image", "windows-10-plain"),
    ] {
        std::fs::create_dir_all(scratch.path().join(folder)).unwrap();
        std::fs::write(scratch.path().join(folder).join("SYSTEM"), case(name).1).unwrap();
    }
    let program = cargo_bin!("catalog9");
    let mut path = vec![program.parent().unwrap().to_path_buf()];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
    let commands = commands(include_str!("../../docs/ci.md"));
    assert!(commands.len() >= 8, "{commands:?}");
    for command in commands {
        let words: Vec<&str> = command.split(' ').collect();
        let files = words.windows(2).filter(|pair| [">", "--output"].contains(&pair[0])).map(|pair| pair[1]);
        let files: Vec<&str> = files.collect();
        assert!(!files.is_empty(), "{command}");
        let output = std::process::Command::new("sh")
            .args(["-c", command])
            .current_dir(scratch.path())
            .env("PATH", std::env::join_paths(&path).unwrap())
            .output()
            .unwrap();
        // There is one unit, so one of the two parts has nothing.
        let expected: &[i32] = match command {
            _ if command.contains("--earlier") => &[0],
            _ if command.contains("--shard") => &[0, 1],
            _ => &[1],
        };
        assert!(expected.contains(&output.status.code().unwrap()), "{command}: {}", text(&output.stderr));
        for file in files {
            assert!(std::fs::metadata(scratch.path().join(file)).unwrap().len() > 0, "{command}");
        }
    }
}

#[test]
fn actions_are_pinned_by_commit() {
    let texts = [include_str!("../../docs/ci.md"), include_str!("../../.github/workflows/release.yml")];
    let mut found = 0;
    for (_, action) in texts.iter().flat_map(|text| text.lines()).filter_map(|line| line.split_once("uses: ")) {
        // Its commit is that of the release, which the reader chooses.
        if action == "OWNER/catalog9/integrations/action@COMMIT" {
            continue;
        }
        let (commit, version) = action.split_once('@').unwrap().1.split_once(" # v").unwrap();
        assert!(commit.len() == 40 && commit.bytes().all(|digit| digit.is_ascii_hexdigit()), "{action}");
        assert!(version.split('.').count() == 3, "{action}");
        found += 1;
    }
    assert_eq!(found, 8);
}

/// The version is in several files, each of which its reader reads alone.
#[test]
fn all_packages_have_the_version_of_the_program() {
    for (file, line) in [
        (
            include_str!("../../integrations/python/Cargo.toml"),
            concat!("version = \"", env!("CARGO_PKG_VERSION"), "\""),
        ),
        (include_str!("../../integrations/packaging/Dockerfile"), concat!("ARG VERSION=", env!("CARGO_PKG_VERSION"))),
        (include_str!("../../CITATION.cff"), concat!("version: ", env!("CARGO_PKG_VERSION"))),
    ] {
        assert!(file.lines().any(|other| other == line), "{line}");
    }
}
