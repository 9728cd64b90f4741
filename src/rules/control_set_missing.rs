use super::machinery::{Findings, Subject, rule};
use crate::finding::Severity;

rule! {
    /// `Select` names a control set that does not exist.
    ///
    /// # What it looks for
    ///
    /// `Select\Default` or `Select\Current`, if the value is missing or no key `ControlSetNNN` has that number. In
    /// place of the current control set the report then examines the default one, the Last Known Good one or the first
    /// one, in this order, and states which.
    ///
    /// # Why it matters
    ///
    /// Windows starts with the control set that `Default` names. If it does not exist, Windows falls back to the Last
    /// Known Good control set or does not start. `Current` is the control set that Windows was using when the hive was
    /// saved. Without it nobody can know which of the others that was, so a good verdict on one of them proves nothing
    /// about the system.
    ///
    /// # When it is harmless
    ///
    /// Windows setup creates hives without a current control set. They have no catalogs either.
    ///
    /// # What to do
    ///
    /// Examine all control sets with `--control-set all`, and find out who changed `Select`. No Windows program writes
    /// the number of a missing control set there.
    ///
    /// # References
    ///
    /// `Select` in hives of Windows XP, Server 2003, 7, 8.1 and 10
    "control-set-missing", Error, BreaksNetworking, Corrupt, needs [CONTROL_SETS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for dangling in &subject.catalogs.dangling_selections {
        let value = dangling.value;
        let found = dangling.number.map_or_else(|| "no such value".to_owned(), |number| number.to_string());
        let names = dangling.number.map_or_else(
            || "is missing".to_owned(),
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
