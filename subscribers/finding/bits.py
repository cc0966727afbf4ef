"""Arithmetic on bits: whole numbers in which bit N stands for subscriber N.

A field's values are numbers whose binary digits are kept each in bits of their own, so that a
comparison of everybody is a few operations on each digit (bit-sliced index: O'Neil and Quass,
"Improved Query Performance with Variant Indexes", SIGMOD 1997).

In the database they stand in blocks of so many subscribers, so that a few who change are a few
small writes.
"""

import re
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence

# Bits that are nearly all alike shrink to almost nothing. The others are kept as they are: to
# unpack them would take longer than everything else that a count does.
_PACKED, _PLAIN = b"z", b"p"
_WORTH_IT = 8
_SOME = re.compile(rb"[^\0]")

BLOCK = 1 << 16
BLOCK_BYTES = BLOCK // 8


def block_of(number: int) -> int:
    """The block that a subscriber stands in."""
    return number // BLOCK


def place_of(number: int) -> int:
    """Her place in it."""
    return number % BLOCK


def bits_of(numbers: Iterable[int]) -> int:
    """The bits of these subscribers."""
    listed = list(numbers)
    if not listed:
        return 0
    made = bytearray(max(listed) // 8 + 1)
    for number in listed:
        made[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(made, "little")


def numbers_among(bits: int, numbers: Collection[int]) -> list[int]:
    """Which of these subscribers are among the bits."""
    asked = (bits & bits_of(numbers)).to_bytes(max(numbers, default=0) // 8 + 1, "little")
    return [number for number in numbers if asked[number >> 3] >> (number & 7) & 1]


def pack(bits: int) -> bytes:
    """As they stand in the database."""
    plain = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    packed = zlib.compress(plain, 1)
    return _PACKED + packed if len(packed) * _WORTH_IT < len(plain) else _PLAIN + plain


def unpack(packed: bytes) -> int:
    """What `pack` wrote."""
    return int.from_bytes(_plain(packed), "little")


def _plain(packed: bytes) -> bytes | memoryview:
    content = memoryview(packed)[1:]
    return zlib.decompress(content) if packed[:1] == _PACKED else content


def joined(blocks: Iterable[tuple[int, bytes]]) -> int:
    """The bits of everybody, out of the packed ones of blocks."""
    return _placed((block, _plain(packed)) for block, packed in blocks)


def joined_bits(blocks: Iterable[tuple[int, int]]) -> int:
    """The bits of everybody, out of those of blocks."""
    return _placed((block, bits.to_bytes(BLOCK_BYTES, "little")) for block, bits in blocks)


def _placed(blocks: Iterable[tuple[int, bytes | memoryview]]) -> int:
    made = bytearray()
    for block, plain in sorted(blocks, key=lambda found: found[0]):
        made += bytes(block * BLOCK_BYTES - len(made))
        made += plain
    return int.from_bytes(made, "little")


def numbers_in(bits: int) -> Iterator[int]:
    """The subscribers whose bits are 1; quick where they are few."""
    plain = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    for found in _SOME.finditer(plain):
        eight = plain[found.start()]
        yield from (found.start() * 8 + digit for digit in range(8) if eight >> digit & 1)


def without(bits: int, others: int) -> int:
    """Those of the first who are not among the others."""
    return bits ^ (bits & others)


def digits(number: int) -> list[int]:
    """Which binary digits of a number are 1."""
    return [digit for digit in range(number.bit_length()) if number >> digit & 1]


def equal(slices: Sequence[int], number: int, within: int) -> int:
    """Those within whose value is the number.

    Args:
        slices: the digits of the values, the lowest first.
    """
    if number >> len(slices):
        return 0
    for digit, bits in enumerate(slices):
        within = within & bits if number >> digit & 1 else without(within, bits)
    return within


def greater(slices: Sequence[int], number: int, within: int) -> int:
    """Those within whose value is above the number."""
    if number >> len(slices):
        return 0
    found = 0
    for digit in reversed(range(len(slices))):
        if number >> digit & 1:
            within &= slices[digit]
        else:
            above = within & slices[digit]
            found |= above
            within ^= above
    return found


def among(slices: Sequence[int], numbers: Iterable[int], within: int) -> int:
    """Those within whose value is one of the numbers."""
    return _among(slices, {number for number in numbers if not number >> len(slices)}, within)


def _among(slices: Sequence[int], numbers: set[int], within: int) -> int:
    if not numbers or not within:
        return 0
    if len(numbers) == 1:
        return equal(slices, next(iter(numbers)), within)
    if len(numbers) == 1 << len(slices):
        return within
    highest = len(slices) - 1
    half = 1 << highest
    above = within & slices[highest]
    upper = _among(slices[:highest], {number - half for number in numbers if number & half}, above)
    lower = _among(slices[:highest], {n for n in numbers if not n & half}, within ^ above)
    return upper | lower


def add(slices: Sequence[int], people: int) -> list[int]:
    """The digits after 1 is added to the values of these people."""
    added = []
    for bits in slices:
        added.append(bits ^ people)
        people &= bits
    return [*added, people] if people else added


def subtract(slices: Sequence[int], people: int) -> list[int]:
    """The digits after 1 is taken from the values of these people, which are above 0."""
    left = []
    for bits in slices:
        left.append(bits ^ people)
        people = without(people, bits)
    return left


def raise_to(slices: Sequence[int], number: int, people: int) -> list[int]:
    """The digits after the values of these people are the number, where they were below it."""
    missing = number.bit_length() - len(slices)
    slices = [*slices, *(0 for _ in range(missing))]
    lower = without(people, greater(slices, number - 1, people))
    return [
        bits | lower if number >> digit & 1 else without(bits, lower)
        for digit, bits in enumerate(slices)
    ]
