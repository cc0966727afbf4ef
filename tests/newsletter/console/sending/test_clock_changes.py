"""Schedules across changes of the clocks, as the console takes and shows them."""

from datetime import UTC, datetime, timedelta

import pytest
from console_support import Console
from support import RecordingTransport, add_article, add_subscriber

from newsletter.articles.models import Article
from newsletter.clock import FixedClock
from newsletter.scheduling.digest_jobs import make_due_digests
from newsletter.staff.permissions import Role

WORDS = {"subject": "Flood", "text": "Stay home.", "audience": "everybody"}
SKIPPED = "The clocks go forward that day, and 01:30 does not come. Write 02:30"


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/bulletins/new", WORDS | {"send_at": "2026-03-29T01:30"}),
        (
            "/articles/new",
            {"title": "Homes", "text": "Words", "when": "at", "at": "2026-03-29T01:30"},
        ),
    ],
    ids=["bulletin", "article"],
)
def test_a_time_that_does_not_come_is_refused(
    console: Console, clock: FixedClock, path: str, fields: dict[str, str]
) -> None:
    clock.at = datetime(2026, 3, 28, 12, tzinfo=UTC)
    answer = console.as_role(Role.SENDER).send(path, fields)
    assert (answer.status_code, SKIPPED in answer.text) == (400, True)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/bulletins/new", WORDS | {"send_at": "2026-10-25T01:30"}),
        (
            "/articles/new",
            {"title": "Homes", "text": "Words", "when": "at", "at": "2026-10-25T01:30"},
        ),
    ],
    ids=["bulletin", "article"],
)
def test_an_ambiguous_local_time_asks_which_is_meant(
    console: Console, clock: FixedClock, path: str, fields: dict[str, str]
) -> None:
    clock.at = datetime(2026, 10, 24, 12, tzinfo=UTC)
    sender = console.as_role(Role.SENDER)
    assert "Which one" not in sender.get(path).text
    asked = sender.send(path, fields)
    assert asked.status_code == 400
    assert "01:30 comes twice. Choose which." in asked.text
    assert asked.text.count('value="second"') == 1


def test_autosave_takes_the_first_of_an_ambiguous_local_time(
    console: Console, clock: FixedClock
) -> None:
    clock.at = datetime(2026, 10, 24, 12, tzinfo=UTC)
    sender = console.as_role(Role.SENDER)
    kept = sender.send("/bulletins/keep", WORDS | {"send_at": "2026-10-25T01:30"})
    assert kept.json()["is_saved"]
    assert "Which one" in sender.get("/bulletins/1").text


@pytest.mark.parametrize(
    ("turn", "sent_after"), [("first", [1, 1, 1]), ("second", [0, 1, 1])], ids=["first", "second"]
)
def test_a_bulletin_in_the_hour_that_comes_twice_leaves_when_it_was_chosen_and_once(
    console: Console,
    clock: FixedClock,
    transport: RecordingTransport,
    turn: str,
    sent_after: list[int],
) -> None:
    clock.at = datetime(2026, 10, 24, 12, tzinfo=UTC)
    with console.app.database.write() as session:
        add_subscriber(session, "ann@wexcombe.example", clock.now())
    sender = console.as_role(Role.SENDER)
    night = WORDS | {
        "send_at": "2026-10-25T01:30",
        "send_at_turn": turn,
        "in_quiet_hours": "yes",
    }
    sender.send("/bulletins/new", night)
    page = sender.get("/bulletins/1").text
    assert 'value="2026-10-25T01:30"' in page
    assert f'value="{turn}" checked' in page
    sender.send("/bulletins/1/send", {"revision": "1"})
    assert "tomorrow, 01:30" in sender.get("/editions/1").text.lower()
    sent = []
    for clock.at in (datetime(2026, 10, 25, hour, 31, tzinfo=UTC) for hour in (0, 1, 2)):
        console.app.engine.send_due()
        sent.append(len(transport.taken))
    assert sent == sent_after


@pytest.mark.parametrize(("turn", "hour"), [("first", 0), ("second", 1)])
def test_an_article_in_the_hour_that_comes_twice_appears_when_it_was_chosen(
    console: Console, clock: FixedClock, turn: str, hour: int
) -> None:
    clock.at = datetime(2026, 10, 24, 12, tzinfo=UTC)
    typed = {"title": "Homes", "text": "Words", "when": "at", "at": "2026-10-25T01:30"}
    typed["at_turn"] = turn
    console.as_role(Role.SENDER).send("/articles/new", typed)
    with console.app.database.read() as session:
        article = session.get_one(Article, 1)
    assert article.published_at == datetime(2026, 10, 25, hour, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("thursday", "leaves"),
    [
        (datetime(2026, 3, 26, 12, tzinfo=UTC), datetime(2026, 3, 27, 9, tzinfo=UTC)),
        (datetime(2026, 4, 2, 12, tzinfo=UTC), datetime(2026, 4, 3, 8, tzinfo=UTC)),
        (datetime(2026, 10, 22, 12, tzinfo=UTC), datetime(2026, 10, 23, 8, tzinfo=UTC)),
        (datetime(2026, 10, 29, 12, tzinfo=UTC), datetime(2026, 10, 30, 9, tzinfo=UTC)),
    ],
    ids=["before spring", "after spring", "before autumn", "after autumn"],
)
def test_fridays_digest_leaves_at_nine_by_the_clock_on_the_wall(
    console: Console,
    clock: FixedClock,
    transport: RecordingTransport,
    thursday: datetime,
    leaves: datetime,
) -> None:
    clock.at = thursday
    with console.app.database.write() as session:
        add_article(session, "Homes", clock.now() - timedelta(hours=1))
        add_subscriber(session, "ann@wexcombe.example", clock.now())
    assert "omorrow, 09:00" in console.as_role(Role.SENDER).get("/digests/friday").text
    sent = []
    for clock.at in (leaves - timedelta(minutes=1), leaves, leaves + timedelta(hours=1)):
        make_due_digests(console.app)
        console.app.engine.send_due()
        sent.append(len(transport.taken))
    assert sent == [0, 1, 1]
