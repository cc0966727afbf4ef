"""Eligibility and exclusion must agree."""

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import select
from support import add_subscriber

from newsletter.clock import FixedClock
from newsletter.database import Database
from subscribers.audience import Exclusion, Stream, eligible, exclusion
from subscribers.models import Frequency, Subscriber, SubscriberStatus, Suppression

PAUSES = {"none": None, "over": timedelta(days=-1), "now": timedelta(0), "later": timedelta(days=1)}


def populate(database: Database, clock: FixedClock) -> None:
    """One subscriber for every combination of what decides."""
    with database.write() as session:
        combinations = product(SubscriberStatus, Frequency, PAUSES, (False, True))
        for number, (status, frequency, pause, suppressed) in enumerate(combinations):
            person = add_subscriber(
                session, f"p{number}@wexcombe.example", clock.now(), frequency=frequency
            )
            person.status = status
            wait = PAUSES[pause]
            person.paused_until = None if wait is None else clock.now() + wait
            if suppressed:
                session.add(
                    Suppression(
                        address_hash=person.address_hash, reason="test", created_at=clock.now()
                    )
                )


def test_eligibility_and_exclusion_are_complements(database: Database, clock: FixedClock) -> None:
    populate(database, clock)
    now = clock.now()
    # Confirmed, not suppressed, those frequencies of five, three of four pauses.
    frequencies = {Stream.DIGEST: 3, Stream.BULLETIN: 4, Stream.ARTICLE: 2}
    for stream in Stream:
        with database.read() as session:
            chosen = set(session.scalars(select(Subscriber.id).where(eligible(stream, now))))
            reason = exclusion(stream, now)
            without_reason = set(session.scalars(select(Subscriber.id).where(reason.is_(None))))
        assert chosen == without_reason
        assert len(chosen) == frequencies[stream] * 3
    # And every exclusion occurs.
    with database.write() as session:
        add_subscriber(session, "cy@wexcombe.example", now).language = "cy"
    with database.read() as session:
        reasons = set(session.scalars(select(exclusion(Stream.DIGEST, now, "en-GB"))))
    assert reasons == {None, *(reason.value for reason in Exclusion)}


@pytest.mark.parametrize(
    ("chosen", "language", "gets_it"),
    [
        ("", "cy", True),
        ("cy", "cy", True),
        ("en-GB", "cy", False),
        ("cy", "", True),
    ],
)
def test_a_language_limits_readers_to_those_who_chose_it_or_none(
    database: Database, clock: FixedClock, chosen: str, language: str, gets_it: bool
) -> None:
    with database.write() as session:
        add_subscriber(session, "ann@example.org", clock.now()).language = chosen
    with database.read() as session:
        condition = eligible(Stream.DIGEST, clock.now(), language)
        assert bool(session.scalars(select(Subscriber.id).where(condition)).all()) is gets_it
        reason = session.scalars(select(exclusion(Stream.DIGEST, clock.now(), language))).one()
    assert reason == (None if gets_it else Exclusion.LANGUAGE.value)
