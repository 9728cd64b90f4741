//! Reports to be pasted into a ticket, where others read them.

use super::{assert_written, hostile, run, text};

#[test]
fn the_reports_of_two_cases_are_written_as_they_were() {
    for name in ["layered-provider-effective", "windows-xp-information-missing"] {
        assert_written(name, "markdown", "markdown.txt");
    }
}

/// What stands outside of code spans: those of one backtick, which end in their line.
pub fn outside(line: &str) -> String {
    assert!(line.matches('`').count().is_multiple_of(2), "a code span is open: {line}");
    line.split('`').step_by(2).collect()
}

#[test]
fn the_evidence_stands_in_code_spans_and_cannot_leave_them() {
    let name = "`<img src=x>|[a](http:b)\n# SYSTEM";
    let output = run(&[(name, &hostile()), ("@empty", b"")], &["examine", "--format", "markdown", name, "@empty"]);
    let written = text(&output.stdout);
    assert!(written.contains("javascript"), "it is shown all the same");
    for line in written.lines() {
        let outside = outside(line);
        for mark in ["<", "](", "://", "@", "#1", "&", "javascript", "x=", "\\"] {
            assert!(!outside.contains(mark), "{mark} stands outside of a code span: {line}");
        }
        assert!(!outside.contains('#') || outside.starts_with("## ") || outside.starts_with("### "), "{line}");
    }
}

#[test]
fn every_row_of_a_table_has_as_many_cells_as_its_head() {
    let output = run(&[("a|b", &hostile())], &["examine", "--format", "markdown", "a|b"]);
    let written = text(&output.stdout);
    let findings: Vec<&str> = written
        .lines()
        .skip_while(|line| !line.starts_with("| Severity "))
        .take_while(|line| !line.is_empty())
        .collect();
    assert!(findings.len() > 4, "{written}");
    for row in findings {
        assert_eq!(row.matches('|').count(), 9, "{row}");
    }
}

#[test]
fn evidence_that_could_not_be_examined_is_told() {
    let output = run(&[("empty", b"")], &["examine", "--format", "markdown", "empty"]);
    assert!(text(&output.stdout).starts_with("## `empty`\n\n**Not examined**\n\n* `expected evidence"));
}
