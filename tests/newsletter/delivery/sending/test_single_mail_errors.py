"""An error of one mail at any stage fails only that mail and raises one alarm."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from faulty_smtp import FaultySmtp
from sent_editions import ANN, BEN, counts_of, make_digest, recipients, state_of
from sqlalchemy import select, update
from support import RecordingTransport, add_article, add_subscriber, make_app

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.delivery import control
from newsletter.delivery.alarms import Alarm
from newsletter.delivery.ledger import store
from newsletter.delivery.ledger.models import DeliveryState, Notice, NoticeKind
from newsletter.editions import store as editions
from newsletter.editions.models import Edition, EditionState, Variant
from newsletter.errors import SendingFailed
from newsletter.subscriptions import notices
from newsletter.transports.base import Accepted, ClosingSession, Mail, Recorder, Unsupported
from subscribers import store as people
from subscribers.models import Subscriber

ODD = "jörg@example.org"


class Failing(RecordingTransport):
    """A transport that raises for some recipients, before or after handing over."""

    ahead = 1
    """How many mails it takes before handing over the first."""
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()
    silent = False
    opened = 0

    def open(self) -> Any:
        self.opened += 1
        return FailingSession(self)


class FailingSession(ClosingSession):
    def __init__(self, transport: Failing) -> None:
        self._transport = transport

    def send(self, mails: Iterable[Mail], recorder: Recorder) -> None:
        source = iter(mails)
        while batch := list(islice(source, self._transport.ahead)):
            if self._transport.silent:
                continue
            for mail in batch:
                if mail.recipient in self._transport.before:
                    raise RuntimeError(f"cannot encode {mail.recipient}")
            for mail in batch:
                if mail.recipient in self._transport.unsupported:
                    recorder.settled(mail.key, Unsupported("no field for it").outcome)
                    continue
                recorder.handing_over(mail.key)
                if mail.recipient in self._transport.after:
                    raise RuntimeError("lost my head")
                self._transport.taken.append(mail)
                recorder.settled(mail.key, Accepted(response="250 ok"))


@pytest.fixture
def transport() -> Failing:
    return Failing()


@pytest.fixture
def told(app: Newsletter, monkeypatch: pytest.MonkeyPatch) -> list[Alarm]:
    alarms: list[Alarm] = []
    monkeypatch.setattr(app, "send_alarm", alarms.append)
    return alarms


def add_many(app: Newsletter, count: int) -> None:
    with app.database.write() as session:
        for number in range(count):
            add_subscriber(session, f"p{number}@wexcombe.example", app.clock.now())


def journals(folder: Path) -> list[Path]:
    return list((folder / "state").glob("*"))


@pytest.fixture
def served(tmp_path: Path, sqlite_url: str, clock: FixedClock) -> Iterator[Newsletter]:
    """A site whose mail goes to a real SMTP server without SMTPUTF8."""
    server = FaultySmtp()
    extra = (
        f'[transports.main]\nkind = "smtp"\nhost = "127.0.0.1"\nport = {server.port}\n'
        f'security = "plain"\n[sending]\ntransport = "main"\nstate_folder = "{tmp_path}/state"\n'
    )
    app = make_app(tmp_path, sqlite_url, clock, extra)
    with app.database.write() as session:
        add_article(session, "News", clock.now())
        for address in (ANN, ODD, BEN):
            add_subscriber(session, address, clock.now())
    yield app
    app.close()
    server.stop()


def test_a_non_ascii_address_does_not_fail_other_mails(served: Newsletter, tmp_path: Path) -> None:
    edition = make_digest(served)
    served.engine.send_due()
    assert counts_of(served, edition) == {"sent": 2, "failed": 1}
    assert state_of(served, edition) is EditionState.SENT
    assert journals(tmp_path) == []


def test_a_mail_that_a_provider_cannot_carry_fails_alone(
    app: Newsletter, transport: Failing, told: list[Alarm]
) -> None:
    transport.unsupported = (ANN,)
    add_many(app, 9)
    edition = make_digest(app)
    app.engine.send_due()
    assert counts_of(app, edition) == {"sent": 10, "failed": 1}
    assert state_of(app, edition) is EditionState.SENT
    assert "no field for it" in f"{told}"


@pytest.mark.parametrize("ahead", [1, 2, 7])
def test_a_mail_that_the_transport_cannot_encode_fails_alone(
    app: Newsletter, transport: Failing, told: list[Alarm], ahead: int
) -> None:
    transport.before, transport.ahead = (ANN,), ahead
    add_many(app, 9)
    edition = make_digest(app)
    app.engine.send(edition.id)
    assert counts_of(app, edition) == {"sent": 10, "failed": 1}
    assert len(set(recipients(transport))) == len(transport.taken) == 10
    with app.database.read() as session:
        reasons = store.reasons(session, edition.id)
    assert reasons == [("failed", "not handed over: RuntimeError: cannot encode …", 1)]
    assert [alarm.title for alarm in told] == [f"Failed by a fault: 1 mail of edition {edition.id}"]


@pytest.mark.parametrize("ahead", [1, 2, 7])
def test_only_the_mail_that_breaks_the_transport_is_uncertain(
    app: Newsletter, transport: Failing, told: list[Alarm], ahead: int
) -> None:
    transport.after, transport.ahead = (BEN,), ahead
    add_many(app, 9)
    edition = make_digest(app)
    app.engine.send(edition.id)
    assert counts_of(app, edition) == {"sent": 10, "uncertain": 1}
    assert len(set(recipients(transport))) == len(transport.taken) == 10
    assert len(told) == 1


def test_a_session_that_raised_is_replaced(app: Newsletter, transport: Failing) -> None:
    transport.before = (ANN,)
    app.engine.send(make_digest(app).id)
    assert transport.opened == 2


def test_many_unencodable_addresses_raise_one_alarm(
    app: Newsletter, transport: Failing, told: list[Alarm]
) -> None:
    add_many(app, 60)
    transport.before = tuple(f"p{number}@wexcombe.example" for number in range(0, 60, 2))
    edition = make_digest(app)
    app.engine.send(edition.id)
    app.engine.send_due()
    assert counts_of(app, edition) == {"sent": 32, "failed": 30}
    (alarm,) = told
    assert alarm.details[0] == "30 × not handed over: RuntimeError: cannot encode …"


def test_repeated_errors_hold_the_edition_with_an_alarm(
    app: Newsletter, transport: Failing, told: list[Alarm], tmp_path: Path
) -> None:
    add_many(app, 100)
    transport.before = tuple(f"p{number}@wexcombe.example" for number in range(100))
    edition = make_digest(app)
    with pytest.raises(SendingFailed, match="20 mails in a row failed"):
        app.engine.send(edition.id)
    assert state_of(app, edition) is EditionState.STOPPED
    assert counts_of(app, edition)["failed"] == 20
    assert len(told) == 1
    assert journals(tmp_path) == []
    transport.before = ()
    with app.database.write() as session:
        control.retry_failed(session, edition.id)
        control.resume(session, edition.id)
    app.engine.send_due()
    assert counts_of(app, edition) == {"sent": 102}


def break_variants(app: Newsletter, edition: Edition) -> None:
    """Store a variant without slots, which cannot be spliced."""
    app.engine.prepare(edition.id)
    with app.database.write() as session:
        session.execute(
            update(Variant).where(Variant.edition_id == edition.id).values(content=b"\xff\xfe")
        )


def test_a_mail_that_cannot_be_built_fails_with_its_reason(
    app: Newsletter, transport: Failing, told: list[Alarm]
) -> None:
    edition = make_digest(app)
    break_variants(app, edition)
    app.engine.send(edition.id)
    assert counts_of(app, edition) == {"failed": 2}
    with app.database.read() as session:
        ((state, reason, count),) = store.reasons(session, edition.id)
    assert (state, count) == ("failed", 2)
    assert reason.startswith("the mail could not be made: UnicodeDecodeError")
    assert len(told) == 1


def test_a_transport_that_settles_nothing_stops_the_edition(
    app: Newsletter, transport: Failing, told: list[Alarm], tmp_path: Path
) -> None:
    transport.silent = True
    edition = make_digest(app)
    with pytest.raises(SendingFailed, match="reported none"):
        app.engine.send(edition.id)
    assert state_of(app, edition) is EditionState.STOPPED
    assert counts_of(app, edition) == {"queued": 2}
    assert [alarm.title for alarm in told] == [f"Edition {edition.id} has stopped"]
    assert journals(tmp_path) == []


class Unopenable(RecordingTransport):
    def open(self) -> Any:
        raise OSError(24, "Too many open files")


def test_a_transport_that_cannot_be_opened_stops_only_its_edition(
    app: Newsletter, transport: Failing, told: list[Alarm]
) -> None:
    app.recorders["other"] = Unopenable()  # type: ignore[attr-defined]
    broken = make_digest(app)
    with app.database.write() as session:
        editions.by_id(session, broken.id).transport = "other"
        add_article(session, "Later", app.clock.now())
    whole = make_digest(app)
    app.engine.send_due()
    assert state_of(app, broken) is EditionState.STOPPED
    assert state_of(app, whole) is EditionState.SENT
    assert "Too many open files" in told[0].details[0]


def test_a_transport_removed_from_the_configuration_stops_the_edition(
    tmp_path: Path, sqlite_url: str, clock: FixedClock
) -> None:
    app = make_app(tmp_path, sqlite_url, clock)
    with app.database.write() as session:
        add_article(session, "News", clock.now())
        add_subscriber(session, ANN, clock.now())
    edition = make_digest(app)
    with app.database.write() as session:
        editions.by_id(session, edition.id).transport = "gone"
    app.engine.send_due()
    with app.database.read() as session:
        found = editions.by_id(session, edition.id)
    assert found.state is EditionState.STOPPED
    assert "no transport 'gone'" in found.note
    app.close()


def queue_welcomes(app: Newsletter, *addresses: str) -> None:
    with app.database.write() as session:
        for address in addresses:
            person = people.by_address(session, address)
            notices.queue(session, NoticeKind.WELCOME, person, app.clock.now())


def notice_states(app: Newsletter) -> dict[str, str]:
    with app.database.read() as session:
        found = session.execute(
            select(Subscriber.address, Notice.state).join(
                Notice, Notice.subscriber_id == Subscriber.id
            )
        )
        return {address: state.value for address, state in found}


@pytest.mark.parametrize(("moment", "expected"), [("before", "failed"), ("after", "uncertain")])
def test_a_failing_notice_does_not_delay_others(
    app: Newsletter, transport: Failing, told: list[Alarm], moment: str, expected: str
) -> None:
    setattr(transport, moment, (ANN,))
    queue_welcomes(app, ANN, BEN)
    app.notices.send_due()
    assert notice_states(app) == {ANN: expected, BEN: DeliveryState.SENT.value}
    app.clock.at += timedelta(hours=1)  # type: ignore[attr-defined]
    app.notices.send_due()
    assert recipients(transport) == [BEN]
    assert [alarm.title for alarm in told] == ["1 notice failed by an internal error"]
