"""Who may be mailed: the conditions that the fan-out and every claim share.

Eligibility is defined here and nowhere else, so that deciding and sending cannot disagree.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, case, exists, false, or_, true

from subscribers.models import Frequency, Subscriber, SubscriberStatus, Suppression


class Stream(StrEnum):
    """The kinds of mail that a frequency lets through."""

    DIGEST = "digest"
    BULLETIN = "bulletin"
    ARTICLE = "article"


WANTED = {
    Stream.DIGEST: (Frequency.REGULAR, Frequency.WEEKLY, Frequency.EVERYTHING),
    Stream.BULLETIN: (
        Frequency.REGULAR,
        Frequency.BULLETINS,
        Frequency.ARTICLES,
        Frequency.EVERYTHING,
    ),
    Stream.ARTICLE: (Frequency.ARTICLES, Frequency.EVERYTHING),
}


class Exclusion(StrEnum):
    """Why somebody is not mailed."""

    PENDING = "not confirmed"
    ENDED = "has left"
    ERASED = "erased"
    SUPPRESSED = "suppressed"
    PAUSED = "paused"
    FREQUENCY = "does not want this kind of mail"
    LANGUAGE = "reads another language"


def eligible(stream: Stream, now: datetime, language: str = "") -> ColumnElement[bool]:
    """The SQL condition under which a subscriber may be mailed now; `exclusion` says why not.

    A test holds the two against each other over every combination.

    Args:
        language: that of the mail; empty: it is for readers of every language.
    """
    return and_(
        Subscriber.status == SubscriberStatus.CONFIRMED,
        Subscriber.frequency.in_(WANTED[stream]),
        or_(Subscriber.paused_until.is_(None), Subscriber.paused_until <= now),
        Subscriber.language.in_(_readers(language)) if language else true(),
        ~is_suppressed(Subscriber.address_hash),
    )


def notifiable(status: SubscriberStatus) -> ColumnElement[bool]:
    """The SQL condition under which a subscriber may be mailed about herself.

    Args:
        status: where she must stand for the mail to be true.
    """
    return and_(
        Subscriber.status == status,
        Subscriber.address.is_not(None),
        ~is_suppressed(Subscriber.address_hash),
    )


def exclusion(stream: Stream, now: datetime, language: str = "") -> ColumnElement[str | None]:
    """The SQL expression that says why a subscriber is not mailed, NULL where she is."""
    reads_another = Subscriber.language.not_in(_readers(language)) if language else false()
    return case(
        (Subscriber.status == SubscriberStatus.ERASED, Exclusion.ERASED.value),
        (is_suppressed(Subscriber.address_hash), Exclusion.SUPPRESSED.value),
        (Subscriber.status == SubscriberStatus.PENDING, Exclusion.PENDING.value),
        (Subscriber.status == SubscriberStatus.ENDED, Exclusion.ENDED.value),
        (Subscriber.paused_until > now, Exclusion.PAUSED.value),
        (Subscriber.frequency.not_in(WANTED[stream]), Exclusion.FREQUENCY.value),
        (reads_another, Exclusion.LANGUAGE.value),
        else_=None,
    )


def _readers(language: str) -> tuple[str, str]:
    """Whoever chose it, or no language in particular."""
    return (language, "")


def is_suppressed(address_hash: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """The SQL condition under which an address is never to be mailed."""
    return exists().where(Suppression.address_hash == address_hash)
