"""The look at a mail: where its findings lead, and what it says of one that has left."""

import re
from datetime import timedelta

from console_support import Console
from support import add_article, add_subscriber

from newsletter.actions import bulletins, digests
from newsletter.clock import FixedClock
from newsletter.editions.bulletins.writing import Writing
from newsletter.staff.actors import operator
from newsletter.staff.permissions import Role


def add_story_for(console: Console, address: str) -> None:
    now = console.app.clock.now() - timedelta(hours=1)
    with console.app.database.write() as session:
        add_article(session, f"Homes for {address}", now, topics=["homes"])
        add_subscriber(session, address, now)


def test_the_audience_of_a_sent_edition_is_counted_from_the_ledger(
    console: Console, clock: FixedClock
) -> None:
    add_story_for(console, "ann@wexcombe.example")
    made = digests.compose(console.app, operator("ann"), "friday")
    console.app.engine.send(made.number)  # type: ignore[union-attr]
    clock.at += timedelta(hours=1)
    add_story_for(console, "new@wexcombe.example")
    sender = console.as_role(Role.SENDER)
    look = " ".join(sender.get("/editions/1/look").text.split())
    assert "to 1 person." in look
    assert "people get it" not in look
    assert sender.get("/editions/1/people").headers["location"].endswith("/answers?state=sent")


def test_a_viewer_is_led_to_what_they_may_read(console: Console) -> None:
    for words in (Writing(subject="Flood", text="Stay home."), Writing()):
        bulletins.save(console.app, operator("ann"), words)
    viewer = console.as_role(Role.VIEWER)
    pages = viewer.get("/bulletins").text + viewer.get("/bulletins/1/look").text
    paths = set(re.findall(r'href="/console(/bulletins/[^"?]+)', pages))
    assert paths == {"/bulletins/1/look", "/bulletins/1/look/links"}
    assert "/submit" not in pages


def test_a_finding_leads_only_where_its_reader_may_go(console: Console) -> None:
    add_story_for(console, "ann@wexcombe.example")
    app = console.app
    sender = app.config.senders["default"].model_copy(update={"address": "news@wexcombe.org"})
    lint = app.config.lint.model_copy(update={"links": False, "domain": True})
    update = {"senders": {"default": sender}, "lint": lint}
    app.config = app.config.model_copy(update=update)
    app.text_records = lambda _name: []
    shown = {
        role: console.as_role(role).get("/digests/friday/look/links").text
        for role in (Role.OWNER, Role.SENDER)
    }
    assert all("wexcombe.org has no SPF record" in page for page in shown.values())
    leads = {role: "/setup?step=sender#sender" in page for role, page in shown.items()}
    assert leads == {Role.OWNER: True, Role.SENDER: False}
