"""Segments by name, and the condition for the people of one. Never commits."""

import re
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from newsletter.database import raise_work_mem
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


def count(session: Session, text: str, asking: Asking) -> int:
    """How many people an expression means now.

    Raises:
        InvalidInput: it cannot be understood, or asks for a measure that was not handed in.
    """
    raise_work_mem(session)
    query = select(func.count()).select_from(Subscriber).where(members(text, asking))
    return session.scalars(query).one()
