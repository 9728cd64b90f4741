//! What stands beside the catalogs: the transports that Windows builds them from, and the drivers below.

use super::socket::SocketRequest;
use super::{FileTime, Place, ProtocolEntry, Text};
use crate::layout::Guid;

/// `Services\Winsock`: the transports, and the record that setup keeps of their providers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Winsock {
    /// Where it was found.
    pub place: Place,
    /// When the key was last written.
    pub last_written: Option<FileTime>,
    /// `Parameters\Transports`: the transports in order of installation. `None` where the value is absent.
    pub transports: Option<Vec<Text>>,
    /// `Setup Migration\Provider List`: the same set, as setup knows it. `None` where the value is absent.
    pub provider_list: Option<Vec<Text>>,
    /// `Setup Migration\Providers`: who provides each transport.
    pub providers: Vec<SetupProvider>,
}

/// `Setup Migration\Providers\<transport>`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SetupProvider {
    /// Name of the transport.
    pub transport: Text,
    /// `WinSock 2.0 Provider ID`.
    pub provider_id: Option<Guid>,
    /// `WinSock 1.1 Provider Data`, for transports without templates: the entries that they bring, as far as known.
    pub data: Vec<ProtocolEntry>,
}

/// `Services\<transport>\Parameters\Winsock`: how a transport is offered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transport {
    /// Name of the transport.
    pub name: Text,
    /// Where it was found.
    pub place: Place,
    /// When the key was last written.
    pub last_written: Option<FileTime>,
    /// `HelperDllName`: the DLL that mswsock.dll loads for each socket of this transport.
    pub helper: Option<Text>,
    /// `Mapping`: the sockets that the transport serves. For each new socket mswsock.dll takes the first transport in
    /// the order of `Transports` that serves it.
    pub mapping: Vec<SocketRequest>,
    /// `ProviderGUID` (Windows 10 and later).
    pub provider_id: Option<Guid>,
    /// The numbered subkeys (Windows 10 and later), in numeric order: what each entry of the catalog must be.
    pub templates: Vec<ProtocolEntry>,
}

/// `Services\<name>`: a driver or a service that sockets depend on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Service {
    /// Name of its key.
    pub name: Text,
    /// Where it was found.
    pub place: Place,
    /// `Start`: 0 boot, 1 system, 2 automatic, 3 manual, 4 disabled.
    pub start: Option<u32>,
    /// `ImagePath`: the program that runs.
    pub image_path: Option<Text>,
    /// When the key was last written.
    pub last_written: Option<FileTime>,
}

/// `Start` of a service that is disabled.
pub const DISABLED: u32 = 4;

/// `Services\Tcpip\ServiceProvider`: the DLL through which the name functions of Winsock 1.1 ask TCP/IP.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServiceProvider {
    /// Where it was found.
    pub place: Place,
    /// `ProviderPath`.
    pub path: Option<Text>,
}

/// `Control\Session Manager\Environment`: the variables with which paths of DLLs begin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// Where they were found.
    pub place: Place,
    /// `windir`: `%SystemRoot%` on every Windows that was seen.
    pub windir: Option<Text>,
    /// `SystemRoot`: absent on every Windows that was seen, since Windows sets the variable itself.
    pub system_root: Option<Text>,
    /// `SystemDrive`, likewise.
    pub system_drive: Option<Text>,
}

/// `Services\NetBIOS\Linkage`: the network bindings, each of which is two entries on 32-bit Windows up to 7.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Binding {
    /// Device, such as `\Device\NetBT_Tcpip_{…}`.
    pub device: Text,
    /// Its lana number; `None` where `LanaMap` is too short.
    pub lana: Option<u8>,
}

impl Binding {
    /// Whether it is one of NetBIOS over TCP/IP, of which KB 811259 counts three. NWLink and NetBEUI have others.
    #[must_use]
    pub fn is_net_bt(&self) -> bool {
        self.device.lower().starts_with(r"\device\netbt")
    }
}

/// The address families of each transport that Windows knows, as `Mapping` has them in hives of Windows XP, Server 2003,
/// 7, 8.1 and 10. Up to Server 2003 the transports over IP also serve TCP and UDP sockets of no family.
pub const FAMILIES: &[(&str, &[i32])] = &[
    ("Tcpip", &[0, 2]),
    ("Tcpip6", &[0, 23]),
    ("Psched", &[0, 2, 23]),
    ("Gpc", &[0, 2, 23]),
    ("NetBIOS", &[17]),
    ("RFCOMM", &[32]),
    ("irda", &[26]),
    ("afunix", &[1]),
    ("vmbus", &[34]),
];

/// The helper DLL of each transport that Windows knows, which mswsock.dll loads for its sockets.
pub const HELPERS: &[(&str, &str)] = &[
    ("Tcpip", r"%SystemRoot%\System32\wshtcpip.dll"),
    ("Tcpip6", r"%SystemRoot%\System32\wship6.dll"),
    ("Psched", r"%SystemRoot%\System32\wshqos.dll"),
    ("Gpc", r"%SystemRoot%\System32\wshqos.dll"),
    ("NetBIOS", r"%SystemRoot%\System32\wshnetbs.dll"),
    ("RFCOMM", r"%SystemRoot%\System32\wshBth.dll"),
    ("irda", r"%SystemRoot%\System32\wshirda.dll"),
    ("afunix", r"%SystemRoot%\system32\wshunix.dll"),
    ("vmbus", r"%SystemRoot%\system32\wshhyperv.dll"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bindings_of_other_protocols_are_not_counted() {
        let is_net_bt = |device: &str| Binding { device: Text::from(device), lana: None }.is_net_bt();
        assert!(is_net_bt(r"\Device\NetBT_Tcpip_{1}") && is_net_bt(r"\DEVICE\NETBT_TCPIP_{1}"));
        assert!(!is_net_bt(r"\Device\NwlnkNb") && !is_net_bt(r"\Device\Nbf_{1}"));
    }
}
