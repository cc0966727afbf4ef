"""Memberships that lapse, departures to come, moments of agreement."""

import pytest
from list_files import TODAY

from subscribers.importing.columns import assign
from subscribers.importing.rows import ReadOptions, RowReader
from subscribers.importing.values.states import ListState


def state_of(heading: str, cell: str) -> ListState:
    columns = assign(["email", heading], {}, None).places
    reading = ReadOptions(columns=columns, width=2, as_topic=str.lower, today=TODAY)
    return RowReader(reading).people(2, ["a@b.org", cell])[0].state


@pytest.mark.parametrize(
    ("heading", "cell", "state"),
    [
        ("valid until", "2026-04-30", ListState.PENDING),
        ("valid until", "30/04/2026", ListState.PENDING),
        ("valid until", "20260430", ListState.PENDING),
        ("valid until", "2026-05-01", ListState.SUBSCRIBED),
        ("valid until", "unlimited", ListState.SUBSCRIBED),
        ("valid until", "04/2026", ListState.PENDING),
        ("valid until", "2026-05", ListState.SUBSCRIBED),
        ("valid until", "2025", ListState.PENDING),
        ("valid until", "2026", ListState.SUBSCRIBED),
        ("valid until", "", ListState.SUBSCRIBED),
        ("valid until", "2021-13-45", ListState.PENDING),
        ("unsubscribed at", "2026-04-30", ListState.LEFT),
        ("unsubscribed at", "2031-01-01", ListState.PENDING),
        ("opt-in time", "1970-01-01 01:00:00", ListState.PENDING),
        ("opt-in time", "2021-05-06 10:00:00", ListState.SUBSCRIBED),
        ("opt-in time", "", ListState.SUBSCRIBED),
        ("opt-in time", "2035-01-01", ListState.PENDING),
        ("confirmed at", "2035-01-01", ListState.PENDING),
        ("confirmed at", "2026-05-02", ListState.SUBSCRIBED),
    ],
)
def test_a_day_says_how_somebody_stands_today(heading: str, cell: str, state: ListState) -> None:
    assert state_of(heading, cell) is state
