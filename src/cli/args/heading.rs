//! `--case` and `--examiner`: what a report says of itself.

use catalog9::catalog::Text;
use catalog9::render::Heading;
use clap::builder::NonEmptyStringValueParser;

use super::policy::PolicyArgs;

/// What a report says of itself.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct HeadingArgs {
    /// Case that the report belongs to, for its first page (HTML)
    #[arg(long, value_name = "CASE", value_parser = NonEmptyStringValueParser::new())]
    pub(in crate::cli) case: Option<String>,

    /// Who examined the evidence, for the first page of the report (HTML)
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(in crate::cli) examiner: Option<String>,
}

impl HeadingArgs {
    /// The heading of a report of a few pieces of evidence, with the command that examines them.
    pub(in crate::cli) fn with_command(&self, policy: Option<&PolicyArgs>) -> Heading {
        Heading { command: Some(command()), ..self.heading(policy) }
    }

    /// The heading of a report.
    pub(in crate::cli) fn heading(&self, policy: Option<&PolicyArgs>) -> Heading {
        let shown = |text: &str| Text::from(text).shortened(200);
        let policy = policy.and_then(|policy| policy.policy.as_ref());
        Heading {
            case: self.case.as_deref().map(shown),
            examiner: self.examiner.as_deref().map(shown),
            command: None,
            policy: policy.map(|policy| shown(&policy.to_string_lossy())),
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
