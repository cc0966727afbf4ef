"""Named segments, and the condition for their members. Never commits."""

import re
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from newsletter.database import raise_work_mem
from newsletter.errors import Conflict, InvalidInput, ResourceNotFound
from subscribers.models import Segment, Subscriber, SubscriberStatus
from subscribers.segments.compiling import QueryContext, condition
from subscribers.segments.parsing import parse

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)


def add(session: Session, name: str, text: str, now: datetime) -> Segment:
    """A new segment.

    Raises:
        InvalidInput: an invalid name or expression.
        Conflict: the name is taken.
    """
    _check_name(session, name)
    parse(text)
    segment = Segment(name=name, expression=text, created_at=now)
    session.add(segment)
    return segment


def change(session: Session, name: str, text: str) -> bool:
    """Give a segment another expression; False if it has it already.

    Raises:
        ResourceNotFound: there is none of this name.
        InvalidInput: an invalid expression.
    """
    parse(text)
    segment = by_name(session, name)
    is_new = segment.expression != text
    segment.expression = text
    return is_new


def rename(session: Session, name: str, new_name: str) -> None:
    """Give a segment another name.

    Raises:
        ResourceNotFound: there is none of this name.
        InvalidInput: an invalid name.
        Conflict: the name is taken.
    """
    segment = by_name(session, name)
    _check_name(session, new_name)
    segment.name = new_name


def _check_name(session: Session, name: str) -> None:
    if not NAME.fullmatch(name):
        raise InvalidInput(
            f"{name!r} is no name; write small letters, digits and hyphens, such as abbey-ward"
        )
    if session.get(Segment, name) is not None:
        raise Conflict(f"there is a segment {name} already; choose another name")


def every(session: Session) -> list[Segment]:
    return list(session.scalars(select(Segment).order_by(Segment.name)))


def by_name(session: Session, name: str) -> Segment:
    """The segment; raises ResourceNotFound if there is none."""
    row = session.get(Segment, name)
    if row is None:
        names = ", ".join(segment.name for segment in every(session)) or "none"
        raise ResourceNotFound(f"there is no segment {name!r}; known: {names}")
    return row


def expression_of(session: Session, text: str) -> str:
    """The expression of a segment's name, or an expression itself.

    Names are not valid expressions, so this is unambiguous.

    Raises:
        ResourceNotFound: no segment has this name.
        InvalidInput: an invalid expression.
    """
    words = text.strip()
    if NAME.fullmatch(words):
        return by_name(session, words).expression
    parse(words)
    return words


def members(text: str, context: QueryContext) -> ColumnElement[bool]:
    """The condition on `Subscriber` for an expression, without the erased.

    Raises:
        InvalidInput: an invalid expression.
    """
    return condition(parse(text), context) & (Subscriber.status != SubscriberStatus.ERASED)


def count(session: Session, text: str, context: QueryContext) -> int:
    """The current number of members.

    Raises:
        InvalidInput: an invalid expression, or one with an unavailable statistic.
    """
    raise_work_mem(session)
    query = select(func.count()).select_from(Subscriber).where(members(text, context))
    return session.scalars(query).one()
