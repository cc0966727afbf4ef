"""Places in a block of subscribers, listed one after the other or as bits, and many such lists.

Whichever is smaller (Chambi, Lemire, Kaser and Godin, "Better Bitmap Performance with Roaring
Bitmaps", Software: Practice and Experience 2016); the length of a list tells which it is.
"""

import sys
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import accumulate, pairwise

from subscribers.finding.bits import BLOCK_BYTES, numbers_in

_PLACE_BYTES = 2
_OFFSET_BYTES = 4
# Of places that are so much fewer, each is looked for among the others.
_FEWER = 8


def list_of(places: Sequence[int]) -> bytes:
    """These places, in order, as a list."""
    if len(places) * _PLACE_BYTES >= BLOCK_BYTES:
        return _bits_at(places).to_bytes(BLOCK_BYTES, "little")
    return portable(array("H", places))


def places_in(listed: bytes) -> Iterable[int]:
    """The places of a list."""
    if len(listed) == BLOCK_BYTES:
        return numbers_in(int.from_bytes(listed, "little"))
    return _places(listed)


def any_of(lists: Iterable[bytes], within: int) -> int:
    """The bits of the places that one of the lists has.

    Args:
        within: only those who are among these are wanted, though others may be found.
    """
    found, listed = 0, bytearray()
    for one in lists:
        if len(one) == BLOCK_BYTES:
            found |= int.from_bytes(one, "little")
        else:
            listed += one
    places: Iterable[int] = _places(listed)
    if within >= 0 and within.bit_count() * _FEWER < len(listed):
        places = set(numbers_in(within)).intersection(places)
    return found | _bits_at(places)


def joined_lists(lists: Sequence[bytes]) -> bytes:
    """Many lists as one, with where each begins."""
    header = (len(lists) + 1) * _OFFSET_BYTES
    return portable(array("I", accumulate(map(len, lists), initial=header))) + b"".join(lists)


def lists_in(content: bytes) -> Iterator[bytes]:
    """The lists of a joined one."""
    return (content[start:end] for start, end in pairwise(_offsets(content)))


def lists_at(content: bytes, lines: Iterable[int]) -> list[bytes]:
    """Some of the lists of a joined one."""
    offsets = _offsets(content)
    return [content[offsets[line] : offsets[line + 1]] for line in lines]


def lines_of(content: bytes, places: AbstractSet[int]) -> Iterator[tuple[int, int]]:
    """Which lists of a joined one have one of these places, and which place."""
    offsets = _offsets(content)
    as_bits = {
        line for line, (start, end) in enumerate(pairwise(offsets)) if end - start == BLOCK_BYTES
    }
    for index, place in enumerate(_places(content[offsets[0] :])):
        if place in places:
            line = bisect_right(offsets, offsets[0] + index * _PLACE_BYTES) - 1
            if line not in as_bits:
                yield line, place
    for line in as_bits:
        bits = int.from_bytes(content[offsets[line] : offsets[line + 1]], "little")
        yield from ((line, place) for place in places if bits >> place & 1)


def numbers(kind: str, content: bytes | bytearray) -> "array[int]":
    """The whole numbers that `portable` wrote."""
    return _swapped(array(kind, bytes(content)))


def portable(written: "array[int]") -> bytes:
    """The same bytes on machines of either byte order."""
    return _swapped(written).tobytes()


def _swapped(some: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        some.byteswap()
    return some


def _places(listed: bytes | bytearray) -> "array[int]":
    return numbers("H", listed)


def _offsets(content: bytes) -> "array[int]":
    return numbers("I", content[: int.from_bytes(content[:_OFFSET_BYTES], "little")])


def _bits_at(places: Iterable[int]) -> int:
    made = bytearray(BLOCK_BYTES)
    for place in places:
        made[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(made, "little")
