//! The files of the DLLs, as far as the evidence contains the files of the computer.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::words::{Cell, table};
use crate::catalog::{Facts, Text};
use crate::examination::Examined;
use crate::finding::{Finding, Severity};
use crate::render::hex;
use crate::rules;
use crate::tree::{Content, LibraryFile, Presence};

/// What findings say of a DLL: each rule once, the worst first.
type Said = BTreeMap<String, Vec<(Severity, &'static str)>>;

/// The files of the DLLs of a control set, those first that findings are about.
pub(super) fn of(examined: &Examined) -> Markup {
    let files = examined.libraries.as_ref().map(|libraries| libraries.files.as_slice()).unwrap_or_default();
    if files.is_empty() {
        return html! {};
    }
    let said = said(&examined.judgement.findings);
    let of = |file: &LibraryFile| said.get(&file.path.lower()).map(Vec::as_slice).unwrap_or_default();
    let mut files: Vec<&LibraryFile> = files.iter().collect();
    files.sort_by_key(|file| (std::cmp::Reverse(of(file).first().map(|(severity, _)| *severity)), file.is_of_windows));
    let headings = ["DLL", "File", "What findings say", "Written", "Version", "Signature", "Hashes"];
    html! {
        h3 { "Files of the DLLs" }
        p {
            "As the files of the computer show them. A DLL counts as missing only where its whole folder was collected, \
             and no chain of certificates is verified offline."
        }
        (table("DLLs that are present, missing or not judged", &headings, files.into_iter().map(|file| row(file, of(file)))))
    }
}

/// What the findings say that are about files.
fn said(findings: &[Finding]) -> Said {
    let is_of_files = |finding: &&Finding| {
        rules::by_id(finding.rule).is_some_and(|rule| rule.needs.intersects(Facts::FILES | Facts::SIGNERS))
    };
    let mut said = Said::new();
    for finding in findings.iter().filter(is_of_files) {
        for library in &finding.libraries {
            said.entry(library.lower()).or_default().push((finding.severity, finding.rule));
        }
    }
    for rules in said.values_mut() {
        rules.sort_by_key(|(severity, rule)| (*rule, std::cmp::Reverse(*severity)));
        rules.dedup_by_key(|(_, rule)| *rule);
        rules.sort_by_key(|(severity, rule)| (std::cmp::Reverse(*severity), *rule));
    }
    said
}

fn row(file: &LibraryFile, said: &[(Severity, &'static str)]) -> Vec<Cell> {
    let shown = |text: &Text| text.shortened(200);
    let image = file.image();
    let of_image = |of: fn(&crate::tree::Image) -> Option<&Text>| image.and_then(of).map(shown);
    let written = file.content().and_then(|content| content.modified).map(super::times::shown);
    let company = of_image(|image| image.company.as_ref());
    let version = [company, of_image(|image| image.version.as_ref())];
    vec![
        Cell::Markup(html! {
            span {
                code { (shown(&file.path)) }
                @if file.wow64 { " (for 32-bit programs)" }
            }
        }),
        Cell::Markup(html! { span { (presence(&file.presence)) } }),
        Cell::Markup(html! {
            span {
                @for (severity, rule) in said {
                    span.badge.(severity.name()) { (severity.name()) } " " code { (rule) } " "
                }
                @if said.is_empty() { "nothing" }
            }
        }),
        Cell::Words(written.unwrap_or_default()),
        Cell::Words(version.into_iter().flatten().collect::<Vec<_>>().join(", ")),
        Cell::Words(match file.content().map(|content| &content.image) {
            Some(Ok(image)) => image.signature.to_string(),
            Some(Err(damage)) => damage.clone(),
            None => String::new(),
        }),
        Cell::Markup(file.content().map_or_else(|| html! {}, hashes)),
    ]
}

fn presence(presence: &Presence) -> Markup {
    html! {
        @match presence {
            Presence::Present { place, content, .. } => {
                "present: " code { (Text::new(place.join("/")).shortened(200)) }
                @match content {
                    Ok(content) => {
                        ", " (content.size) " bytes"
                        @if let Some(machine) = content.image.as_ref().ok().and_then(|image| image.machine) {
                            ", " (machine.to_string())
                        }
                        @if content.is_known == Some(true) { ", a known file" }
                    }
                    Err(why) => { ", but not read: " (why.to_string()) }
                }
            }
            Presence::Absent => { strong { "missing" } }
            Presence::NotJudged(why) => { "not judged: " (why.to_string()) }
        }
    }
}

fn hashes(content: &Content) -> Markup {
    let hashes = &content.hashes;
    let image = content.image.as_ref().ok();
    let sha256 = hex(&hashes.sha256);
    let hashes = [
        ("SHA-256", Some(sha256.clone())),
        ("SHA-1", Some(hex(&hashes.sha1))),
        ("MD5", Some(hex(&hashes.md5))),
        ("imphash", image.and_then(|image| image.imphash).map(|hash| hex(&hash))),
        ("Authenticode", image.and_then(|image| image.authentihash).map(|digest| hex(&digest))),
    ];
    html! {
        details {
            summary { "SHA-256 " code { (sha256.get(..12).unwrap_or_default()) "…" } }
            @for (name, hash) in hashes.iter().filter_map(|(name, hash)| Some((name, hash.as_ref()?))) {
                p { (name) " " code { (hash) } }
            }
        }
    }
}
