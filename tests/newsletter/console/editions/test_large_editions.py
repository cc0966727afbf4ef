"""Editions to very many people: their pages come at once, and the numbers when they are counted."""

import pytest
from console_support import Client, Console
from sqlalchemy import update
from support import RecordingTransport, add_article, add_subscriber

from newsletter.actions import digests
from newsletter.console.sending.counts import MAX_INLINE_COUNT
from newsletter.editions.models import Edition, EditionState
from newsletter.staff.actors import operator
from newsletter.staff.permissions import Role
from newsletter.transports.base import Refused

ANN = "ann@wexcombe.example"


@pytest.fixture
def owner(console: Console, transport: RecordingTransport) -> Client:
    """Edition 1 has gone out, to more people than are counted before a page is shown."""
    app, now = console.app, console.app.clock.now()
    with app.database.write() as session:
        add_article(session, "Homes agreed", now)
        add_subscriber(session, ANN, now)
    transport.answers = {ANN: Refused(response="550 5.1.1 no such user")}
    digests.compose(app, operator("ann"), "friday")
    app.engine.send(1)
    change(console, audience=MAX_INLINE_COUNT + 1)
    return console.as_role(Role.OWNER)


def change(console: Console, **values: object) -> None:
    with console.app.database.write() as session:
        session.execute(update(Edition).values(**values))


def test_counts_of_a_large_edition_load_after_the_page(owner: Client) -> None:
    page = owner.get("/editions/1").text
    assert 'data-load="/console/editions/1?count=yes&amp;part=yes"' in page
    assert "no such user" not in page
    part = owner.get("/editions/1?count=yes&part=yes").text
    assert "<h1" not in part
    for told in ("1</b> <span>failed", "no such user", "Try all again"):
        assert told in part
    assert "1</b> <span>failed" in owner.get("/editions/1").text, "what was just counted is shown"


def test_without_a_script_a_link_leads_to_its_numbers(owner: Client) -> None:
    assert 'href="/console/editions/1?count=yes"' in owner.get("/editions/1").text
    assert "Try all again" in owner.get("/editions/1?count=yes").text


def test_its_domains_come_when_the_page_is_there(owner: Client) -> None:
    assert (
        'data-load="/console/editions/1/domains?count=yes' in owner.get("/editions/1/domains").text
    )
    assert "wexcombe.example" in owner.get("/editions/1/domains?count=yes&part=yes").text


def test_today_and_the_page_that_stops_all_do_not_wait_for_its_numbers(
    console: Console, owner: Client
) -> None:
    change(console, state=EditionState.SENDING)
    for path in ("/", "/stop"):
        assert "to 50,001 people" in owner.get(path).text
