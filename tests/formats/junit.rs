//! JUnit's XML, as Jenkins and GitLab read it.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::{assert_written, case, hostile, run, text};
use crate::cases::cases;
use crate::synth::msinfo;

/// An element with its attributes and its text.
#[derive(Debug, PartialEq, Eq)]
pub struct Element {
    pub name: String,
    attributes: Vec<(String, String)>,
    pub text: String,
}

impl Element {
    pub fn attribute(&self, name: &str) -> &str {
        let found = self.attributes.iter().find(|attribute| attribute.0 == name);
        found.map_or("", |attribute| attribute.1.as_str())
    }
}

/// All elements in the order in which they begin, read by a parser that refuses what is not well-formed.
pub fn elements(xml: &str) -> Vec<Element> {
    let mut reader = Reader::from_str(xml);
    let (mut elements, mut open): (Vec<Element>, Vec<usize>) = (Vec::new(), Vec::new());
    loop {
        let event = reader.read_event().unwrap();
        match &event {
            Event::Start(start) | Event::Empty(start) => {
                let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
                let attributes = start.attributes().map(|attribute| {
                    let attribute = attribute.unwrap();
                    let value = text(attribute.value.as_bytes());
                    (text(attribute.key.as_ref().as_bytes()), quick_xml::escape::unescape(&value).unwrap().into_owned())
                });
                let name = text(start.name().as_ref().as_bytes());
                elements.push(Element { name, attributes: attributes.collect(), text: String::new() });
                if matches!(event, Event::Start(_)) {
                    open.push(elements.len() - 1);
                }
            }
            Event::End(_) => {
                open.pop().unwrap();
            }
            Event::Text(piece) => {
                if let Some(open) = open.last() {
                    elements[*open].text += std::str::from_utf8(piece.as_bytes()).unwrap();
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert!(open.is_empty(), "{open:?} are not closed");
    elements
}

fn named<'e>(elements: &'e [Element], name: &str) -> Vec<&'e Element> {
    elements.iter().filter(|element| element.name == name).collect()
}

#[test]
fn the_reports_of_two_cases_are_written_as_they_were() {
    for name in ["layered-provider-effective", "windows-xp-information-missing"] {
        assert_written(name, "junit", "junit.txt");
    }
}

/// What the schemas of Ant and of Jenkins (xUnit, `junit-10.xsd`) both allow.
#[test]
fn a_report_is_valid_by_the_schemas_of_ant_and_jenkins() {
    let layered = case("layered-provider-effective").1;
    let (_, catalogs) = cases().into_iter().find(|(folder, _)| folder.ends_with("windows-10-plain")).unwrap();
    let report = msinfo::nfo(&catalogs, "EXAMPLE", &msinfo::ENGLISH);
    let files: [(&str, &[u8]); 4] =
        [("LAYERED", &layered), ("NOTED", &case("windows-10-vmware").1), ("report.nfo", &report), ("empty", b"")];
    let arguments = ["examine", "--format", "junit", "LAYERED", "NOTED", "report.nfo", "empty"];
    let elements = elements(&text(&run(&files, &arguments).stdout));
    let names = |element: &Element| element.attributes.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    for element in &elements {
        let allowed: &[&str] = match element.name.as_str() {
            "testsuites" | "properties" | "system-out" | "system-err" => &[],
            "testsuite" => {
                &["id", "package", "name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname"]
            }
            "testcase" => &["classname", "name", "time"],
            "failure" | "error" => &["message", "type"],
            "skipped" => &["message"],
            other => panic!("{other}"),
        };
        assert_eq!(names(element), allowed, "{}", element.name);
    }
    let order: Vec<&str> = elements.iter().map(|element| element.name.as_str()).collect();
    let suites: Vec<&[&str]> = order[1..].split(|name| *name == "testsuite").skip(1).collect();
    assert_eq!(suites.len(), 4);
    for suite in suites {
        assert_eq!((suite[0], &suite[suite.len() - 2..]), ("properties", ["system-out", "system-err"].as_slice()));
        assert!(suite[1..suite.len() - 2].iter().all(|name| !["properties", "system-out"].contains(name)), "{suite:?}");
    }
    let heads: Vec<[&str; 3]> = named(&elements, "testsuite")
        .iter()
        .map(|suite| ["id", "timestamp", "hostname"].map(|name| suite.attribute(name)))
        .collect();
    assert_eq!(heads[0], ["0", "2024-02-29T12:34:56", "EXAMPLE"], "the newest time of the evidence");
    assert_eq!(heads[2], ["2", "1970-01-01T00:00:00", "EXAMPLE"], "a report has no times");
    assert_eq!(heads[3], ["3", "1970-01-01T00:00:00", "unknown"]);
}

#[test]
fn a_suite_is_a_piece_of_evidence_and_a_case_is_a_rule() {
    let (plain, layered) = (case("windows-10-plain").1, case("layered-provider-effective").1);
    let files: [(&str, &[u8]); 3] = [("PLAIN", &plain), ("LAYERED", &layered), ("empty", b"")];
    let output = run(&files, &["examine", "--format", "junit", "PLAIN", "LAYERED", "empty"]);
    let elements = elements(&text(&output.stdout));
    let suites = named(&elements, "testsuite");
    let rules = catalog9::rules::ALL.len();
    let counts: Vec<[&str; 5]> = suites
        .iter()
        .map(|suite| ["name", "tests", "failures", "errors", "skipped"].map(|name| suite.attribute(name)))
        .collect();
    let tests = (rules + 1).to_string();
    assert_eq!(counts[0], ["PLAIN", &tests, "0", "0", "9"], "there is no report, no event log and no file");
    assert_eq!(counts[1][..2], ["LAYERED", &tests]);
    assert_ne!(counts[1][2], "0");
    assert_eq!(counts[2], ["empty", "1", "0", "1", "0"]);
    let failures = named(&elements, "failure");
    assert_eq!(failures.len().to_string(), counts[1][2]);
    assert!(failures.iter().all(|failure| ["warning", "error"].contains(&failure.attribute("type"))));
    assert_eq!(named(&elements, "error")[0].attribute("type"), "refused");
}

#[test]
fn what_was_not_judged_is_skipped_and_notes_do_not_fail() {
    let (_, catalogs) = cases().into_iter().find(|(folder, _)| folder.ends_with("windows-10-plain")).unwrap();
    let files: [(&str, &[u8]); 2] =
        [("NOTED", &case("windows-10-vmware").1), ("report.nfo", &msinfo::nfo(&catalogs, "EXAMPLE", &msinfo::ENGLISH))];
    let output = run(&files, &["examine", "--format", "junit", "NOTED", "report.nfo"]);
    let elements = elements(&text(&output.stdout));
    assert_eq!(named(&elements, "failure"), Vec::<&Element>::new());
    let notes: Vec<&str> = named(&elements, "system-out").iter().flat_map(|notes| notes.text.lines()).collect();
    assert!(notes.iter().all(|note| note.contains(": note, ")) && !notes.is_empty(), "{elements:?}");
    let skipped = named(&elements, "skipped");
    assert!(skipped.iter().any(|skipped| skipped.attribute("message").contains("does not show")), "{elements:?}");
}

#[test]
fn evidence_that_could_be_read_only_in_part_is_an_error() {
    let (_, catalogs) = cases().into_iter().find(|(folder, _)| folder.ends_with("windows-10-plain")).unwrap();
    let report = msinfo::text(&catalogs, "EXAMPLE", &msinfo::ENGLISH);
    let half = &report[..report.len() / 2];
    let output = run(&[("report.txt", half)], &["examine", "--format", "junit", "report.txt"]);
    let elements = elements(&text(&output.stdout));
    assert_eq!(named(&elements, "error")[0].attribute("type"), "incomplete");
}

#[test]
fn nothing_of_the_evidence_is_markup() {
    let name = "\"><failure>&\u{1}SYSTEM";
    let output = run(&[(name, &hostile())], &["examine", "--format", "junit", name]);
    let written = text(&output.stdout);
    let elements = elements(&written);
    assert_eq!(named(&elements, "testsuite")[0].attribute("name"), r#""><failure>&\u{1}SYSTEM"#);
    let failures = named(&elements, "failure");
    assert!(failures.iter().any(|failure| failure.attribute("message").contains(r"]]>\u{d}\u{a}\u{1b}[2J")));
    assert!(elements.iter().all(|element| element.name != "b"), "{written}");
    assert!(!written.contains("]]>"), "XML forbids it in a text");
}
