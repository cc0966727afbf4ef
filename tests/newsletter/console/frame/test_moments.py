"""Dates and times that are typed."""

from datetime import UTC, datetime

import pytest
from console_support import Console

from newsletter.console.frame.presentation.moments import moment_in
from newsletter.staff.permissions import Role

WORDS = {"subject": "Flood", "text": "Stay home.", "audience": "everybody"}


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-27T18:00", datetime(2026, 11, 27, 18, tzinfo=UTC)),
        ("2026-07-01", datetime(2026, 6, 30, 23, tzinfo=UTC)),
        ("2026-07-01T12:00+14:00", datetime(2026, 6, 30, 22, tzinfo=UTC)),
    ],
)
def test_a_time_is_of_the_sites_zone_unless_it_names_its_own(text: str, moment: datetime) -> None:
    assert moment_in(text, "Europe/London") == moment


@pytest.mark.parametrize("text", ["", "soon", "25:99", "0001-01-01", "9999-12-31T23:59", "10000"])
def test_invalid_moments_are_none(text: str) -> None:
    assert moment_in(text, "Pacific/Auckland") is None


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_no_day_that_is_typed_ends_in_an_error_of_ours(console: Console, day: str) -> None:
    owner = console.as_role(Role.OWNER)
    listed = [
        owner.get("/audit", params={"since": day, "until": day}),
        owner.get("/articles", params={"after": f"{day}T00:00:00+14:00 1"}),
        owner.get("/digests", params={"month": day[:7]}),
    ]
    assert [page.status_code for page in listed] == [200, 200, 200]
    typed = [
        owner.send("/bulletins/new", WORDS | {"send_at": f"{day}T12:00"}),
        owner.send(
            "/articles/new", {"title": "A", "text": "B", "when": "at", "at": f"{day}T12:00"}
        ),
    ]
    assert [page.status_code for page in typed] == [400, 400]
