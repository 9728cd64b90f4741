//! `catalog9 explain` and `catalog9 rules`.

use std::io::{self, Write};

use catalog9::baseline::{Nature, ThirdParty, ThirdPartyKind, third_parties};
use catalog9::catalog::{Text, provider};
use catalog9::render::json;
use catalog9::rules::kb811259::{self, Statement};
use catalog9::rules::references::{Reference, SIGMA_RULES, SigmaRule, TECHNIQUES, Technique};
use catalog9::rules::{self, Rule};
use catalog9::symptom::{self, Symptom, Term};
use catalog9::wire::v2;

use crate::cli::args::ListFormat;
use crate::cli::output::{Exit, Output, complain};

/// What a question is about.
enum Answer {
    Rule(&'static Rule),
    Symptom {
        symptom: &'static Symptom,
        is_closest: bool,
    },
    Symptoms(Vec<&'static Symptom>),
    /// The article KB 811259 as a whole.
    Article,
    /// What to collect.
    Collecting,
    Statement(&'static Statement),
    Techniques(Vec<&'static Technique>),
    Sigma(&'static SigmaRule),
    Term(&'static Term),
    Products(Vec<&'static ThirdParty>),
    /// The path of a DLL of Windows.
    WindowsLibrary(&'static str),
}

/// Explains a rule, a code, a message, a term, a reference or a product.
pub(in crate::cli) fn explain(question: &str, output: &mut Output) -> io::Result<Exit> {
    if let Some(answer) = answer(question.trim()) {
        return answer.write(output).map(|()| Exit::Clean);
    }
    complain(&miette::miette!(
        code = "catalog9::not_explained",
        help = way_out(question),
        "expected a rule, an error code, words of a message, a term, a technique, a DLL or a product, found {}",
        Text::from(question).shortened(100)
    ));
    Ok(Exit::Usage)
}

fn answer(question: &str) -> Option<Answer> {
    let is_article = question.to_ascii_uppercase().trim_start_matches("KB").trim_matches([' ', '-']) == "811259";
    if is_article {
        return Some(Answer::Article);
    }
    if question.eq_ignore_ascii_case("collect") {
        return Some(Answer::Collecting);
    }
    if let Some(code) = symptom::parse_code(question) {
        return symptom::by_code(code).map(|symptom| Answer::Symptom { symptom, is_closest: false });
    }
    rules::by_id(&question.to_ascii_lowercase())
        .map(Answer::Rule)
        .or_else(|| kb811259::statement(question).map(Answer::Statement))
        .or_else(|| techniques(question))
        .or_else(|| SIGMA_RULES.iter().find(|rule| rule.id.eq_ignore_ascii_case(question)).map(Answer::Sigma))
        .or_else(|| symptom::term(question).map(Answer::Term))
        .or_else(|| products(question))
        .or_else(|| message(question))
}

/// The techniques of that id: a technique stands for its sub-techniques, too.
fn techniques(id: &str) -> Option<Answer> {
    let id = id.to_ascii_uppercase();
    let is_meant =
        |known: &&Technique| known.id.strip_prefix(&id).is_some_and(|rest| matches!(rest.get(..1), None | Some(".")));
    let is_id = id.strip_prefix('T').is_some_and(|digits| digits.len() >= 4);
    let known: Vec<&Technique> = TECHNIQUES.iter().filter(is_meant).filter(|_| is_id).collect();
    (!known.is_empty()).then_some(Answer::Techniques(known))
}

/// The products of that name, or with a DLL of that file name, and else the DLL of Windows.
fn products(question: &str) -> Option<Answer> {
    let file = question.rsplit(['\\', '/']).next().unwrap_or(question).to_ascii_lowercase();
    let words = |text: &str| -> Vec<String> { text.to_lowercase().split_whitespace().map(str::to_owned).collect() };
    let asked = words(question);
    let has_name = |known: &ThirdParty| {
        [&known.name, &known.vendor].iter().any(|name| {
            let words = words(name);
            !asked.is_empty() && asked.iter().all(|word| words.contains(word))
        })
    };
    let is_library = |known: &ThirdParty| known.has_file(&file) || known.has_file(&format!("{file}.dll"));
    let is_entry = |known: &'static ThirdParty| {
        ThirdParty::named(&Text::from(question)).is_some_and(|named| std::ptr::eq(named, known))
    };
    let known: Vec<&ThirdParty> =
        third_parties().filter(|known| has_name(known) || is_library(known) || is_entry(known)).collect();
    if !known.is_empty() {
        return Some(Answer::Products(known));
    }
    let file_name = |path: &str| path.rsplit('\\').next().unwrap_or(path).to_ascii_lowercase();
    provider::windows_libraries().find(|path| file_name(path) == file).map(Answer::WindowsLibrary)
}

fn message(question: &str) -> Option<Answer> {
    // A rule id with a typing error is not a message.
    if question.contains('-') && !question.contains(' ') {
        return None;
    }
    let found = symptom::by_message(question);
    match found.symptoms.as_slice() {
        [] => None,
        [symptom] => Some(Answer::Symptom { symptom, is_closest: found.is_closest }),
        _ => Some(Answer::Symptoms(found.symptoms)),
    }
}

impl Answer {
    fn write(&self, output: &mut Output) -> io::Result<()> {
        match self {
            Self::Rule(rule) => {
                let Rule { id, severity, group, needs, .. } = rule;
                writeln!(output, "{id}: {}, {}; needs {needs}\n\n{}", severity.name(), group.name(), rule.text())?;
                writeln!(output, "\n# Confidence\n\n{}", rule.confidence_in_words())
            }
            Self::Symptom { symptom, is_closest } => write_symptom(symptom, *is_closest, output),
            Self::Symptoms(symptoms) => list_symptoms(symptoms, output),
            Self::Article => {
                writeln!(output, "{}\n", kb811259::TITLE)?;
                kb811259::STATEMENTS
                    .iter()
                    .try_for_each(|statement| writeln!(output, "{:<6} {}", statement.id, statement.text))
            }
            Self::Statement(statement) => {
                writeln!(output, "{} of {}\n\n{}", statement.id, kb811259::TITLE, statement.text)?;
                let symptoms: Vec<_> =
                    symptom::symptoms().iter().filter(|symptom| symptom.refers_to(statement.id)).collect();
                if !symptoms.is_empty() {
                    writeln!(output, "\n# Error codes and messages\n")?;
                    symptoms.iter().try_for_each(|symptom| writeln!(output, "{}", symptom.title()))?;
                }
                let is_meant = |reference: &Reference| *reference == Reference::Statement(statement);
                list_rules("Rules that refer to it", rules::referring(is_meant), output)
            }
            Self::Techniques(known) => known.iter().enumerate().try_for_each(|(index, known)| {
                let separator = if index > 0 { "\n" } else { "" };
                let url = known.url();
                writeln!(output, "{separator}MITRE ATT&CK {} {}\n{url}", known.id, known.name)?;
                for (heading, fit) in [("Rules that find it", false), ("Rules for which it is the closest fit", true)] {
                    let is_meant = |reference: &Reference| {
                        *reference == Reference::Technique { technique: known, is_closest_fit: fit }
                    };
                    list_rules(heading, rules::referring(is_meant), output)?;
                }
                Ok(())
            }),
            Self::Sigma(rule) => {
                writeln!(output, "Sigma rule \"{}\" ({})", rule.title, rule.id)?;
                let is_meant = |reference: &Reference| *reference == Reference::Sigma(rule);
                list_rules("Rules that refer to it", rules::referring(is_meant), output)
            }
            Self::Term(term) => {
                writeln!(output, "{}\n\n{}", term.title(), term.meaning.trim())?;
                let also: Vec<&str> = term.also.iter().map(String::as_str).collect();
                if !also.is_empty() {
                    writeln!(output, "\nAlso: {}", also.join(", "))?;
                }
                list_rules("Rules that report it", term.rules(), output)
            }
            Self::Products(known) => known.iter().enumerate().try_for_each(|(index, known)| {
                if index > 0 {
                    writeln!(output)?;
                }
                write_product(known, output)
            }),
            Self::Collecting => write!(output, "{}", include_str!("../../../docs/collecting.md")),
            Self::WindowsLibrary(path) => {
                writeln!(output, "{path}\n\nA DLL of Windows that its own Winsock providers load from there.")?;
                let ids = ["base-provider-path-altered", "name-space-library-altered", "library-path-relative"];
                list_rules("Rules about it", ids.iter().filter_map(|id| rules::by_id(id)).collect(), output)
            }
        }
    }
}

fn list_rules(heading: &str, rules: Vec<&Rule>, output: &mut Output) -> io::Result<()> {
    if rules.is_empty() {
        return Ok(());
    }
    writeln!(output, "\n# {heading}\n")?;
    rules.into_iter().try_for_each(|rule| writeln!(output, "{:<32} {}", rule.id, rule.summary()))
}

fn write_product(known: &ThirdParty, output: &mut Output) -> io::Result<()> {
    let vendor = if known.vendor.is_empty() { String::new() } else { format!(" ({})", known.vendor) };
    let nature = match known.nature {
        Nature::Legitimate => "a product that people install on purpose",
        Nature::Unwanted => "potentially unwanted: it comes with other products",
        Nature::Adware => "adware",
        Nature::Malware => "malware",
        _ => "unknown",
    };
    let kinds = known.kinds.iter().map(|kind| match kind {
        ThirdPartyKind::Base => "base provider",
        ThirdPartyKind::Layered => "LSP",
        ThirdPartyKind::NameSpace => "namespace provider",
        ThirdPartyKind::NetworkDirect => "NetworkDirect provider",
        _ => "provider",
    });
    let ids = known.ids.iter().map(|id| id.braced().to_string().to_uppercase());
    let handles = match known.file_handles {
        Some(true) => "yes",
        Some(false) => "no (non-IFS)",
        None => "",
    };
    writeln!(output, "{}{vendor}\n", known.name)?;
    for (label, value) in [
        ("Reputation", nature.to_owned()),
        ("Installs", kinds.collect::<Vec<_>>().join(", ")),
        ("DLLs", known.files.join(", ")),
        ("Folders", known.folders.join(", ")),
        ("Entry names", known.names.join(", ")),
        ("GUIDs", ids.collect::<Vec<_>>().join(", ")),
        ("File handles", handles.to_owned()),
        ("Remark", known.remark.clone()),
        ("Known issues", known.advice().unwrap_or_default()),
        ("How to remove", known.uninstall.clone()),
    ] {
        if !value.is_empty() {
            writeln!(output, "{label:<14} {value}")?;
        }
    }
    writeln!(output, "\nA name, a GUID or a file name alone does not prove that an entry belongs to this product.")
}

fn write_symptom(symptom: &Symptom, is_closest: bool, output: &mut Output) -> io::Result<()> {
    writeln!(output, "{}{}\n", if is_closest { "closest match: " } else { "" }, symptom.title())?;
    symptom.messages.iter().try_for_each(|message| writeln!(output, "“{message}”"))?;
    writeln!(output, "\n# What it means\n\n{}", symptom.meaning)?;
    list_rules("Rules that look for its causes", symptom.rules(), output)?;
    writeln!(output, "\n# What to do\n\n{}", symptom.remedy)?;
    writeln!(output, "\n# References\n")?;
    for id in &symptom.statements {
        if let Some(statement) = kb811259::statement(id) {
            writeln!(output, "* {}", Reference::Statement(statement).line())?;
        }
    }
    if symptom.source.is_empty() { Ok(()) } else { writeln!(output, "* {}", symptom.source) }
}

fn list_symptoms(symptoms: &[&Symptom], output: &mut Output) -> io::Result<()> {
    writeln!(output, "{} errors match; ask for one of them by its code or its message:\n", symptoms.len())?;
    for symptom in symptoms {
        let code = symptom.code.map(|code| code.to_string()).unwrap_or_default();
        let message = symptom.messages.first().map_or("", String::as_str);
        writeln!(output, "{code:>5}  {:<34} “{message}”", symptom.name)?;
    }
    Ok(())
}

/// What can be asked instead: rules with similar ids if there are any, else everything.
fn way_out(question: &str) -> String {
    if !rules::near(question).is_empty() {
        return rules::way_to(question);
    }
    let codes: Vec<String> =
        symptom::symptoms().iter().filter_map(|symptom| symptom.code).map(|code| code.to_string()).collect();
    format!(
        "`catalog9 rules` lists the rules, such as base-provider-missing; the codes are {}; ask for a message by its \
         English words, such as “not a socket”; docs/glossary.md lists the terms",
        codes.join(", ")
    )
}

/// Lists all rules.
pub(in crate::cli) fn list(format: ListFormat, output: &mut Output) -> io::Result<Exit> {
    match format {
        ListFormat::Json => json::write(&v2::RuleList::all(), output)?,
        ListFormat::Table => {
            let mut group = None;
            for rule in rules::ALL {
                if group != Some(rule.group) {
                    let separator = if group.is_some() { "\n" } else { "" };
                    writeln!(output, "{separator}{}", rule.group.name())?;
                    group = Some(rule.group);
                }
                writeln!(output, "  {:<32} {:<8} {}", rule.id, rule.severity.name(), rule.summary())?;
                writeln!(output, "  {:<32} {:<8} needs {}", "", "", rule.needs_in_words())?;
            }
        }
    }
    Ok(Exit::Clean)
}
