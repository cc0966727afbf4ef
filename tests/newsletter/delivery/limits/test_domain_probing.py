"""Simulation of days of one recipient domain: delivery times and numbers of attempts."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from databases import close_as_one_file
from support import add_article, add_subscriber, make_app

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.database import Database
from newsletter.delivery.ledger import store
from newsletter.editions.compose import compose_digest
from newsletter.editions.models import Edition
from newsletter.transports.base import (
    Accepted,
    ClosingSession,
    Deferred,
    Mail,
    Outcome,
    Recorder,
)

PEOPLE, BUSY = 60, 20
# The time of the fixture `clock`.
NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
GIVE_UP = 2 * DAY
TAKEN = Accepted(response="250 2.0.0 ok")

Answer = Callable[[int, datetime], Outcome]
"""The domain's response to one recipient at a time."""


class SimulatedDomain:
    """A transport to one domain whose responses follow a rule; counts attempts."""

    connections = 2

    def __init__(self, answer: Answer, clock: FixedClock) -> None:
        self._answer = answer
        self._clock = clock
        self.attempts: Counter[int] = Counter()
        self.taken_at: dict[int, datetime] = {}

    def open(self) -> "SimulatedDomain.Session":
        return self.Session(self)

    class Session(ClosingSession):
        def __init__(self, domain: "SimulatedDomain") -> None:
            self._domain = domain

        def send(self, mails: Iterable[Mail], recorder: Recorder) -> None:
            for mail in mails:
                recorder.handing_over(mail.key)
                recorder.settled(mail.key, self._domain.say(mail))

    def say(self, mail: Mail) -> Outcome:
        person = int(mail.recipient.partition("@")[0].removeprefix("p"))
        self.attempts[person] += 1
        now = self._clock.now()
        outcome = self._answer(person, now)
        if isinstance(outcome, Accepted):
            assert person not in self.taken_at, "mailed twice"
            self.taken_at[person] = now
        return outcome


class Site(Newsletter):
    """A site that sends to the simulated domain."""

    domain: SimulatedDomain

    def transport(self, name: str) -> Any:
        return self.domain


class Simulation:
    """An edition to all recipients of the domain, sent over some days.

    Args:
        url: a database with an article and the recipients.
    """

    def __init__(self, folder: Path, url: str, clock: FixedClock) -> None:
        self._clock = clock
        self.app = Site(make_app(folder, url, clock).config, folder / "newsletter.toml", clock)
        self.begun_at = clock.now()
        self.edition = self.compose()

    def compose(self) -> Edition:
        with self.app.database.write() as session:
            made = compose_digest(
                session,
                self.app.config,
                self.app.renderer,
                "friday",
                period=None,
                now=self._clock.now(),
            )
        assert isinstance(made, Edition)
        return made

    def run(self, answer: Answer, *, days: float = 5) -> SimulatedDomain:
        """Send whenever a delivery is due."""
        self.app.domain = domain = SimulatedDomain(answer, self._clock)
        end = self._clock.now() + days * DAY
        while self._clock.now() < end:
            self.app.engine.send_due()
            with self.app.database.read() as session:
                due = store.next_attempt(session, self.edition.id)
            if due is None:
                break
            # Steps grow with time: about a hundred for some days.
            step = MINUTE + (self._clock.now() - self.begun_at) / 20
            self._clock.at = max(due, self._clock.now() + step)
        return domain

    @property
    def counts(self) -> dict[str, int]:
        with self.app.database.read() as session:
            found = store.counts(session, self.edition.id)
        return {state.value: count for state, count in found.items()}

    def waited(self, domain: SimulatedDomain) -> timedelta:
        """The longest time until a mail was accepted."""
        return max(domain.taken_at.values()) - self.begun_at


@pytest.fixture(scope="module")
def filled_database(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An article and the domain's recipients; to be copied for each test."""
    path = copy(sqlite_template, tmp_path_factory.mktemp("filled") / "newsletter.db")
    database = Database(f"sqlite:///{path}")
    with database.write() as session:
        add_article(session, "News", NOW)
        for number in range(PEOPLE):
            add_subscriber(session, f"p{number}@big.example", NOW)
    close_as_one_file(database)
    return path


@pytest.fixture
def simulation(tmp_path: Path, filled_database: Path, clock: FixedClock) -> Iterator[Simulation]:
    path = copy(filled_database, tmp_path / "newsletter.db")
    made = Simulation(tmp_path, f"sqlite:///{path}", clock)
    yield made
    made.app.close()


def busy(people: Iterable[int], words: str) -> Answer:
    """Some mailboxes are always busy; all others accept mail."""
    refused = frozenset(people)
    return lambda person, now: Deferred(response=words) if person in refused else TAKEN


def spread_out(count: int) -> list[int]:
    return [number * PEOPLE // count for number in range(count)]


@pytest.mark.parametrize(
    ("people", "words"),
    [
        pytest.param(spread_out(4), "451 4.3.0 try again", id="4"),
        pytest.param(range(BUSY), "451 not now", id="the first third"),
        pytest.param(range(BUSY), "451 mailbox busy", id="a third that says so"),
    ],
)
def test_busy_mailboxes_do_not_delay_others_of_their_domain(
    simulation: Simulation, people: Iterable[int], words: str
) -> None:
    refused = set(people)
    domain = simulation.run(busy(refused, words))
    assert set(domain.taken_at) == set(range(PEOPLE)) - refused
    assert simulation.counts == {"sent": PEOPLE - len(refused), "failed": len(refused)}
    assert simulation.waited(domain) <= 2 * HOUR
    assert max(domain.attempts.values()) <= 25
    assert all(domain.attempts[person] == 1 for person in domain.taken_at)


def test_a_busy_mailbox_fails_after_the_give_up_time_from_its_own_first_attempt(
    simulation: Simulation, clock: FixedClock
) -> None:
    simulation.run(busy([7], "451 not now"))
    assert simulation.counts["failed"] == 1
    assert clock.now() - simulation.begun_at >= GIVE_UP - 6 * HOUR


def greylisting(words: str, delay: timedelta, key: Callable[[int], object]) -> Answer:
    """The first attempt, and all before a delay, are refused."""
    first_at: dict[object, datetime] = {}

    def answer(person: int, now: datetime) -> Outcome:
        seen = first_at.setdefault(key(person), now)
        return TAKEN if now >= seen + delay else Deferred(response=words)

    return answer


POSTGREY = "450 4.2.0 <a@big.example>: Recipient address rejected: Greylisted, see http://x.example"
SPAMD = "451 Temporary failure, please try again later."


@pytest.mark.parametrize(
    ("words", "delay"),
    [(POSTGREY, 5 * MINUTE), (SPAMD, 25 * MINUTE), ("451 4.7.1 try again", 5 * MINUTE)],
)
@pytest.mark.parametrize("by", ["recipient", "sender"])
def test_greylisted_mails_are_delivered_within_an_hour(
    simulation: Simulation, words: str, delay: timedelta, by: str
) -> None:
    def key(person: int) -> object:
        return person if by == "recipient" else ""

    domain = simulation.run(greylisting(words, delay, key))
    assert simulation.counts == {"sent": PEOPLE}
    if "4.7.1" not in words:
        assert max(domain.attempts.values()) == 2
        assert simulation.waited(domain) <= HOUR


def test_unannounced_greylisting_delivers_all_mails(
    simulation: Simulation,
) -> None:
    answer = greylisting("451 4.3.0 not now", 5 * MINUTE, lambda person: person)
    domain = simulation.run(answer)
    assert simulation.counts == {"sent": PEOPLE}
    assert max(domain.attempts.values()) <= 3
    assert simulation.waited(domain) <= 3 * HOUR


def test_greylisting_by_network_needs_one_retry(simulation: Simulation) -> None:
    domain = simulation.run(greylisting("451 4.3.0 not now", 10 * MINUTE, lambda _person: ""))
    assert simulation.counts == {"sent": PEOPLE}
    assert simulation.waited(domain) <= HOUR


@pytest.mark.parametrize("words", ["451 4.3.0 no", "451 4.4.1 no answer from host", "451 no"])
def test_a_domain_down_for_a_day_loses_no_mail(simulation: Simulation, words: str) -> None:
    back_at = simulation.begun_at + DAY

    def answer(_person: int, now: datetime) -> Outcome:
        return TAKEN if now >= back_at else Deferred(response=words)

    domain = simulation.run(answer)
    assert simulation.counts == {"sent": PEOPLE}
    assert simulation.waited(domain) <= DAY + 12 * HOUR
    assert domain.attempts.total() <= 6 * PEOPLE


def test_mails_to_a_dead_domain_are_retried_rarely_and_given_up(
    simulation: Simulation,
) -> None:
    domain = simulation.run(lambda _person, _now: Deferred(response="451 4.4.1 no answer"), days=9)
    assert simulation.counts == {"failed": PEOPLE}
    assert min(domain.attempts[person] for person in range(PEOPLE)) >= 1
    assert domain.attempts.total() <= 10 * PEOPLE


def test_busy_mailboxes_do_not_delay_the_next_edition(
    simulation: Simulation, clock: FixedClock
) -> None:
    answer = busy(range(PEOPLE - BUSY, PEOPLE), "451 not now")
    simulation.run(answer, days=1)
    with simulation.app.database.write() as session:
        add_article(session, "More", clock.now())
    simulation.edition, simulation.begun_at = simulation.compose(), clock.now()
    domain = simulation.run(answer)
    assert simulation.counts == {"sent": PEOPLE - BUSY, "failed": BUSY}
    assert simulation.waited(domain) <= HOUR
