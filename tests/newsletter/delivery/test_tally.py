"""Counting by what the ledger knows, without reading it: right at every moment."""

from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from history import ACTS, History
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from people_and_segments import ZONE
from sqlalchemy import event, text

from newsletter.database import Database
from newsletter.delivery import decisions
from newsletter.delivery.models import DeliveryState
from newsletter.delivery.tallying.taking import Portion, take_in

SENT, FAILED, DEFERRED = DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.DEFERRED
UNCERTAIN = DeliveryState.UNCERTAIN
EXPRESSIONS = (
    "received = 0",
    "received != 1",
    "received >= 1",
    "received > 1",
    "received <= 1",
    "received in (0, 2, 3)",
    "received is empty",
    "mailed = today",
    "mailed != today",
    "mailed < 1 day ago",
    "mailed >= 1 day ago",
    "mailed in (today, 2 days ago)",
    "mailed is empty",
    "bounced = 0",
    "bounced >= 1",
    "not bounced < 2",
    "topic = parks and received < 2 and not (bounced > 0 or mailed > 1 day ago)",
    "source = paper or received = 1",
)
OFTEN = ["send", "begin", "settle", "take in", "take in all"] * 3 + ["requeue failed"] * 2


@pytest.fixture
def history(database: Database) -> History:
    return History(database)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    acts=st.lists(
        st.tuples(
            st.sampled_from([*OFTEN, *ACTS]),
            st.integers(0, 4),
            st.sets(st.sampled_from(EXPRESSIONS), min_size=1, max_size=2),
        ),
        min_size=8,
        max_size=20,
    )
)
def test_whatever_happens_counts_are_those_of_the_ledger(
    database: Database, acts: list[tuple[str, int, set[str]]]
) -> None:
    history = History(database)
    for act, n, expressions in acts:
        ACTS[act](history, n)
        for expression in expressions:
            assert history.counted(expression) == history.in_ledger(expression), expression
    history.take_in()
    for expression in EXPRESSIONS:
        assert history.counted(expression) == history.in_ledger(expression), expression
