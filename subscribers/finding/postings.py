"""The words of a block of subscribers, and who has each: its vocabulary and postings.

An inverted index (Zobel and Moffat, "Inverted Files for Text Search Engines", ACM Computing Surveys
2006), whose postings are places or bits, whichever is smaller (Chambi, Lemire, Kaser and Godin,
"Better Bitmap Performance with Roaring Bitmaps", Software: Practice and Experience 2016).
"""

import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import accumulate, pairwise

from subscribers.finding.bits import BLOCK_BYTES, bits_of, numbers_in

# In no text of UTF-8: what stands around each word, and what tells how many words a text has.
END = b"\xff"
COUNT = b"\xfe"
_PLACE_BYTES = 2
_OFFSET_BYTES = 4


class Part(StrEnum):
    """What is kept of a block: parts of their own, as hardly a question needs them all."""

    FOLDED = "folded"
    """Its words with A to Z in lower case."""
    VOCABULARY = "vocabulary"
    """Its words as they are, in the same order."""
    POSTINGS = "postings"
    """Who has each."""


def encoded(text: str) -> bytes:
    """As it stands among the words; what no text can hold is found nowhere."""
    return text.encode("utf-8", "surrogatepass")


def words_of(text: str) -> set[bytes]:
    """What a text is found by: its words, and one that tells how many there are."""
    words = encoded(text).split(b" ")
    return {*words, COUNT * len(words)} if text else set()


def write(postings: Mapping[bytes, Sequence[int]]) -> dict[Part, bytes]:
    """The parts of a block.

    Args:
        postings: by word, the places of those who have it.
    """
    words = sorted(postings)
    vocabulary = END + b"".join(word + END for word in words)
    lists = [_list_of(postings[word]) for word in words]
    header = (len(lists) + 1) * _OFFSET_BYTES
    offsets = array("I", accumulate(map(len, lists), initial=header))
    return {
        Part.FOLDED: vocabulary.lower(),
        Part.VOCABULARY: vocabulary,
        Part.POSTINGS: _portable(offsets).tobytes() + b"".join(lists),
    }


def read(parts: Mapping[Part, bytes]) -> dict[bytes, list[int]]:
    """The places by word, as `write` was given them."""
    words = parts[Part.VOCABULARY].split(END)[1:-1]
    postings = parts[Part.POSTINGS]
    ranges = pairwise(_offsets(postings))
    return {
        word: _places(postings[start:end]) for word, (start, end) in zip(words, ranges, strict=True)
    }


def lines_with(vocabulary: bytes, wanted: bytes) -> list[int]:
    """Which words hold this; with an `END` at its start or end: begin or end with it."""
    found: list[int] = []
    first, line, counted = wanted.startswith(END), -1, 0
    at = vocabulary.find(wanted)
    while at >= 0:
        inside = at + first
        line += vocabulary.count(END, counted, inside)
        found.append(line)
        counted = inside
        at = vocabulary.find(wanted, vocabulary.index(END, inside))
    return found


def having(postings: bytes, lines: Iterable[int]) -> int:
    """The bits of those who have one of these words."""
    offsets = _offsets(postings)
    found, places = 0, bytearray()
    for line in lines:
        one = postings[offsets[line] : offsets[line + 1]]
        if len(one) == BLOCK_BYTES:
            found |= int.from_bytes(one, "little")
        else:
            places += one
    return found | bits_of(_numbers("H", places))


def _list_of(places: Sequence[int]) -> bytes:
    """Its length tells which it is: the bits of a block, or fewer bytes of places."""
    if len(places) * _PLACE_BYTES >= BLOCK_BYTES:
        return bits_of(places).to_bytes(BLOCK_BYTES, "little")
    return _portable(array("H", places)).tobytes()


def _places(one: bytes) -> list[int]:
    if len(one) == BLOCK_BYTES:
        return list(numbers_in(int.from_bytes(one, "little")))
    return list(_numbers("H", one))


def _offsets(postings: bytes) -> "array[int]":
    header = int.from_bytes(postings[:_OFFSET_BYTES], "little")
    return _numbers("I", postings[:header])


def _numbers(kind: str, content: bytes | bytearray) -> "array[int]":
    return _portable(array(kind, bytes(content)))


def _portable(numbers: "array[int]") -> "array[int]":
    """The same in a database that moves to a machine of the other byte order."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
