//! Programs that people did not ask for: nothing that is said of their providers may sound harmless.

use crate::baseline::{Knowledge, ThirdParty};
use crate::catalog::CanonicalPath;
use crate::finding::{EntryName, Finding, Severity, Verdict};

/// Makes additions of adware and of programs that come along with others what they are: a potentially unwanted program.
pub(super) fn mark(findings: &mut [Finding], knowledge: &Knowledge) {
    for finding in findings {
        let is_addition = matches!(finding.implies, Verdict::KnownAdditions | Verdict::Additions);
        let mut entries = finding.entry.iter().chain(&finding.further_entries);
        if is_addition && entries.any(|entry| is_unwanted(entry, knowledge)) {
            finding.implies = Verdict::PotentiallyUnwanted;
            finding.severity = finding.severity.max(Severity::Warning);
            finding.harmless = None;
        }
    }
}

fn is_unwanted(entry: &EntryName, knowledge: &Knowledge) -> bool {
    let path = entry.library.as_ref().map(|path| CanonicalPath::new(&path.lossy(), true));
    let known = ThirdParty::of(entry.provider_id, path.as_ref()).or_else(|| ThirdParty::named(&entry.name));
    let of_user = knowledge.provider(entry.provider_id, path.as_ref(), &entry.name).map(|known| &known.provider);
    known.into_iter().chain(of_user).any(|known| known.nature.is_unwanted())
}

#[cfg(test)]
mod tests {
    use crate::baseline::Baseline;
    use crate::catalog::notation;
    use crate::finding::{Severity, Verdict};
    use crate::rules::{ALL, Subject, judge};

    fn told(entries: &str) -> Vec<(Verdict, Severity, bool)> {
        let catalogs = notation::parse(&format!("windows  6.1 x86\ntransports  Tcpip\n1001  tcp\n{entries}")).unwrap();
        let baseline = Baseline::of(&catalogs);
        let judgement = judge(ALL, &Subject::new(&catalogs, &baseline));
        let findings = judgement.findings.iter().filter(|finding| finding.rule == "layered-provider-installed");
        findings.map(|finding| (finding.implies, finding.severity, finding.harmless.is_some())).collect()
    }

    #[test]
    fn what_comes_along_with_other_products_is_never_harmless() {
        let lavasoft = r"1017  layered  C:\Windows\system32\LavasoftTcpService.dll  LavasoftLSP";
        assert_eq!(told(lavasoft), [(Verdict::PotentiallyUnwanted, Severity::Warning, false)]);
        let tencent = r"1017  layered  C:\Windows\system32\ierd_tgp_lsp.dll  ierd_tgp_lsp";
        assert_eq!(told(tencent), [(Verdict::Additions, Severity::Warning, true)], "people install it on purpose");
    }
}
