"""Bulletins that are being written, and what becomes of them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.actions import bulletins, editions
from newsletter.actions.bulletins import Saved
from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.config.quiet_hours import after_quiet_hours, parse_quiet_hours
from newsletter.editions import store as edition_store
from newsletter.editions.bulletins import store
from newsletter.editions.bulletins.writing import Writing, writing_of
from newsletter.editions.models import EditionState
from newsletter.errors import Conflict, InvalidInput
from newsletter.staff.actors import operator

ANN, BEN = operator("ann"), operator("ben")
FLOOD = Writing(subject="Flood", text="Stay *home*.", topics=("housing",))
LONDON = ZoneInfo("Europe/London")


def save(app: Newsletter, writing: Writing = FLOOD, **more: int) -> Saved:
    return bulletins.save(app, ANN, writing, **more)


def test_a_saved_draft_reads_as_it_was_written(app: Newsletter) -> None:
    saved = save(app)
    with app.database.read() as session:
        assert writing_of(store.by_id(session, saved.number)) == FLOOD


def test_saving_over_a_change_by_another_is_reported(app: Newsletter) -> None:
    saved = save(app)
    bulletins.save(app, BEN, Writing(subject="Snow", text="…"), number=saved.number)
    with pytest.raises(Conflict, match="changed by somebody else meanwhile"):
        save(app, number=saved.number, revision=saved.revision)


def test_pressing_send_twice_sends_one_edition(app: Newsletter) -> None:
    number = save(app).number
    first = bulletins.send_saved(app, ANN, number)
    assert bulletins.send_saved(app, ANN, number).number == first.number


def test_a_bulletin_taken_back_can_be_written_on(app: Newsletter) -> None:
    saved = save(app)
    first = bulletins.send_saved(app, ANN, saved.number)
    with pytest.raises(Conflict, match="take the edition back"):
        save(app, number=saved.number)
    editions.cancel(app, ANN, first.number)
    save(app, Writing(subject="Flood", text="Go home."), number=saved.number)
    assert bulletins.send_saved(app, ANN, saved.number).number != first.number


def test_a_bulletin_cancelled_after_its_mails_are_made_is_not_sent_again(app: Newsletter) -> None:
    saved = save(app)
    first = bulletins.send_saved(app, ANN, saved.number)
    with app.database.write() as session:
        edition = edition_store.by_id(session, first.number)
        edition.fanned_out_at, edition.state = first.send_at, EditionState.CANCELLED
    with pytest.raises(Conflict, match="copy it to write another"):
        save(app, Writing(subject="Flood", text="Go home."), number=saved.number)
    assert bulletins.send_saved(app, ANN, saved.number).number == first.number


def test_a_bulletin_without_a_subject_is_kept_and_not_sent(app: Newsletter) -> None:
    number = save(app, Writing(text="Stay home.")).number
    with pytest.raises(InvalidInput, match="subject is empty"):
        bulletins.send_saved(app, ANN, number)


def test_a_copy_is_of_words_and_audience_and_not_of_time(
    app: Newsletter, clock: FixedClock
) -> None:
    at = clock.now() + timedelta(days=1)
    number = save(app, Writing(subject="Flood", text="…", topics=("housing",), send_at=at)).number
    copied = bulletins.copy(app, BEN, number)
    with app.database.read() as session:
        expected = Writing(subject="Flood", text="…", topics=("housing",))
        assert writing_of(store.by_id(session, copied)) == expected


@pytest.mark.parametrize(
    ("at", "leaves"),
    [
        ("2026-11-27 20:59", "2026-11-27 20:59"),
        ("2026-11-27 21:00", "2026-11-28 07:00"),
        ("2026-11-28 06:59", "2026-11-28 07:00"),
        ("2026-11-28 07:00", "2026-11-28 07:00"),
        # The night the clocks go forward.
        ("2026-03-29 00:30", "2026-03-29 07:00"),
    ],
)
def test_nothing_leaves_in_quiet_hours(at: str, leaves: str) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=LONDON)
    expected = datetime.fromisoformat(leaves).replace(tzinfo=LONDON)
    assert after_quiet_hours(moment, "21:00-07:00", LONDON) == expected


@given(st.timedeltas(timedelta(0), timedelta(days=400)), st.booleans())
def test_quiet_hours_put_off_by_less_than_a_day_and_to_their_end(
    later: timedelta, is_overnight: bool
) -> None:
    moment = datetime(2026, 11, 27, tzinfo=UTC) + later
    hours = "22:30-06:15" if is_overnight else "12:00-13:30"
    leaves = after_quiet_hours(moment, hours, LONDON)
    assert timedelta(0) <= leaves - moment < timedelta(days=1)
    assert after_quiet_hours(leaves, hours, LONDON) == leaves


@pytest.mark.parametrize("text", ["9-5", "21:00-21:00", "25:00-07:00", "21:00"])
def test_quiet_hours_without_an_interval_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not hours"):
        parse_quiet_hours(text)
