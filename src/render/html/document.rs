//! The file as a whole: its policy, its one style sheet, its one script, and what stands on top and below.

use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use crate::render::heading::Heading;
use crate::rules;

/// The style of every report. It is the same in each, so that one policy allows it.
const STYLE: &str = include_str!("style.css");
/// The script of every report, likewise. It sorts, filters and unfolds; nothing that is shown depends on it.
const SCRIPT: &str = include_str!("script.js");

/// What a browser may do with the report: apply this style, run this script, and nothing else.
fn policy() -> String {
    let [script, style] = [SCRIPT, STYLE].map(|text| STANDARD.encode(Sha256::digest(text)));
    format!(
        "default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{style}'; img-src data:; \
         base-uri 'none'; form-action 'none'"
    )
}

/// Writes everything before the content.
pub(in crate::render) fn begin(title: &str, heading: &Heading, stream: &mut dyn Write) -> io::Result<()> {
    let head = html! {
        (DOCTYPE)
        (PreEscaped("<html lang=\"en\">\n"))
        head {
            meta http-equiv="Content-Security-Policy" content=(policy());
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="referrer" content="no-referrer";
            meta name="color-scheme" content="light dark";
            title { (title) }
            style { (PreEscaped(STYLE)) }
        }
        (PreEscaped("\n<body>\n"))
        a.skip href="#content" { "Skip to the report" }
        header.top {
            p.brand { "catalog9" span { "Winsock catalog report" } }
            @if heading.case.is_some() || heading.examiner.is_some() {
                dl {
                    @if let Some(case) = &heading.case { div { dt { "Case" } dd { (case) } } }
                    @if let Some(examiner) = &heading.examiner { div { dt { "Examiner" } dd { (examiner) } } }
                }
            }
        }
        (PreEscaped("\n<main id=\"content\">\n"))
    };
    write(&head, stream)
}

/// Writes everything after the content.
pub(in crate::render) fn end(heading: &Heading, stream: &mut dyn Write) -> io::Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    let foot = html! {
        (PreEscaped("\n</main>\n"))
        footer {
            h2 { "About this report" }
            dl.facts {
                div { dt { "Made by" } dd { "catalog9 " (version) ", with its " (rules::ALL.len()) " rules" } }
                @if let Some(command) = &heading.command { div { dt { "Command" } dd { code { (command) } } } }
                @if let Some(policy) = &heading.policy { div { dt { "Policy" } dd { code { (policy) } } } }
                div { dt { "Time zone" } dd { "All times are in UTC." } }
            }
            p { "This file is complete. It loads nothing and sends nothing: its policy allows one style sheet and one \
                 script, and both are in it." }
        }
        script { (PreEscaped(SCRIPT)) }
        (PreEscaped("\n</body>\n</html>\n"))
    };
    write(&foot, stream)
}

/// Writes a part of the report.
pub(in crate::render) fn write(part: &Markup, stream: &mut dyn Write) -> io::Result<()> {
    stream.write_all(harmless(&part.0).as_bytes())
}

/// Markup in which no character controls, hides or turns what people read. Line breaks may stay: they mean nothing
/// between elements, and texts of the evidence show theirs.
fn harmless(markup: &str) -> String {
    let lines: Vec<String> = markup.split('\n').map(|line| crate::render::masked(line, &[])).collect();
    lines.join("\n")
}
