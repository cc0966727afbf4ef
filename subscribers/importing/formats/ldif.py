"""Address books as LDIF (RFC 2849), as Thunderbird and directories write them.

Read here and by no library: those there are end the file at its first damaged line, see decision
144.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from newsletter.errors import InvalidInput
from subscribers.importing.formats.delimited import opened_lines
from subscribers.importing.formats.encodings import Encoding
from subscribers.importing.formats.table import SourceTable, passed_over
from subscribers.importing.values.cells import listed
from subscribers.importing.values.tags import tag_states_leaving

# Attributes that hold addresses (RFC 4524, 2.16; names of older directories).
_ADDRESSES = frozenset({"mail", "email", "emailaddress", "rfc822mailbox"})
# Of several values the first counts; of other attributes each may say how somebody stands.
_ONE = _ADDRESSES | {"cn", "sn", "givenname", "displayname", "preferredlanguage"}
_ABOUT = frozenset({"version", "changetype", "objectclass"})
UNIT = "directory unit"
"""The column of the units above an entry: cn=Ann,ou=Members,o=Club."""
_UNITS = frozenset({"ou", "cn"})
_PART = re.compile(r"(?:[^,\\]|\\.)+")
_ESCAPED = re.compile(r"((?:\\[0-9A-Fa-f]{2})+)|\\(.)")


def is_ldif(head: Sequence[str]) -> bool:
    """Whether a text starts as LDIF."""
    lines = [line for line in head if line.strip() and not line.startswith("#")]
    return bool(lines) and re.match(r"dn:|version:\s*1\s*$", lines[0], re.IGNORECASE) is not None


def ldif(path: Path, encoding: Encoding) -> SourceTable:
    """An address book; entries without an address, such as lists, are passed over.

    Raises:
        InvalidInput: it holds changes to a directory, not its entries.
    """
    keys: dict[str, None] = {}
    units: set[str] = set()
    others = 0
    for entry in _entries(path, encoding):
        if _has_address(entry):
            keys.update(dict.fromkeys(entry))
            units.add(entry.get(UNIT, ""))
        else:
            others += 1
    if len(units) == 1 and not any(map(tag_states_leaving, listed(*units))):
        # A unit of everybody tells nothing.
        keys.pop(UNIT, None)
    header = list(keys) or ["mail"]

    def rows() -> Iterator[Sequence[str]]:
        for entry in _people(path, encoding):
            yield [entry.get(key, "") for key in header]

    return SourceTable(header=header, rows=rows, first_row=1, notes=passed_over(others, "entries"))


def _people(path: Path, encoding: Encoding) -> Iterator[dict[str, str]]:
    return filter(_has_address, _entries(path, encoding))


def _has_address(entry: dict[str, str]) -> bool:
    return any(key.casefold() in _ADDRESSES for key in entry)


def _entries(path: Path, encoding: Encoding) -> Iterator[dict[str, str]]:
    entry: dict[str, str] = {}
    # Attributes are the same however they are cased (RFC 4512, 2.5).
    spelled: dict[str, str] = {}
    for line in _unfolded(path, encoding):
        if not line:
            if entry:
                yield entry
            entry = {}
        elif not line.startswith("#"):
            name, _, value = line.partition(":")
            key = name.split(";")[0].strip()
            if key.casefold() == "changetype" and value.strip().casefold() != "add":
                raise InvalidInput(
                    f"{path} holds changes to a directory (changetype: {value.strip()}), not its "
                    "entries; export the entries themselves"
                )
            if key.casefold() not in _ABOUT:
                _add(entry, spelled.setdefault(key.casefold(), key), _value(value))
    if entry:
        yield entry


def _add(entry: dict[str, str], key: str, value: str) -> None:
    """Add an attribute to those of an entry."""
    name = key.casefold()
    if name == "dn":
        # The first part names the entry itself.
        key, value = UNIT, "; ".join(_units(_PART.findall(value)[1:]))
    elif name == "memberof":
        value = next(iter(_units(_PART.findall(value))), value)
    if not value:
        return
    before = entry.get(key, "")
    if before and name not in _ONE and value not in before.split("; "):
        entry[key] = f"{before}; {value}"
    else:
        entry.setdefault(key, value)


def _units(parts: Sequence[str]) -> list[str]:
    """The values of the parts of a distinguished name (RFC 4514) that name a unit or a group."""
    pairs = [part.partition("=") for part in parts]
    return [
        _ESCAPED.sub(_unescaped, value.strip()).replace(";", " ").replace(",", " ")
        for kind, _, value in pairs
        if kind.strip().casefold() in _UNITS
    ]


def _unescaped(match: re.Match[str]) -> str:
    encoded, character = match.groups()
    return character or bytes.fromhex(encoded.replace("\\", "")).decode("utf-8", "replace")


def _value(text: str) -> str:
    if not text.startswith(":"):
        return text.strip()
    try:
        return base64.b64decode(text[1:].strip(), validate=True).decode("utf-8", "replace")
    except binascii.Error:
        return ""


def _unfolded(path: Path, encoding: Encoding) -> Iterator[str]:
    before: str | None = None
    for raw in opened_lines(path, encoding):
        line = raw.rstrip("\r\n")
        if line.startswith(" ") and before is not None:
            before += line[1:]
            continue
        if before is not None:
            yield before
        before = line
    if before is not None:
        yield before
