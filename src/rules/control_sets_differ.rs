use super::machinery::{Findings, Subject, rule};
use crate::catalog::difference::differences;
use crate::sentence::counted;

rule! {
    /// The catalogs differ from those in the Last Known Good control set.
    ///
    /// # What it looks for
    ///
    /// If the Last Known Good control set is not the current one: entries, paths, counts and values of
    /// `WinSock2\Parameters` that differ between the two. The report lists each difference.
    ///
    /// # Why it matters
    ///
    /// It is a free snapshot of an earlier state.
    ///
    /// # When it is harmless
    ///
    /// If software was installed since the last good start.
    ///
    /// # What to do
    ///
    /// Read the differences.
    ///
    /// # References
    ///
    /// `Select` in nine hives with two control sets, which are equal in all of them
    "control-sets-differ", Note, History, Intact, needs [CONTROL_SETS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(before) = subject.last_known_good else { return };
    let count = differences(before, subject.catalogs).len();
    if count > 0 {
        let differences = counted(count, "difference");
        findings.add(format!("{differences} between the Last Known Good control set and the current one"));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::baseline::Baseline;
    use crate::catalog::{Facts, notation};
    use crate::finding::Finding;
    use crate::rules::{Subject, judge};

    const CASE: &str = "windows  5.1 x86 sp3\n1001  tcp\n1002  udp";

    fn complaints(before: &str, now: &str) -> Vec<String> {
        let [before, mut now] = [before, now].map(|case| notation::parse(case).unwrap());
        now.told |= Facts::CONTROL_SETS;
        let baseline = Baseline::of(&now);
        let last_known_good = Some(&before);
        let judgement = judge(&[&RULE], &Subject { last_known_good, ..Subject::new(&now, &baseline) });
        assert_eq!(judgement.not_judged, []);
        judgement.findings.iter().map(Finding::sentence).collect()
    }

    #[test]
    fn a_provider_was_installed_since() {
        let now = format!("{CASE}\n1017  layered  C:\\lsp.dll  Foo");
        assert_eq!(
            complaints(CASE, &now),
            ["3 differences between the Last Known Good control set and the current one"]
        );
    }

    #[test]
    fn nothing_changed_since() {
        assert!(complaints(CASE, CASE).is_empty());
    }
}
