"""Address books as vCards (RFC 2426, RFC 6350).

Apple's Contacts and Roundcube export nothing else, Google and Outlook this among others. The
properties are those of the standard whoever writes them, so that no program has headings of its
own here, and none a file in `subscribers.importing.programs`.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from subscribers.importing.formats.delimited import opened_lines
from subscribers.importing.formats.encodings import Encoding
from subscribers.importing.formats.table import SourceTable
from subscribers.importing.values.cells import DamagedRow

HEADER = ["email", "name", "first name", "last name", "language", "categories", "card note"]
ADVICE = "People in an address book have not agreed to anything by standing in it."
_BEGIN, _END = "BEGIN:VCARD", "END:VCARD"
# Maximum length of a card with a picture.
MAX_CARD_LENGTH = 5_000_000


def is_vcard(head: Sequence[str]) -> bool:
    """Whether a text starts as a vCard."""
    return any(line.strip().upper() == _BEGIN for line in head[:5])


def vcards(path: Path, encoding: Encoding) -> SourceTable:
    """An address book; cards without an address are passed over."""
    return SourceTable(
        header=HEADER, rows=lambda: _rows(path, encoding), first_row=1, notes=(ADVICE,)
    )


def _rows(path: Path, encoding: Encoding) -> Iterator[Sequence[str]]:
    for card in _cards(path, encoding):
        if "EMAIL" in card.upper():
            yield _row(card)


def _cards(path: Path, encoding: Encoding) -> Iterator[str]:
    lines: list[str] = []
    length = 0
    for line in opened_lines(path, encoding):
        if line.strip().upper() == _BEGIN:
            lines, length = [], 0
        if length < MAX_CARD_LENGTH:
            lines.append(line)
            length += len(line)
        if line.strip().upper() == _END:
            yield "".join(lines)
            lines, length = [], 0


def _row(text: str) -> list[str]:
    import vobject

    try:
        card = vobject.readOne(text, allowQP=True, ignoreUnreadable=True)
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


def _preferred(card: Any) -> str:
    """The preferred address (PREF, RFC 6350, 5.3; a TYPE in 3.0), else the first."""

    def rank(line: Any) -> int:
        pref = line.params.get("PREF", ["100"])[0]
        types = {str(kind).casefold() for kind in line.params.get("TYPE", ())}
        return 1 if "pref" in types else int(pref) if str(pref).isdigit() else 100

    lines = [line for line in card.contents.get("email", ()) if str(line.value).strip()]
    return str(min(lines, key=rank).value) if lines else ""


def _first(card: Any, name: str) -> str:
    found = card.contents.get(name)
    return str(found[0].value) if found else ""


def _part(name: Any, part: str) -> str:
    value = getattr(getattr(name, "value", None), part, "")
    return _words(value)


def _words(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
