//! Which keys and values of a registry the program reads at all: everything else is passed over unread.

use std::sync::OnceLock;

use super::key::LINK_VALUE;
use crate::catalog::Text;

/// What is wanted beside the control sets, as paths from the root.
///
/// A component may end in `*`, which stands for any rest of the name; `**` at the end is the whole tree below. A path
/// wants the values of its key; `:name` at the end wants one value only.
pub(super) const WANTED: &[&str] = &[
    r"Select",
    r"Setup",
    r"Setup\Upgrade\WinsockUpgrade\**",
    // These tell the version of Windows by being there.
    r"LastKnownGoodRecovery",
    r"WPA",
    r"RNG",
    r"HardwareConfig",
    r"ActivationBroker",
    r"DriverDatabase:Version",
    r"DriverDatabase\DriverPackages\*:Version",
];

/// What is wanted of each control set.
const WANTED_OF_CONTROL_SETS: &[&str] = &[
    r"Control\ComputerName\ComputerName:ComputerName",
    r"Control\Nls\CodePage:ACP",
    r"Control\ProductOptions:ProductType",
    r"Control\Session Manager\Environment:PROCESSOR_ARCHITECTURE",
    r"Control\Session Manager\Environment:SystemDrive",
    r"Control\Session Manager\Environment:SystemRoot",
    r"Control\Session Manager\Environment:windir",
    // These name the Windows folder with its drive.
    r"Control\BackupRestore\FilesNotToBackup:BITS_LOG",
    r"Control\BackupRestore\FilesNotToBackup:MS Distributed Transaction Coordinator",
    r"Services\COMSysApp:ImagePath",
    r"Services\EventSystem:ImagePath",
    r"Services\MSDTC:ImagePath",
    r"Services\MSIServer:ImagePath",
    r"Services\WmiApSrv:ImagePath",
    r"Control\Windows:ComponentizedBuild",
    r"Control\Windows:CSDBuildNumber",
    r"Control\Windows:CSDVersion",
    r"Services\WinSock2\**",
    r"Services\Winsock\**",
    r"Services\NetBIOS\Linkage",
    r"Services\NetBIOS\Parameters:MaxLana",
    r"Services\Tcpip\ServiceProvider:ProviderPath",
];

/// Names of control sets: those in hives, and the one under which a running system shows its own.
const CONTROL_SETS: [&str; 2] = ["ControlSet*", "CurrentControlSet"];

/// The services whose start and whose transport's settings are wanted; those of other transports follow when
/// `Transports` has named them.
pub(super) const SERVICES: &[&str] =
    &["Tcpip", "Tcpip6", "AFD", "NetBT", "Dhcp", "NetBIOS", "Psched", "Gpc", "RFCOMM", "irda", "afunix", "vmbus"];

/// What is wanted of a registry.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    paths: Vec<Vec<String>>,
}

/// What is wanted of one of its keys.
#[derive(Debug, Clone)]
pub(super) struct WantedBelow<'a> {
    paths: Vec<&'a [String]>,
}

impl Wanted {
    /// What is wanted of every system.
    #[must_use]
    pub(super) fn of_system() -> &'static Self {
        static WANTED_OF_SYSTEM: OnceLock<Wanted> = OnceLock::new();
        WANTED_OF_SYSTEM.get_or_init(Self::new)
    }

    fn new() -> Self {
        let mut wanted = Self { paths: WANTED.iter().copied().map(components).collect() };
        for control_set in CONTROL_SETS {
            let paths = WANTED_OF_CONTROL_SETS.iter().map(|path| components(&format!(r"{control_set}\{path}")));
            wanted.paths.extend(paths);
            for service in SERVICES {
                wanted.want_service(control_set, service);
            }
        }
        wanted
    }

    /// What is wanted of an export, which is read once: whatever its transports are called, they are wanted.
    #[must_use]
    pub(super) fn of_export() -> &'static Self {
        static WANTED_OF_EXPORT: OnceLock<Wanted> = OnceLock::new();
        WANTED_OF_EXPORT.get_or_init(|| {
            let mut wanted = Self::new();
            for control_set in CONTROL_SETS {
                wanted.want_service(control_set, "*");
            }
            wanted
        })
    }

    /// Everything that there is.
    #[cfg(test)]
    pub(super) fn everything() -> Self {
        Self { paths: vec![components("**")] }
    }

    /// Wants also the start of a service and the settings of its transport.
    pub(super) fn want_service(&mut self, control_set: &str, service: &str) {
        for wanted in [":Start", ":ImagePath", r"\Parameters\Winsock\**"] {
            self.paths.push(components(&format!(r"{control_set}\Services\{service}{wanted}")));
        }
    }

    /// What is wanted of the key at `link`, wanted of the one at `target` in its place.
    #[must_use]
    pub(super) fn redirected(&self, link: &[Text], target: &[String]) -> Self {
        let below = link.iter().try_fold(self.of_root(), |below, name| below.subkey(name));
        let paths = below.map(|below| below.paths).unwrap_or_default();
        Self { paths: paths.into_iter().map(|rest| [target, rest].concat()).collect() }
    }

    /// What is wanted of the root.
    #[must_use]
    pub(super) fn of_root(&self) -> WantedBelow<'_> {
        WantedBelow { paths: self.paths.iter().map(Vec::as_slice).collect() }
    }
}

impl WantedBelow<'_> {
    /// What is wanted of the subkey of that name; `None` where it is to be passed over.
    #[must_use]
    pub(super) fn subkey(&self, name: &Text) -> Option<Self> {
        let paths: Vec<_> = self
            .paths
            .iter()
            .filter_map(|path| match path {
                [whole_tree] if whole_tree == "**" => Some(*path),
                [component, rest @ ..] if !component.starts_with(':') && fits(component, name) => Some(rest),
                _ => None,
            })
            .collect();
        (!paths.is_empty()).then_some(Self { paths })
    }

    /// Whether any subkey of this key may be wanted.
    #[must_use]
    pub(super) fn has_subkeys(&self) -> bool {
        self.paths.iter().any(|path| path.first().is_some_and(|component| !component.starts_with(':')))
    }

    /// Whether the value of that name is wanted; of no name: whether any may be. Where a link leads is always wanted.
    #[must_use]
    pub(super) fn value(&self, name: Option<&Text>) -> bool {
        if name.is_some_and(|name| name.is(LINK_VALUE)) {
            return true;
        }
        self.paths.iter().any(|path| match path {
            [] => true,
            [component] => {
                let wanted = component.strip_prefix(':');
                component == "**" || wanted.is_some_and(|wanted| name.is_none_or(|name| name.is(wanted)))
            }
            _ => false,
        })
    }
}

fn fits(component: &str, name: &Text) -> bool {
    match component.strip_suffix('*') {
        Some(beginning) => {
            let name = name.lossy();
            name.get(..beginning.len()).is_some_and(|start| start.eq_ignore_ascii_case(beginning))
        }
        None => name.is(component),
    }
}

fn components(path: &str) -> Vec<String> {
    let (path, value) = path.split_once(':').map_or((path, None), |(path, value)| (path, Some(value)));
    path.split('\\').map(str::to_owned).chain(value.map(|value| format!(":{value}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn below(path: &str) -> Option<(bool, bool)> {
        let wanted = Wanted::of_system();
        let mut below = wanted.of_root();
        for name in path.split('\\') {
            below = below.subkey(&Text::from(name))?;
        }
        Some((below.has_subkeys(), below.value(None)))
    }

    #[test]
    fn the_catalogs_are_read_and_the_rest_passed_over() {
        assert_eq!(below(r"ControlSet001\Services"), Some((true, false)));
        assert_eq!(below(r"controlset002\services\winsock2\x\y\z"), Some((true, true)));
        assert_eq!(below(r"ControlSet001\Services\Tcpip"), Some((true, true)));
        assert_eq!(below(r"ControlSet001\Services\Tcpip\Parameters"), Some((true, false)));
        assert_eq!(below(r"ControlSet001\Services\Tcpip\Parameters\Interfaces"), None);
        assert_eq!(below(r"ControlSet001\Services\Beep"), None);
        assert_eq!(below(r"Setup"), Some((true, true)));
        assert_eq!(below(r"Setup\Upgrade"), Some((true, false)));
        assert_eq!(below(r"MountedDevices"), None);
    }

    #[test]
    fn of_some_keys_single_values_are_read() {
        let wanted = Wanted::of_system();
        let packages = [r"DriverDatabase", "DriverPackages", "any.inf"].map(Text::from);
        let below = packages.iter().fold(wanted.of_root(), |below, name| below.subkey(name).unwrap());
        assert!(below.value(Some(&Text::from("version"))));
        assert!(!below.value(Some(&Text::from("Provider"))));
    }
}
