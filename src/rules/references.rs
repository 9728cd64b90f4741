//! What the pages of rules refer to, with the names that people know.

use super::kb811259::{Statement, statement};

/// A technique of MITRE ATT&CK.
#[derive(Debug, PartialEq, Eq)]
pub struct Technique {
    /// Its id, such as `T1574.001`.
    pub id: &'static str,
    /// Its name; of a sub-technique, after the name of its technique.
    pub name: &'static str,
}

impl Technique {
    /// Its page.
    #[must_use]
    pub fn url(&self) -> String {
        format!("https://attack.mitre.org/techniques/{}/", self.id.replace('.', "/"))
    }
}

/// The techniques that rules refer to. Names as of version 18 of ATT&CK.
pub const TECHNIQUES: &[Technique] = &[
    Technique { id: "T1036.005", name: "Masquerading: Match Legitimate Resource Name or Location" },
    Technique { id: "T1112", name: "Modify Registry" },
    Technique { id: "T1553.002", name: "Subvert Trust Controls: Code Signing" },
    Technique { id: "T1554", name: "Compromise Host Software Binary" },
    Technique { id: "T1557", name: "Adversary-in-the-Middle" },
    Technique { id: "T1564", name: "Hide Artifacts" },
    Technique { id: "T1574", name: "Hijack Execution Flow" },
    Technique { id: "T1574.001", name: "Hijack Execution Flow: DLL" },
    Technique { id: "T1574.010", name: "Hijack Execution Flow: Services File Permissions Weakness" },
    Technique { id: "T1574.011", name: "Hijack Execution Flow: Services Registry Permissions Weakness" },
];

/// A detection rule of Sigma.
#[derive(Debug, PartialEq, Eq)]
pub struct SigmaRule {
    /// Its id, a UUID.
    pub id: &'static str,
    /// Its title.
    pub title: &'static str,
}

/// The detection rules that rules refer to.
pub const SIGMA_RULES: &[SigmaRule] = &[
    SigmaRule { id: "d6c2ce7e-afb5-4337-9ca4-4b5254ed0565", title: "WinSock2 Autorun Keys Modification" },
    SigmaRule { id: "e6fe26ee-d063-4f5b-b007-39e90aaf50e3", title: "Potential Persistence Via AutodialDLL" },
];

/// Something that the page of a rule refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reference {
    /// A statement of Microsoft KB 811259.
    Statement(&'static Statement),
    /// A technique of ATT&CK.
    Technique {
        /// The technique.
        technique: &'static Technique,
        /// Whether it is only the closest one: ATT&CK has none for this.
        is_closest_fit: bool,
    },
    /// A detection rule of Sigma.
    Sigma(&'static SigmaRule),
    /// Anything else, in words.
    Other(&'static str),
}

impl Reference {
    /// The reference with all that is known of it, as one line.
    #[must_use]
    pub fn line(self) -> String {
        match self {
            Self::Statement(Statement { id, text }) => format!("Microsoft KB 811259 ({id}): {text}"),
            Self::Technique { technique: Technique { id, name }, is_closest_fit } => {
                format!("MITRE ATT&CK {id} {name}{}", if is_closest_fit { " (closest fit)" } else { "" })
            }
            Self::Sigma(SigmaRule { id, title }) => format!("Sigma rule \"{title}\" ({id})"),
            Self::Other(words) => words.to_owned(),
        }
    }
}

const CLOSEST_FIT: &str = " (closest fit)";

/// Reads the section References of a page: references separated by semicolons, statements also by commas.
pub(super) fn read(section: &'static str) -> Vec<Reference> {
    section.split(';').map(str::trim).filter(|part| !part.is_empty()).flat_map(of_part).collect()
}

fn of_part(part: &'static str) -> Vec<Reference> {
    if part.starts_with("KB-") {
        let statements: Option<Vec<_>> = part.split(", ").map(|id| statement(id).map(Reference::Statement)).collect();
        return statements.unwrap_or_else(|| vec![Reference::Other(part)]);
    }
    if let Some(technique) = part.strip_prefix("ATT&CK ") {
        let id = technique.strip_suffix(CLOSEST_FIT);
        let known = TECHNIQUES.iter().find(|known| known.id == id.unwrap_or(technique));
        let reference = known.map(|technique| Reference::Technique { technique, is_closest_fit: id.is_some() });
        return vec![reference.unwrap_or(Reference::Other(part))];
    }
    let sigma = part.strip_prefix("Sigma ").and_then(|id| SIGMA_RULES.iter().find(|known| known.id == id));
    vec![sigma.map_or(Reference::Other(part), Reference::Sigma)]
}

/// The references in a few words: `Microsoft KB 811259 (KB-22, KB-23); MITRE ATT&CK T1112 Modify Registry`.
pub(super) fn in_brief(references: &[Reference]) -> String {
    let statements = references.iter().filter_map(|reference| match reference {
        Reference::Statement(statement) => Some(statement.id),
        _ => None,
    });
    let statements: Vec<&str> = statements.collect();
    let article = (!statements.is_empty()).then(|| format!("Microsoft KB 811259 ({})", statements.join(", ")));
    let others = references.iter().filter(|reference| !matches!(reference, Reference::Statement(_)));
    article.into_iter().chain(others.map(|reference| reference.line())).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{ALL, Group, referring};

    #[test]
    fn every_id_that_a_page_refers_to_is_known() {
        for rule in ALL {
            for reference in rule.refers_to() {
                if let Reference::Other(words) = reference {
                    let is_id = ["KB-", "ATT&CK", "Sigma"].iter().any(|prefix| words.starts_with(prefix));
                    assert!(!is_id, "{}: {words}", rule.id);
                }
            }
        }
    }

    #[test]
    fn every_technique_and_detection_rule_is_referred_to() {
        let is_referred_to = |is_meant: &dyn Fn(&Reference) -> bool| !referring(is_meant).is_empty();
        for known in TECHNIQUES {
            let is_meant = |reference: &Reference| matches!(reference, Reference::Technique { technique, .. } if *technique == known);
            assert!(is_referred_to(&is_meant), "{}", known.id);
        }
        for known in SIGMA_RULES {
            assert!(is_referred_to(&|reference| *reference == Reference::Sigma(known)), "{}", known.title);
        }
    }

    #[test]
    fn every_hijack_rule_has_a_technique() {
        for rule in ALL.iter().filter(|rule| rule.group == Group::Hijack) {
            let has_technique =
                rule.refers_to().iter().any(|reference| matches!(reference, Reference::Technique { .. }));
            assert!(has_technique, "{}", rule.id);
        }
    }

    #[test]
    fn references_are_written_with_names() {
        let rule = crate::rules::by_id("library-path-relative").unwrap();
        assert_eq!(
            rule.references(),
            "Microsoft KB 811259 (KB-22); MITRE ATT&CK T1574.001 Hijack Execution Flow: DLL; Sigma rule \"WinSock2 \
             Autorun Keys Modification\" (d6c2ce7e-afb5-4337-9ca4-4b5254ed0565)"
        );
        let page = rule.text();
        assert!(page.contains("* Microsoft KB 811259 (KB-22): A section with any other name"), "{page}");
        let closest = crate::rules::by_id("environment-redirected").unwrap().references();
        assert_eq!(closest, "MITRE ATT&CK T1112 Modify Registry (closest fit)");
    }
}
