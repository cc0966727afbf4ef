"""Who may be among those looked for: bits, gone through from the newest down."""

import re
from collections.abc import Iterable, Iterator

# The longest range of people.
LONGEST = 256
# Neighbouring bytes: to read a few people more costs less than to look for the next place.
_RUN = re.compile(rb"[^\0]{1,%d}" % (LONGEST // 8))
_WINDOW_BYTES = 8_192
# The first number and the last.
Range = tuple[int, int]
# How many texts are read at first, and at most, before looking whether they are enough.
FIRST_STEP, LAST_STEP = 1_024, 65_536


class Candidates:
    """Some subscribers, by their numbers."""

    def __init__(self, bits: int) -> None:
        self.bits = bits
        self._bytes = bits.to_bytes((bits.bit_length() + 7) // 8, "little")

    def __contains__(self, number: int) -> bool:
        at = number >> 3
        return at < len(self._bytes) and bool(self._bytes[at] >> (number & 7) & 1)

    def __iter__(self) -> Iterator[int]:
        """Their numbers, the newest first."""
        for first, last in self.ranges():
            yield from (number for number in range(last, first - 1, -1) if number in self)

    def ranges(self) -> Iterator[Range]:
        """Ranges that hold them all, and few others; the newest first."""
        for end in range(len(self._bytes), 0, -_WINDOW_BYTES):
            start = max(0, end - _WINDOW_BYTES)
            runs = [found.span() for found in _RUN.finditer(self._bytes[start:end])]
            for first, after in reversed(runs):
                lowest, highest = self._bytes[start + first], self._bytes[start + after - 1]
                lowest_digit, highest_digit = (lowest & -lowest).bit_length(), highest.bit_length()
                yield (
                    (start + first) * 8 + lowest_digit - 1,
                    (start + after - 1) * 8 + highest_digit - 1,
                )

    def below(self, number: int) -> "Candidates":
        """Those with smaller numbers."""
        kept = max(0, min(number, self.bits.bit_length()))
        return Candidates(self.bits & ((1 << kept) - 1))


def in_steps(ranges: Iterable[Range]) -> Iterator[list[Range]]:
    """Together as many as are read at once: few at first, then more and more."""
    step: list[Range] = []
    size, most = 0, FIRST_STEP
    for part in ranges:
        step.append(part)
        size += size_of(part)
        if size >= most:
            yield step
            step, size, most = [], 0, min(most * 2, LAST_STEP)
    if step:
        yield step


def size_of(part: Range) -> int:
    """How many numbers there are in a range."""
    first, last = part
    return last - first + 1
