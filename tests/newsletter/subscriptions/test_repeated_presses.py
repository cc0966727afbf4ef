"""A button pressed many times at once sends one mail, on both databases."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from support import RecordingTransport, add_subscriber, make_app

from newsletter.actions import account
from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.errors import Conflict, InvalidInput
from newsletter.staff import actors, audit
from newsletter.staff.audit import Filters
from newsletter.subscriptions.unsubscribe import UnsubscribeReason
from newsletter.tokens.links import PreferencesLink, mark_of
from subscribers import consent, store
from subscribers.consent import ConsentOrigin
from subscribers.membership import Preferences, Signup
from subscribers.models import ConsentKind, Frequency
from subscribers.topics import Choice

ANN, NEW = "ann@example.org", "ann@example.net"
A_MINUTE = timedelta(minutes=1)
Press = Callable[[Newsletter], object]


@pytest.fixture
def transport() -> RecordingTransport:
    return RecordingTransport()


@pytest.fixture
def app(
    tmp_path: Path, database_url: str, clock: FixedClock, transport: RecordingTransport
) -> Iterator[Newsletter]:
    made = make_app(tmp_path, database_url, clock, transport=transport)
    yield made
    made.close()


@pytest.fixture
def member(app: Newsletter) -> None:
    with app.database.write() as session:
        add_subscriber(session, ANN, app.clock.now())


def own_link(app: Newsletter) -> PreferencesLink:
    with app.database.read() as session:
        ann = store.by_address(session, ANN)
    now = app.clock.now()
    mark = mark_of(ann.address_hash)
    return PreferencesLink(subscriber_id=ann.id, issued_at=now, address_mark=mark, token="")


def sign_up(app: Newsletter) -> None:
    account.sign_up(
        app, actors.VISITOR, Signup(address=ANN), origin=ConsentOrigin(source="form on the site")
    )


def ask_to_move(app: Newsletter, address: str = NEW) -> None:
    link = own_link(app)
    account.ask_to_move(app, actors.subscriber(link.subscriber_id), link, address)


def ask_for_fresh_link(app: Newsletter) -> None:
    link = own_link(app)
    account.mail_preferences_link(app, actors.subscriber(link.subscriber_id), link)


def press_together(app: Newsletter, press: Press) -> None:
    """Press fifty times in parallel, while notices are sent."""

    def press_and_send(_number: int) -> None:
        # Of the first at the same moment one is refused; so is what is beyond the limit of a day.
        with suppress(Conflict, InvalidInput):
            press(app)
        app.notices.send_due()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(press_and_send, range(50)))
    app.notices.send_due()


def leave(app: Newsletter) -> None:
    link = own_link(app)
    reason = UnsubscribeReason(words="Enough.")
    account.unsubscribe(app, actors.subscriber(link.subscriber_id), 1, reason)


def choose_weekly(app: Newsletter) -> None:
    link, origin = own_link(app), ConsentOrigin(source="preference page")
    wishes = Preferences(name="Ann", choice=Choice(), frequency=Frequency.WEEKLY)
    account.choose(app, actors.subscriber(link.subscriber_id), link, wishes, None, origin=origin)


def recipients(transport: RecordingTransport) -> list[str]:
    return sorted(mail.recipient for mail in transport.taken)


def test_many_sign_ups_at_once_are_asked_once_to_confirm(
    app: Newsletter, transport: RecordingTransport
) -> None:
    press_together(app, sign_up)
    assert recipients(transport) == [ANN]


def test_sign_ups_of_many_people_at_once_are_asked_no_faster_than_the_site_may(
    app: Newsletter, transport: RecordingTransport
) -> None:
    joining = app.config.joining.model_copy(update={"site_per_hour": 3})
    app.config = app.config.model_copy(update={"joining": joining})
    numbers = count()

    def sign_up_somebody(app: Newsletter) -> None:
        person = Signup(address=f"p{next(numbers) % 12}@wexcombe.example")
        account.sign_up(app, actors.VISITOR, person, origin=ConsentOrigin(source="form"))

    press_together(app, sign_up_somebody)
    assert len(set(recipients(transport))) == len(recipients(transport)) == 3


@pytest.mark.usefixtures("member")
@pytest.mark.parametrize("press", [sign_up, ask_for_fresh_link])
def test_a_member_is_mailed_once_for_many_presses(
    app: Newsletter, transport: RecordingTransport, press: Press
) -> None:
    press_together(app, press)
    assert recipients(transport) == [ANN]


@pytest.mark.usefixtures("member")
def test_a_change_asked_for_many_times_at_once_is_told_once_to_each_address(
    app: Newsletter, transport: RecordingTransport
) -> None:
    press_together(app, ask_to_move)
    assert recipients(transport) == [NEW, ANN]


@pytest.mark.usefixtures("member")
@pytest.mark.parametrize(
    ("press", "kind"),
    [(leave, ConsentKind.WITHDRAWN), (choose_weekly, ConsentKind.CHANGED)],
)
def test_a_change_made_many_times_at_once_is_recorded_once(
    app: Newsletter, press: Press, kind: ConsentKind
) -> None:
    press_together(app, press)
    with app.database.read() as session:
        events = consent.history(session, store.by_address(session, ANN))
        lines = audit.page(session, Filters(actor="subscriber"), limit=100)
    assert [event.kind for event in events].count(kind) == len(lines) == 1


@pytest.mark.usefixtures("member")
@pytest.mark.parametrize(
    ("press", "mails"), [(sign_up, 2), (ask_for_fresh_link, 2), (ask_to_move, 4)]
)
def test_asking_again_later_mails_again(
    app: Newsletter, clock: FixedClock, transport: RecordingTransport, press: Press, mails: int
) -> None:
    for _ in range(2):
        press(app)
        app.notices.send_due()
        clock.at += 11 * A_MINUTE
    assert len(recipients(transport)) == mails


@pytest.mark.usefixtures("member")
def test_another_address_asked_for_soon_is_written_to(
    app: Newsletter, clock: FixedClock, transport: RecordingTransport
) -> None:
    for address in ("anne@example.net", NEW):
        ask_to_move(app, address)
        app.notices.send_due()
        clock.at += A_MINUTE
    assert recipients(transport) == [NEW, ANN, ANN, "anne@example.net"]


@pytest.mark.usefixtures("member")
def test_repeating_a_change_counts_as_much_as_asking_at_a_suppressed_address(
    app: Newsletter,
) -> None:
    for _ in range(3):
        ask_to_move(app)
    with pytest.raises(InvalidInput, match="try tomorrow"):
        ask_to_move(app)
