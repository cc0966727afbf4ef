"""Counting by what the ledger knows, without reading it: right at every moment."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from history import ACTS, History
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from newsletter.database import Database
from newsletter.delivery.ledger import uncertain
from newsletter.delivery.ledger.models import DeliveryState
from newsletter.delivery.tallying.asking import MOST_EDITIONS
from newsletter.delivery.tallying.taking import Portion, take_in
from subscribers.finding.meant import Meant, Within
from subscribers.finding.searching import page

SENT, FAILED, DEFERRED = DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.DEFERRED
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


def assert_right(history: History, *expressions: str) -> None:
    """Hold counts against the rows of the ledger."""
    for expression in expressions:
        assert history.counted(expression) == history.in_ledger(expression), expression


def requeue_failed(history: History, edition: int) -> None:
    with history.database.write() as session:
        uncertain.requeue_failed(session, edition)


@contextmanager
def once_after(database: Database, beginning: str, act: Callable[[], object]) -> Iterator[None]:
    """Do something after the first statement that begins so, before its transaction goes on."""
    done: list[str] = []

    def look(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not done and statement.startswith(beginning):
            done.append(statement)
            act()

    event.listen(database.engine, "after_cursor_execute", look)
    yield
    event.remove(database.engine, "after_cursor_execute", look)
    assert done


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(
    acts=st.lists(
        st.tuples(
            st.sampled_from([*OFTEN, *ACTS]),
            st.integers(0, 4),
            st.sets(st.sampled_from(EXPRESSIONS), min_size=1, max_size=2),
        ),
        min_size=8,
        max_size=16,
    )
)
def test_whatever_happens_counts_are_those_of_the_ledger(
    database: Database, acts: list[tuple[str, int, set[str]]]
) -> None:
    history = History(database)
    for act, n, expressions in acts:
        ACTS[act](history, n)
        assert_right(history, *expressions)
    history.take_in()
    assert_right(history, *EXPRESSIONS)


def read_a_count(history: History) -> None:
    assert history.counted("received = 2 and bounced = 0 and mailed = today") == 3


def read_a_page(history: History) -> None:
    meant = Meant(within=Within(expression="received = 2 and bounced = 0", asking=history.asking))
    with history.database.read() as session:
        assert len(page(session, meant, limit=50)) == 3


@pytest.mark.parametrize("read", [read_a_count, read_a_page])
def test_nothing_of_the_ledger_is_read_where_all_is_taken_in(
    history: History, read: Callable[[History], None]
) -> None:
    for states in ((SENT, FAILED), (SENT,)):
        history.send(*states)
    history.take_in()
    statements: list[str] = []
    event.listen(
        history.database.engine,
        "before_cursor_execute",
        lambda *arguments: statements.append(arguments[2]),
    )
    read(history)
    of_deliveries = [statement for statement in statements if "FROM deliveries" in statement]
    assert of_deliveries
    assert all("FROM open_deliveries" in statement for statement in of_deliveries)


def test_who_has_changed_since_the_index_was_written_is_counted_without_the_ledger_too(
    history: History,
) -> None:
    history.send(SENT, FAILED)
    history.take_in()
    ACTS["change somebody"](history, 0)
    ACTS["somebody leaves"](history, 1)
    assert_right(history, *EXPRESSIONS)
    assert history.counted("source = paper and received = 1") == 1


def test_an_edition_is_taken_in_as_far_as_it_is_sent_and_few_wait(history: History) -> None:
    edition = history.fan_out()
    history.claim(edition, 4)
    history.settle(SENT, DEFERRED)
    few = Portion(most_open=1)
    assert history.take_in(few) == 3
    assert history.take_in(few) == 0
    assert_right(history, *EXPRESSIONS)
    history.claim(edition, 4)
    history.settle(FAILED, SENT)
    assert_right(history, *EXPRESSIONS)
    assert history.take_in(few) == 4
    assert history.take_in(few) == 0
    assert_right(history, *EXPRESSIONS)


def test_days_of_another_zone_are_worked_out_of_the_ledger(history: History) -> None:
    history.send(SENT)
    history.take_in()
    tokyo = ZoneInfo("Asia/Tokyo")
    history.zone = tokyo
    assert_right(history, *EXPRESSIONS)
    assert take_in(history.database, tokyo) == 6
    assert take_in(history.database, tokyo) == 0
    assert_right(history, *EXPRESSIONS)


def test_more_editions_than_are_asked_one_by_one_are_counted_all_the_same(
    history: History,
) -> None:
    for _ in range(MOST_EDITIONS + 1):
        history.send(SENT)
    assert history.counted(f"received = {MOST_EDITIONS + 1}") == 6


@pytest.mark.parametrize("where", ["INSERT INTO open_deliveries", "INSERT INTO tally_bits"])
def test_a_change_that_comes_meanwhile_waits_and_is_seen(history: History, where: str) -> None:
    edition = history.send(SENT, FAILED)
    change = Thread(target=requeue_failed, args=(history, edition))

    def begin() -> None:
        change.start()
        # Were it not to wait for us, it would be done by then.
        change.join(0.2)

    with once_after(history.database, where, begin):
        history.take_in()
    change.join()
    assert history.counted("bounced = 0") == 6
    history.claim(edition, 6)
    history.settle(SENT)
    assert history.counted("received = 1") == 6


def test_what_is_being_changed_is_left_for_later(history: History) -> None:
    edition = history.send(SENT, FAILED)
    taking = Thread(target=history.take_in)
    with history.database.write() as session:
        uncertain.requeue_failed(session, edition)
        taking.start()
    taking.join()
    assert history.counted("bounced = 0") == 6
    history.take_in()
    assert history.counted("bounced = 0") == 6


def test_a_mail_that_is_settled_meanwhile_counts_once(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    history = History(database)
    edition = history.fan_out()
    history.claim(edition, 3)
    history.claim(edition, 3, "quick")
    history.settle(SENT, worker="quick")
    with once_after(database, "INSERT INTO open_deliveries", lambda: history.settle(SENT)):
        history.take_in()
    for _ in range(2):
        assert history.counted("received = 1") == 6
        history.take_in()
    database.close()


def test_two_who_take_in_at_once_leave_it_right(history: History) -> None:
    for _ in range(3):
        history.send(SENT, FAILED)
    together = Barrier(2)

    def take_in_together() -> None:
        together.wait()
        history.take_in(Portion(at_once=2))

    threads = [Thread(target=take_in_together) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    history.take_in()
    assert_right(history, *EXPRESSIONS)
    assert history.counted("received = 3 and bounced = 0") == 3


class KilledError(Exception):
    """As if the process had ended here."""


@pytest.mark.parametrize(
    "where",
    ["INSERT INTO open_deliveries", "INSERT INTO tally_bits", "UPDATE tallied_editions"],
)
def test_wherever_the_taking_in_ends_it_goes_on_from_there(history: History, where: str) -> None:
    def end() -> None:
        raise KilledError

    history.send(SENT, FAILED)
    edition = history.fan_out()
    history.claim(edition, 4)
    history.take_in(Portion(at_once=2))
    history.settle(FAILED, SENT)
    history.send(SENT)
    with pytest.raises(KilledError), once_after(history.database, where, end):
        history.take_in(Portion(at_once=2))
    assert_right(history, *EXPRESSIONS)
    history.take_in()
    assert_right(history, *EXPRESSIONS)
