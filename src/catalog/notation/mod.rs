//! A short notation for catalogs, in which baselines and test cases are written.
//!
//! One line says one thing; columns stand two or more blanks apart; `#` begins a comment.
//!
//! ```text
//! windows  10.0.19041 x64                    version, architecture, service pack (sp3), server or controller
//! folder  C:\Windows                         where Windows is, as shown outside of the catalogs; after `windows`
//! transports  Tcpip Tcpip6 afunix            Services\Winsock; on Windows 10 and later their templates too
//! binding  \Device\NetBT_Tcpip_{A}  0        a NetBIOS binding and its lana number
//! service  Tcpip  4                          a driver and how it starts; behind it its file, where that is shown
//! provider-path  %SystemRoot%\System32\wsock32.dll    the ProviderPath of Tcpip
//! environment  windir  %SystemRoot%          a variable of every program; likewise SystemRoot, SystemDrive
//! helper  Tcpip  C:\x\wshtcpip.dll           a transport's helper DLL
//! mapping  Tcpip  2/1/6 2/2/17               the sockets that a transport serves: family, type and protocol
//! template  Foo  base  family=2              one more template of a transport, as an entry is written
//! autodial  rasadhlp.dll                     AutodialDLL; likewise callout, protocol-catalog, name-space-catalog
//! app  2AFB7932  E:\yy\YY.exe  0x80000000    an entry of AppId_Catalog
//! absent  Services\WinSock2                  a key that is missing
//! link  Services\WinSock2  Elsewhere\WinSock2  a key of the control set that is a link to another of the registry
//! select  Default  3                         a value of Select that names no control set
//! setup                                      the registry of Windows setup
//! provider-list  Tcpip Tcpip6                what setup has recorded, where it is not what the transports are
//! setup-provider  Tcpip  {…}                 the provider that setup has recorded of a transport
//!
//! protocol                                   the catalog that follows, in both bitnesses; or: protocol 64
//! 1001  tcp                                  an entry of Windows, as this version writes it
//! 1003  seqpacket 0                          a NetBIOS entry of the binding with lana number 0; likewise datagram
//! 1015  base  C:\x\sock.dll  Sockets  family=28 type=2 protocol=0
//! 1017  layered  C:\Proxy\lsp.dll  Proxy
//! 1018  1017>1001  C:\Proxy\lsp.dll  Proxy over TCP
//! next  1032                                 a count that does not follow from the entries; likewise count, serial
//! absent  Next_Catalog_Entry_ID              a value of the catalog that is missing
//! lock  00000016                             a key beside the lists
//! written  2024-02-29T12:34:56Z              when the catalog and all in it was written
//! key-written  2024-03-01T00:00:00Z          when the catalog's own key was
//!
//! name spaces
//! tcpip                                      an entry of Windows; behind it path and name, where they differ
//! other  C:\x\nsp.dll  Foo  guid={…} space=12
//! ```
//!
//! Behind the columns of an entry stand the fields that differ from what they would be, as `field=value`; among them
//! `written` for the time of its key, `item` for the length of its packed item, `slack` for the bytes behind its path,
//! in hexadecimal digits, and for name spaces `absent`, which names a value that is missing.

mod counts;
mod entry;
mod system;

use std::fmt;

use self::counts::Counts;
use self::system::{
    app_permission, dangling, link, named, service, setup_provider, sockets, transport, variable, windows,
};
use super::{
    Binding, Catalog, Catalogs, EntryList, Facts, FileTime, NEEDED_KEYS, NameSpaceEntry, Parameters, ProtocolEntry,
    SetupProvider, Text, Winsock,
};

/// A line that says nothing in this notation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotationError {
    /// Line, counted from 1.
    pub line: usize,
    /// What was expected of it.
    pub expected: &'static str,
}

impl fmt::Display for NotationError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: expected {}", self.line, self.expected)
    }
}

impl std::error::Error for NotationError {}

type Line<T = ()> = Result<T, &'static str>;

/// Reads catalogs that are written in the notation.
///
/// # Errors
///
/// The first line that says nothing in it.
pub fn parse(text: &str) -> Result<Catalogs, NotationError> {
    // A chain may stand before the entry that it ends in, whose fields it takes: with chains all is read twice.
    let known = text.contains('>').then(|| read(text, Vec::new())).transpose()?;
    let known = known.and_then(|known| known.protocol).unwrap_or_default();
    let lists = [known.entries, known.entries64].into_iter().flatten();
    read(text, lists.flat_map(|list| list.entries).collect())
}

fn read(text: &str, known: Vec<ProtocolEntry>) -> Result<Catalogs, NotationError> {
    let mut reader = Reader { known, ..Reader::default() };
    for (number, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if !line.is_empty() {
            reader.line(line).map_err(|expected| NotationError { line: number + 1, expected })?;
        }
    }
    Ok(reader.finish())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lists {
    Both,
    Only32,
    Only64,
}

#[derive(Default)]
struct Reader {
    catalogs: Catalogs,
    in_name_spaces: bool,
    lists: Option<Lists>,
    /// The entries of the first reading.
    known: Vec<ProtocolEntry>,
    /// Counts and times of the protocol catalog, and of the namespace catalog.
    counts: [Counts; 2],
}

impl Reader {
    fn line(&mut self, line: &str) -> Line {
        let mut columns = line.split("  ").map(str::trim).filter(|column| !column.is_empty());
        let first = columns.next().unwrap_or_default();
        let rest: Vec<&str> = columns.collect();
        let catalogs = &mut self.catalogs;
        match (first, rest.as_slice()) {
            ("windows", [words]) => catalogs.windows = windows(words)?,
            ("folder", [path]) => catalogs.windows.folder = Some(Text::from(*path)),
            ("transports", [names]) => self.transports(names),
            ("binding", [device, lana]) => {
                let lana = Some(lana.parse().map_err(|_| "a lana number")?);
                catalogs.bindings.push(Binding { device: Text::from(*device), lana });
                catalogs.told |= Facts::BINDINGS;
            }
            ("service", [name, start, rest @ ..]) => {
                catalogs.services.push(service(name, start, rest.first().copied())?);
                catalogs.told |= Facts::DRIVERS | Facts::DRIVER_FILES;
            }
            ("provider-path", [path]) => {
                catalogs.service_provider.get_or_insert_default().path = Some(Text::from(*path));
                catalogs.told |= Facts::SERVICE_PROVIDER;
            }
            ("environment", [name, value]) => {
                *variable(catalogs.environment.get_or_insert_default(), name)? = Some(Text::from(*value));
                catalogs.told |= Facts::ENVIRONMENT;
            }
            ("helper", [name, path]) => named(&mut catalogs.transports, name)?.helper = Some(Text::from(*path)),
            ("mapping", [name, rows]) => named(&mut catalogs.transports, name)?.mapping = sockets(rows)?,
            ("template", [name, what, rest @ ..]) => {
                let template = entry::protocol(0, what, rest, &self.known, catalogs)?;
                named(&mut catalogs.transports, name)?.templates.push(template);
            }
            ("autodial", [path]) => self.parameters().autodial_library = Some(Text::from(*path)),
            ("callout", [path]) => self.parameters().name_space_callout = Some(Text::from(*path)),
            ("protocol-catalog", [key]) => self.parameters().current_protocol_catalog = Some(Text::from(*key)),
            ("name-space-catalog", [key]) => self.parameters().current_name_space_catalog = Some(Text::from(*key)),
            ("app", [key, path, categories]) => {
                catalogs.app_permissions.push(app_permission(key, path, categories)?);
                catalogs.told |= Facts::APP_PERMISSIONS;
            }
            ("absent", [name]) => self.absent(name)?,
            ("link", [path, target]) => catalogs.links.push(link(path, target)),
            ("select", [name, number]) => catalogs.dangling_selections.push(dangling(name, number)?),
            ("setup", []) => catalogs.setup = true,
            ("provider-list", [names]) => {
                let names = names.split_whitespace().map(Text::from).collect();
                catalogs.winsock.get_or_insert_default().provider_list = Some(names);
            }
            ("setup-provider", [name, id]) => {
                let providers = &mut catalogs.winsock.get_or_insert_default().providers;
                providers.retain(|provider| !provider.transport.is(name));
                let (transport, provider_id) = (Text::from(*name), Some(entry::guid(id)?));
                providers.push(SetupProvider { transport, provider_id, data: Vec::new() });
            }
            ("protocol", []) => self.enter(false, Lists::Both),
            ("protocol 32", []) => self.enter(false, Lists::Only32),
            ("protocol 64", []) => self.enter(false, Lists::Only64),
            ("name spaces", []) => self.enter(true, Lists::Both),
            ("name spaces 32", []) => self.enter(true, Lists::Only32),
            ("name spaces 64", []) => self.enter(true, Lists::Only64),
            ("count" | "next" | "serial", [value]) => self.count(first, number(value)?),
            ("lock", [name]) => self.counts().other_subkeys.push(Text::from(*name)),
            ("written", [time]) => self.counts().written = Some(file_time(time)?),
            ("key-written", [time]) => self.counts().key_written = Some(file_time(time)?),
            _ if self.in_name_spaces => self.name_space(first, &rest)?,
            (id, [what, rest @ ..]) => self.protocol(id, what, rest)?,
            _ => return Err("an entry, a setting or a heading"),
        }
        Ok(())
    }

    fn parameters(&mut self) -> &mut Parameters {
        self.catalogs.told |= Facts::PARAMETERS;
        self.catalogs.parameters.get_or_insert_with(|| Parameters {
            registry_version: Some(Text::from("2.0")),
            current_protocol_catalog: Some(Text::from("Protocol_Catalog9")),
            current_name_space_catalog: Some(Text::from("NameSpace_Catalog5")),
            ..Parameters::default()
        })
    }

    fn absent(&mut self, name: &str) -> Line {
        match name {
            "Current_Protocol_Catalog" => self.parameters().current_protocol_catalog = None,
            "Current_NameSpace_Catalog" => self.parameters().current_name_space_catalog = None,
            name if counts::VALUES.contains(&name) => self.counts().absent.push(name.to_owned()),
            key => self.catalogs.absent_keys.push(absent_key(key)?),
        }
        Ok(())
    }

    fn counts(&mut self) -> &mut Counts {
        let [protocol, name_space] = &mut self.counts;
        if self.in_name_spaces { name_space } else { protocol }
    }

    fn transports(&mut self, names: &str) {
        let names: Vec<Text> = names.split_whitespace().map(Text::from).collect();
        let windows = &self.catalogs.windows;
        self.catalogs.transports = names.iter().map(|name| transport(name, windows)).collect();
        let providers = names.iter().filter_map(setup_provider).collect();
        let (transports, provider_list) = (Some(names.clone()), Some(names));
        self.catalogs.winsock = Some(Winsock { transports, provider_list, providers, ..Winsock::default() });
        self.catalogs.told |= Facts::TRANSPORTS | Facts::TEMPLATES;
    }

    fn enter(&mut self, in_name_spaces: bool, lists: Lists) {
        (self.in_name_spaces, self.lists) = (in_name_spaces, Some(lists));
        // A heading alone makes a list without entries.
        if in_name_spaces {
            self.catalogs.told |= Facts::NAME_SPACES | Facts::NAME_SPACE_LIBRARIES;
            let _ = self.chosen(|catalogs| &mut catalogs.name_space);
        } else {
            let _ = self.chosen(|catalogs| &mut catalogs.protocol);
        }
    }

    /// The lists that the last heading chose.
    fn chosen<E>(&mut self, catalog: impl Fn(&mut Catalogs) -> &mut Option<Catalog<E>>) -> [Option<&mut Vec<E>>; 2] {
        let has_64 = self.catalogs.windows.is_64_bit() == Some(true);
        let lists = self.lists.unwrap_or(Lists::Both);
        let Catalog { entries, entries64, .. } = catalog(&mut self.catalogs).get_or_insert_default();
        let chosen = |list, chosen| match list {
            list if chosen => Some(&mut Option::<EntryList<E>>::get_or_insert_default(list).entries),
            _ => None,
        };
        [
            chosen(entries, lists != Lists::Only64),
            chosen(entries64, lists == Lists::Only64 || (lists == Lists::Both && has_64)),
        ]
    }

    fn count(&mut self, what: &str, value: u32) {
        let lists = self.lists.unwrap_or(Lists::Both);
        let Counts { num, num64, next, serial, .. } = self.counts();
        match what {
            "next" => *next = Some(value),
            "serial" => *serial = Some(value),
            _ => {
                *num = Some(value).filter(|_| lists != Lists::Only64).or(*num);
                *num64 = Some(value).filter(|_| lists != Lists::Only32).or(*num64);
            }
        }
    }

    fn protocol(&mut self, id: &str, what: &str, rest: &[&str]) -> Line {
        let id = number(id).map_err(|_| "the id of an entry")?;
        let entry = entry::protocol(id, what, rest, &self.known, &self.catalogs)?;
        for list in self.chosen(|catalogs| &mut catalogs.protocol).into_iter().flatten() {
            let key = entry.key.clone().unwrap_or_else(|| numbered(list.len()));
            list.push(ProtocolEntry { key: Some(key), ..entry.clone() });
        }
        Ok(())
    }

    fn name_space(&mut self, what: &str, rest: &[&str]) -> Line {
        let entry = entry::name_space(what, rest, &self.catalogs.windows)?;
        for list in self.chosen(|catalogs| &mut catalogs.name_space).into_iter().flatten() {
            let key = entry.key.clone().unwrap_or_else(|| numbered(list.len()));
            list.push(NameSpaceEntry { key: Some(key), ..entry.clone() });
        }
        Ok(())
    }

    fn finish(self) -> Catalogs {
        let mut catalogs = self.catalogs;
        catalogs.told |= Facts::ENTRIES
            | Facts::ATTRIBUTES
            | Facts::SIZES
            | Facts::SERVICE_FLAGS
            | Facts::PROVIDER_FLAGS
            | Facts::PROVIDER_IDS
            | Facts::PATHS
            | Facts::IDS
            | Facts::CHAINS
            | Facts::KEYS
            | Facts::COUNTS
            | Facts::ITEM_BYTES
            | Facts::LINKS
            | Facts::WHOLE_LISTS;
        catalogs.told.set(Facts::CONTROL_SETS, !catalogs.dangling_selections.is_empty());
        catalogs.told.set(Facts::OS, catalogs.windows.version.is_some());
        catalogs.told.set(Facts::BOTH_CATALOGS, catalogs.windows.is_64_bit().is_some());
        let [of_protocol, of_name_space] = self.counts;
        if let Some(protocol) = &mut catalogs.protocol {
            let ids = protocol.lists().into_iter().flatten().flat_map(|list| &list.entries);
            let next = ids.filter_map(|entry| entry.catalog_entry_id).max().map_or(1001, |id| id.saturating_add(1));
            protocol.next_catalog_entry_id = Some(next);
            let has_times = of_protocol.apply(protocol, |entry| &mut entry.last_written);
            catalogs.told.set(Facts::TIMES, has_times);
        }
        if let Some(name_space) = &mut catalogs.name_space
            && of_name_space.apply(name_space, |entry| &mut entry.last_written)
        {
            catalogs.told |= Facts::TIMES;
        }
        catalogs
    }
}

/// Name of the next key after the entries that exist already.
fn numbered(entries: usize) -> Text {
    Text::new(format!("{:012}", entries + 1))
}

fn number(text: &str) -> Line<u32> {
    text.strip_prefix("0x").map_or_else(|| text.parse(), |hex| u32::from_str_radix(hex, 16)).map_err(|_| "a number")
}

fn file_time(text: &str) -> Line<FileTime> {
    FileTime::parse(text).ok_or("a time such as 2024-02-29T12:34:56Z")
}

fn absent_key(key: &str) -> Line<&'static str> {
    NEEDED_KEYS.iter().find(|needed| **needed == key).copied().ok_or("a key that Windows needs")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Kind, SOCK_RAW};

    #[test]
    fn an_entry_of_windows_is_one_word() {
        let catalogs = parse("windows  5.1 x86 sp3\n1001  tcp\n1003  raw\n1005  rsvp-tcp").unwrap();
        let [tcp, raw, rsvp] = catalogs.native_entries() else { panic!("{catalogs:?}") };
        assert_eq!(tcp.stored_name, Some(Text::from("MSAFD Tcpip [TCP/IP]")));
        assert_eq!((raw.socket_type, raw.is_section()), (Some(SOCK_RAW), false));
        assert_eq!(rsvp.library_path, Some(Text::from(r"%SystemRoot%\system32\rsvpsp.dll")));
        assert_eq!(catalogs.protocol.unwrap().next_catalog_entry_id, Some(1006));
    }

    #[test]
    fn a_chain_is_like_the_base_entry_that_it_ends_in() {
        let catalogs = parse(
            r"
            1001  udp
            1017  layered    C:\Proxy\lsp.dll  Proxy
            1018  1017>1001  C:\Proxy\lsp.dll  Proxy over UDP  flags=0x609",
        );
        let catalogs = catalogs.unwrap();
        let [_, layered, chain] = catalogs.native_entries() else { panic!("{catalogs:?}") };
        assert_eq!((layered.kind(), layered.is_section()), (Some(Kind::Layered), false));
        assert_eq!(chain.chain, Some(super::super::Chain { len: 2, ids: vec![1017, 1001] }));
        assert_eq!((chain.protocol, chain.service_flags.unwrap().bits()), (Some(17), 0x609));
        assert_eq!(chain.key, Some(Text::from("000000000003")));
    }

    #[test]
    fn a_chain_may_stand_before_the_entry_that_it_ends_in() {
        let catalogs = parse("1018  1017>1001  C:\\x.dll  Foo over UDP\n1001  udp").unwrap();
        assert_eq!(catalogs.native_entries()[0].protocol, Some(17));
    }

    #[test]
    fn a_64_bit_system_has_every_entry_twice_unless_said_otherwise() {
        let text = "windows  10.0.19041 x64\nprotocol\n1001  tcp\nprotocol 32\n1002  udp\nname spaces\ntcpip\ncount  7";
        let catalogs = parse(text).unwrap();
        let lengths: Vec<_> = catalogs.protocol_lists().map(|(_, list)| list.entries.len()).collect();
        assert_eq!(lengths, [2, 1]);
        assert_eq!(catalogs.name_space.unwrap().num_catalog_entries64, Some(7));
    }

    #[test]
    fn templates_come_with_the_transports_of_windows_10() {
        let templates = |text| parse(text).unwrap().transports[0].templates.len();
        assert_eq!(templates("windows  10.0.19041 x64\ntransports  Tcpip"), 3);
        assert_eq!(templates("windows  6.1 x64\ntransports  Tcpip"), 0);
    }

    #[test]
    fn a_line_that_says_nothing_is_named() {
        let error = parse("1001  tcp\n\n1002  tpc").unwrap_err();
        assert_eq!(error.to_string(), "line 3: expected an entry of Windows, base, layered or a chain");
        assert_eq!(parse("windows  ten").unwrap_err().expected, "a number");
        assert_eq!(parse("rubbish").unwrap_err().expected, "an entry, a setting or a heading");
    }
}
