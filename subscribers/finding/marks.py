"""Which letters and pairs of letters there are among the people of a block of numbers.

A search for one or two letters reads the texts of the marked blocks alone. The map may say too
much, never too little: a block is marked in the transaction that writes a text, and stays marked
when the text goes, until the index begins anew.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from operator import add

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from subscribers.finding.bits import bits_of, pack, unpack
from subscribers.finding.models import PeopleMark

# Neighbouring numbers: a million people are eight thousand blocks, a kilobyte for each mark.
BLOCK = 128
# Between an address and a name; nothing that is looked for has one.
BETWEEN = "\n"
# Marks in one question: SQLite takes 32,766 values, PostgreSQL 65,535.
_AT_ONCE = 5_000
_ALL, _NONE = b"\xff" * (BLOCK // 8), b"\0" * (BLOCK // 8)


def people_near(session: Session, mark: str) -> int:
    """The bits of everybody in a block where somebody has this letter or pair of letters."""
    packed = session.scalar(select(PeopleMark.blocks).where(PeopleMark.mark == mark))
    if packed is None:
        return 0
    blocks = reversed(f"{unpack(packed):b}")
    return int.from_bytes(b"".join(_ALL if bit == "1" else _NONE for bit in blocks), "little")


def write(session: Session, texts: Mapping[int, str]) -> None:
    """Mark the blocks of these subscribers by what is in their texts."""
    found = {mark: bits_of(blocks) for mark, blocks in _blocks_of(texts).items()}
    before = _read(session, list(found))
    after = {mark: bits | before.get(mark, 0) for mark, bits in found.items()}
    rows = [
        {"m": mark, "b": pack(bits)} for mark, bits in after.items() if bits != before.get(mark)
    ]
    values: dict[str, object] = {"blocks": bindparam("b")}
    connection = session.connection()
    if known := [row for row in rows if row["m"] in before]:
        connection.execute(
            update(PeopleMark).where(PeopleMark.mark == bindparam("m")).values(values), known
        )
    if new := [row for row in rows if row["m"] not in before]:
        connection.execute(insert(PeopleMark).values({"mark": bindparam("m"), **values}), new)


def _blocks_of(texts: Mapping[int, str]) -> dict[str, list[int]]:
    """The blocks that each mark is to be set for."""
    together: dict[int, list[str]] = defaultdict(list)
    for number, text in texts.items():
        together[number // BLOCK].append(text)
    found: dict[str, list[int]] = defaultdict(list)
    for block, some in together.items():
        for mark in _marks_of(some):
            found[mark].append(block)
    return found


def _marks_of(texts: Iterable[str]) -> Iterable[str]:
    # Joined first: a set of each text would take three times as long.
    joined = BETWEEN.join(texts)
    marks = {*joined, *map(add, joined, joined[1:])}
    return (mark for mark in marks if BETWEEN not in mark)


def _read(session: Session, marks: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for first in range(0, len(marks), _AT_ONCE):
        some = PeopleMark.mark.in_(marks[first : first + _AT_ONCE])
        rows = session.execute(select(PeopleMark.mark, PeopleMark.blocks).where(some))
        found.update((mark, unpack(packed)) for mark, packed in rows)
    return found
