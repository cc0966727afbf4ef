"""A page of the list: the newest, those of a segment, those whose address or name holds a text.

Who may be looked for is narrowed by what the index knows: whom a status or segment means, where a
letter or pair of letters occurs, which texts may hold three letters or more. The texts of the rest
are read from the newest down until the page is full. Who has changed since is looked at herself.
"""

import re
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import filterfalse, islice

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from subscribers.finding import marks, texts
from subscribers.finding.bits import bits_of
from subscribers.finding.candidates import Candidates, Range, in_steps, size_of
from subscribers.finding.meant import EVERYBODY, Known, Meant
from subscribers.finding.models import PeopleChange
from subscribers.models import Subscriber
from subscribers.segments.compiling import text_test
from subscribers.segments.dialects import is_among
from subscribers.segments.fields import Operator

# The index of trigrams knows no order: what more than one in so many have is found by reading.
RARE = 64
# To read so many texts takes no longer than to ask.
FEW = 4_000
# At most so many people are fetched at once.
AT_ONCE = 1_000


def page(
    session: Session,
    meant: Meant = EVERYBODY,
    *,
    words: str = "",
    limit: int,
    below: int | None = None,
) -> list[Subscriber]:
    """A page of those who are meant, the newest first.

    Args:
        words: part of an address or name, upper and lower case alike; empty: everybody.
        below: only those whose number is smaller: the next page.

    Raises:
        InvalidInput: the segment cannot be understood.
    """
    looked_for = texts.fold(_sayable(words))
    known = meant.known(session) if looked_for or meant.within else None
    if known is None or (not looked_for and known.bits is None):
        query = select(Subscriber).where(meant.condition()).order_by(Subscriber.id.desc())
        if below is not None:
            query = query.where(Subscriber.id < below)
        return list(session.scalars(query.limit(limit)))
    noted = _noted(session, below)
    changed = _changed(session, known, noted, looked_for)
    kept = _kept(session, known.bits, looked_for, below)
    unchanged = filterfalse(frozenset(noted).__contains__, kept)
    numbers = merge(changed, unchanged, reverse=True)
    return list(islice(_fetched(session, known, numbers, limit), limit))


def _noted(session: Session, below: int | None) -> list[int]:
    """Those whom the index may not know as they are now, the newest first."""
    noted = select(PeopleChange.subscriber_id).distinct()
    if below is not None:
        noted = noted.where(PeopleChange.subscriber_id < below)
    return sorted(session.scalars(noted), reverse=True)


def _changed(session: Session, known: Known, noted: Iterable[int], words: str) -> Iterator[int]:
    """Those of the noted who are meant and hold the words, by a look at each."""
    looked_at = select(Subscriber.id, Subscriber.address, Subscriber.name)
    # Of letters beyond ASCII, SQL takes others for the same than `fold` does.
    if words.isascii():
        parts = (Subscriber.address, Subscriber.name)
        tests = (text_test(part, Operator.CONTAINS, words) for part in parts)
        looked_at = looked_at.where(or_(*tests))
    numbers = iter(noted)
    while some := list(islice(numbers, AT_ONCE)):
        query = looked_at.where(is_among(Subscriber.id, some), known.among(some))
        people = session.execute(query)
        holding = (n for n, address, name in people if words in texts.text_of(address or "", name))
        yield from sorted(holding, reverse=True)


def _kept(session: Session, members: int | None, words: str, below: int | None) -> Iterator[int]:
    """Those who are meant and whose kept text holds the words, the newest first."""
    if members is None:
        members = (1 << texts.last_of(session) + 1) - 1
    is_short = 0 < len(words) < texts.TRIGRAM
    if is_short:
        members &= marks.people_near(session, words)
    candidates = Candidates(members)
    if below is not None:
        candidates = candidates.below(below)
    if not words:
        return iter(candidates)
    read = _read if is_short else _looked_up
    return read(session, candidates, words)


def _looked_up(session: Session, candidates: Candidates, words: str) -> Iterator[int]:
    """Those whose kept text holds words that the index of trigrams may know."""
    read = found = 0
    for ranges in in_steps(candidates.ranges()):
        holding = _holding(session, candidates, ranges, words)
        yield from holding
        read += sum(map(size_of, ranges))
        found += len(holding)
        if found * RARE < read:
            lowest, _ = ranges[-1]
            yield from _read(session, _narrowed(session, candidates.below(lowest), words), words)
            return


def _narrowed(session: Session, candidates: Candidates, words: str) -> Candidates:
    """Those of whom the index of trigrams knows, unless they are few or it knows too many."""
    if candidates.bits.bit_count() <= FEW:
        return candidates
    known = texts.indexed(session, words, candidates.bits.bit_length())
    return candidates if known is None else Candidates(candidates.bits & bits_of(known))


def _read(session: Session, candidates: Candidates, words: str) -> Iterator[int]:
    """Those whose kept text holds the words."""
    for ranges in in_steps(candidates.ranges()):
        yield from _holding(session, candidates, ranges, words)


def _holding(
    session: Session, candidates: Candidates, ranges: list[Range], words: str
) -> list[int]:
    return [number for number in texts.holding(session, ranges, words) if number in candidates]


def _fetched(
    session: Session, known: Known, numbers: Iterator[int], limit: int
) -> Iterator[Subscriber]:
    """The people of these numbers, no more at a time than the page may need."""
    size = min(limit, AT_ONCE)
    while some := list(islice(numbers, size)):
        # Sorted here: a database told to sort may go through the list instead.
        query = select(Subscriber).where(is_among(Subscriber.id, some), known.among(some))
        people = session.scalars(query)
        yield from sorted(people, key=lambda person: -person.id)
        size = AT_ONCE


def _sayable(words: str) -> str:
    """Without what no database takes and no address or name has."""
    return re.sub("[\x00\n\ud800-\udfff]", "", words).strip()
