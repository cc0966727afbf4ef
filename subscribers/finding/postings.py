"""The words of a block of subscribers, and who has each: its vocabulary and postings.

An inverted index (Zobel and Moffat, "Inverted Files for Text Search Engines", ACM Computing Surveys
2006), whose postings are places or bits, whichever is smaller (Chambi, Lemire, Kaser and Godin,
"Better Bitmap Performance with Roaring Bitmaps", Software: Practice and Experience 2016).
"""

import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import accumulate, groupby, pairwise

from subscribers.finding.bits import BLOCK_BYTES, bits_of, numbers_in

# In no text of UTF-8: what stands around each word, and the word of all whose text is one word.
END = b"\xff"
ALONE = b"\xfe"
# Of so many words the postings stand together: a question reads those of the words it found.
CHUNK = 512
_PLACE_BYTES = 2
_OFFSET_BYTES = 4


class Part(StrEnum):
    """What is kept of a block, apart, as hardly a question needs it all."""

    FOLDED = "folded"
    """Its words with A to Z in lower case, sorted."""
    VOCABULARY = "vocabulary"
    """Its words as they are, in the same order."""
    POSTINGS = "postings"
    """Who has each, in chunks."""


Parts = dict[tuple[Part, int], bytes]
"""What is kept of a block by part and chunk; its words are one chunk."""


def encoded(text: str) -> bytes:
    """As it stands among the words; what no text can hold is found nowhere."""
    return text.encode("utf-8", "surrogatepass")


def words_of(text: str) -> set[bytes]:
    """What a text is found by; an empty one by nothing."""
    if not text:
        return set()
    words = set(encoded(text).split(b" "))
    return words if " " in text else {*words, ALONE}


def write(postings: Mapping[bytes, Sequence[int]]) -> Parts:
    """The parts of a block.

    Args:
        postings: by word, the places of those who have it.
    """
    words = sorted(postings, key=lambda word: (word.lower(), word))
    vocabulary = END + b"".join(word + END for word in words)
    parts: Parts = {(Part.FOLDED, 0): vocabulary.lower(), (Part.VOCABULARY, 0): vocabulary}
    for first in range(0, len(words), CHUNK):
        lists = [_list_of(postings[word]) for word in words[first : first + CHUNK]]
        header = (len(lists) + 1) * _OFFSET_BYTES
        offsets = array("I", accumulate(map(len, lists), initial=header))
        content = _portable(offsets).tobytes() + b"".join(lists)
        parts[Part.POSTINGS, first // CHUNK] = content
    return parts


def read(parts: Parts) -> dict[bytes, list[int]]:
    """The places by word, as `write` was given them."""
    words = parts[Part.VOCABULARY, 0].split(END)[1:-1]
    chunks = [parts[key] for key in sorted(parts) if key[0] is Part.POSTINGS]
    lists = (chunk[start:end] for chunk in chunks for start, end in pairwise(_offsets(chunk)))
    return {word: _places(one) for word, one in zip(words, lists, strict=True)}


def lines_with(folded: bytes, wanted: bytes) -> Sequence[int]:
    """Which words hold this; with an `END` at its start or end: begin or end with it."""
    pieces = folded.split(wanted)
    ends = wanted.count(END)
    first = ends if wanted.startswith(END) else ends + 1
    counts = accumulate(piece.count(END) + ends for piece in pieces[:-1])
    return list(dict.fromkeys(count - first for count in counts))


def lines_from(folded: bytes, start: bytes) -> Sequence[int]:
    """Which words begin with this; quicker than looking for them."""
    first, last = (_line_at(folded, _position(folded, key)) for key in (start, start + END))
    return range(first, last)


def lines_of(vocabulary: bytes, word: bytes) -> Sequence[int]:
    """Which word is this: one or none."""
    whole = word + END
    at = _position(vocabulary, word.lower())
    while vocabulary[at : at + len(whole)].lower() == whole.lower():
        if vocabulary.startswith(whole, at):
            return [_line_at(vocabulary, at)]
        at += len(whole)
    return []


def having(chunks: Mapping[int, bytes], lines: Iterable[int]) -> int:
    """The bits of those who have one of these words.

    Args:
        chunks: at least those of the lines.
        lines: in order.
    """
    found, places = 0, bytearray()
    for chunk, theirs in groupby(lines, key=lambda line: line // CHUNK):
        content = chunks[chunk]
        offsets = _offsets(content)
        for line in theirs:
            one = content[offsets[line % CHUNK] : offsets[line % CHUNK + 1]]
            if len(one) == BLOCK_BYTES:
                found |= int.from_bytes(one, "little")
            else:
                places += one
    return found | bits_of(_numbers("H", places))


def _position(vocabulary: bytes, key: bytes) -> int:
    """Where the first word stands that is not before the key, in lower case."""
    low, high = 1, len(vocabulary)
    while low < high:
        middle = (low + high) // 2
        start = vocabulary.rfind(END, low - 1, middle) + 1
        end = vocabulary.index(END, middle)
        if vocabulary[start:end].lower() < key:
            low = end + 1
        else:
            high = start
    return low


def _line_at(vocabulary: bytes, position: int) -> int:
    return vocabulary.count(END, 0, position) - 1


def _list_of(places: Sequence[int]) -> bytes:
    """Its length tells which it is: the bits of a block, or fewer bytes of places."""
    if len(places) * _PLACE_BYTES >= BLOCK_BYTES:
        return bits_of(places).to_bytes(BLOCK_BYTES, "little")
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
