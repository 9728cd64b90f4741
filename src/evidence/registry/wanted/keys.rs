//! The keys and values that are read, by their paths.

/// What is wanted beside the control sets, as paths from the root.
///
/// A component may end in `*`, which stands for any rest of the name; `**` at the end is the whole tree below. A path
/// wants the values of its key; `:name` at the end wants one value only.
pub(in super::super) const WANTED: &[&str] = &[
    r"Select",
    r"Setup",
    r"Setup\Upgrade\WinsockUpgrade\**",
    // These show the version of Windows by being there.
    r"LastKnownGoodRecovery",
    r"WPA",
    r"RNG",
    r"HardwareConfig",
    r"ActivationBroker",
    r"DriverDatabase:Version",
    r"DriverDatabase\DriverPackages\*:Version",
];

/// What is wanted of each control set.
pub(super) const WANTED_OF_CONTROL_SETS: &[&str] = &[
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

/// What is wanted of a SYSTEM hive to know which computer it is of.
pub(super) const WANTED_OF_NAMED: &[&str] = &[
    r"Select",
    r"ControlSet*\Control\ComputerName\ComputerName:ComputerName",
    r"CurrentControlSet\Control\ComputerName\ComputerName:ComputerName",
];

/// What is wanted of a SOFTWARE hive.
pub(super) const WANTED_OF_SOFTWARE: &[&str] = &[
    r"Microsoft\Windows NT\CurrentVersion:ProductName",
    r"Microsoft\Windows NT\CurrentVersion:DisplayVersion",
    r"Microsoft\Windows NT\CurrentVersion:ReleaseId",
    r"Microsoft\Windows NT\CurrentVersion:CurrentVersion",
    r"Microsoft\Windows NT\CurrentVersion:CurrentMajorVersionNumber",
    r"Microsoft\Windows NT\CurrentVersion:CurrentMinorVersionNumber",
    r"Microsoft\Windows NT\CurrentVersion:CurrentBuild",
    r"Microsoft\Windows NT\CurrentVersion:CurrentBuildNumber",
    r"Microsoft\Windows NT\CurrentVersion:SystemRoot",
    r"Microsoft\Windows\CurrentVersion:ProgramFilesDir",
    r"Microsoft\Windows\CurrentVersion:ProgramFilesDir (x86)",
];

/// Where installed products are, and what is wanted of each.
pub(super) const PRODUCTS: [&str; 2] =
    [r"Microsoft\Windows\CurrentVersion\Uninstall", r"WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall"];
pub(super) const WANTED_OF_PRODUCT: [&str; 5] =
    ["DisplayName", "Publisher", "DisplayVersion", "InstallLocation", "UninstallString"];

/// Names of control sets: those in hives, and the one under which a running system shows its own.
pub(super) const CONTROL_SETS: [&str; 2] = ["ControlSet*", "CurrentControlSet"];

/// The services whose start and whose transport's settings are wanted; those of other transports follow when
/// `Transports` has named them.
pub(in super::super) const SERVICES: &[&str] =
    &["Tcpip", "Tcpip6", "AFD", "NetBT", "Dhcp", "NetBIOS", "Psched", "Gpc", "RFCOMM", "irda", "afunix", "vmbus"];

/// What is wanted of each of these services.
pub(super) const WANTED_OF_SERVICE: &[&str] = &[":Start", ":ImagePath", r"Parameters\Winsock\**"];
