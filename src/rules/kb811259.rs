//! The statements of Microsoft's article KB 811259, in our own words.

/// A statement of the article.
#[derive(Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its id, such as `KB-23`. The numbers are catalog9's own, since the article has none.
    pub id: &'static str,
    /// What it says.
    pub text: &'static str,
}

/// Title of the article.
pub const TITLE: &str = "Microsoft KB 811259, \"How to determine and to recover from Winsock2 corruption in Windows \
    Server 2003, in Windows XP, and in Windows Vista\"";

/// The statement of that id, in any letter case.
#[must_use]
pub fn statement(id: &str) -> Option<&'static Statement> {
    STATEMENTS.iter().find(|statement| statement.id.eq_ignore_ascii_case(id))
}

macro_rules! statements {
    ($($id:literal $text:literal)*) => {
        /// The statements, in the order of the article.
        pub const STATEMENTS: &[Statement] = &[$(Statement { id: $id, text: $text }),*];
    };
}

statements! {
    "KB-2" "The article applies to Windows XP, Windows Server 2003 and Windows Vista. It does not cover later versions."
    "KB-6" "Symptom: releasing and renewing the address with ipconfig fails with \"An operation was attempted on something that is not a socket.\""
    "KB-7" "Symptom: ipconfig fails with \"The requested service provider could not be loaded or initialized.\""
    "KB-8" "Symptom: Internet Explorer shows \"The page cannot be displayed\"."
    "KB-9" "Symptom: \"Initialization function INITHELPERDLL in IPMONTR.DLL failed to start with error code 10107\"."
    "KB-10" "Symptom: the computer has no IP address and no automatic private address (APIPA), or it receives IP packets but does not send any."
    "KB-11" "Symptom: ipconfig /renew fails with \"An operation was attempted on something that is not a socket. Unable to contact driver Error code 2.\""
    "KB-12" "Symptom: ipconfig /renew fails with \"The operation failed since no adapter is in the state permissible for this operation.\""
    "KB-13" "Symptom: ipconfig /renew fails with \"The attempted operation is not supported for the type of object referenced.\""
    "KB-14" "Symptom: Device Manager, with hidden devices shown, lists the TCP/IP protocol driver as disabled, with error code 24."
    "KB-15" "Symptom: a dial-up connection fails with \"Error 720: No PPP Control Protocols Configured\"."
    "KB-16" "Cause: these symptoms may occur if the Winsock registry keys are damaged or corrupted."
    "KB-18" "To determine: the command `netdiag /test:winsock` of the Windows XP Support Tools tests Winsock."
    "KB-19" "To determine: msinfo32 lists the protocols under Components, Network, Protocol."
    "KB-20" "An undamaged Winsock2 key shows ten sections under Protocol in msinfo32."
    "KB-21" "The ten sections are MSAFD Tcpip [TCP/IP], MSAFD Tcpip [UDP/IP], the RSVP UDP and RSVP TCP Service Providers, and six MSAFD NetBIOS sections."
    "KB-22" "A section with any other name means that the Winsock2 key is corrupted or that a third-party add-on, such as proxy software, is installed."
    "KB-23" "If an add-on is installed, its name replaces the letters MSAFD in the names of the sections."
    "KB-24" "More than ten sections mean that third-party additions are installed."
    "KB-25" "Fewer than ten sections mean that information is missing."
    "KB-26" "The ten sections apply to an installation with TCP/IP alone. Other protocols add sections to a working Winsock: NWLink IPX/SPX adds seven, which makes seventeen."
    "KB-27" "The sections of NWLink begin with MSAFD too, so still only two sections, the RSVP ones, do not begin with these letters."
    "KB-28" "If the Netdiag test fails, or msinfo32 shows corruption, the Winsock2 key must be repaired."
    "KB-29" "To recover, Windows XP SP2 and later: run `netsh winsock reset`."
    "KB-30" "To recover, Windows XP SP2 and later: restart the computer after the reset."
    "KB-31" "After the reset, programs that access or monitor the Internet (antivirus, firewall, proxy client) may fail; reinstall a program that no longer works."
    "KB-32" "To recover, Windows XP without SP2: export and delete the keys Winsock and Winsock2 below CurrentControlSet\\Services."
    "KB-33" "To recover, Windows XP without SP2: restart between deleting the keys and installing TCP/IP."
    "KB-34" "To recover, Windows XP without SP2: install TCP/IP on top of itself, from C:\\Windows\\inf, in the properties of the network connection."
    "KB-35" "To recover, Windows XP without SP2: if TCP/IP is not offered, right-click nettcpip.inf and choose Install."
    "KB-36" "To recover, Windows XP without SP2: restart again after installing TCP/IP."
    "KB-37" "To determine, Windows Vista: the same procedure with the same ten sections. This is wrong for Windows Vista, which installs other providers."
    "KB-38" "To recover, Windows Vista: run Network Diagnostics first; if it finds nothing, run `netsh winsock reset` in an elevated prompt and restart."
    "KB-39" "The article has no separate list for Windows Server 2003; `netsh winsock reset` exists there from SP1 on."
    "KB-41" "To determine, Windows Vista: more than ten sections are called third-party additions and fewer than ten missing information. This is wrong for Windows Vista."
    "KB-43" "Windows XP without SP2: back up the registry before deleting keys."
}
