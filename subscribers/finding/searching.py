"""A page of the list: the newest, those of a segment, those whose address or name holds a text."""

import re
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import islice

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from subscribers.finding.models import PeopleChange
from subscribers.finding.texts import fold, holds, number_in, text_of, texts_of
from subscribers.models import Subscriber
from subscribers.segments.compiling import text_test
from subscribers.segments.fields import Operator

# Of PostgreSQL's texts the newest so many are read before the index is asked, which knows no
# order: what is frequent is found among them, and of what is not the index has few.
NEWEST = 5_000

Conditions = Sequence[ColumnElement[bool]]


def page(
    session: Session,
    conditions: Conditions = (),
    *,
    words: str = "",
    limit: int,
    below: int | None = None,
) -> list[Subscriber]:
    """A page of those whom every condition means, the newest first.

    Args:
        words: part of an address or name, upper and lower case alike; empty: everybody.
        below: only those whose number is smaller: the next page.
    """
    looked_for = fold(_sayable(words))
    query = select(Subscriber).where(*conditions)
    if below is not None:
        query = query.where(Subscriber.id < below)
    if not looked_for:
        return list(session.scalars(query.order_by(Subscriber.id.desc()).limit(limit)))
    kept = _holding(session, query, looked_for, limit, below)
    changed = _changed(session, query, looked_for, limit)
    found = _distinct(merge(kept, changed, key=lambda person: -person.id))
    return list(islice(found, limit))


def _holding(
    session: Session, query: Select[Subscriber], words: str, limit: int, below: int | None
) -> Iterator[Subscriber]:
    """Those whose kept text holds the words."""
    texts = texts_of(session)
    number = number_in(texts)
    is_found = holds(session, texts, words)
    kept = query.join(texts, number == Subscriber.id).where(is_found)
    kept = kept.order_by(number.desc()).limit(limit)
    if below is not None:
        kept = kept.where(number < below)
    if session.get_bind().dialect.name == "sqlite":
        yield from _holding_now(session.scalars(kept), words)
        return
    newest = query.with_only_columns(Subscriber.id).order_by(Subscriber.id.desc())
    last = session.scalar(newest.offset(NEWEST).limit(1)) or 0
    near = session.scalars(kept.where(number > last)).all()
    yield from _holding_now(near, words)
    if len(near) < limit and last:
        hits = select(number.label("number")).where(is_found, number <= last)
        yield from _holding_now(_of_these(session, query, hits, limit), words)


def _changed(
    session: Session, query: Select[Subscriber], words: str, limit: int
) -> Iterator[Subscriber]:
    """Those whose text is not kept yet, or no longer."""
    texts = (Subscriber.address, Subscriber.name)
    noted = select(Subscriber.id.label("number")).where(
        Subscriber.id.in_(select(PeopleChange.subscriber_id)),
        or_(*(text_test(text, Operator.CONTAINS, words) for text in texts)),
    )
    yield from _holding_now(_of_these(session, query, noted, limit), words)


def _of_these(
    session: Session, query: Select[Subscriber], numbers: Select[int], limit: int
) -> Iterable[Subscriber]:
    """The newest of those who have these numbers, which are found out first.

    PostgreSQL would else walk down the list, expecting to meet enough of them soon.
    """
    these = numbers.cte("these").prefix_with("MATERIALIZED", dialect="postgresql")
    joined = query.join(these, these.c.number == Subscriber.id)
    return session.scalars(joined.order_by(Subscriber.id.desc()).limit(limit))


def _holding_now(people: Iterable[Subscriber], words: str) -> Iterator[Subscriber]:
    """A kept text may be older than the person, and SQL takes more letters for the same."""
    return (p for p in people if p.address and words in text_of(p.address, p.name))


def _distinct(people: Iterable[Subscriber]) -> Iterator[Subscriber]:
    last = 0
    for person in people:
        if person.id != last:
            yield person
        last = person.id


def _sayable(words: str) -> str:
    """Without what no database takes and no address or name has."""
    return re.sub("[\x00\n\ud800-\udfff]", "", words).strip()
