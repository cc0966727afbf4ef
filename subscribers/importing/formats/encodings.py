"""Character encoding of a file: said, declared, or detected by how plausible its names read."""

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from newsletter.errors import InvalidInput
from subscribers.importing.formats.list_encodings import LIST_ENCODINGS, ListEncoding

CHUNK_BYTES = 1 << 20
# Bytes of lines beyond ASCII sampled for detection: hundreds of people.
SAMPLE_BYTES = 1 << 15
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UTF16_MARGIN = 0.4
# Labels that programs put on supersets of these (as the WHATWG Encoding Standard has them).
_SUPERSETS = {
    "shift_jis": "cp932",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "cp950",
    "euc_kr": "cp949",
}
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
        said: the administrator's choice, or the list's language; empty: detected.

    Raises:
        InvalidInput: there is no such encoding.
    """
    among = _among(said)
    if said and not among:
        return Encoding(codec=_said(said))
    with path.open("rb") as file:
        start = file.read(4096)
    declared = next((codec for mark, codec in _MARKS if start.startswith(mark)), "")
    declared = declared or _unmarked_utf16(start)
    if declared.startswith("utf-16"):
        return Encoding(codec=declared)
    return _by_bytes(path, among or LIST_ENCODINGS)


def _among(said: str) -> tuple[ListEncoding, ...]:
    """The encodings of a language."""
    return tuple(each for each in LIST_ENCODINGS if said.strip().lower() in each.languages)


def _said(name: str) -> str:
    try:
        codec = codecs.lookup(name)
        # Refuses codecs of other things than text, such as hex.
        "".encode(codec.name)
    except (LookupError, UnicodeError) as error:
        raise InvalidInput(
            f"--encoding {name}: no such encoding; write utf-8, utf-16, {usual_encodings()}, or "
            "the language of the list in English, such as russian"
        ) from error
    return _SUPERSETS.get(codec.name, codec.name)


def usual_encodings() -> str:
    """The encodings that lists come in, by their scripts."""
    scripts = dict.fromkeys(each.script for each in LIST_ENCODINGS)
    return ", ".join(f"{_of_script(script)} ({script})" for script in scripts)


def _of_script(script: str) -> str:
    return " or ".join(each.say for each in LIST_ENCODINGS if each.script == script)


def _unmarked_utf16(start: bytes) -> str:
    """UTF-16 without byte order mark: every other byte of Western text is zero."""
    half = len(start) // 2 or 1
    if start[1::2].count(0) > half * _UTF16_MARGIN and not start[::2].count(0):
        return "utf-16-le"
    if start[::2].count(0) > half * _UTF16_MARGIN and not start[1::2].count(0):
        return "utf-16-be"
    return ""


def _by_bytes(path: Path, among: Sequence[ListEncoding]) -> Encoding:
    valid = strays = 0
    sample = bytearray()
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    with path.open("rb") as file:
        # To the end of a line, so that the sample has whole characters.
        while chunk := file.read(CHUNK_BYTES) + file.readline(CHUNK_BYTES):
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
    whole = sample[:SAMPLE_BYTES].rpartition(b"\n")[0] if len(sample) > SAMPLE_BYTES else sample
    return _best_fitting(bytes(whole or sample[:SAMPLE_BYTES]), among)


def likeliest(sample: bytes, among: Sequence[ListEncoding] = LIST_ENCODINGS) -> ListEncoding:
    """The encoding in which names read most plausibly."""
    return max(among, key=lambda each: each.score(sample))


def _best_fitting(sample: bytes, among: Sequence[ListEncoding]) -> Encoding:
    best = likeliest(sample, among)
    words = re.findall(
        r"[^\s,;|\t\"<>]*[^\x00-\x7f][^\s,;|\t\"<>]*", sample.decode(best.codec, "replace")
    )
    shown = ", ".join(f"“{word}”" for word in dict.fromkeys(words[:50]))[:80]
    return Encoding(
        codec=best.codec,
        note=f"the encoding was taken to be {best.name}, {best.script} ({shown}); if those letters "
        "are wrong, save the list as UTF-8, or import it by the command with --encoding and the "
        f"language of the list in English, such as russian, or one of {usual_encodings()}",
    )
