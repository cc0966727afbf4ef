"""The calendar of the digests: what went out, what is to go out, and the months around."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from console_support import Console
from support import add_article, add_subscriber

from newsletter.actions import bulletins, digests, editions
from newsletter.clock import FixedClock
from newsletter.console.digests.month import Month, asked_month, month_view
from newsletter.editions.bulletins.writing import Writing
from newsletter.editions.compose import BulletinDraft
from newsletter.queries.editions.calendar import CalendarEntry
from newsletter.staff.actors import operator
from newsletter.staff.permissions import Role

LONDON = ZoneInfo("Europe/London")
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
ANN = operator("ann")


def entry(at: datetime) -> CalendarEntry:
    return CalendarEntry(at=at, title="Friday", digest="friday")


def days(page: str) -> dict[str, str]:
    """What each day of the table says, by its name: "Friday 20"."""
    cells = re.findall(r"<td[^>]*>(.*?)</td>", page, re.DOTALL)
    plain = (" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in cells)
    found = (re.match(r"(\w+day \d+),?\s*(.*)", words) for words in plain)
    return {match[1]: match[2] for match in found if match}


@pytest.fixture(autouse=True)
def on_wednesday(console: Console, clock: FixedClock) -> None:
    """Noon of Wednesday 18 November 2026, with a story and a subscriber."""
    clock.at = NOON
    with console.app.database.write() as session:
        add_article(session, "Homes", clock.now() - timedelta(hours=1), topics=["homes"])
        add_subscriber(session, "ann@wexcombe.example", clock.now())


def test_a_month_has_whole_weeks_from_monday() -> None:
    weeks = month_view(Month(year=2026, number=11), [], NOON, LONDON).weeks
    assert [day and day.number for day in weeks[0]] == [None] * 6 + [1]
    assert {len(week) for week in weeks} == {7}


def test_an_entry_stands_on_its_day_in_the_zone_of_the_site() -> None:
    late = datetime(2026, 7, 3, 23, 30, tzinfo=UTC)
    weeks = month_view(Month(year=2026, number=7), [entry(late)], NOON, LONDON).weeks
    assert [day.number for week in weeks for day in week if day and day.entries] == [4]


def test_a_day_with_very_many_runs_tells_how_many_more_there_are() -> None:
    hourly = [entry(NOON.replace(hour=hour)) for hour in range(24)]
    weeks = month_view(Month(year=2026, number=11), hourly, NOON, LONDON).weeks
    busy = next(day for week in weeks for day in week if day and day.entries)
    assert (len(busy.entries), busy.more) == (5, 19)


@pytest.mark.parametrize(
    ("words", "month"),
    [
        ("2027-01", "2027-01"),
        ("2028-11", "2028-11"),
        ("2028-12", "2026-11"),
        ("2024-10", "2026-11"),
        ("2026-13", "2026-11"),
        ("soon", "2026-11"),
        ("", "2026-11"),
    ],
)
def test_a_month_that_is_none_or_far_off_is_the_current_one(words: str, month: str) -> None:
    assert str(asked_month(words, NOON, LONDON)) == month


def test_the_pages_end_two_years_from_now() -> None:
    last = month_view(Month(year=2028, number=11), [], NOON, LONDON)
    first = month_view(Month(year=2024, number=11), [], NOON, LONDON)
    assert (last.later, first.earlier) == (None, None)


def test_a_month_lasts_from_its_midnight_to_the_next_in_the_zone() -> None:
    begin, end = Month(year=2026, number=10).bounds(LONDON)
    assert (begin.astimezone(UTC).isoformat(), end.astimezone(UTC).isoformat()) == (
        "2026-09-30T23:00:00+00:00",
        "2026-11-01T00:00:00+00:00",
    )


def test_the_runs_to_come_stand_on_their_days(console: Console) -> None:
    page = console.as_role(Role.VIEWER).get("/digests?month=2026-12").text
    fridays = [day for day, words in days(page).items() if "Friday digest" in words]
    assert fridays == ["Friday 4", "Friday 11", "Friday 18", "Friday 25"]


def test_runs_that_are_past_and_were_never_made_are_not_shown(console: Console) -> None:
    page = console.as_role(Role.VIEWER).get("/digests").text
    assert "Friday digest" not in days(page)["Friday 13"]


def test_a_run_that_is_left_out_says_so(console: Console) -> None:
    digests.skip(console.app, ANN, "friday", "2026-11-20")
    page = console.as_role(Role.VIEWER).get("/digests").text
    assert days(page)["Friday 20"].endswith("Left out")


def test_a_later_run_is_skipped_in_the_calendar_and_put_back(console: Console) -> None:
    editor = console.as_role(Role.EDITOR)
    page = editor.get("/digests?month=2026-12").text
    assert "/digests/friday/runs/2026-12-11/skip?month=2026-12" in page
    answer = editor.send("/digests/friday/runs/2026-12-11/skip?month=2026-12")
    assert answer.headers["location"].endswith("/digests?month=2026-12")
    page = editor.get("/digests?month=2026-12").text
    assert "The Friday digest Left out Let it happen" in days(page)["Friday 11"]
    undo = "/digests/friday/runs/2026-12-11/unskip?month=2026-12"
    # In its day of the month, and in the message that the run is left out.
    assert page.count(undo) == 2
    editor.send(undo)
    assert "Left out" not in editor.get("/digests?month=2026-12").text


def test_a_reader_is_offered_no_skipping(console: Console) -> None:
    assert "/skip" not in console.as_role(Role.VIEWER).get("/digests?month=2026-12").text


def test_only_the_coming_run_of_a_held_digest_is_held(console: Console) -> None:
    digests.hold(console.app, ANN, "friday")
    shown = days(console.as_role(Role.VIEWER).get("/digests").text)
    assert ("Held" in shown["Friday 20"], "Held" in shown["Friday 27"]) == (True, False)


def test_a_bulletin_that_waits_for_its_time_stands_on_its_day(console: Console) -> None:
    at = NOON + timedelta(days=4)
    bulletins.send(console.app, ANN, BulletinDraft(subject="Flood", text="Stay in.", send_at=at))
    page = console.as_role(Role.VIEWER).get("/digests").text
    assert days(page)["Sunday 22"] == "12:00 Flood Waiting"


def test_a_bulletin_that_is_being_written_stands_on_the_day_it_is_for(console: Console) -> None:
    at = NOON + timedelta(days=4)
    bulletins.save(console.app, ANN, Writing(subject="Fair", text="Come.", send_at=at))
    page = console.as_role(Role.EDITOR).get("/digests").text
    assert days(page)["Sunday 22"] == "12:00 Fair Being written"


def test_a_cancelled_unsent_edition_is_not_in_the_calendar(console: Console) -> None:
    made = bulletins.send(console.app, ANN, BulletinDraft(subject="Flood", text="Stay in."))
    editions.cancel(console.app, ANN, made.number)
    assert "Flood" not in console.as_role(Role.VIEWER).get("/digests").text


def test_an_edition_leads_to_its_page(console: Console) -> None:
    digests.compose(console.app, ANN, "friday")
    assert 'href="/console/editions/1"' in console.as_role(Role.VIEWER).get("/digests").text


def test_the_months_beside_are_reached_by_links(console: Console) -> None:
    page = console.as_role(Role.VIEWER).get("/digests?month=2027-01").text
    assert re.findall(r'href="/console/digests\?month=([\d-]+)', page) == ["2026-12", "2027-02"]
