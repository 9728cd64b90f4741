//! Reports and images that people send in the belief that they hold the catalogs: what each is, and what to collect.

use super::lines::lines;

/// The way to the least that a verdict needs.
const COLLECT: &str = "collect the key instead, which takes 250 kB: `reg save HKLM\\SYSTEM\\CurrentControlSet\\Services\\WinSock2 \
                       winsock2.hiv`, or run `netsh winsock show catalog > catalog.txt`; see `catalog9 explain collect`";

const FROM_MEMORY: &str = "extract the registry from it first (Volatility: windows.registry.hivelist with --dump), and give the \
                           SYSTEM hive; see `catalog9 explain collect`";

const NETDIAG: &str = "netdiag prints how many providers there are, but not which, so method 1 of KB 811259 cannot be repeated with its \
                       log; give an msinfo32 report or the output of `netsh winsock show catalog`, which shows the same sections";

const HIJACKTHIS: &str = "it has no O10 line, which does not show that the catalogs are in order, because HijackThis hides what it \
                          considers default; collect `netsh winsock show catalog > catalog.txt`; see `catalog9 explain \
                          collect`";

const FRST: &str = "it has no `Winsock:` line, which does not show that the catalogs are in order, because FRST hides what it considers \
                    default; collect `netsh winsock show catalog > catalog.txt`; see `catalog9 explain collect`";

const REPAIRED: &str = "it lists what FRST removed, so it does not show what the catalogs contain; collect `netsh winsock show catalog > \
                        catalog.txt`; see `catalog9 explain collect`";

/// First bytes of memory images.
pub(super) const IMAGES: &[(&[u8], &str, &str)] = &[
    (b"PAGEDU64", "a crash dump of Windows (64-bit memory image)", FROM_MEMORY),
    (b"PAGEDUMP", "a crash dump of Windows (32-bit memory image)", FROM_MEMORY),
    (b"MDMP", "a minidump of a program, which holds no registry", COLLECT),
    (b"hibr", "a hibernation file (hiberfil.sys)", FROM_MEMORY),
    (b"HIBR", "a hibernation file (hiberfil.sys)", FROM_MEMORY),
    (b"EMiL", "a memory image (LiME)", FROM_MEMORY),
];

/// Reports by words with which one of their first lines begins.
const REPORTS: &[(&[&str], &str, &str)] = &[
    (
        &["Logfile of Trend Micro HijackThis", "Logfile of HijackThis", "HiJackThis Fork", "HiJackThis+"],
        "a HijackThis log",
        HIJACKTHIS,
    ),
    (&["Scan result of Farbar Recovery Scan Tool", "Farbar Recovery Scan Tool (FRST)"], "an FRST log", FRST),
    (&["Fix result of Farbar Recovery Scan Tool"], "the log of a repair with FRST (Fixlog.txt)", REPAIRED),
    (&["OTL logfile created on", "OTL Extras logfile created on"], "an OTL log", COLLECT),
    (&["ComboFix "], "a ComboFix log", COLLECT),
    (&["Computer Name:"], "the log of netdiag (netdiag.log)", NETDIAG),
    (&["System Information", "DxDiag Notes"], "a DxDiag report", COLLECT),
];

/// Words that two of these reports have besides, since their first lines alone may begin other texts.
const ALSO: &[(&str, &[&str])] = &[
    ("the log of netdiag (netdiag.log)", &["Winsock test", "Netcard queries test", "List of NetBt transports"]),
    ("a DxDiag report", &["DirectX Version", "DxDiag Version"]),
];

/// Lines in which a report may begin.
const BEGINNING: usize = 40;

/// What report a text is that holds no catalogs, and what to collect instead.
pub(super) fn report(text: &str) -> Option<(&'static str, &'static str)> {
    let begins = |words: &&[&str]| {
        let mut first =
            lines(text).take(BEGINNING).map(|line| line.text.trim_start_matches(['\u{feff}', ' ', '-', '=', '[']));
        first.any(|line| words.iter().any(|word| line.starts_with(word)))
    };
    let has_also = |name: &str| match ALSO.iter().find(|(report, _)| *report == name) {
        Some((_, words)) => words.iter().any(|word| text.contains(word)),
        None => true,
    };
    let found = REPORTS.iter().find(|(words, name, _)| begins(words) && has_also(name));
    found.map(|(_, name, help)| (*name, *help))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Option<&'static str> {
        report(text).map(|(name, _)| name)
    }

    #[test]
    fn reports_without_catalogs_are_known_by_their_beginnings() {
        for (text, expected) in [
            ("Logfile of Trend Micro HijackThis v2.0.5\r\nO4 - HKLM\r\n", "a HijackThis log"),
            ("Scan result of Farbar Recovery Scan Tool (FRST) (x64) Version: 01\n", "an FRST log"),
            ("Fix result of Farbar Recovery Scan Tool (x64)\n", "the log of a repair with FRST (Fixlog.txt)"),
            ("> OTL logfile created on: 1/1/2012\n", "an OTL log"),
            ("ComboFix 12-01-01.01 - X 01/01/2012\n", "a ComboFix log"),
            (".....\n\n    Computer Name: X\nWinsock test . . . : Passed\n", "the log of netdiag (netdiag.log)"),
            (
                "------------------\nSystem Information\n------------------\nDirectX Version: DirectX 12\n",
                "a DxDiag report",
            ),
        ] {
            assert_eq!(name(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_texts_are_not_taken_for_them() {
        for text in ["", "System Information\n", "Computer Name: X\n", "I ran ComboFix and OTL\n"] {
            assert_eq!(name(text), None, "{text}");
        }
    }
}
