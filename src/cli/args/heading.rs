//! `--case`, `--examiner` and `--redact`: what a report says of itself, and what it hides.

use catalog9::catalog::Text;
use catalog9::render::{Heading, Hidden};
use clap::ValueEnum;
use clap::builder::NonEmptyStringValueParser;

use super::policy::PolicyArgs;

// What a report says of itself.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct HeadingArgs {
    /// Case that the report belongs to, for its first page (HTML)
    #[arg(long, value_name = "CASE", value_parser = NonEmptyStringValueParser::new())]
    pub(in crate::cli) case: Option<String>,

    /// Who examined the evidence, for the first page of the report (HTML)
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(in crate::cli) examiner: Option<String>,

    /// Replace names with pseudonyms, the same in every report, and leave the command out (HTML)
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(in crate::cli) redact: Vec<Names>,
}

/// Names that are hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Names {
    /// Names of computers
    Host,
    /// Names of the folders of users, and their SIDs
    User,
    /// Folders that contain the evidence
    Path,
}

impl HeadingArgs {
    /// The heading of a report of a few pieces of evidence, with the command that examines them.
    pub(in crate::cli) fn with_command(&self, policy: Option<&PolicyArgs>) -> Heading {
        let heading = self.heading(policy);
        Heading { command: (!heading.hidden.is_anything()).then(command), ..heading }
    }

    /// The heading of a report.
    pub(in crate::cli) fn heading(&self, policy: Option<&PolicyArgs>) -> Heading {
        let shown = |text: &str| Text::from(text).shortened(200);
        let [hosts, users, paths] = [Names::Host, Names::User, Names::Path].map(|names| self.redact.contains(&names));
        let policy = policy.and_then(|policy| policy.policy.as_ref()).filter(|_| self.redact.is_empty());
        Heading {
            case: self.case.as_deref().map(shown),
            examiner: self.examiner.as_deref().map(shown),
            command: None,
            policy: policy.map(|policy| shown(&policy.to_string_lossy())),
            hidden: Hidden { hosts, users, paths },
        }
    }
}

/// The command line as it can be typed again, without the folder of the program, and without where the result goes: the
/// same examination is reported with the same bytes in every place.
fn command() -> String {
    let mut words = vec!["catalog9".to_owned()];
    let mut arguments = std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    while let Some(argument) = arguments.next() {
        if OUTPUTS.contains(&argument.as_str()) {
            arguments.next();
        } else if !OUTPUTS.iter().any(|output| argument.strip_prefix(output).is_some_and(|rest| rest.starts_with('=')))
        {
            words.push(quoted(argument));
        }
    }
    Text::from(words.join(" ").as_str()).shortened(2000)
}

/// The options that say where a result goes, and in which format.
const OUTPUTS: [&str; 4] = ["--format", "-f", "--output", "-o"];

/// An argument in quotes where a shell would take it apart.
fn quoted(argument: String) -> String {
    let is_plain = |one: char| one.is_alphanumeric() || "-_./\\:=@%+,#{}".contains(one);
    if !argument.is_empty() && argument.chars().all(is_plain) {
        argument
    } else {
        format!("'{}'", argument.replace('\'', r"'\''"))
    }
}
