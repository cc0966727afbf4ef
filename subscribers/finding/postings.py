"""The words of a block of subscribers, and who has each: its vocabulary and postings.

An inverted index (Zobel and Moffat, "Inverted Files for Text Search Engines", ACM Computing Surveys
2006), whose postings are places or bits, whichever is smaller (Chambi, Lemire, Kaser and Godin,
"Better Bitmap Performance with Roaring Bitmaps", Software: Practice and Experience 2016).
"""

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import accumulate, pairwise
from zlib import crc32

from subscribers.finding.bits import BLOCK_BYTES, numbers_in

# In no text of UTF-8: what stands around each word, and the word of all whose text is one word.
END = b"\xff"
ALONE = b"\xfe"
# A word tells itself which chunk it is in, so whoever looks for a whole word reads no other.
CHUNKS = 64
_PLACE_BYTES = 2
_OFFSET_BYTES = 4
_HEADER = (CHUNKS + 1) * _OFFSET_BYTES
# Of places that are so much fewer, each is looked for among the others.
_FEWER = 8


class Part(StrEnum):
    """What is kept of a block, apart, as hardly a question needs it all."""

    FOLDED = "folded"
    """All its words, one chunk after the other, with A to Z in lower case."""
    WORDS = "words"
    """The words of a chunk as they are."""
    POSTINGS = "postings"
    """Who has each word of a chunk."""


Parts = dict[tuple[Part, int], bytes]
"""What is kept of a block by part and chunk; what is folded is one chunk."""
Lines = Mapping[int, Sequence[int]]
"""Words of a block by chunk; the first of a chunk is 0."""


def encoded(text: str) -> bytes:
    """As it stands among the words; what no text can hold is found nowhere."""
    return text.encode("utf-8", "surrogatepass")


def words_of(text: str) -> set[bytes]:
    """What a text is found by; an empty one by nothing."""
    if not text:
        return set()
    words = set(encoded(text).split(b" "))
    return words if " " in text else {*words, ALONE}


def chunk_of(word: bytes) -> int:
    """The chunk that a word is in."""
    return crc32(word) % CHUNKS


def write(postings: Mapping[bytes, Sequence[int]]) -> Parts:
    """The parts of a block.

    Args:
        postings: by word, the places of those who have it.
    """
    chunks: list[list[bytes]] = [[] for _ in range(CHUNKS)]
    for word in sorted(postings):
        chunks[chunk_of(word)].append(word)
    joined = [b"".join(word + END for word in words) for words in chunks]
    starts = array("I", accumulate(map(len, joined), initial=0))
    folded = _portable(starts).tobytes() + END + b"".join(joined).lower()
    parts: Parts = {(Part.FOLDED, 0): folded}
    for chunk, words in enumerate(chunks):
        if words:
            parts[Part.WORDS, chunk] = END + joined[chunk]
            parts[Part.POSTINGS, chunk] = _chunk_of_lists([_list_of(postings[w]) for w in words])
    return parts


def read(parts: Parts) -> dict[bytes, list[int]]:
    """The places by word, as `write` was given them."""
    found: dict[bytes, list[int]] = {}
    for (part, chunk), content in parts.items():
        if part is Part.WORDS:
            lists = _lists(parts[Part.POSTINGS, chunk])
            words = content.split(END)[1:-1]
            found |= {word: _places(one) for word, one in zip(words, lists, strict=True)}
    return found


class Folded:
    """The folded words of a block."""

    def __init__(self, content: bytes, pairs: Iterable[tuple[bytes, bytes]] = ()) -> None:
        """Take what was written, and further letters to be replaced, pair by pair."""
        starts, words = _numbers("I", content[:_HEADER]), content[_HEADER:]
        if pairs:
            chunks = [words[start + 1 : end + 1] for start, end in pairwise(starts)]
            for letter, other in pairs:
                chunks = [chunk.replace(letter, other) for chunk in chunks]
            starts = array("I", accumulate(map(len, chunks), initial=0))
            words = END + b"".join(chunks)
        self._starts = starts
        self._words = words

    def lines_with(self, wanted: bytes) -> Lines:
        """Which words hold this; with an `END` at its start or end: begin or end with it."""
        found: dict[int, list[int]] = {}
        starts, words = self._starts, self._words
        length, begins = len(wanted), int(wanted.startswith(END))
        at, counted, line, following = begins, 0, -1, 0
        for piece in words.split(wanted)[:-1]:
            at += len(piece)
            if at > following:
                chunk = bisect_left(starts, at) - 1
                counted, following, line = starts[chunk], starts[chunk + 1], -1
                lines = found[chunk] = []
            new = words.count(END, counted, at)
            if new:
                line += new
                lines.append(line)
            counted = at
            at += length
        return found


def line_of(words: bytes, word: bytes) -> int | None:
    """Which word of a chunk is this."""
    at = words.find(END + word + END)
    return None if at < 0 else words.count(END, 0, at)


def having(postings: Mapping[int, bytes], every: Iterable[Lines]) -> int:
    """The bits of those who have, of each of these, a word.

    Args:
        postings: by chunk, at least those of the lines.
    """
    found = -1
    # The rarest first: of those who have it, few are to be found among the others.
    for lists in sorted((_lists_at(postings, lines) for lines in every), key=_size):
        found &= _any_of(lists, within=found)
    return found


def _lists_at(postings: Mapping[int, bytes], lines: Lines) -> list[bytes]:
    found = []
    for chunk, theirs in lines.items():
        content = postings[chunk]
        offsets = _offsets(content)
        found += [content[offsets[line] : offsets[line + 1]] for line in theirs]
    return found


def _size(lists: Iterable[bytes]) -> int:
    return sum(map(len, lists))


def _any_of(lists: Iterable[bytes], within: int) -> int:
    found, places = 0, bytearray()
    for one in lists:
        if len(one) == BLOCK_BYTES:
            found |= int.from_bytes(one, "little")
        else:
            places += one
    numbers: Iterable[int] = _numbers("H", places)
    if within >= 0 and within.bit_count() * _FEWER < len(places):
        numbers = set(numbers_in(within)).intersection(numbers)
    return found | _bits_at(numbers)


def _bits_at(places: Iterable[int]) -> int:
    made = bytearray(BLOCK_BYTES)
    for place in places:
        made[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(made, "little")


def _chunk_of_lists(lists: Sequence[bytes]) -> bytes:
    header = (len(lists) + 1) * _OFFSET_BYTES
    offsets = array("I", accumulate(map(len, lists), initial=header))
    return _portable(offsets).tobytes() + b"".join(lists)


def _lists(chunk: bytes) -> list[bytes]:
    return [chunk[start:end] for start, end in pairwise(_offsets(chunk))]


def _list_of(places: Sequence[int]) -> bytes:
    """Its length tells which it is: the bits of a block, or fewer bytes of places."""
    if len(places) * _PLACE_BYTES >= BLOCK_BYTES:
        return _bits_at(places).to_bytes(BLOCK_BYTES, "little")
    return _portable(array("H", places)).tobytes()


def _places(one: bytes) -> list[int]:
    if len(one) == BLOCK_BYTES:
        return list(numbers_in(int.from_bytes(one, "little")))
    return list(_numbers("H", one))


def _offsets(chunk: bytes) -> "array[int]":
    header = int.from_bytes(chunk[:_OFFSET_BYTES], "little")
    return _numbers("I", chunk[:header])


def _numbers(kind: str, content: bytes | bytearray) -> "array[int]":
    return _portable(array(kind, bytes(content)))


def _portable(numbers: "array[int]") -> "array[int]":
    """The same in a database that moves to a machine of the other byte order."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
