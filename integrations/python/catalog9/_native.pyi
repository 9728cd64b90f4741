from os import PathLike
from typing import Union

class Refused(ValueError): ...

def examine(
    evidence: Union[str, PathLike[str], bytes],
    name: Union[str, None],
    logs: Union[list[Union[str, PathLike[str], tuple[str, bytes]]], None],
    *,
    hash: bool,
    carve: bool,
    control_set: str,
    ansi_codepage: Union[int, None],
    windows: Union[str, None],
    as_stored: bool,
) -> str: ...
def rules() -> str: ...
