"""Today: what needs a person, what comes next, what went out."""

from datetime import datetime, timedelta

from console_support import Console
from support import add_article, add_subscriber

from newsletter.actions import digests, editions
from newsletter.clock import FixedClock
from newsletter.config.options import Imprint
from newsletter.console.sending.counts import MAX_INLINE_COUNT
from newsletter.scheduling.digest_jobs import raise_alarms
from newsletter.staff.actors import operator
from newsletter.staff.permissions import Role
from subscribers.models import Subscriber, SubscriberStatus


def fill(console: Console) -> None:
    now = console.app.clock.now()
    with console.app.database.write() as session:
        add_article(session, "Homes agreed", now, topics=["housing"])
        add_subscriber(session, "ann@wexcombe.example", now, name="Ann")


def erased(number: int, now: datetime) -> Subscriber:
    """Somebody who was erased: numbers tell how long a list is."""
    return Subscriber(
        id=number,
        address_hash="",
        status=SubscriberStatus.ERASED,
        choice_id=1,
        joined_at=now,
    )


def test_the_next_edition_is_told_in_words(console: Console) -> None:
    fill(console)
    text = " ".join(console.as_role(Role.VIEWER).get("/").text.split())
    assert "The Friday digest" in text
    assert "London time, <time" in text
    assert "1 story to 1 person" in text


def needing_somebody(console: Console) -> str:
    """The card of what needs a person now; empty where there is none."""
    text = " ".join(console.as_role(Role.VIEWER).get("/").text.split())
    _, _, card = text.partition("<h2>Needs you</h2>")
    return card.partition("</section>")[0]


def test_a_digest_with_nothing_in_it_needs_somebody_two_days_before(
    console: Console, clock: FixedClock
) -> None:
    clock.at -= timedelta(days=3)
    assert "The Friday digest" not in needing_somebody(console)
    clock.at += timedelta(days=2)
    assert "The Friday digest" in needing_somebody(console)
    fill(console)
    assert "The Friday digest" not in needing_somebody(console)


def test_a_held_digest_needs_somebody(console: Console) -> None:
    fill(console)
    digests.hold(console.app, operator("ann"), "friday")
    assert "held until somebody lets it go on" in needing_somebody(console)


def test_an_edition_that_does_not_move_needs_somebody(console: Console, clock: FixedClock) -> None:
    fill(console)
    made = digests.compose(console.app, operator("ann"), "friday")
    console.app.engine.prepare(made.number)  # type: ignore[union-attr]
    assert "Stalled" not in needing_somebody(console)
    raise_alarms(console.app)
    clock.at += console.app.config.alarms.stalled
    raise_alarms(console.app)
    assert "nothing of it was sent since" in needing_somebody(console)


def test_a_stopped_edition_needs_somebody(console: Console) -> None:
    fill(console)
    made = digests.compose(console.app, operator("ann"), "friday")
    editions.pause(console.app, operator("ann"), made.number)  # type: ignore[union-attr]
    assert "Homes agreed" in needing_somebody(console)


def test_a_sent_edition_shows_the_number_of_recipients(console: Console) -> None:
    fill(console)
    made = digests.compose(console.app, operator("ann"), "friday")
    console.app.engine.send(made.number)  # type: ignore[union-attr]
    text = console.as_role(Role.VIEWER).get("/").text
    assert "Homes agreed" in text
    assert "1 person" in text


def test_the_numbers_of_a_long_list_come_when_the_page_is_there(console: Console) -> None:
    fill(console)
    with console.app.database.write() as session:
        session.add(erased(MAX_INLINE_COUNT + 1, console.app.clock.now()))
    owner = console.as_role(Role.OWNER)
    page = " ".join(owner.get("/").text.split())
    assert "1 story</p>" in page
    for path, words in (
        ("/today/audience/friday", "To 1 person"),
        ("/today/people", "on the list"),
    ):
        assert f'data-load="/console{path}?part=yes"' in page
        assert words in owner.get(f"{path}?part=yes").text


def test_without_the_permission_for_people_no_movement_is_shown(console: Console) -> None:
    assert "People this month" in console.as_role(Role.SENDER).get("/").text
    assert "People this month" not in console.as_role(Role.EDITOR).get("/").text


def test_owners_are_shown_what_the_set_up_still_needs(console: Console) -> None:
    assert "/console/setup#transport" in console.as_role(Role.OWNER).get("/").text
    assert "/console/setup" not in console.as_role(Role.EDITOR).get("/").text


def test_it_opens_before_the_imprint_is_filled_in(console: Console) -> None:
    app = console.app
    site = app.config.site.model_copy(update={"imprint": Imprint()})
    app.config = app.config.model_copy(update={"site": site})
    owner = console.as_role(Role.OWNER)
    assert [owner.get(path).status_code for path in ("/", "/digests/friday")] == [200, 200]


class TestDns:
    """The senders' records, looked up when the page is there."""

    def looked_up(self, console: Console, address: str, records: list[str] | None) -> str:
        app = console.app
        sender = app.config.senders["default"].model_copy(update={"address": address})
        app.config = app.config.model_copy(update={"senders": {"default": sender}})
        app.text_records = lambda _name: records
        return console.as_role(Role.OWNER).get("/today/dns?part=yes").text

    def test_says_what_is_missing(self, console: Console) -> None:
        assert "wexcombe.org has no SPF record" in self.looked_up(
            console, "news@wexcombe.org", ["v=DMARC1; p=none"]
        )

    def test_says_nothing_where_all_is_there(self, console: Console) -> None:
        found = ["v=spf1 mx ~all", "v=DKIM1; p=x", "v=DMARC1; p=none"]
        assert self.looked_up(console, "news@wexcombe.net", found).strip() == ""

    def test_is_asked_about_by_those_who_can_mend_it(self, console: Console) -> None:
        self.looked_up(console, "news@wexcombe.com", None)
        assert "/today/dns" in console.as_role(Role.OWNER).get("/").text
        assert "/today/dns" not in console.as_role(Role.EDITOR).get("/").text

    def test_of_a_reserved_name_is_not_asked_about(self, console: Console) -> None:
        self.looked_up(console, "news@wexcombe.example", None)
        assert "/today/dns" not in console.as_role(Role.OWNER).get("/").text
