"""Parsing of single cells: addresses, lists of names, one-line texts."""

import json
import re
from collections.abc import Sequence

# Mailboxes as people and programs write them: "Ann <a@b.org>", mailto:a@b.org.
# A local part has 64 octets (RFC 5321, 4.5.3.1.1); one of any length is tried from each letter.
ADDRESS = re.compile(r"[^\s<>()\[\],;:\"|\\]{1,320}@[^\s<>()\[\],;:\"|\\']+")
_BARE = r"(?:mailto:)?[^\s<>()\[\],;:\"|]{1,320}@[^\s<>()\[\],;:\"|]+"
# A mailbox (RFC 5322, 3.4), also with an unquoted comma in the name.
# A comment may follow that holds the name (RFC 5322, 3.2.2): a@b.org (Ann).
_COMMENT = r"(?:[ \t]*\((?P<comment>[^()@]*)\))?"
_PIECE = rf"(?:[^<>@;\t\r\n]*<\s*{_BARE}\s*>|<?{_BARE}>?(?:[ \t]*\([^()@]*\))?)"
# A space may separate or belong to a name, and is tried as one of them alone: in a line of very
# many, both would take hours. So would a name of any length, looked for from each letter.
MAILBOXES = re.compile(rf"\s*+{_PIECE}(?:(?:\s|[,;]|:::)++{_PIECE})*[\s,;]*")
MAILBOX = re.compile(
    rf"(?:(?P<name>[^<>@;]{{0,500}})<\s*(?P<first>{_BARE})\s*>)|(?P<bare>{_BARE}){_COMMENT}",
    re.IGNORECASE,
)
# Google separates labels by " ::: ".
_LISTED = re.compile(r"[,;|]|\s:::\s")
_BRACKETED = re.compile(r"\{(.*)\}|\[(.*)\]", re.DOTALL)


# Marks of no width, as pasted from web pages; str.strip leaves them.
INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"


class DamagedRow(list[str]):
    """The cells of a row with an ambiguous structure."""

    def __init__(self, cells: Sequence[str], reason: str) -> None:
        super().__init__(cells)
        self.reason = reason


def without_nul(cells: Sequence[str]) -> DamagedRow:
    """A row with its NUL characters removed, marked as damaged."""
    plain = [cell.replace("\0", "") for cell in cells]
    return DamagedRow(plain, "the row holds a NUL character; the file is damaged or no text")


# Substack puts such an address in the place of somebody's who asked to be erased.
_ERASED = "@deletion-request.substack.com"


def is_erased(address: str) -> bool:
    """Whether an address stands for somebody who asked to be erased."""
    return address.casefold().endswith(_ERASED)


def addresses_in(text: str) -> list[str]:
    """Every address in a text, in order."""
    if "@" not in text:
        return []
    plain = re.sub(r"mailto:", " ", text, flags=re.IGNORECASE)
    return list(dict.fromkeys(match.strip(".'") for match in ADDRESS.findall(plain)))


# A sign that takes out what follows it; that an address starts with one (RFC 5322, 3.2.3) is rare.
_SIGN = re.compile(r"(?:[-–—−~]+|#+|//+|;+)\s*(?=[^\s<>]+@)")


def without_sign(address: str) -> str:
    """An address without the sign before it by which somebody took it out of a list."""
    sign = _SIGN.match(address)
    return address[sign.end() :] if sign else address


def beside_addresses(text: str) -> str:
    """What a cell holds besides addresses: names, comments."""
    return ADDRESS.sub(" ", text)


def given_name_first(text: str) -> str:
    """A name as it is spoken: mail clients also write “Carter, Ann”."""
    name = text.strip(" \t,;\"'")
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if comma and "," not in first else name


def is_address(text: str) -> bool:
    """Whether a cell is an address and nothing else."""
    return ADDRESS.fullmatch(text.strip().removeprefix("mailto:")) is not None


def listed(text: str) -> list[str]:
    """The names in a cell: a JSON array, {a,b}, a|b, a, b or a;b, quoted or not."""
    if not text or text in {"[]", "{}", "NULL", "null", "\\N"}:
        return []
    if text[0] in "[{":
        array = _array(text)
        if array is not None:
            return array
        bracketed = _BRACKETED.fullmatch(text)
        text = (bracketed[1] or bracketed[2] or "") if bracketed else text
    names = (name.strip().strip("\"'").strip() for name in _LISTED.split(text))
    return [name for name in names if name]


def _array(text: str) -> list[str] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, list):
        return None
    # Kit and others write objects with a name.
    named = (each.get("name", "") if isinstance(each, dict) else each for each in value)
    return [str(name).strip() for name in named if name is not None and str(name).strip()]


def one_line(text: str) -> str:
    """The text on one line, without control characters."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())
