"""Mail statistics always equal the ledger, however far counting has come."""

from threading import Event

import pytest
from history import ACTS, PEOPLE, History
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from threads import at_once, ended, started

from newsletter.database import Database
from newsletter.delivery.ledger import store, uncertain
from newsletter.delivery.ledger.models import DeliveryState, UncountedDelivery
from newsletter.delivery.ledger.statistics import count_batch, measures
from newsletter.errors import Conflict

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
    "topic = housing or received = 1",
)
OFTEN = ["send", "begin", "settle", "end", "count a batch", "count all"] * 3
OFTEN += ["requeue failed", "resend", "leave"] * 2


@pytest.fixture
def history(database: Database) -> History:
    return History(database)


def uncounted(history: History) -> int:
    with history.database.read() as session:
        return session.scalars(select(func.count()).select_from(UncountedDelivery)).one()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=5)
@given(
    acts=st.lists(
        st.tuples(st.sampled_from([*OFTEN, *ACTS]), st.integers(0, 4)), min_size=8, max_size=24
    )
)
def test_statistics_always_equal_the_ledger(
    database: Database, acts: list[tuple[str, int]]
) -> None:
    history = History(database)
    for act, n in acts:
        ACTS[act](history, n)
        assert history.known() == history.in_ledger(), act
    history.count_all()
    assert history.known() == history.in_ledger()
    for expression in EXPRESSIONS:
        assert history.counted(expression) == history.meant(expression), expression


def test_an_ended_edition_is_counted_once(history: History) -> None:
    history.send(SENT, FAILED)
    assert history.count_batch() == PEOPLE
    assert history.count_batch() == 0
    assert history.known() == history.in_ledger()


def test_an_edition_under_way_is_not_counted(history: History) -> None:
    edition = history.fan_out()
    history.claim(edition, 4)
    history.settle(SENT, FAILED)
    assert history.count_batch() == 0
    assert history.counted("received = 1") == 2


def test_a_failed_delivery_that_is_queued_again_is_no_longer_bounced(history: History) -> None:
    edition = history.send(SENT, FAILED)
    history.count_all()
    with history.database.write() as session:
        assert uncertain.requeue_failed(session, edition) == 3
    assert history.counted("bounced = 0") == PEOPLE
    assert history.counted("received = 1") == 3


def test_only_the_deliveries_that_were_queued_again_are_counted_again(history: History) -> None:
    edition = history.send(SENT, FAILED)
    history.count_all()
    ACTS["requeue failed"](history, 0)
    history.claim(edition, PEOPLE)
    history.settle(SENT, FAILED)
    history.end(edition)
    assert history.count_batch() == 3
    assert uncounted(history) == 0
    assert history.known() == history.in_ledger()


def test_a_delivery_left_uncertain_waits_for_its_decision(history: History) -> None:
    edition = history.send(SENT, UNCERTAIN)
    history.count_all()
    assert uncounted(history) == 3
    with history.database.write() as session:
        uncertain.resolve_uncertain(session, edition, resend=False, now=history.now)
    assert history.counted("bounced = 1") == 3
    history.count_all()
    assert uncounted(history) == 0
    assert history.counted("bounced = 1") == 3


def test_a_late_answer_to_an_uncertain_delivery_counts(history: History) -> None:
    edition = history.fan_out()
    history.claim(edition, PEOPLE)
    ACTS["fall silent"](history, 0)
    history.end(edition)
    history.count_all()
    assert history.counted("received = 0") == PEOPLE
    history.settle(SENT)
    assert history.counted("received = 1") == PEOPLE
    history.count_all()
    assert history.counted("received = 1") == PEOPLE


@pytest.mark.parametrize("table", ["mail_statistics", "uncounted_deliveries", "counted_editions"])
def test_an_interrupted_lot_is_rolled_back(sqlite_url: str, table: str) -> None:
    database = Database(sqlite_url)
    history = History(database)
    history.send(SENT, FAILED, UNCERTAIN)
    breaking = f"CREATE TRIGGER breaks AFTER INSERT ON {table} BEGIN SELECT RAISE(ABORT, ''); END"
    with database.write() as session:
        session.execute(text(breaking))
    with pytest.raises(Conflict):
        history.count_batch()
    assert history.known() == history.in_ledger()
    with database.write() as session:
        session.execute(text("DROP TRIGGER breaks"))
    history.count_all()
    assert history.known() == history.in_ledger()
    database.close()


def test_concurrent_counting_counts_each_delivery_once(history: History) -> None:
    for _ in range(3):
        history.send(SENT, FAILED)
    at_once([history.count_all] * 2)
    assert history.known() == history.in_ledger()


@pytest.mark.postgresql
def test_counting_waits_for_a_writer_that_queues_failed_deliveries_again(
    postgresql_url: str,
) -> None:
    database = Database(postgresql_url)
    history = History(database)
    edition = history.send(SENT, FAILED)
    is_done = Event()

    def count() -> None:
        count_batch(database)
        is_done.set()

    with database.write() as session:
        uncertain.requeue_failed(session, edition)
        counting = started(count)
        assert not is_done.wait(0.3)
    ended(counting)
    assert history.known() == history.in_ledger()
    database.close()


@pytest.mark.postgresql
def test_a_querying_writer_sees_a_consistent_state(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    history = History(database)
    history.send(SENT)
    with database.write() as session:
        received = measures(session)["received"]
        counting = started(history.count_all)
        counting.join(0.3)
        query = select(received.value).group_by(received.subscriber)
        assert set(session.scalars(query)) == {1}
    ended(counting)
    assert history.counted("received = 1") == PEOPLE
    database.close()


@pytest.mark.postgresql
def test_a_delivery_settled_while_its_lot_is_counted_counts_once(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    history = History(database)
    edition = history.fan_out()
    history.claim(edition, 3)
    history.claim(edition, 3, "quick")
    ACTS["cancel"](history, 0)
    with database.write() as session:
        # The worker's settlement is committed only after the batch.
        held = store.claimed_by(session, "quick")
        store.settle_sent(session, "quick", dict.fromkeys(held, "250 Ok"), history.now)
        counting = started(history.count_all)
        counting.join(5)
    assert history.known() == history.in_ledger()
    history.settle(SENT)
    assert history.known() == history.in_ledger()
    history.count_all()
    assert history.known() == history.in_ledger()
    database.close()
