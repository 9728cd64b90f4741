use super::machinery::{Findings, Subject, rule};
use crate::catalog::difference::differences;
use crate::sentence::counted;

rule! {
    /// The catalogs are not those of the last good start.
    ///
    /// # What it looks for
    ///
    /// Where the control set that Windows last started well with is another than the current one: entries, paths,
    /// counts and values of `WinSock2\Parameters` that are not the same in both. The report has the differences one
    /// by one.
    ///
    /// # Why it matters
    ///
    /// It is a state from before, for nothing.
    ///
    /// # When it is harmless
    ///
    /// When software was installed since the last good start.
    ///
    /// # What to do
    ///
    /// Read the differences.
    ///
    /// # References
    ///
    /// `Select` as nine hives with two control sets show it: in all of them the two are equal
    "control-sets-differ", Note, History, Intact, needs [CONTROL_SETS]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(before) = subject.last_known_good else { return };
    let count = differences(before, subject.catalogs).len();
    if count > 0 {
        let things = counted(count, "thing");
        findings.add(format!("{things} in the catalogs changed since the last good start"));
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
        assert_eq!(complaints(CASE, &now), ["3 things in the catalogs changed since the last good start"]);
    }

    #[test]
    fn nothing_changed_since() {
        assert!(complaints(CASE, CASE).is_empty());
    }
}
