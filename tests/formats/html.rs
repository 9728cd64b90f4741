//! Reports for browsers: complete, well-formed, harmless, and under one policy. What a browser makes of them is tested by
//! `tests/browser`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::{HOSTILE, case, hostile, run, text};

/// Elements that have no end.
const VOID: [&str; 3] = ["meta", "input", "wbr"];

/// What a document is made of: each element's tag as it stands, and the texts between them. Fails where an element is not
/// closed, or where another one is.
fn parsed(document: &str) -> (Vec<String>, String) {
    let mut rest = document.strip_prefix("<!DOCTYPE html>").expect("a document of HTML");
    let (mut open, mut tags, mut texts) = (Vec::new(), Vec::new(), String::new());
    while let Some(begin) = rest.find('<') {
        texts.push_str(&rest[..begin]);
        let end = begin + tag_end(&rest[begin..]);
        let tag = &rest[begin + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name.to_owned()), "{tag}");
            continue;
        }
        let name = tag.split_whitespace().next().unwrap().to_owned();
        tags.push(tag.to_owned());
        if ["style", "script"].contains(&name.as_str()) {
            let end = rest.find(&format!("</{name}>")).unwrap();
            rest = &rest[end..];
        }
        if !VOID.contains(&name.as_str()) {
            open.push(name);
        }
    }
    texts.push_str(rest);
    assert_eq!(open, Vec::<String>::new(), "every element is closed");
    (tags, texts)
}

/// Where a tag ends: at the first `>` that is in no value.
fn tag_end(tag: &str) -> usize {
    let mut is_quoted = false;
    tag.char_indices()
        .find(|(_, character)| {
            is_quoted ^= *character == '"';
            *character == '>' && !is_quoted
        })
        .expect("every tag ends")
        .0
}

fn examined(name: &str, arguments: &[&str]) -> String {
    let (_, hive) = case(name);
    let arguments = [&["examine", "--format", "html", "SYSTEM"], arguments].concat();
    let output = run(&[("SYSTEM", &hive)], &arguments);
    assert_eq!(text(&output.stderr), "");
    text(&output.stdout)
}

/// The text of the only element of that name.
fn only<'a>(document: &'a str, name: &str) -> &'a str {
    let begin = format!("<{name}>");
    assert_eq!(document.matches(&begin).count(), 1, "{name}");
    let (_, rest) = document.split_once(&begin).unwrap();
    rest.split_once(&format!("</{name}>")).unwrap().0
}

/// A document is one file, under a policy that allows its style and its script and nothing else.
fn assert_sealed(document: &str) {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    let policy = format!(
        "<head><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-{}'; \
         style-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'\"><meta charset=\"utf-8\">",
        hash(only(document, "script")),
        hash(only(document, "style")),
    );
    assert!(document.contains(&policy), "the policy is the first of the head, with the hashes of what is there");
    let (tags, _) = parsed(document);
    for tag in tags {
        let name = tag.split_whitespace().next().unwrap();
        assert!(
            !["link", "img", "iframe", "object", "embed", "form", "base", "image", "use", "foreignObject"]
                .contains(&name),
            "{tag}"
        );
        for attribute in [" style=", " src=", " srcset=", " on", " xlink:href="] {
            let outside = tag.split('"').step_by(2).collect::<String>();
            assert!(!outside.contains(attribute), "{tag}");
        }
        if let Some((_, target)) = tag.split_once(" href=\"") {
            assert!(target.starts_with('#'), "{tag}");
        }
    }
}

#[test]
fn every_case_gives_a_sealed_and_well_formed_report() {
    for (folder, _) in crate::cases::cases() {
        let name = folder.file_name().unwrap().to_str().unwrap();
        let report = examined(name, &[]);
        assert_sealed(&report);
        let (tags, texts) = parsed(&report);
        assert!(tags.iter().any(|tag| tag.starts_with("svg ")) && texts.contains("What to do next"), "{name}");
        let mut ids: Vec<&str> = tags.iter().filter_map(|tag| tag.split_once(" id=\"")?.1.split('"').next()).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{name}: an id stands twice");
        for tag in &tags {
            let target = tag.split_once(" href=\"#").or(tag.split_once(" aria-labelledby=\""));
            let target = target.map(|(_, rest)| rest.split('"').next().unwrap());
            assert!(target.is_none_or(|target| ids.contains(&target)), "{name}: {tag} leads nowhere");
        }
    }
}

#[test]
fn the_same_evidence_gives_the_same_bytes() {
    let report = || examined("layered-provider-effective", &["--case", "7 <b>", "--examiner", "A & B"]);
    assert_eq!(report(), report());
    let (_, texts) = parsed(&report());
    for part in ["7 &lt;b&gt;", "A &amp; B", "catalog9 examine SYSTEM --case '7 &lt;b&gt;' --examiner 'A &amp; B'"] {
        assert!(texts.contains(part), "{part}");
    }
}

#[test]
fn the_evidence_is_text_and_nothing_else() {
    let name = "<img src=x onerror=alert(1)>\"onload=\u{202e}x.SYSTEM";
    let output = run(&[(name, &hostile()), ("empty", b"")], &["examine", "--format", "html", "--", name, "empty"]);
    let report = text(&output.stdout);
    assert_sealed(&report);
    assert!(
        report.contains("&lt;img src=x onerror=alert(1)&gt;&quot;onload=\\u{202e}") && report.contains("javascript:1"),
        "it is shown all the same"
    );
    let shown = "[y](javascript:1)![z](x)@you#1{0}\\|";
    assert!(HOSTILE.ends_with(shown) && parsed(&report).1.contains(shown));
    assert!(report.contains("Not examined") && report.contains("<h1 id=\"list\">2 reports</h1>"));
}

/// The boxes of the pictures of paths, each picture with what it is called.
fn paths(report: &str) -> Vec<String> {
    let (tags, _) = parsed(report);
    let label = |tag: &String| Some(tag.split_once("aria-label=\"")?.1.split_once('"')?.0.to_owned());
    let labels = tags.iter().filter(|tag| tag.starts_with("svg ")).filter_map(label);
    labels.filter(|label| label.contains("socket")).collect()
}

#[test]
fn the_picture_of_a_path_names_the_layered_provider_on_its_sockets() {
    let active = paths(&examined("layered-provider-effective", &[]));
    assert_eq!(
        active,
        [
            "a program opens a socket for IPv4 TCP and IPv4 UDP: Proxy (C:\\Program Files\\Proxy\\proxy.dll, to be reviewed), \
             then MSAFD Tcpip [TCP/IP] and MSAFD Tcpip [UDP/IP] (%SystemRoot%\\system32\\mswsock.dll, Windows' own)",
            "a program opens a socket for IPv6 TCP, IPv6 UDP, INET RAW and INET6 RAW: Windows' own providers \
             (%SystemRoot%\\system32\\mswsock.dll, Windows' own)",
        ]
    );
    let idle = paths(&examined("layered-provider-not-first", &[]));
    let idle: Vec<&String> = idle.iter().filter(|path| path.contains("no socket takes this path")).collect();
    assert!(!idle.is_empty() && idle.iter().all(|path| path.contains(", then MSAFD Tcpip [")), "{idle:?}");
}

/// Two states, of which the second has another order, another DLL, and less.
fn two_states() -> [Vec<u8>; 2] {
    let (_, catalogs) =
        crate::cases::cases().into_iter().find(|(folder, _)| folder.ends_with("windows-10-vmware")).unwrap();
    let mut after = catalogs.clone();
    let protocol = after.protocol.as_mut().unwrap();
    for list in [&mut protocol.entries, &mut protocol.entries64].into_iter().flatten() {
        // The order is that of the keys.
        let key = list.entries[0].key.take();
        list.entries[0].key = list.entries[1].key.take();
        list.entries[1].key = key;
        list.entries.swap(0, 1);
        list.entries[2].library_path = Some(catalog9::catalog::Text::from("C:\\<b>\\x.dll"));
        list.entries.pop();
    }
    [catalogs, after].map(|catalogs| crate::cases::pressed(&catalogs))
}

#[test]
fn a_comparison_joins_what_moved_and_changed() {
    let [before, after] = two_states();
    let output = run(&[("before", &before), ("after", &after)], &["compare", "--format", "html", "before", "after"]);
    let report = text(&output.stdout);
    assert_sealed(&report);
    let (tags, texts) = parsed(&report);
    for sign in ["−", "≠", "↕", "C:\\&lt;b&gt;\\x.dll", "unchanged entries"] {
        assert!(texts.contains(sign), "{sign}: {texts}");
    }
    let joins =
        |class: &str| tags.iter().filter(|tag| tag.starts_with(&format!("line class=\"join {class}\""))).count();
    assert_eq!((joins("note"), joins("warning")), (1, 1), "one moved, one changed, in both lists alike");
}

#[test]
fn a_plan_and_a_scan_are_sealed_too_and_have_the_same_script() {
    let (_, hive) = case("layered-provider-effective");
    let reports = [
        (&["repair", "--format", "html", "SYSTEM"][..], "A repair is ready"),
        (&["repair", "--format", "html", "evil"], "What is wrong"),
        (&["scan", "--format", "html", "SYSTEM", "evil"], "2 of 2 units need a review"),
        (&["examine", "--format", "html", "SYSTEM"], "Unknown or layered provider"),
    ];
    let written = reports.map(|(arguments, title)| {
        let report = text(&run(&[("SYSTEM", &hive), ("evil", &hostile())], arguments).stdout);
        assert_sealed(&report);
        assert!(parsed(&report).1.contains(title), "{title}");
        report
    });
    for name in ["style", "script"] {
        assert!(written.iter().all(|report| only(report, name) == only(&written[0], name)), "{name}");
    }
}

/// A hive with as many entries as it can have does not make a page that no browser opens.
#[test]
fn budget_of_a_report_of_many_entries() {
    let (_, mut catalogs) =
        crate::cases::cases().into_iter().find(|(folder, _)| folder.ends_with("layered-provider-effective")).unwrap();
    let protocol = catalogs.protocol.as_mut().unwrap();
    protocol.num_catalog_entries64 = Some(20_000);
    let list = protocol.entries64.as_mut().unwrap();
    let entry = list.entries[0].clone();
    list.entries = (0..20_000)
        .map(|number| catalog9::catalog::ProtocolEntry {
            catalog_entry_id: Some(2000 + number),
            key: Some(format!("{:012}", number + 1).as_str().into()),
            ..entry.clone()
        })
        .collect();
    let hive = crate::cases::pressed(&catalogs);
    let report = text(&run(&[("SYSTEM", &hive)], &["examine", "--format", "html", "SYSTEM"]).stdout);
    assert_sealed(&report);
    assert!(report.len() < 12 << 20, "{} bytes", report.len());
    assert!(report.contains("which <code>--format json</code> has"));
}

#[test]
#[ignore = "needs the real evidence"]
fn a_real_layered_provider_is_drawn_with_the_sockets_that_it_is_installed_for() {
    let bytes = std::fs::read(crate::evidence::real("reg/win10-lsp-winsock2.reg")).unwrap();
    let report = text(&run(&[("x.reg", &bytes)], &["examine", "--format", "html", "x.reg"]).stdout);
    assert_sealed(&report);
    let paths = paths(&report);
    let layered: Vec<&String> = paths.iter().filter(|path| path.contains("ierd_tgp_lsp")).collect();
    assert_eq!(layered.len(), 2, "{paths:?}");
    for (path, name) in layered.iter().zip(["ierd_tgp_lsp (", "ierd_tgp_lsp64 ("]) {
        let begin = format!("no socket takes this path; installed for IPv4 TCP, IPv4 UDP and INET RAW: {name}");
        assert!(path.starts_with(&begin), "{path}");
    }
}

#[test]
#[ignore = "needs the real evidence"]
fn a_real_event_log_gives_its_changes_in_words_and_in_the_picture_of_times() {
    let bytes = std::fs::read(crate::evidence::real("evtx/winsock-lsp-install-id1.evtx")).unwrap();
    let report = text(&run(&[("x.evtx", &bytes)], &["examine", "--format", "html", "x.evtx"]).stdout);
    assert_sealed(&report);
    let (tags, texts) = parsed(&report);
    assert!(texts.contains(": installed 2019-08-23 12:37:37 UTC by C:\\Windows\\System32\\MsiExec.exe"), "{texts}");
    assert_eq!(tags.iter().filter(|tag| tag.starts_with("circle class=\"warning\"")).count(), 2);
}
