"""Which words of a block are, hold, begin or end with a text, and who has them."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise

from subscribers.finding.places import any_of, lists_at, numbers
from subscribers.finding.postings import CHUNKS, END

# Where each chunk starts, in four bytes, and where the last one ends.
_HEADER = (CHUNKS + 1) * 4

Lines = Mapping[int, Sequence[int]]
"""Words of a block by chunk; the first of a chunk is 0."""


class Folded:
    """The folded words of a block."""

    def __init__(self, content: bytes, pairs: Iterable[tuple[bytes, bytes]] = ()) -> None:
        """Take what is kept, and further letters to be replaced, pair by pair."""
        starts, words = numbers("I", content[:_HEADER]), content[_HEADER:]
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
    for lists in sorted((_lists(postings, lines) for lines in every), key=_size):
        found &= any_of(lists, within=found)
    return found


def _lists(postings: Mapping[int, bytes], lines: Lines) -> list[bytes]:
    return [one for chunk, theirs in lines.items() for one in lists_at(postings[chunk], theirs)]


def _size(lists: Iterable[bytes]) -> int:
    return sum(map(len, lists))
