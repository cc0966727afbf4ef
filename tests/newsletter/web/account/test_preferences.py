"""The preference page: values shown, saved and refused."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from support import (
    SECRET,
    RecordingTransport,
    add_subscriber,
    make_app,
    preferences_path,
    unsubscribe_path,
)

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.tokens.links import NOBODY, UNDATED, LinkSigners
from newsletter.tokens.signing import Signer
from newsletter.web.services import SiteServices
from subscribers import membership, store
from subscribers.consent import ConsentOrigin, history
from subscribers.models import ConsentKind, Frequency, Subscriber

ANN = "ann@example.org"
FORM = {"name": "Ann", "topic": ["housing", "transport"], "frequency": "bulletins", "pause": ""}


@pytest.fixture
def ann(program: Newsletter, clock: FixedClock) -> int:
    with program.database.write() as session:
        return add_subscriber(session, ANN, clock.now(), topics=["transport"]).id


@pytest.fixture
def path(ann: int, clock: FixedClock) -> str:
    return preferences_path(ann, ANN, clock.now())


def subscriber(program: Newsletter, number: int) -> Subscriber:
    with program.database.read() as session:
        return store.by_id(session, number)


def test_the_page_shows_the_current_preferences(client: httpx.Client, path: str) -> None:
    page = client.get(path)
    assert 'value="transport" checked' in page.text
    assert 'value="housing" checked' not in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"


def test_submitted_preferences_are_saved(
    client: httpx.Client, program: Newsletter, ann: int, path: str
) -> None:
    assert "Saved." in client.post(path, data=FORM).text
    found = subscriber(program, ann)
    assert (found.name, found.frequency) == ("Ann", Frequency.BULLETINS)
    with program.database.read() as session:
        assert store.choice_of(session, found).topics == ("housing", "transport")


@pytest.mark.parametrize(("option", "told"), [("", 0), ("[joining]\nchanged = true\n", 1)])
@pytest.mark.parametrize(("button", "form"), [("", FORM), ("/less", {"less": "weekly"})])
def test_saving_queues_a_changed_notice_where_configured(
    tmp_path: Path,
    clock: FixedClock,
    program: Newsletter,
    client: httpx.Client,
    show: Callable[[SiteServices], None],
    path: str,
    button: str,
    form: dict[str, object],
    option: str,
    told: int,
) -> None:
    transport = RecordingTransport()
    url = program.config.database.url
    app = make_app(tmp_path, url, clock, extra=option, transport=transport)
    show(app)
    client.post(path + button, data=form)
    app.notices.send_due()
    assert len(transport.taken) == told
    app.close()


def test_a_pause_lasts_until_its_date_and_can_be_ended(
    client: httpx.Client, program: Newsletter, ann: int, path: str
) -> None:
    page = client.post(path, data=FORM | {"pause": "2026-12-25"})
    assert subscriber(program, ann).paused_until == datetime(2026, 12, 25, tzinfo=UTC)
    assert 'value="2026-12-25"' in page.text
    client.post(path, data=FORM)
    assert subscriber(program, ann).paused_until is None


@pytest.mark.parametrize("pause", ["soon", "2026-02-30", "2030-01-01"])
def test_an_invalid_pause_is_reported_and_the_form_kept(
    client: httpx.Client, program: Newsletter, ann: int, path: str, pause: str
) -> None:
    page = client.post(path, data=FORM | {"pause": pause, "name": "Anna"})
    assert page.status_code == 400
    assert 'value="Anna"' in page.text
    assert subscriber(program, ann).name == ""


@pytest.mark.parametrize(
    ("less", "frequency"), [("weekly", Frequency.WEEKLY), ("bulletins", Frequency.BULLETINS)]
)
def test_the_unsubscribe_page_offers_a_lower_frequency(
    client: httpx.Client, program: Newsletter, ann: int, path: str, less: str, frequency: Frequency
) -> None:
    assert "Saved." in client.post(f"{path}/less", data={"less": less}).text
    assert subscriber(program, ann).frequency is frequency


def test_the_unsubscribe_page_offers_a_pause_of_four_weeks(
    client: httpx.Client, program: Newsletter, ann: int, path: str
) -> None:
    page = client.post(f"{path}/less", data={"less": "pause"})
    assert "Nothing is sent until Friday 25 December 2026." in page.text
    assert subscriber(program, ann).paused_until == datetime(2026, 12, 25, tzinfo=UTC)


def test_single_digests_can_be_chosen(
    client: httpx.Client, program: Newsletter, ann: int, path: str
) -> None:
    assert 'name="digest" value="housing"' in client.get(path).text
    client.post(path, data=FORM | {"digest": "housing"})
    with program.database.read() as session:
        assert store.choice_of(session, store.by_id(session, ann)).digests == ("housing",)
        assert history(session, store.by_id(session, ann))[-1].details == (
            "bulletins; topics: housing, transport; digests: housing"
        )


def test_choosing_every_digest_includes_future_digests(
    client: httpx.Client, program: Newsletter, ann: int, path: str
) -> None:
    client.post(path, data=FORM | {"digest": ["housing", "friday"]})
    with program.database.read() as session:
        assert store.choice_of(session, store.by_id(session, ann)).digests == ()


def test_unchanged_preferences_add_no_consent_event(
    client: httpx.Client, program: Newsletter, ann: int, path: str
) -> None:
    client.post(path, data=FORM)
    client.post(path, data=FORM)
    with program.database.read() as session:
        kinds = [proof.kind for proof in history(session, store.by_id(session, ann))]
    assert kinds.count(ConsentKind.CHANGED) == 1


@pytest.mark.parametrize("wrong", [{"frequency": "never"}, {"pause": "999"}, {"topic": ["<b>"]}])
def test_values_not_offered_are_refused(
    client: httpx.Client, program: Newsletter, ann: int, path: str, wrong: dict[str, object]
) -> None:
    assert client.post(path, data=FORM | wrong).status_code == 400
    assert subscriber(program, ann).frequency is Frequency.REGULAR


def test_a_withdrawn_frequency_stays_for_its_subscribers(
    client: httpx.Client, program: Newsletter, ann: int, path: str
) -> None:
    with program.database.write() as session:
        store.by_id(session, ann).frequency = Frequency.ARTICLES
    assert 'value="articles" checked' in client.get(path).text
    client.post(path, data=FORM | {"frequency": "articles"})
    assert subscriber(program, ann).frequency is Frequency.ARTICLES


def test_a_disabled_frequency_cannot_be_chosen(
    client: httpx.Client, program: Newsletter, ann: int, path: str
) -> None:
    assert client.post(path, data=FORM | {"frequency": "articles"}).status_code == 400
    assert subscriber(program, ann).frequency is Frequency.REGULAR


def test_a_token_of_another_purpose_opens_nothing(client: httpx.Client, ann: int) -> None:
    token = Signer(SECRET, "confirm").sign(str(ann))
    assert client.get(f"/preferences/{token}").status_code == 400


def test_a_test_mails_preference_link_is_refused(client: httpx.Client) -> None:
    token = LinkSigners(SECRET).preferences_token(NOBODY, "", UNDATED)
    response = client.get(f"/preferences/{token}")
    assert response.status_code == 400
    assert "test mail" in response.text


def test_an_ended_subscription_has_no_preference_page(
    client: httpx.Client, program: Newsletter, clock: FixedClock, ann: int, path: str
) -> None:
    with program.database.write() as session:
        membership.leave(
            session, store.by_id(session, ann), origin=ConsentOrigin(source="x"), now=clock.now()
        )
    assert client.get(path).status_code == 400


def test_the_unsubscribe_page_offers_alternatives(
    client: httpx.Client, clock: FixedClock, ann: int, path: str
) -> None:
    assert path in client.get(unsubscribe_path(ann, clock.now(), ANN)).text
