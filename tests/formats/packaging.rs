//! What packages install beside the program, and what CI runs.

use super::{run, text};
use crate::cases::catalog9;

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
