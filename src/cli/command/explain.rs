//! `catalog9 explain` and `catalog9 rules`.

use std::io::{self, Write};

use catalog9::catalog::Text;
use catalog9::render::json;
use catalog9::rules::{self, Rule};
use catalog9::symptom::{self, Symptom};
use catalog9::wire::v1;

use crate::cli::args::ListFormat;
use crate::cli::output::{Exit, Output, complain};

/// Explains what was asked for: a rule, a code or a message.
pub(in crate::cli) fn explain(question: &str, output: &mut Output) -> io::Result<Exit> {
    if let Some(rule) = rules::by_id(question) {
        return explain_rule(rule, output);
    }
    let symptoms = match symptom::parse_code(question) {
        Some(code) => symptom::by_code(code).into_iter().collect(),
        // The id of a rule that is written wrongly is no message.
        None if question.contains('-') && !question.contains(' ') => Vec::new(),
        None => symptom::by_message(question),
    };
    match symptoms.as_slice() {
        [] => {
            complain(&miette::miette!(
                code = "catalog9::not_explained",
                help = way_out(question),
                "expected the id of a rule, a code or words of a message, found {}",
                Text::from(question).shortened(100)
            ));
            return Ok(Exit::Usage);
        }
        [symptom] => explain_symptom(symptom, output)?,
        symptoms => list_symptoms(symptoms, output)?,
    }
    Ok(Exit::Clean)
}

fn explain_rule(rule: &Rule, output: &mut Output) -> io::Result<Exit> {
    let Rule { id, severity, group, needs, .. } = rule;
    writeln!(output, "{id}: {}, {}; needs {needs}\n\n{}", severity.name(), group.name(), rule.text())?;
    writeln!(output, "\n# Confidence\n\n{}", rule.confidence_in_words())?;
    Ok(Exit::Clean)
}

fn explain_symptom(symptom: &Symptom, output: &mut Output) -> io::Result<()> {
    writeln!(output, "{}\n", symptom.title())?;
    symptom.messages.iter().try_for_each(|message| writeln!(output, "“{message}”"))?;
    writeln!(output, "\n# What it means\n\n{}", symptom.meaning)?;
    writeln!(output, "\n# Rules that look for its causes\n")?;
    symptom.rules().into_iter().try_for_each(|rule| writeln!(output, "{:<32} {}", rule.id, rule.summary()))?;
    writeln!(output, "\n# What to do\n\n{}", symptom.remedy)?;
    let source = Some(&symptom.source).filter(|source| !source.is_empty());
    let references: Vec<&str> = symptom.statements.iter().chain(source).map(String::as_str).collect();
    writeln!(output, "\n# References\n\n{}", references.join("; "))
}

fn list_symptoms(symptoms: &[&Symptom], output: &mut Output) -> io::Result<()> {
    writeln!(
        output,
        "{} symptoms have these words; ask for one of them by its code or its message:\n",
        symptoms.len()
    )?;
    for symptom in symptoms {
        let code = symptom.code.map(|code| code.to_string()).unwrap_or_default();
        let message = symptom.messages.first().map_or("", String::as_str);
        writeln!(output, "{code:>5}  {:<34} “{message}”", symptom.name)?;
    }
    Ok(())
}

/// What can be asked for instead: rules whose ids are like it, where there are any, or else everything.
fn way_out(question: &str) -> String {
    if !rules::near(question).is_empty() {
        return rules::way_to(question);
    }
    let codes: Vec<String> =
        symptom::symptoms().iter().filter_map(|symptom| symptom.code).map(|code| code.to_string()).collect();
    format!(
        "`catalog9 rules` lists the rules, such as base-provider-missing; the codes are {}; a message is asked for by \
         its English words, such as “not a socket”",
        codes.join(", ")
    )
}

/// Lists all rules.
pub(in crate::cli) fn list(format: ListFormat, output: &mut Output) -> io::Result<Exit> {
    match format {
        ListFormat::Json => json::write(&v1::RuleList::all(), output)?,
        ListFormat::Table => {
            let mut group = None;
            for rule in rules::ALL {
                if group != Some(rule.group) {
                    let separator = if group.is_some() { "\n" } else { "" };
                    writeln!(output, "{separator}{}", rule.group.name())?;
                    group = Some(rule.group);
                }
                writeln!(output, "  {:<32} {:<8} {}", rule.id, rule.severity.name(), rule.summary())?;
                writeln!(output, "  {:<32} {:<8} needs {}", "", "", rule.needs)?;
            }
        }
    }
    Ok(Exit::Clean)
}
