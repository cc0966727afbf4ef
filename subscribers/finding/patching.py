"""The bits of people who have changed, field by field, in the blocks that they stand in."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from newsletter.database import MANY_BYTES
from subscribers.finding.bits import (
    BLOCK,
    bits_of,
    block_of,
    joined,
    pack,
    place_of,
    unpack,
    without,
)
from subscribers.finding.models import PeopleBits

Placed = dict[tuple[str, int], int]
"""The bits by part and block."""


def by_block(numbers: Collection[int]) -> dict[int, list[int]]:
    """The places of subscribers in each block."""
    if numbers and block_of(min(numbers)) == (only := block_of(max(numbers))):
        start = only * BLOCK
        return {only: [number - start for number in numbers]}
    places: dict[int, list[int]] = defaultdict(list)
    for number in numbers:
        places[block_of(number)].append(place_of(number))
    return places


class BitsPatch:
    """What is to be written so that the bits of some people are what they are now."""

    def __init__(self, numbers: Collection[int]) -> None:
        """Take the people who have changed."""
        self._changed = by_block(numbers)
        self._masks = {block: bits_of(places) for block, places in self._changed.items()}
        self._rows: list[dict[str, object]] = []
        self._anew: set[str] = set()

    def patch(
        self, session: Session, field: str, parts: Mapping[str, Collection[int]]
    ) -> tuple[Placed, Placed]:
        """Work out a field; its bits in these blocks before and after.

        Args:
            parts: whose bits are 1, by part.
        """
        before, after = self._read(session, field), Placed()
        placed = _placed(parts)
        for key in {**before, **placed}:
            old = before.get(key, 0)
            after[key] = without(old, self._masks[key[1]]) | placed.get(key, 0)
            if after[key] != old:
                self._put(field, key, after[key])
        return before, after

    def put_anew(self, field: str, earlier: Placed, parts: Mapping[str, Collection[int]]) -> None:
        """Write a field whose bits have meant something else until now.

        Args:
            earlier: what people had who may or may not have changed.
            parts: as of `patch`.
        """
        self._anew.add(field)
        placed = _placed(parts)
        for key in {**earlier, **placed}:
            kept = without(earlier.get(key, 0), self._masks.get(key[1], 0))
            self._put(field, key, kept | placed.get(key, 0))

    def values_at(self, bits: Placed) -> set[int]:
        """Every number but 0 that the digits make for somebody who has changed."""
        found: set[int] = set()
        for block, places in self._changed.items():
            plain = [
                (1 << int(part), digit.to_bytes((digit.bit_length() + 7) // 8, "little"))
                for (part, at), digit in bits.items()
                if at == block
            ]
            found |= {_value_at(plain, place) for place in places}
        return found - {0}

    def write(self, session: Session) -> None:
        """Write what was worked out."""
        if self._anew:
            session.execute(delete(PeopleBits).where(PeopleBits.field.in_(self._anew)))
        if not self._rows:
            return
        at = [{"f": row["field"], "p": row["part"], "b": row["block"]} for row in self._rows]
        same = (
            PeopleBits.field == bindparam("f"),
            PeopleBits.part == bindparam("p"),
            PeopleBits.block == bindparam("b"),
        )
        session.connection().execute(delete(PeopleBits).where(*same), at)
        if written := [row for row in self._rows if row["bits"] is not None]:
            session.execute(insert(PeopleBits), written)

    def _read(self, session: Session, field: str) -> Placed:
        query = select(PeopleBits.part, PeopleBits.block, PeopleBits.bits).where(
            PeopleBits.field == field, PeopleBits.block.in_(list(self._masks))
        )
        return {(part, block): unpack(packed) for part, block, packed in session.execute(query)}

    def _put(self, field: str, key: tuple[str, int], bits: int) -> None:
        part, block = key
        packed = pack(bits) if bits else None
        self._rows.append({"field": field, "part": part, "block": block, "bits": packed})


def _placed(parts: Mapping[str, Collection[int]]) -> Placed:
    return {
        (part, block): bits_of(places)
        for part, numbers in parts.items()
        for block, places in by_block(numbers).items()
    }


def _value_at(plain: Iterable[tuple[int, bytes]], place: int) -> int:
    at, bit = place >> 3, place & 7
    return sum(value for value, digit in plain if at < len(digit) and digit[at] >> bit & 1)


def digits_by_block(session: Session, field: str) -> dict[int, list[int]]:
    """The digits of a field, the lowest first, block by block."""
    query = select(PeopleBits.block, PeopleBits.part, PeopleBits.bits)
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for block, part, packed in session.execute(query.where(PeopleBits.field == field)):
        found[block][part] = unpack(packed)
    return {block: in_order(parts) for block, parts in found.items()}


def bits_of_field(
    session: Session, field: str, parts: Collection[str] | None = None
) -> dict[str, int]:
    """The bits of everybody, by part, as they stand in the database."""
    return bits_of_fields(session, [field], parts)[field]


def bits_of_fields(
    session: Session, fields: Collection[str], parts: Collection[str] | None = None
) -> dict[str, dict[str, int]]:
    """The same of several fields."""
    query = select(PeopleBits.field, PeopleBits.part, PeopleBits.block, PeopleBits.bits)
    query = query.where(PeopleBits.field.in_(fields))
    if parts is not None:
        query = query.where(PeopleBits.part.in_(parts))
    blocks: dict[str, dict[str, list[tuple[int, bytes]]]]
    blocks = {field: defaultdict(list) for field in fields}
    for field, part, block, packed in session.execute(query, execution_options=MANY_BYTES):
        blocks[field][part].append((block, packed))
    return {
        field: {part: joined(found) for part, found in theirs.items()}
        for field, theirs in blocks.items()
    }


def in_order(parts: Mapping[str, int]) -> list[int]:
    """The digits of a field, the lowest first."""
    highest = max((int(part) for part in parts), default=-1)
    return [parts.get(str(digit), 0) for digit in range(highest + 1)]
