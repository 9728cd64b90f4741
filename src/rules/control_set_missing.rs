use super::machinery::{Findings, Subject, rule};
use crate::finding::Severity;

rule! {
    /// `Select` names a control set that does not exist.
    ///
    /// # What it looks for
    ///
    /// `Select\Default` or `Select\Current` with a number that no key `ControlSetNNN` has, or without a value. In place of
    /// the current control set the report then examines the default one, that of the last good start or the first one, in
    /// this order, and says which.
    ///
    /// # Why it matters
    ///
    /// Windows starts with the control set that `Default` names. Without it, it falls back to the last good one or does
    /// not start at all. `Current` is the one that Windows ran with when the hive was stored: without it, nobody can say
    /// which of the others that was, so a good verdict on one of them says nothing of the system.
    ///
    /// # When it is harmless
    ///
    /// Windows setup leaves hives without a current control set, which have no catalogs either.
    ///
    /// # What to do
    ///
    /// Examine all control sets with `--control-set all`, and find out who changed `Select`. No program of Windows writes a
    /// number there that does not exist.
    ///
    /// # References
    ///
    /// `Select` as the hives of Windows XP, Server 2003, 7, 8.1 and 10 have it
    "control-set-missing", Error, BreaksNetworking, Corrupt, needs [CONTROL_SETS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for dangling in &subject.catalogs.dangling_selections {
        let value = dangling.value;
        let found = dangling.number.map_or_else(|| "no such value".to_owned(), |number| number.to_string());
        let names = dangling.number.map_or_else(
            || "names no control set".to_owned(),
            |number| format!("names ControlSet{number:03}, which does not exist"),
        );
        let instead = dangling.instead.as_ref().map(|name| format!("; {name} was examined instead"));
        let message = format!(r"Select\{value} {names}{}", instead.unwrap_or_default());
        let finding = findings.at(&dangling.place, message).instead("the number of a control set", found);
        if value == "Current" {
            finding.severity(Severity::Warning);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::catalog::{Facts, notation};
    use crate::finding::Severity;
    use crate::rules::machinery::{complaints_of, severities};

    fn complaints(lines: &str) -> Vec<String> {
        let mut catalogs = notation::parse(lines).unwrap();
        catalogs.told |= Facts::CONTROL_SETS;
        complaints_of(&RULE, &catalogs)
    }

    #[test]
    fn what_windows_starts_with_is_not_there() {
        assert_eq!(complaints("select  Default  3"), [r"Select\Default names ControlSet003, which does not exist"]);
        assert_eq!(severities(&RULE, "select  Default  3"), [Severity::Error]);
    }

    #[test]
    fn nobody_knows_what_windows_ran_with() {
        assert_eq!(complaints("select  Current  0"), [r"Select\Current names ControlSet000, which does not exist"]);
        assert_eq!(severities(&RULE, "select  Current  0"), [Severity::Warning]);
    }

    #[test]
    fn both_name_what_is_there() {
        assert!(complaints("windows  10.0.19041 x64\n1001  tcp").is_empty());
    }
}
