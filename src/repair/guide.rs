//! What people do, in the order in which it is safe: first keep, then uninstall, then remove, then reset.

use std::collections::BTreeSet;

use crate::catalog::{Catalogs, Facts, Kind, Text, Version, Windows};
use crate::examination::Examined;
use crate::finding::Remedy;

/// Longest text of the evidence in a sentence, in characters.
const LONGEST: usize = 120;

/// Paths and ids that are named one by one.
const MOST: usize = 12;

/// Something that a person does.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Advice {
    /// What to do, in a few words.
    pub title: &'static str,
    /// How, as sentences.
    pub how: Vec<String>,
    /// Commands to type, each as a line.
    pub commands: Vec<String>,
    /// What it loses, as a sentence.
    pub loses: Option<&'static str>,
}

impl Advice {
    fn new(title: &'static str, how: impl Into<String>) -> Self {
        Self { title, how: vec![how.into()], commands: Vec::new(), loses: None }
    }
}

/// How a Windows gets its Winsock catalogs back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Recovery {
    /// By deleting two keys and installing TCP/IP on top of itself.
    Reinstall,
    /// By a command.
    Reset,
    /// By one of the two; the service pack decides, and is not known.
    Either,
}

impl Recovery {
    fn of(windows: &Windows) -> Self {
        let least = if windows.is(Version::XP) {
            2
        } else if windows.is(Version::SERVER_2003) {
            1
        } else {
            let is_older = windows.is_at_least(Version::XP) == Some(false);
            return if is_older { Self::Reinstall } else { Self::Reset };
        };
        match windows.service_pack {
            Some(pack) if pack >= least => Self::Reset,
            Some(_) => Self::Reinstall,
            None => Self::Either,
        }
    }
}

/// The steps for a system, in their order. `has_fix` says whether a registration file can be written.
#[must_use]
pub(super) fn guide(examined: &Examined, has_fix: bool) -> Vec<Advice> {
    let catalogs = &examined.control_set.catalogs;
    let windows = &catalogs.windows;
    let recovery = Recovery::of(windows);
    let mut guide = vec![preserve(examined)];
    guide.extend(uninstall(examined));
    guide.extend(remove_providers(catalogs));
    if has_fix {
        let how = "catalog9 writes both files: `catalog9 repair EVIDENCE --reg FIX.reg --undo UNDO.reg`. Import the fix as \
                   an administrator. The undo gives the catalogs of the start back.";
        let while_same =
            "Only while the catalogs are as in the evidence: after any other step, collect the evidence again.";
        let mut import = Advice::new("Import the fix", how);
        import.how.push(while_same.to_owned());
        import.commands = vec!["reg import FIX.reg".to_owned()];
        import.loses = Some("what the list of changes names, and nothing else");
        guide.push(import);
    }
    if matches!(recovery, Recovery::Reset | Recovery::Either) {
        guide.push(reset(windows, recovery, has_fix));
    }
    if matches!(recovery, Recovery::Reinstall | Recovery::Either) {
        guide.extend(reinstall(has_fix));
    }
    guide.push(Advice::new("Restart", "Programs that run keep the catalogs that they loaded when they started."));
    guide.push(verify());
    guide
}

fn preserve(examined: &Examined) -> Advice {
    let mut paths: BTreeSet<&Text> = BTreeSet::new();
    let mut seen: Vec<String> = Vec::new();
    for remedy in examined.judgement.findings.iter().flat_map(|finding| &finding.remedies) {
        if let Remedy::PreserveFile { path } = remedy
            && paths.insert(path)
        {
            seen.push(path.shortened(LONGEST));
        }
    }
    let catalogs = &examined.control_set.catalogs;
    for entry in catalogs.protocol_lists().flat_map(|(_, list)| &list.entries) {
        if let Some(path) = entry.library_path.as_ref().filter(|_| entry.is(Kind::Layered))
            && paths.insert(path)
        {
            seen.push(path.shortened(LONGEST));
        }
    }
    let mut advice =
        Advice::new("Preserve the evidence first", "Keep an export of the keys, which also undoes everything else.");
    if !seen.is_empty() {
        let more = seen.len().saturating_sub(MOST);
        seen.truncate(MOST);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let files = if seen.len() == 1 { "this file" } else { "these files" };
        advice.how.insert(
            0,
            format!("Copy {files} to other media before anything removes or replaces it: {}{more}.", seen.join(", ")),
        );
    }
    let key = r"HKLM\SYSTEM\CurrentControlSet\Services";
    let export = |name: &str| format!(r"reg export {key}\{name} {name}.reg");
    advice.commands = vec![export("WinSock2"), export("Winsock")];
    advice
}

fn uninstall(examined: &Examined) -> Option<Advice> {
    let mut known = BTreeSet::new();
    let mut how = Vec::new();
    let mut is_wanted = false;
    for remedy in examined.judgement.findings.iter().flat_map(|finding| &finding.remedies) {
        if let Remedy::Uninstall { product, how: sentence } = remedy {
            is_wanted = true;
            if let Some(product) = product.as_ref().filter(|product| known.insert(product.as_str())) {
                let sentence = sentence.as_deref().unwrap_or("Use its own uninstaller.");
                how.push(format!("{product}: {sentence}"));
            }
        }
    }
    is_wanted.then(|| {
        if how.is_empty() {
            how.push("Use the uninstaller of the product that installed the provider.".to_owned());
        }
        how.push(
            "Examine the system again: an uninstaller often removes its entries, and then less is left to do."
                .to_owned(),
        );
        let loses = Some("the product, and with it its VPN, filter, antivirus or proxy");
        Advice { title: "Uninstall the product", how, commands: Vec::new(), loses }
    })
}

/// The command for single providers: chains first, since they name the layers.
fn remove_providers(catalogs: &Catalogs) -> Option<Advice> {
    let has_command = catalogs.windows.is_at_least(Version::VISTA) == Some(true) && catalogs.tells(Facts::IDS);
    let ids = |kind| {
        let entries = catalogs.native_entries().iter().filter(move |entry| entry.is(kind));
        entries.filter_map(|entry| entry.catalog_entry_id)
    };
    let commands: Vec<String> = ids(Kind::Chain)
        .chain(ids(Kind::Layered))
        .take(2 * MOST)
        .map(|id| format!("netsh winsock remove provider {id}"))
        .collect();
    (has_command && !commands.is_empty()).then(|| Advice {
        title: "Remove what is left of a layered provider",
        how: vec![
            "Only where its product has no uninstaller. Use an elevated command prompt; chains go before their layer."
                .to_owned(),
        ],
        commands,
        loses: Some("what the layered provider does with traffic; its product may put it back"),
    })
}

fn reset(windows: &Windows, recovery: Recovery, has_fix: bool) -> Advice {
    let vista = windows.is(Version::VISTA);
    let mut how = Vec::new();
    if has_fix {
        how.push("The last resort, instead of the fix: it rebuilds the whole protocol catalog.".to_owned());
    }
    if vista {
        how.push("Run Network Diagnostics first; only if it finds nothing, reset by hand (KB-38).".to_owned());
    }
    match recovery {
        Recovery::Either => how.push(
            "Windows XP has this command from Service Pack 2 on, Windows Server 2003 from Service Pack 1 on."
                .to_owned(),
        ),
        _ if windows.is_at_least(Version::VISTA) == Some(true) => {
            how.push("Use an elevated command prompt.".to_owned());
        }
        _ => {}
    }
    how.push(
        "It leaves alone: the entries of namespace providers, AutodialDLL, NameSpace_Callout, helper DLLs and \
         AppId_Catalog."
            .to_owned(),
    );
    Advice {
        title: "Reset the protocol catalog",
        how,
        commands: vec!["netsh winsock reset".to_owned()],
        loses: Some(
            "every provider of third parties; antivirus, firewalls and proxy clients may fail until they are installed \
             again (KB-31)",
        ),
    }
}

/// The article's two steps for Windows XP before Service Pack 2.
fn reinstall(has_fix: bool) -> [Advice; 3] {
    let services = r"HKLM\SYSTEM\CurrentControlSet\Services";
    let first = if has_fix { "The last resort, instead of the fix (KB-32, KB-43): " } else { "KB-32, KB-43: " };
    let delete = Advice {
        title: "Before Service Pack 2: delete the two keys",
        how: vec![format!("{first}delete them only after they were exported.")],
        commands: ["Winsock", "WinSock2"].map(|name| format!(r"reg delete {services}\{name}")).to_vec(),
        loses: Some("every provider of third parties, namespace providers too"),
    };
    let restart = Advice::new(
        "Restart before the next step",
        "Windows makes the two keys again only at a start; without it the next step does not work (KB-33).",
    );
    let install = Advice {
        title: "Install TCP/IP on top of itself",
        how: vec![
            r"In the properties of the network connection choose Install, Protocol, Add, Have Disk, C:\Windows\inf, Internet Protocol (TCP/IP), OK (KB-34)."
                .to_owned(),
            "If it is not offered, find nettcpip.inf, right-click it and choose Install (KB-35).".to_owned(),
        ],
        commands: Vec::new(),
        loses: Some("settings of TCP/IP, such as fixed addresses"),
    };
    [delete, restart, install]
}

fn verify() -> Advice {
    Advice {
        title: "Verify",
        how: vec!["The comparison shows what was meant to change, and nothing else.".to_owned()],
        commands: vec![
            "netsh winsock show catalog > after.txt".to_owned(),
            "catalog9 examine after.txt".to_owned(),
            "catalog9 compare EVIDENCE after.txt".to_owned(),
        ],
        loses: None,
    }
}
