//! Plans as one file for a browser: what to do in which order, and what a fix changes.

use std::io::{self, Write};

use maud::{Markup, html};

use super::{changes, comparison, left, outcome, problems, sections, sentence, steps};
use crate::render::heading::Sheet;
use crate::render::html::document;
use crate::render::html::joined;
use crate::render::html::words::{Cell, facts, prose, table, text};
use crate::render::redact::Redaction;
use crate::repair::{Plan, Refusal};

pub(super) fn write(plan: &Plan, sheet: &Sheet, writer: &mut dyn Write) -> io::Result<()> {
    let mut redaction = Redaction::new(sheet.heading.hidden);
    plan.host.iter().for_each(|host| redaction.host(&host.lossy()));
    redaction.label(&plan.path.lossy());
    let write = |writer: &mut dyn Write| {
        document::begin(&format!("Repair of {}", plan.path.shortened(100)), &sheet.heading, writer)?;
        document::write(&of(plan), writer)?;
        document::end(&sheet.heading, writer)
    };
    redaction.report(write, writer)
}

fn of(plan: &Plan) -> Markup {
    let is_sound = matches!(plan.files, Err(Refusal::Nothing)) && plan.problems.is_empty();
    let (class, title) = match &plan.files {
        _ if is_sound => ("good", "Nothing to repair"),
        Ok(_) => ("note", "A repair is ready"),
        Err(_) => ("warning", "There is no registration file for this"),
    };
    html! {
        article.report aria-labelledby="title" {
            header.first {
                p.eyebrow { "Repair plan" }
                div.verdict.(class) {
                    p.label { "Result" }
                    h1 id="title" { (title) }
                    p.lead {
                        @if is_sound { "Nothing is wrong with these catalogs." } @else { (text(&outcome(plan))) }
                    }
                    p.meaning { "catalog9 changes no registry. It writes files that an administrator reads and imports." }
                }
                section {
                    h2 id="system" { "The system" }
                    (facts([
                        ("Evidence", Some(Cell::Code(plan.path.shortened(200)))),
                        ("Kind", Some(Cell::Words(plan.kind.title().to_owned()))),
                        ("Host", Some(Cell::Words(plan.host.as_ref().map_or_else(|| "unknown".to_owned(), |host| host.shortened(40))))),
                        ("Windows", Some(Cell::Words(plan.windows.clone()))),
                        ("Control set", plan.control_set.as_ref().map(|name| Cell::Words(name.shortened(40)))),
                    ]))
                }
            }
            (guide(plan))
            (wrong(plan))
            (fix(plan))
            (afterwards(plan))
            (stays(plan))
        }
    }
}

fn part(id: &str, title: &str, content: &Markup) -> Markup {
    html! { section.part { h2 id=(id) { (title) } (content) } }
}

fn guide(plan: &Plan) -> Markup {
    if plan.guide.is_empty() {
        return html! {};
    }
    let steps = html! {
        ol.guide {
            @for advice in &plan.guide {
                li {
                    h3 { (advice.title) }
                    @for sentence in &advice.how { p { (prose(sentence)) } }
                    @if !advice.commands.is_empty() {
                        pre tabindex="0" { code { @for command in &advice.commands { (text(command)) "\n" } } }
                    }
                    @if let Some(loses) = advice.loses { p.loses { strong { "Loses " } (loses) "." } }
                }
            }
        }
        @if let Some(sections) = sections(plan) { p { (sections) } }
    };
    part("guide", "What to do, in this order", &steps)
}

fn wrong(plan: &Plan) -> Markup {
    let rows = problems(plan);
    if rows.is_empty() {
        return html! {};
    }
    let rows = rows.into_iter().map(|(severity, rule, sentence)| {
        vec![
            Cell::Markup(html! { span.badge.(severity) { (severity) } }),
            Cell::Words(sentence),
            Cell::Code(rule.to_owned()),
        ]
    });
    part("wrong", "What is wrong", &table("Findings", &["Severity", "Finding", "Rule"], rows))
}

fn fix(plan: &Plan) -> Markup {
    let rows = steps(plan);
    if rows.is_empty() {
        return html! {};
    }
    let rows = rows.iter().map(|(step, catalogs)| {
        vec![
            Cell::Words(sentence(step, catalogs)),
            Cell::Words(step.confidence.name().to_owned()),
            Cell::Words(step.loses.clone().unwrap_or_default()),
        ]
    });
    let title = if plan.files.is_ok() { "What the fix changes" } else { "What a fix would change" };
    part("fix", title, &table("Changes", &["Change", "Confidence", "Loses"], rows))
}

fn afterwards(plan: &Plan) -> Markup {
    let lines = changes(plan);
    if lines.is_empty() {
        return html! {};
    }
    let content = html! {
        ul { @for line in lines.iter().take(200) { li { (text(line)) } } }
        @if let Some(comparison) = &plan.changes { (joined::pictures(&comparison.alignments, comparison::place)) }
    };
    part("afterwards", "What is different afterwards", &content)
}

fn stays(plan: &Plan) -> Markup {
    let rows = left(plan);
    if rows.is_empty() {
        return html! {};
    }
    let rows = rows.into_iter().map(|(rule, sentence, reason)| {
        vec![Cell::Words(sentence), Cell::Words(reason.to_owned()), Cell::Code(rule.to_owned())]
    });
    part(
        "stays",
        "What stays, and why",
        &table("Findings that the plan leaves alone", &["Finding", "Why", "Rule"], rows),
    )
}
