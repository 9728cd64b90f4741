"""A registry as other programs read it, and the Winsock catalogs in it.

Three readers give the same three things of a key: its name, its subkeys, and its values with type and bytes. The
catalogs are read from these here, by the documented structures and not by those of catalog9.
"""

import struct
import uuid
from io import BytesIO

from dissect.regf import regf
from Registry import Registry

NUMBERS = {
    "catalog_entry_id": (296, "<I"),
    "chain_len": (300, "<i"),
    "version": (332, "<i"),
    "address_family": (336, "<i"),
    "max_address_length": (340, "<i"),
    "min_address_length": (344, "<i"),
    "socket_type": (348, "<i"),
    "protocol": (352, "<i"),
    "protocol_max_offset": (356, "<i"),
    "network_byte_order": (360, "<i"),
    "security_scheme": (364, "<i"),
    "message_size": (368, "<I"),
    "provider_reserved": (372, "<I"),
    "service_flags": (260, "<I"),
    "provider_flags": (276, "<I"),
}


class Key:
    """A key that is read when somebody asks."""

    def __init__(self, name, subkeys, values):
        self.name, self._subkeys, self._values = name, subkeys, values

    def subkeys(self):
        return list(self._subkeys())

    def at(self, path):
        key = self
        for part in path.split("\\"):
            found = [subkey for subkey in key.subkeys() if subkey.name.lower() == part.lower()]
            if not found:
                return None
            key = found[0]
        return key

    def value(self, name):
        """The bytes of a value; `None` where there is none."""
        for other, data in self._values():
            if other.lower() == name.lower():
                return data
        return None

    def text(self, name):
        data = self.value(name)
        return None if data is None else wide(data)

    def texts(self, name):
        data = self.value(name)
        if data is None:
            return None
        return [text for text in data.decode("utf-16-le", "replace").split("\0") if text]

    def number(self, name):
        data = self.value(name)
        return struct.unpack("<I", data)[0] if data is not None and len(data) == 4 else None


def wide(data):
    return data[: len(data) & ~1].decode("utf-16-le", "replace").split("\0")[0]


def guid(data):
    return "{" + str(uuid.UUID(bytes_le=data)).upper() + "}" if data is not None and len(data) == 16 else None


def with_dissect(data):
    def key(node):
        return Key(
            node.name,
            lambda: (key(subkey) for subkey in node.subkeys()),
            lambda: [(value.name, value.data) for value in node.values()],
        )

    return key(regf.RegistryHive(BytesIO(data)).root())


def with_python_registry(data):
    def key(node):
        return Key(
            node.name(),
            lambda: (key(subkey) for subkey in node.subkeys()),
            lambda: [(value.name(), bytes(value.raw_data())) for value in node.values()],
        )

    return key(Registry.Registry(BytesIO(data)).root())


def protocol_entry(key, code_page):
    item = key.value("PackedCatalogItem")
    entry = {"key": key.name, "protocol_name": key.text("ProtocolName"), "raw": item.hex() if item is not None else None}
    if item is None or len(item) != 888:
        return entry
    entry |= {name: struct.unpack_from(form, item, offset)[0] for name, (offset, form) in NUMBERS.items()}
    length = entry["chain_len"]
    entry["chain"] = list(struct.unpack_from(f"<{length}I", item, 304)) if 2 <= length <= 7 else []
    entry["reserved_service_flags"] = list(struct.unpack_from("<3I", item, 264))
    entry["provider_id"] = guid(item[280:296])
    entry["library_path"] = item[:260].split(b"\0")[0].decode(code_page, "replace")
    entry["stored_name"] = wide(item[376:])
    return entry


def name_space_entry(key, _):
    info = key.value("ProviderInfo")
    return {
        "key": key.name,
        "library_path": key.text("LibraryPath"),
        "display_string": key.text("DisplayString"),
        "provider_id": guid(key.value("ProviderId")),
        "supported_name_space": key.number("SupportedNameSpace"),
        "enabled": key.number("Enabled"),
        "version": key.number("Version"),
        "stores_service_class_info": key.number("StoresServiceClassInfo"),
        "provider_info": info.hex() if info is not None else None,
    }


COUNTS = {
    "num_catalog_entries": "Num_Catalog_Entries",
    "num_catalog_entries64": "Num_Catalog_Entries64",
    "next_catalog_entry_id": "Next_Catalog_Entry_ID",
    "serial_access_num": "Serial_Access_Num",
}


def catalog(key, entry, code_page):
    if key is None:
        return None
    found = {ours: key.number(theirs) for ours, theirs in COUNTS.items()}
    if entry is name_space_entry:
        found["next_catalog_entry_id"] = None
    for ours, theirs in ("entries", "Catalog_Entries"), ("entries64", "Catalog_Entries64"):
        entries = key.at(theirs)
        found[ours] = None
        if entries is not None:
            found[ours] = sorted((entry(each, code_page) for each in entries.subkeys()), key=lambda each: each["key"])
    return found


def catalogs(control_set):
    """What the catalogs of a control set say."""
    if control_set is None:
        return None
    page = control_set.at("Control\\Nls\\CodePage")
    # An export of single keys does not name the code page, so what is not ASCII has no meaning.
    code_page = f"cp{page.text('ACP')}" if page else "ascii"
    parameters = control_set.at("Services\\WinSock2\\Parameters")
    winsock = control_set.at("Services\\Winsock")
    found = {"protocol_catalog": None, "name_space_catalog": None, "parameters": None, "transports": None}
    if parameters is not None:
        found["protocol_catalog"] = catalog(parameters.at("Protocol_Catalog9"), protocol_entry, code_page)
        found["name_space_catalog"] = catalog(parameters.at("NameSpace_Catalog5"), name_space_entry, code_page)
        found["parameters"] = {
            "winsock_registry_version": parameters.text("WinSock_Registry_Version"),
            "current_protocol_catalog": parameters.text("Current_Protocol_Catalog"),
            "current_name_space_catalog": parameters.text("Current_NameSpace_Catalog"),
            "name_space_callout": parameters.text("NameSpace_Callout"),
            "autodial_dll": parameters.text("AutodialDLL"),
        }
    if winsock is not None and winsock.at("Parameters") is not None:
        found["transports"] = winsock.at("Parameters").texts("Transports")
    return found


def ours(control_set):
    """The same of a control set in the JSON of catalog9."""
    found = {"parameters": control_set["parameters"] and dict(control_set["parameters"])}
    if found["parameters"]:
        found["parameters"].pop("last_written")
    for name, model in ("protocol_catalog", ENTRY), ("name_space_catalog", NAME_SPACE_ENTRY):
        told = control_set[name]
        found[name] = told and {
            **{count: told[count] for count in COUNTS},
            **{
                entries: None
                if told[entries] is None
                else sorted(
                    ({field: each[field] for field in model if field in each} for each in told[entries]),
                    key=lambda each: each["key"],
                )
                for entries in ("entries", "entries64")
            },
        }
    found["transports"] = control_set["winsock"] and control_set["winsock"]["transports"]
    return found


ENTRY = [
    "key", "protocol_name", "raw", *NUMBERS, "chain", "reserved_service_flags", "provider_id", "library_path",
    "stored_name",
]  # fmt: skip
NAME_SPACE_ENTRY = [
    "key", "library_path", "display_string", "provider_id", "supported_name_space", "enabled", "version",
    "stores_service_class_info", "provider_info",
]  # fmt: skip


def differences(one, other, place=""):
    """Where two of these differ; a field without a value may be missing."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted({*one, *other}):
            yield from differences(one.get(name), other.get(name), f"{place}/{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (first, second) in enumerate(zip(one, other)):
            yield from differences(first, second, f"{place}/{index}")
    elif one != other:
        yield f"{place}: {one!r:.90} and {other!r:.90}"
