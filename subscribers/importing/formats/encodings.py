"""Character encoding of a file: declared, or detected by how plausible its names read."""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from newsletter.errors import InvalidInput

CHUNK_BYTES = 1 << 20
# Non-ASCII bytes sampled for detection.
SAMPLE_BYTES = 1 << 18
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UTF16_MARGIN = 0.4
# Tried in this order; the first best wins.
SINGLE_BYTE = ("cp1252", "mac_roman", "cp1250", "iso8859_2")
NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
    "mac_roman": "Mac Roman",
    "cp1250": "Windows-1250",
    "iso8859_2": "ISO 8859-2 (Latin-2)",
}
_WEST = frozenset("äöüÄÖÜßéèêëàâáíóúñçãõåøæîïôûùòÉÀÈÁÓÚÇÑÅØÆœŒ")
_EAST = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻáčďéěíňřšťúůýžÁČĎÉĚÍŇŘŠŤÚŮÝŽőűŐŰäöüÄÖÜßâăîșț")
_LETTERS = {"cp1252": _WEST, "mac_roman": _WEST, "cp1250": _EAST, "iso8859_2": _EAST}
_FOREIGN = re.compile(r"[^\x00-\x7f]")
STRAY = "windows-1252-for-strays"


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Error handler: stray bytes in UTF-8 as Windows-1252."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(STRAY, _as_windows_1252)


@dataclass(frozen=True, kw_only=True)
class Encoding:
    """The encoding of a file."""

    codec: str
    note: str = ""
    """The assumption made, if it affects names."""


def encoding_of(path: Path, said: str = "") -> Encoding:
    """The encoding of a file.

    Args:
        said: the administrator's choice; empty: detected.

    Raises:
        InvalidInput: there is no such encoding.
    """
    if said:
        try:
            return Encoding(codec=codecs.lookup(said).name)
        except LookupError as error:
            raise InvalidInput(
                f"--encoding {said}: no such encoding; usual ones are utf-8, utf-16, windows-1252, "
                "mac-roman, windows-1250, iso-8859-2"
            ) from error
    with path.open("rb") as file:
        start = file.read(4096)
    declared = next((codec for mark, codec in _MARKS if start.startswith(mark)), "")
    declared = declared or _unmarked_utf16(start)
    if declared.startswith("utf-16"):
        return Encoding(codec=declared)
    return _by_bytes(path)


def _unmarked_utf16(start: bytes) -> str:
    """UTF-16 without byte order mark: every other byte of Western text is zero."""
    half = len(start) // 2 or 1
    if start[1::2].count(0) > half * _UTF16_MARGIN and not start[::2].count(0):
        return "utf-16-le"
    if start[::2].count(0) > half * _UTF16_MARGIN and not start[1::2].count(0):
        return "utf-16-be"
    return ""


def _by_bytes(path: Path) -> Encoding:
    valid = strays = 0
    sample = bytearray()
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            if chunk.isascii() and not decoder.getstate()[0]:
                continue
            for character in _FOREIGN.findall(decoder.decode(chunk)):
                if "\udc80" <= character <= "\udcff":
                    strays += 1
                else:
                    valid += 1
            if len(sample) < SAMPLE_BYTES:
                sample += b"\n".join(line for line in chunk.split(b"\n") if not line.isascii())
    strays += len(decoder.decode(b"", final=True))
    if not strays:
        return Encoding(codec="utf-8-sig")
    if valid > strays:
        note = f"UTF-8 with {strays} bytes of something else, read as Windows-1252"
        return Encoding(codec="utf-8-sig", note=note)
    return _best_fitting(bytes(sample[:SAMPLE_BYTES]))


def likeliest(sample: bytes) -> str:
    """The single-byte encoding in which names read most plausibly."""
    return max(SINGLE_BYTE, key=lambda name: _score(sample.decode(name, "replace"), name))


def _best_fitting(sample: bytes) -> Encoding:
    codec = likeliest(sample)
    words = re.findall(
        r"[^\s,;|\t\"<>]*[^\x00-\x7f][^\s,;|\t\"<>]*", sample.decode(codec, "replace")
    )
    shown = ", ".join(f"“{word}”" for word in dict.fromkeys(words[:50]))[:80]
    return Encoding(
        codec=codec,
        note=f"the encoding was taken to be {NAMES[codec]} ({shown}); "
        "if those letters are wrong, say --encoding",
    )


def _score(text: str, codec: str) -> float:
    """Plausibility of a text: letters of names count, symbols within words count against it."""
    letters, score = _LETTERS[codec], 0.0
    for found in _FOREIGN.finditer(text):
        character = found[0]
        before = text[found.start() - 1 : found.start()]
        if character in letters:
            score += 1 if not (character.isupper() and before.islower()) else -2
        elif character.isalpha():
            score -= 1
        else:
            after = text[found.end() : found.end() + 1]
            score -= 3 if before.isalpha() or after.isalpha() else 1
    return score
