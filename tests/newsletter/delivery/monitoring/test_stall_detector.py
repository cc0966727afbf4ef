"""Stalled and overdue editions raise one alarm; waiting ones none."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from support import RecordingTransport, add_article, add_subscriber, make_app

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.delivery import control
from newsletter.delivery.alarms import Alarm
from newsletter.editions.compose import BulletinDraft, compose_bulletin, compose_digest
from newsletter.editions.models import Edition
from newsletter.scheduling.digest_jobs import make_due_digests, raise_alarms
from newsletter.transports.base import Deferred

TEN_MINUTES = timedelta(minutes=10)
UNREACHABLE = Deferred(response="no connection", throttled=True)

Start = Callable[..., Newsletter]


@pytest.fixture
def transport() -> RecordingTransport:
    return RecordingTransport()


@pytest.fixture
def site(
    tmp_path: Path,
    sqlite_url: str,
    clock: FixedClock,
    transport: RecordingTransport,
) -> Iterator[Start]:
    made: list[Newsletter] = []

    def start(extra: str = "") -> Newsletter:
        app = make_app(tmp_path, sqlite_url, clock, extra, transport)
        made.append(app)
        with app.database.write() as session:
            add_article(session, "News", clock.now())
            for number in range(3):
                add_subscriber(session, f"p{number}@wexcombe.example", clock.now())
        return app

    yield start
    for app in made:
        app.close()


def compose(app: Newsletter) -> Edition:
    with app.database.write() as session:
        made = compose_digest(
            session, app.config, app.renderer, "friday", period=None, now=app.clock.now()
        )
    assert isinstance(made, Edition)
    return made


def told(
    app: Newsletter,
    clock: FixedClock,
    *,
    minutes: int,
    sending: bool = False,
    about: str = "Edition",
) -> list[str]:
    """Alarms raised while time passes, checking every ten minutes."""
    is_responding: list[Alarm] = []
    app.send_alarm = is_responding.append  # type: ignore[method-assign]
    for _ in range(minutes // 10 + 1):
        if sending:
            app.engine.send_due()
        raise_alarms(app)
        clock.at += TEN_MINUTES
    return [alarm.title for alarm in is_responding if alarm.title.startswith(about)]


def test_a_stalled_edition_raises_one_alarm(site: Start, clock: FixedClock) -> None:
    app = site()
    edition = compose(app)
    app.engine.prepare(edition.id)
    assert told(app, clock, minutes=20) == []
    assert told(app, clock, minutes=120) == ["Edition 1 has stalled"]


def test_an_unreachable_server_stalls_an_edition(
    site: Start, clock: FixedClock, transport: RecordingTransport
) -> None:
    app = site()
    compose(app)
    transport.answers.update({f"p{n}@wexcombe.example": UNREACHABLE for n in range(3)})
    assert told(app, clock, minutes=120, sending=True) == ["Edition 1 has stalled"]


def test_an_edition_that_stalls_again_after_progress_raises_another_alarm(
    site: Start, clock: FixedClock, transport: RecordingTransport
) -> None:
    app = site("[sending]\nbatch = 1\n")
    compose(app)
    transport.answers.update({f"p{n}@wexcombe.example": UNREACHABLE for n in range(3)})
    assert told(app, clock, minutes=60, sending=True) == ["Edition 1 has stalled"]
    del transport.answers["p0@wexcombe.example"]
    assert told(app, clock, minutes=90, sending=True) == ["Edition 1 has stalled"]


def test_the_stall_timeout_restarts_when_an_edition_is_resumed(
    site: Start, clock: FixedClock
) -> None:
    app = site()
    edition = compose(app)
    app.engine.prepare(edition.id)
    assert told(app, clock, minutes=20) == []
    with app.database.write() as session:
        control.pause(session, edition.id)
    assert told(app, clock, minutes=120) == []
    with app.database.write() as session:
        control.resume(session, edition.id)
    app.engine.prepare(edition.id)
    assert told(app, clock, minutes=20) == []


@pytest.mark.parametrize(
    ("extra", "answer"),
    [
        ("[limits.default]\nper_day = 1\n", None),
        ("[limits.default]\nwarm_up = [1, 9]\n", None),
        ('[limits.default.domains."wexcombe.example"]\nper_day = 1\n', None),
        ("", Deferred(response="450 4.2.2 mailbox full")),
    ],
)
def test_waiting_for_quotas_or_recipients_is_no_stall(
    site: Start,
    clock: FixedClock,
    transport: RecordingTransport,
    extra: str,
    answer: Deferred | None,
) -> None:
    app = site(extra)
    compose(app)
    if answer:
        transport.answers["p0@wexcombe.example"] = answer
    assert told(app, clock, minutes=180, sending=True) == []


def test_an_overdue_edition_raises_one_alarm(site: Start, clock: FixedClock) -> None:
    app = site()
    with app.database.write() as session:
        draft = BulletinDraft(subject="Flood", text="Stay home.")
        compose_bulletin(session, app.config, draft, clock.now())
    assert told(app, clock, minutes=50) == []
    assert told(app, clock, minutes=120) == ["Edition 1 is overdue"]


def test_an_unapproved_edition_raises_one_alarm(site: Start, clock: FixedClock) -> None:
    app = site('[digests.careful]\nname = "Careful"\napproval = "sender"\n')
    with app.database.write() as session:
        compose_digest(session, app.config, app.renderer, "careful", period=None, now=clock.now())
    assert told(app, clock, minutes=180) == ["Edition 1 waits for approval"]


def test_a_digest_that_cannot_be_composed_raises_one_alarm(
    site: Start, clock: FixedClock, tmp_path: Path
) -> None:
    extra = '[digests.noon]\nname = "Noon"\nsender = "nobody"\nschedule = "0 12 * * *"\n'
    app = site(extra)
    make_due_digests(app)
    clock.at += timedelta(hours=3, minutes=30)
    make_due_digests(app)
    found = told(app, clock, minutes=180, about="The digest noon")
    assert found == ["The digest noon of 2026-11-27 is overdue"]


def test_disabled_alarms_are_not_raised(site: Start, clock: FixedClock) -> None:
    app = site('[alarms]\nstalled = "0s"\noverdue = "0s"\n')
    edition = compose(app)
    draft = BulletinDraft(subject="Flood", text="Stay home.")
    with app.database.write() as session:
        compose_bulletin(session, app.config, draft, clock.now())
    app.engine.prepare(edition.id)
    assert told(app, clock, minutes=180, about="") == []
