"""Segments by name, and counting and finding the people of one. Never commits."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from newsletter.errors import Conflict, InvalidInput, ResourceNotFound
from subscribers.models import Segment, Subscriber, SubscriberStatus
from subscribers.segments.compiling import Asking, condition
from subscribers.segments.parsing import parse

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)


def add(session: Session, name: str, text: str, now: datetime) -> Segment:
    """A new segment.

    Raises:
        InvalidInput: the name is none, or the expression cannot be understood.
        Conflict: there is one of this name.
    """
    if not NAME.fullmatch(name):
        raise InvalidInput(f"{name!r} is no name; write small letters, digits and hyphens")
    parse(text)
    if session.get(Segment, name) is not None:
        raise Conflict(f"there is a segment {name} already; remove it first")
    segment = Segment(name=name, expression=text, created_at=now)
    session.add(segment)
    return segment


def every(session: Session) -> list[Segment]:
    return list(session.scalars(select(Segment).order_by(Segment.name)))


def by_name(session: Session, name: str) -> Segment:
    """Raises ResourceNotFound where there is none of this name."""
    found = session.get(Segment, name)
    if found is None:
        known = ", ".join(segment.name for segment in every(session)) or "none"
        raise ResourceNotFound(f"there is no segment {name!r}; known: {known}")
    return found


def expression_of(session: Session, text: str) -> str:
    """The expression that is meant by a segment's name, or by an expression itself.

    No name can be read as an expression, so it is always clear which is meant.

    Raises:
        ResourceNotFound: there is no segment of this name.
        InvalidInput: the expression cannot be understood.
    """
    words = text.strip()
    if NAME.fullmatch(words):
        return by_name(session, words).expression
    parse(words)
    return words


def members(text: str, asking: Asking) -> ColumnElement[bool]:
    """The condition on `Subscriber` for those an expression means; nobody erased is among them.

    Raises:
        InvalidInput: it cannot be understood.
    """
    return condition(parse(text), asking) & (Subscriber.status != SubscriberStatus.ERASED)


def count(session: Session, members: ColumnElement[bool]) -> int:
    return session.scalars(select(func.count()).select_from(Subscriber).where(members)).one()


def found(
    session: Session,
    conditions: Sequence[ColumnElement[bool]],
    *,
    limit: int,
    below: int | None = None,
) -> list[Subscriber]:
    """A page of those whom every condition means, the newest first.

    Args:
        below: only those whose number is smaller: the next page.
    """
    query = select(Subscriber).where(*conditions).order_by(Subscriber.id.desc()).limit(limit)
    if below is not None:
        query = query.where(Subscriber.id < below)
    return list(session.scalars(query))


def is_like(text: str) -> ColumnElement[bool]:
    """The condition for part of an address or name, upper and lower case alike."""
    return or_(
        Subscriber.address.icontains(text, autoescape=True),
        Subscriber.name.icontains(text, autoescape=True),
    )
