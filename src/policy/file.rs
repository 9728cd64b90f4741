//! The policy file, which is TOML.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use jiff::civil::Date;
use miette::Diagnostic;
use serde::Deserialize;
use thiserror::Error;
use toml::Spanned;
use toml::value::Datetime;

use super::Policy;
use super::allowance::{Allowance, PathPattern, glob};
use crate::catalog::{Guid, Text};
use crate::finding::Severity;
use crate::rules;

/// Longest piece of the file that is shown, in characters.
const LONGEST: usize = 100;

/// Why a file is no policy.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
#[error("line {line}: {message}")]
#[diagnostic(code(catalog9::policy), help("{help}"))]
pub struct PolicyError {
    /// Its line, counted from 1.
    line: usize,
    /// What was expected, and what was found.
    message: String,
    /// The way out.
    help: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    allow: Vec<Spanned<AllowTable>>,
    #[serde(default)]
    severity: BTreeMap<Spanned<String>, Spanned<String>>,
    #[serde(default)]
    rules: RulesTable,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AllowTable {
    provider: Option<Spanned<String>>,
    path: Option<Spanned<String>>,
    file: Option<Spanned<String>>,
    #[serde(default)]
    rules: Vec<Spanned<String>>,
    reason: Spanned<String>,
    until: Spanned<Datetime>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesTable {
    only: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    skip: Vec<Spanned<String>>,
}

impl Policy {
    /// Reads a policy as it holds on that day.
    ///
    /// # Errors
    ///
    /// Where it is no TOML, has keys or values that a policy has not, or names a rule that does not exist.
    pub fn read(toml: &str, as_of: Date) -> Result<Self, PolicyError> {
        Reader { toml }.policy(as_of)
    }
}

struct Reader<'t> {
    toml: &'t str,
}

impl Reader<'_> {
    fn policy(&self, as_of: Date) -> Result<Policy, PolicyError> {
        let file: File = toml::from_str(self.toml).map_err(|error| {
            let message = error.message().trim().replace('\n', ", ");
            self.refuse(error.span().unwrap_or_default(), Text::new(message).shortened(LONGEST * 2), FORM)
        })?;
        let allowances = file.allow.iter().map(|table| self.allowance(table)).collect::<Result<Vec<_>, _>>()?;
        let (allowances, expired) = allowances.into_iter().partition(|allowance| allowance.until >= as_of);
        let severities = file.severity.iter().map(|(rule, severity)| Ok((self.rule(rule)?, self.severity(severity)?)));
        let only = file.rules.only.as_deref().map(|rules| self.rules(rules)).transpose()?;
        Ok(Policy {
            allowances,
            expired,
            severities: severities.collect::<Result<_, _>>()?,
            only,
            skipped: self.rules(&file.rules.skip)?,
            least: None,
        })
    }

    fn allowance(&self, table: &Spanned<AllowTable>) -> Result<Allowance, PolicyError> {
        let AllowTable { provider, path, file, rules, reason, until } = table.get_ref();
        if provider.is_none() && path.is_none() && file.is_none() {
            let message = "expected a provider to allow, found neither `provider` nor `path` nor `file`";
            return Err(self.refuse(
                table.span(),
                message,
                "give at least one; if there are several, all of them must match",
            ));
        }
        Ok(Allowance {
            provider: provider.as_ref().map(|provider| self.guid(provider)).transpose()?,
            path: path.as_ref().map(|path| self.path(path)).transpose()?,
            file: file.as_ref().map(|file| self.file(file)).transpose()?,
            rules: self.rules(rules)?,
            reason: self.reason(reason)?,
            until: self.date(until)?,
        })
    }

    fn guid(&self, text: &Spanned<String>) -> Result<Guid, PolicyError> {
        Guid::try_parse(text.get_ref()).map_err(|_| {
            self.unexpected(text, "a GUID", "write it as in reports: {e70f1aa0-ab8b-11cf-8ca3-00805f48a192}")
        })
    }

    fn path(&self, text: &Spanned<String>) -> Result<PathPattern, PolicyError> {
        let pattern = PathPattern::new(text.get_ref()).map_err(|error| self.no_pattern(text, &error))?;
        pattern.ok_or_else(|| {
            let help =
                r"begin it with a drive, a server or a variable such as %ProgramFiles%\; `file` takes just a name";
            self.unexpected(text, "a path that says where the DLL is", help)
        })
    }

    fn file(&self, text: &Spanned<String>) -> Result<globset::GlobMatcher, PolicyError> {
        if text.get_ref().contains(['\\', '/']) || text.get_ref().is_empty() {
            return Err(self.unexpected(text, "the name of a file", "for a path use `path`"));
        }
        glob(text.get_ref()).map_err(|error| self.no_pattern(text, &error))
    }

    fn reason(&self, text: &Spanned<String>) -> Result<String, PolicyError> {
        let reason = text.get_ref().trim();
        if reason.is_empty() {
            return Err(self.unexpected(
                text,
                "a reason",
                "state why the provider is allowed, for those who read the policy later",
            ));
        }
        Ok(Text::from(reason).to_string())
    }

    fn date(&self, value: &Spanned<Datetime>) -> Result<Date, PolicyError> {
        let date = value.get_ref();
        let day = date.date.filter(|_| date.time.is_none() && date.offset.is_none()).and_then(|day| {
            let parts = (i16::try_from(day.year), i8::try_from(day.month), i8::try_from(day.day));
            let (Ok(year), Ok(month), Ok(day)) = parts else { return None };
            Date::new(year, month, day).ok()
        });
        day.ok_or_else(|| {
            let message = format!("expected a day, found {date}");
            self.refuse(value.span(), message, "write the last day on which it is allowed, such as 2027-06-30")
        })
    }

    fn severity(&self, text: &Spanned<String>) -> Result<Severity, PolicyError> {
        let help = "`rules.skip` skips a rule completely";
        Severity::by_name(text.get_ref()).ok_or_else(|| self.unexpected(text, "note, warning or error", help))
    }

    fn rules(&self, ids: &[Spanned<String>]) -> Result<BTreeSet<&'static str>, PolicyError> {
        ids.iter().map(|id| self.rule(id)).collect()
    }

    fn rule(&self, id: &Spanned<String>) -> Result<&'static str, PolicyError> {
        let rule = rules::by_id(id.get_ref()).map(|rule| rule.id);
        rule.ok_or_else(|| self.unexpected(id, "the id of a rule", &rules::way_to(id.get_ref())))
    }

    fn no_pattern(&self, text: &Spanned<String>, error: &globset::Error) -> PolicyError {
        let kind = error.kind().to_string();
        self.unexpected(text, "a pattern", &format!("{kind}; `*` stands for any characters, `[[]` for a bracket"))
    }

    fn unexpected(&self, text: &Spanned<String>, expected: &str, help: &str) -> PolicyError {
        let found = Text::from(text.get_ref().as_str()).shortened(LONGEST);
        self.refuse(text.span(), format!("expected {expected}, found \"{found}\""), help)
    }

    fn refuse(&self, span: Range<usize>, message: impl Into<String>, help: &str) -> PolicyError {
        let before = self.toml.get(..span.start).unwrap_or(self.toml);
        PolicyError { line: before.matches('\n').count() + 1, message: message.into(), help: help.to_owned() }
    }
}

/// The way out of what TOML or its keys forbid.
const FORM: &str = "a policy has [[allow]], [severity] and [rules]; docs/policy.md describes them";
