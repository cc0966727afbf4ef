"""Eligibility: who may be mailed, as conditions shared by the fan-out and every claim.

Defined only here, so that fan-out and sending cannot disagree.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    and_,
    case,
    exists,
    false,
    or_,
    select,
    true,
)

from subscribers.models import Frequency, Subscriber, SubscriberStatus, Suppression


class Stream(StrEnum):
    """The kinds of mail that a frequency allows."""

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
    """Why a subscriber is not mailed."""

    PENDING = "not confirmed"
    ENDED = "unsubscribed"
    ERASED = "erased"
    SUPPRESSED = "suppressed"
    PAUSED = "paused"
    FREQUENCY = "not taking this kind of mail"
    LANGUAGE = "reading another language"


def eligible(stream: Stream, now: datetime, language: str = "") -> ColumnElement[bool]:
    """The SQL condition for subscribers who may be mailed now; `exclusion` has the reasons.

    A test compares the two for every combination.

    Args:
        language: of the mail; empty: for all languages.
    """
    return and_(
        Subscriber.status == SubscriberStatus.CONFIRMED,
        Subscriber.frequency.in_(WANTED[stream]),
        or_(Subscriber.paused_until.is_(None), Subscriber.paused_until <= now),
        Subscriber.language.in_(_readers(language)) if language else true(),
        ~is_suppressed(Subscriber.address_hash),
    )


def notifiable(status: SubscriberStatus) -> ColumnElement[bool]:
    """The SQL condition for sending a notice to a subscriber.

    Args:
        status: the status in which the notice is still correct.
    """
    return and_(
        Subscriber.status == status,
        Subscriber.address.is_not(None),
        ~is_suppressed(Subscriber.address_hash),
    )


def exclusion(stream: Stream, now: datetime, language: str = "") -> ColumnElement[str | None]:
    """The SQL expression for the reason why a subscriber is not mailed; NULL if they are."""
    others = grounds(stream, now, language)
    erased = others.pop(Exclusion.ERASED)
    suppressed = is_suppressed(Subscriber.address_hash)
    return first_of({Exclusion.ERASED: erased, Exclusion.SUPPRESSED: suppressed, **others})


def grounds(
    stream: Stream, now: datetime, language: str = "", of: Any = Subscriber
) -> dict[Exclusion, ColumnElement[bool]]:
    """The condition of each reason but suppression, which counts after erasure; the first holds.

    Args:
        of: where the columns status, frequency, paused_until and language are taken from.
    """
    return {
        Exclusion.ERASED: of.status == SubscriberStatus.ERASED,
        Exclusion.PENDING: of.status == SubscriberStatus.PENDING,
        Exclusion.ENDED: of.status == SubscriberStatus.ENDED,
        Exclusion.PAUSED: of.paused_until > now,
        Exclusion.FREQUENCY: of.frequency.not_in(WANTED[stream]),
        Exclusion.LANGUAGE: of.language.not_in(_readers(language)) if language else false(),
    }


def first_of(conditions: Mapping[Exclusion, ColumnElement[bool]]) -> ColumnElement[str | None]:
    """The SQL expression for the first reason whose condition holds; NULL where none does."""
    return case(*((held, reason.value) for reason, held in conditions.items()), else_=None)


def has_suppressed_address() -> ColumnElement[bool]:
    """As `is_suppressed`, for finding all of them: by way of the suppressions, which are few."""
    return Subscriber.address_hash.in_(select(Suppression.address_hash))


def _readers(language: str) -> tuple[str, str]:
    """Subscribers who chose the language, or none."""
    return (language, "")


def is_suppressed(address_hash: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """The SQL condition for a suppressed address."""
    return exists().where(Suppression.address_hash == address_hash)
