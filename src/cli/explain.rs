//! `catalog9 explain` and `catalog9 rules`.

use std::io::{self, Write};

use catalog9::catalog::Text;
use catalog9::rules::{self, Rule};

use super::exit::Exit;
use super::output::{Output, complain};

/// Prints the page of a rule.
pub(super) fn explain(id: &str, output: &mut Output) -> io::Result<Exit> {
    let Some(rule) = rules::by_id(id) else {
        let known: Vec<&str> = rules::ALL.iter().map(|rule| rule.id).collect();
        complain(&miette::miette!(
            code = "catalog9::no_such_rule",
            help = format!("the rules are {}", known.join(", ")),
            "expected the id of a rule, found {}",
            Text::from(id).shortened(100)
        ));
        return Ok(Exit::Usage);
    };
    let Rule { id, severity, group, needs, .. } = rule;
    writeln!(output, "{id}: {}, {}; needs {needs}\n\n{}", severity.name(), group.name(), rule.text())?;
    Ok(Exit::Clean)
}

/// Lists all rules, one a line.
pub(super) fn list(output: &mut Output) -> io::Result<Exit> {
    for rule in rules::ALL {
        writeln!(output, "{:<32} {:<8} {}", rule.id, rule.severity.name(), rule.summary())?;
    }
    Ok(Exit::Clean)
}
