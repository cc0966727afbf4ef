"""The numbers of an audience against its definition: whoever is suppressed is counted apart."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from support import add_subscriber

from newsletter.clock import FixedClock
from newsletter.database import Database
from newsletter.delivery.dry_run import audience_of, exclusion_from
from newsletter.editions.composing.composition import Composition
from newsletter.editions.models import Edition, EditionKind
from newsletter.queries.editions.recipients import REASONS, RECIPIENTS, people_by_reason
from subscribers import store
from subscribers.models import Frequency, Subscriber, SubscriberStatus

SEGMENTS = ("topic = housing", "received = 0 and name = Ann")


@pytest.fixture
def session(database: Database, clock: FixedClock) -> Iterator[Session]:
    """One subscriber of each status, frequency, pause, language and suppression."""
    now = clock.now()
    each = product(
        SubscriberStatus,
        (Frequency.REGULAR, Frequency.BULLETINS),
        (None, now + timedelta(days=1)),
        ("", "cy"),
        (True, False),
    )
    with database.write() as writing:
        for number, (status, frequency, pause, language, is_suppressed) in enumerate(each):
            topics = ["housing"] if number % 3 else []
            found = add_subscriber(writing, f"p{number}@d.example", now, topics=topics, name="Ann")
            found.status, found.frequency = status, frequency
            found.paused_until, found.language = pause, language
            if is_suppressed:
                store.add_suppression(writing, found.address_hash, "complaint", now)
    with database.read() as reading:
        yield reading


def asked(segment: str, language: str = "") -> Composition:
    masthead = {"timezone": "Europe/London", "digest": {"language": language}}
    edition = Edition(kind=EditionKind.BULLETIN, topics="", segment=segment, masthead=masthead)
    return Composition(edition=edition)


def test_each_reason_counts_those_whom_the_definition_names(
    session: Session, clock: FixedClock
) -> None:
    for made in (asked(""), asked("", "en-GB"), *map(asked, SEGMENTS)):
        told = audience_of(session, made, clock.now())
        reason = exclusion_from(session, made.edition, clock.now())
        defined = session.scalars(select(reason).select_from(Subscriber))
        expected = Counter(found or RECIPIENTS for found in defined)
        assert {RECIPIENTS: told.recipients, **told.excluded} == expected, made.edition.segment


def test_as_many_stand_behind_each_number_as_it_says(session: Session, clock: FixedClock) -> None:
    for made in (asked(""), *map(asked, SEGMENTS)):
        told = audience_of(session, made, clock.now())
        behind = {
            reason: len(found)
            for reason in REASONS
            if (found := people_by_reason(session, made, reason, clock.now(), limit=99))
        }
        assert behind == {RECIPIENTS: told.recipients, **told.excluded}, made.edition.segment
