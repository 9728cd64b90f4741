//! Documents that are written from the code.
//!
//! `SNAPSHOTS=overwrite cargo test` rewrites them.

use std::fmt::Write;
use std::path::Path;

use catalog9::batch::Detail;
use catalog9::finding::Verdict;
use catalog9::layout::{BaseBlock, HiveBin, Layout, LogEntry, PackedCatalogItem, PageReference, cell, protocol_info};
use catalog9::render::Scope;
use catalog9::render::formats::FORMATS;
use catalog9::rules;
use catalog9::rules::references::{Reference, TECHNIQUES};
use catalog9::symptom::{symptoms, terms};
use snapbox::Data;

use crate::cases::catalog9;
use crate::clean_systems;

pub fn assert_document(name: &str, text: String) {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    snapbox::Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(text, Data::read_from(&document, None));
}

/// A doc comment as one paragraph, without the blank that stands before each of its lines.
fn paragraph(doc: &str) -> String {
    doc.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_format_is_documented_from_its_tables() {
    let layouts: [&Layout; 8] = [
        &PackedCatalogItem::LAYOUT,
        &protocol_info::ProtocolInfo32::LAYOUT,
        &BaseBlock::LAYOUT,
        &HiveBin::LAYOUT,
        &cell::KeyNode::LAYOUT,
        &cell::KeyValue::LAYOUT,
        &LogEntry::LAYOUT,
        &PageReference::LAYOUT,
    ];
    let mut text =
        "# Structures\n\nEverything is little endian. This page is written from the tables in `src/layout`.\n"
            .to_owned();
    for layout in layouts {
        write!(text, "\n## {}, {} bytes\n\n{}\n\n", layout.name, layout.size, paragraph(layout.doc)).unwrap();
        text.push_str("| offset | size | field | meaning |\n|--:|--:|---|---|\n");
        for field in layout.fields {
            writeln!(text, "| {} | {} | {} | {} |", field.offset, field.size, field.name, paragraph(field.doc))
                .unwrap();
        }
    }
    assert_document("format.md", text);
}

#[test]
fn the_rules_are_documented_from_their_pages() {
    let mut text =
        "# Rules\n\nThis page is written from the pages of the rules, which `catalog9 explain <rule>` prints.\n\n"
            .to_owned();
    text.push_str("| rule | severity | confidence | group | needs |\n|---|---|---|---|---|\n");
    for rule in rules::ALL {
        let (severity, confidence, group) = (rule.severity.name(), rule.confidence().name(), rule.group.name());
        writeln!(text, "| [{0}](#{0}) | {severity} | {confidence} | {group} | {1} |", rule.id, rule.needs_in_words())
            .unwrap();
    }
    let counts = clean_systems::counts();
    for rule in rules::ALL {
        let page = rule.text().replace("\n# ", "\n### ");
        write!(text, "\n## {}\n\n{page}\n", rule.id).unwrap();
        let sentence = match counts.get(rule.id) {
            None | Some((0, _)) => "No clean real system was available with the facts that this rule needs.".to_owned(),
            Some((judged, silent)) => {
                format!("Silent on {silent} of {judged} clean real systems with the facts that it needs.")
            }
        };
        write!(text, "\n### Confidence\n\n{}\n", rule.confidence_in_words()).unwrap();
        write!(text, "\n### Clean systems\n\n{sentence}\n").unwrap();
    }
    assert_document("rules.md", text);
}

#[test]
fn the_glossary_is_written_from_the_terms_that_explain_knows() {
    let mut text =
        "# Glossary\n\nThe words that catalog9 uses. `catalog9 explain <term>` prints the same definitions, \
                    with the rules that report each of them.\n"
            .to_owned();
    for term in terms() {
        write!(text, "\n## {}\n\n{}\n", term.title(), paragraph(&term.meaning)).unwrap();
        if !term.also.is_empty() {
            write!(text, "\nAlso: {}.\n", term.also.join(", ")).unwrap();
        }
        if !term.rules().is_empty() {
            let rules = term.rules().into_iter().map(|rule| format!("[{0}](rules.md#{0})", rule.id));
            write!(text, "\nRules: {}.\n", rules.collect::<Vec<_>>().join(", ")).unwrap();
        }
    }
    assert_document("glossary.md", text);
}

#[test]
fn the_fields_that_rules_name_are_those_of_the_item() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let mut found = 0;
    for file in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let source = std::fs::read_to_string(&file).unwrap();
        for name in source.split(".field(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let is_known = PackedCatalogItem::LAYOUT.fields.iter().any(|field| field.name == name);
            assert!(is_known, "{}: there is no field {name}", file.display());
            found += 1;
        }
    }
    assert!(found >= 8);
}

#[test]
fn the_help_is_documented_as_it_is_printed() {
    let mut text = "# Help\n\nThis page is written from what the program prints.\n".to_owned();
    for command in [
        &["--help"][..],
        &["examine", "--help"],
        &["scan", "--help"],
        &["compare", "--help"],
        &["repair", "--help"],
        &["merge", "--help"],
        &["explain", "--help"],
        &["rules", "--help"],
        &["schema", "--help"],
        &["completions", "--help"],
        &["man", "--help"],
    ] {
        let output = catalog9(Path::new(".")).args(command).output().unwrap();
        let help = String::from_utf8(output.stdout).unwrap();
        write!(text, "\n## `catalog9 {}`\n\n```text\n{}\n```\n", command.join(" "), help.trim_end()).unwrap();
    }
    assert_document("help.md", text);
}

#[test]
fn the_formats_are_documented_from_their_table() {
    const MARKS: (&str, &str) =
        ("<!-- formats: this table is written from the code -->\n", "<!-- end of formats -->\n");
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/formats.md")).unwrap();
    let (before, rest) = page.split_once(MARKS.0).unwrap();
    let (_, after) = rest.split_once(MARKS.1).unwrap();
    let mut table = "| ending | format | `examine` | `scan` | `merge` |\n|---|---|---|---|---|\n".to_owned();
    // The page is about the program as it is built without further features.
    for format in FORMATS.iter().filter(|format| format.name != "parquet") {
        let endings: Vec<String> = format.endings.iter().map(|ending| format!("`{ending}`")).collect();
        let help = |scope| format.help(scope).unwrap_or("–");
        let merged = match (format.help(Scope::ReadBack), format.needs()) {
            (None, _) => "–",
            (Some(_), Detail::Everything) => "of `--full` records",
            (Some(_), _) => "yes",
        };
        let (few, many) = (help(Scope::Few), help(Scope::Many));
        writeln!(table, "| {} | `{}` | {few} | {many} | {merged} |", endings.join(", "), format.name).unwrap();
    }
    assert_document("formats.md", format!("{before}{}{table}{}{after}", MARKS.0, MARKS.1));
}

/// Files in the folder of the rules that are not rules.
const NO_RULES: [&str; 17] = [
    "mod.rs",
    "confidence.rs",
    "earlier_state.rs",
    "kb811259.rs",
    "known_to_user.rs",
    "layers.rs",
    "libraries.rs",
    "library_files.rs",
    "machinery.rs",
    "other_evidence.rs",
    "references.rs",
    "remedies.rs",
    "standing.rs",
    "stories.rs",
    "subject.rs",
    "unwanted.rs",
    "with_files.rs",
];

#[test]
fn every_rule_is_listed_and_has_a_whole_page() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let names = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut files: Vec<String> = names
        .filter(|name| !NO_RULES.contains(&name.as_str()))
        .map(|name| name.trim_end_matches(".rs").replace('_', "-"))
        .collect();
    files.sort();
    let mut ids: Vec<&str> = rules::ALL.iter().map(|rule| rule.id).collect();
    ids.sort_unstable();
    assert_eq!(ids, files);
    let mut summaries: Vec<&str> = rules::ALL.iter().map(|rule| rule.summary()).collect();
    summaries.sort_unstable();
    summaries.dedup();
    assert_eq!(summaries.len(), rules::ALL.len(), "no two summaries are alike");
    for rule in rules::ALL {
        let headings: Vec<String> =
            rule.text().lines().filter_map(|line| line.strip_prefix("# ")).map(str::to_owned).collect();
        assert_eq!(headings, rules::HEADINGS, "{}", rule.id);
        for heading in rules::HEADINGS {
            assert!(!rule.section(heading).is_empty(), "{}: {heading}", rule.id);
        }
    }
}

#[test]
fn symptoms_are_documented_with_the_rules_that_look_for_their_causes() {
    let mut text = "# Rules by symptom\n\nThis page is written from the symptoms that `catalog9 explain` knows. Ask it for \
                    a code, a message or some of its words to see what to do.\n\n| symptom | message | rules |\n|---|---|---|\n"
        .to_owned();
    for symptom in symptoms() {
        let rules: Vec<String> =
            symptom.rules().into_iter().map(|rule| format!("[{0}](rules.md#{0})", rule.id)).collect();
        let code = symptom.code.map(|code| format!("{code} ")).unwrap_or_default();
        writeln!(text, "| {code}{} | {} | {} |", symptom.name, symptom.messages[0], rules.join(", ")).unwrap();
    }
    assert_document("symptoms.md", text);
}

#[test]
fn techniques_are_documented_with_their_rules() {
    let mut text = "# Rules by ATT&CK technique\n\nThis page is written from the pages of the rules. ATT&CK names Winsock \
                    in one technique only, T1574.011, for `AutodialDLL`. It has none for layered or namespace providers; \
                    there the closest one is given and marked.\n\n| technique | rules | closest fit for |\n|---|---|---|\n"
        .to_owned();
    for technique in TECHNIQUES {
        let rules = |fit| {
            let meant = Reference::Technique { technique, is_closest_fit: fit };
            let rules = rules::referring(|reference| *reference == meant);
            let links: Vec<String> = rules.iter().map(|rule| format!("[{0}](rules.md#{0})", rule.id)).collect();
            if links.is_empty() { "–".to_owned() } else { links.join(", ") }
        };
        let url = format!("https://attack.mitre.org/techniques/{}/", technique.id.replace('.', "/"));
        writeln!(text, "| [{}]({url}) {} | {} | {} |", technique.id, technique.name, rules(false), rules(true))
            .unwrap();
    }
    assert_document("attack.md", text);
}

#[test]
fn the_readme_is_short_and_its_commands_work() {
    let readme = include_str!("../README.md");
    assert!(readme.lines().count() <= 130);
    let beginning: Vec<&str> = readme.lines().take(5).collect();
    assert!(beginning.join(" ").contains("LSP"), "people search for this word");
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let command = readme.lines().find_map(|line| line.strip_prefix("cargo run --release -- ")).unwrap();
    let output = catalog9(project).args(command.split(' ')).output().unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!output.stdout.is_empty());
    assert!(readme.lines().any(|line| line == "cargo test"));
}

#[test]
fn every_command_that_the_readme_names_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let readme = include_str!("../README.md");
    let shown = readme.split("```sh\n").skip(1).flat_map(|rest| rest.split("```").next().unwrap().lines());
    let lines = shown.filter_map(|line| line.strip_prefix("catalog9 "));
    let commands: Vec<&str> = lines.map(|line| line.split('#').next().unwrap().trim()).collect();
    assert_eq!(commands.len(), 9, "two commands and seven examples: {commands:?}");
    for command in commands {
        let output = catalog9(folder.path()).args(command.split(' ')).output().unwrap();
        assert_ne!(output.status.code(), Some(2), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn the_verdicts_are_documented_from_their_meanings() {
    let mut text = "# Verdicts\n\nThis page is written from the code. Every format uses these words: the table and Markdown as \
        they stand, JSON, CSV and SARIF with dashes in place of blanks. A verdict outweighs those below it. Where a finding \
        is at or above `--fail-on`, the exit code is 1 whatever the verdict.\n\n\
        | verdict | in data | meaning | exit code without findings at or above `--fail-on` |\n|---|---|---|--:|\n"
        .to_owned();
    for verdict in Verdict::ALL.iter().rev() {
        let code = match verdict {
            Verdict::NotJudged => "3",
            Verdict::NothingSuspiciousVisible => "0; 3 with `--strict`",
            _ => "0",
        };
        writeln!(text, "| {} | `{}` | {} | {code} |", verdict.title(), verdict.name(), verdict.meaning()).unwrap();
    }
    text.push_str(
        "\nResults of version 0.1 have other names: `additions` is read as `unknown-or-layered-provider`, `incomplete` as \
         `information-missing`, `corrupt` as `corrupted`.\n",
    );
    assert_document("verdicts.md", text);
}

/// The tables of attacks in docs/robustness.md: attack, test, result, peak memory.
fn attacks() -> Vec<[&'static str; 4]> {
    let page = include_str!("../docs/robustness.md");
    let section = page.split("\n## Attacks\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| attack "));
    let cells = |row: &'static str| {
        // A bar within a cell is escaped.
        let cells = row.trim_matches('|').split(" | ").map(str::trim).collect::<Vec<_>>();
        cells.try_into().unwrap_or_else(|cells| panic!("{cells:?}"))
    };
    rows.map(cells).collect()
}

/// The file of a test that is named as the harness names it, without the module `tests`.
fn source_of(modules: &str) -> Option<String> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = modules.replace("::", "/");
    let files = ["tests", "src"].map(|folder| [format!("{folder}/{path}.rs"), format!("{folder}/{path}/mod.rs")]);
    files.iter().flatten().find_map(|file| std::fs::read_to_string(project.join(file)).ok())
}

#[test]
fn every_test_that_the_table_of_attacks_names_exists() {
    let mut found = 0;
    for [attack, tests, result, _] in attacks() {
        assert!(!result.is_empty(), "{attack}");
        for name in tests.split('`').skip(1).step_by(2).filter(|name| name.contains("::")) {
            let (modules, test) = name.rsplit_once("::").unwrap();
            let source = source_of(modules).unwrap_or_else(|| panic!("{attack}: there is no module {modules}"));
            assert!(source.contains(&format!("fn {test}")), "{attack}: there is no test {name}");
            found += 1;
        }
    }
    assert!(found >= 100, "{found}");
}

#[test]
fn nothing_in_the_document_on_robustness_is_open() {
    let page = include_str!("../docs/robustness.md");
    let open: Vec<&str> = page.lines().filter(|line| line.contains("PENDING")).collect();
    assert_eq!(open, Vec::<&str>::new());
}

/// Every file that a page of the project links to exists, and every heading of it.
#[test]
fn links_lead_somewhere() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = vec![project.join("README.md"), project.join("CHANGELOG.md")];
    pages.extend(std::fs::read_dir(project.join("docs")).unwrap().map(|entry| entry.unwrap().path()));
    let mut found = 0;
    for page in pages.iter().filter(|page| page.extension().is_some_and(|kind| kind == "md")) {
        let text = std::fs::read_to_string(page).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.starts_with("https://") || link.contains(['`', ' ', '|']) {
                continue;
            }
            let (file, heading) = link.split_once('#').map_or((link, None), |(file, heading)| (file, Some(heading)));
            let target = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            assert!(target.exists(), "{}: {link}", page.display());
            if let Some(heading) = heading {
                let text = std::fs::read_to_string(&target).unwrap();
                assert!(text.lines().any(|line| line == format!("## {heading}")), "{}: {link}", page.display());
            }
            found += 1;
        }
    }
    assert!(found > 100, "{found}");
}
