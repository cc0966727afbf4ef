"""Address books as vCards (RFC 2426, RFC 6350).

Apple's Contacts and Roundcube export nothing else, Google and Outlook this among others. The
properties are those of the standard whoever writes them, so that no program has headings of its
own here, and none a file in `subscribers.importing.programs`.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from subscribers.importing.formats.delimited import opened_lines
from subscribers.importing.formats.encodings import Encoding, likeliest
from subscribers.importing.formats.table import SourceTable, passed_over
from subscribers.importing.values.cells import DamagedRow

HEADER = ["email", "name", "first name", "last name", "language", "categories", "card note"]
ADVICE = "People in an address book have not agreed to anything by standing in it."
_BEGIN, _END = "BEGIN:VCARD", "END:VCARD"
# No other property is parsed, so that none can be an error: a picture, a key.
_READ = frozenset({"VERSION", "EMAIL", "N", "FN", "LANG", "CATEGORIES", "NOTE"})
_NAME = re.compile(r"(?:[\w-]+\.)?(?P<name>[\w-]+)[;:]")
_IN_BYTES = re.compile(
    r"(?m)^(?![^:\n]*CHARSET=)([^:\n]*?);(?:ENCODING=)?QUOTED-PRINTABLE", re.IGNORECASE
)
MAX_CARD_LENGTH = 5_000_000


def is_vcard(head: Sequence[str]) -> bool:
    """Whether a text starts as a vCard."""
    return any(line.strip().upper() == _BEGIN for line in head[:5])


def vcards(path: Path, encoding: Encoding) -> SourceTable:
    """An address book; cards without an address are passed over."""
    others = sum(not _has_address(card) for card in _cards(path, encoding))
    notes = (ADVICE, *passed_over(others, "cards"))
    return SourceTable(header=HEADER, rows=lambda: _rows(path, encoding), first_row=1, notes=notes)


def _rows(path: Path, encoding: Encoding) -> Iterator[Sequence[str]]:
    return map(_row, filter(_has_address, _cards(path, encoding)))


def _has_address(card: Sequence[str]) -> bool:
    return any(_name_of(line) == "EMAIL" for line in card)


def _cards(path: Path, encoding: Encoding) -> Iterator[list[str]]:
    """The properties of each card that are read, of an unfinished one too.

    A card within another is that of an agent (RFC 2426, 3.5.4), and is not read.
    """
    lines: list[str] = []
    depth = length = 0
    before = ""
    for line in _unfolded(path, encoding):
        mark = line.strip().upper()
        if mark == _BEGIN and depth and _name_of(before) == "AGENT":
            depth += 1
        elif mark == _BEGIN or (mark == _END and depth == 1):
            if lines:
                yield lines
            lines, length, depth = [], 0, int(mark == _BEGIN)
        elif mark == _END:
            depth = max(0, depth - 1)
        elif depth == 1 and _name_of(line) in _READ and length < MAX_CARD_LENGTH:
            lines.append(line)
            length += len(line)
        before = line
    if lines:
        yield lines


def _name_of(line: str) -> str:
    match = _NAME.match(line)
    return match["name"].upper() if match else ""


def _unfolded(path: Path, encoding: Encoding) -> Iterator[str]:
    """Lines of a property joined: folded (RFC 6350, 3.2), or by `=` in quoted-printable."""
    before = ""
    for raw in opened_lines(path, encoding):
        line = raw.rstrip("\r\n")
        if line[:1] in (" ", "\t"):
            before += line[1:] if len(before) < MAX_CARD_LENGTH else ""
        elif before.endswith("=") and "QUOTED-PRINTABLE" in before.upper():
            before = before[:-1] + line
        else:
            yield before
            before = line
    yield before


def _row(lines: list[str]) -> list[str]:
    text = "\n".join((_BEGIN, *lines, _END))
    try:
        card = _card(text)
        name = card.contents.get("n", [None])[0]
        return [
            _preferred(card),
            _first(card, "fn"),
            _part(name, "given"),
            _part(name, "family"),
            _first(card, "lang"),
            ",".join(_words(line.value) for line in card.contents.get("categories", ())),
            "\n".join(_words(line.value) for line in card.contents.get("note", ())),
        ]
    except Exception as error:  # noqa: BLE001 - vobject raises whatever a broken card leads it into
        return DamagedRow([text], f"this vCard cannot be read: {error}")


def _card(text: str) -> Any:
    """The card by vobject. Quoted bytes of no named encoding that are not UTF-8 have the likeliest.

    Raises:
        Exception: anything that a damaged card leads vobject into.
    """
    import vobject

    try:
        return vobject.readOne(text, allowQP=True, ignoreUnreadable=True)
    except UnicodeDecodeError as error:
        named = _IN_BYTES.sub(rf"\1;CHARSET={likeliest(error.object).codec};QUOTED-PRINTABLE", text)
        return vobject.readOne(named, allowQP=True, ignoreUnreadable=True)


def _preferred(card: Any) -> str:
    """The preferred address (PREF, RFC 6350, 5.3; a TYPE before), else the first."""

    def rank(line: Any) -> int:
        pref = line.params.get("PREF", ["100"])[0]
        # In 2.1 a type stands without its name.
        types = {
            str(kind).casefold() for kind in (*line.params.get("TYPE", ()), *line.singletonparams)
        }
        return 1 if "pref" in types else int(pref) if str(pref).isdigit() else 100

    lines = [line for line in card.contents.get("email", ()) if str(line.value).strip()]
    return str(min(lines, key=rank).value) if lines else ""


def _first(card: Any, name: str) -> str:
    lines = card.contents.get(name)
    return str(lines[0].value) if lines else ""


def _part(name: Any, part: str) -> str:
    value = getattr(getattr(name, "value", None), part, "")
    return _words(value)


def _words(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
