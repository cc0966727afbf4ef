"""The words of a block of subscribers, and who has each: its vocabulary and postings.

An inverted index (Zobel and Moffat, "Inverted Files for Text Search Engines", ACM Computing Surveys
2006).
"""

from array import array
from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from enum import StrEnum
from itertools import accumulate
from zlib import crc32

from subscribers.finding.places import (
    joined_lists,
    lines_of,
    list_of,
    lists_in,
    places_in,
    portable,
)

# In no text of UTF-8: what stands around each word, and the word of all whose text is one word.
END = b"\xff"
ALONE = b"\xfe"
# A word tells itself which chunk it is in, so whoever looks for a whole word reads no other.
CHUNKS = 64


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
Words = Mapping[bytes, AbstractSet[int]]
"""By word, the places of those in a block who have it."""


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


def words_at(parts: Parts, places: AbstractSet[int]) -> Words:
    """Those of these places that have each word."""
    found: dict[bytes, set[int]] = defaultdict(set)
    for (part, chunk), content in parts.items():
        if part is Part.POSTINGS:
            words = _words_in(parts, chunk)
            for line, place in lines_of(content, places):
                found[words[line]].add(place)
    return found


def changed(parts: Parts, before: Words, after: Words) -> Parts:
    """The parts of a block in which some people have other words.

    Args:
        parts: as they are; none for a new block.
        before: the words of these people, as `words_at` says.
        after: what they are to be.
    """
    nobody: AbstractSet[int] = frozenset()
    chunks: dict[int, list[bytes]] = defaultdict(list)
    for word in {**before, **after}:
        if before.get(word, nobody) != after.get(word, nobody):
            chunks[chunk_of(word)].append(word)
    made = dict(parts)
    for chunk, words in chunks.items():
        lists = dict(zip(_words_in(made, chunk), _lists_in(made, chunk), strict=True))
        for word in words:
            kept = {*places_in(lists.pop(word, b""))} - before.get(word, nobody)
            if places := kept | after.get(word, nobody):
                lists[word] = list_of(sorted(places))
        _put(made, chunk, lists)
    if chunks:
        _fold(made)
    return made


def _words_in(parts: Parts, chunk: int) -> list[bytes]:
    return parts.get((Part.WORDS, chunk), END).split(END)[1:-1]


def _lists_in(parts: Parts, chunk: int) -> list[bytes]:
    content = parts.get((Part.POSTINGS, chunk))
    return list(lists_in(content)) if content else []


def _put(parts: Parts, chunk: int, lists: Mapping[bytes, bytes]) -> None:
    words = sorted(lists)
    if words:
        parts[Part.WORDS, chunk] = END + b"".join(word + END for word in words)
        parts[Part.POSTINGS, chunk] = joined_lists([lists[word] for word in words])
    else:
        del parts[Part.WORDS, chunk], parts[Part.POSTINGS, chunk]


def _fold(parts: Parts) -> None:
    of_chunks = [parts.get((Part.WORDS, one), END)[1:] for one in range(CHUNKS)]
    starts = array("I", accumulate(map(len, of_chunks), initial=0))
    parts[Part.FOLDED, 0] = portable(starts) + END + b"".join(of_chunks).lower()
    if not any(of_chunks):
        del parts[Part.FOLDED, 0]
