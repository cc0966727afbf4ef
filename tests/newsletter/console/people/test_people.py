"""The screens of people: found, shown, changed, and only by those who may."""

import html
import re
from collections.abc import Sequence
from datetime import timedelta

import pytest
from console_support import Client, Console
from support import RecordingTransport, add_subscriber

from newsletter.actions import bulletins, suppressions
from newsletter.app import Newsletter
from newsletter.editions.compose import BulletinDraft
from newsletter.feedback import recording
from newsletter.feedback.judgement import BounceLimits
from newsletter.staff import audit
from newsletter.staff.actors import operator
from newsletter.staff.audit import Filters
from newsletter.staff.permissions import Permission, Role
from newsletter.transports.base import Refused
from newsletter.transports.events import Event, EventKind, EventSource
from subscribers import store
from subscribers.models import Frequency, Subscriber, SubscriberStatus

WHO = operator("ann")
ANN, PAT, MARK = 1, 2, 3
MARKUP = "<script>alert(1)</script>"
PAGES = (
    "/people",
    "/people/numbers",
    "/people/1",
    "/people/1/change",
    "/people/add",
    "/people/suppress",
)
BULK_PAGES = ("/people/import", "/people/export", "/people/1/erase", "/people/1/export")


@pytest.fixture(autouse=True)
def filled(console: Console) -> None:
    with console.app.database.write() as session:
        now = console.app.clock.now()
        add_subscriber(session, "ann@wexcombe.example", now, name="Ann", topics=["housing"])
        add_subscriber(session, "pat@wexcombe.example", now, name="Pat", proven=False)
        mark = add_subscriber(session, "mark@wexcombe.example", now, name=MARKUP)
        mark.attributes = {MARKUP: MARKUP}


@pytest.fixture
def owner(console: Console) -> Client:
    return console.as_role(Role.OWNER)


def person(app: Newsletter, number: int) -> Subscriber:
    with app.database.read() as session:
        return store.by_id(session, number)


def suppressed(app: Newsletter, number: int) -> str:
    """The reason of a person's suppression; empty without one."""
    with app.database.read() as session:
        found = store.find_suppression(session, store.by_id(session, number).address_hash)
        return found.reason if found else ""


def send_bulletin(app: Newsletter) -> None:
    sent = bulletins.send(app, WHO, BulletinDraft(subject=f"Flood {MARKUP}", text="Stay home."))
    app.clock.at += app.config.bulletins.undo
    app.engine.send(sent.number)


def statuses(client: Client, paths: Sequence[str]) -> set[int]:
    return {client.get(path).status_code for path in paths}


def test_people_are_for_those_with_the_permission(console: Console) -> None:
    assert statuses(console.as_role(Role.EDITOR), PAGES) == {403}
    assert statuses(console.as_role(Role.EDITOR, [Permission.PEOPLE]), PAGES) == {200}


def test_lists_exports_and_erasure_need_a_permission_of_their_own(console: Console) -> None:
    assert statuses(console.as_role(Role.SENDER), BULK_PAGES) == {403}
    assert statuses(console.as_role(Role.SENDER, [Permission.BULK_PEOPLE]), BULK_PAGES) == {200}


def test_a_whole_address_leads_to_the_person(owner: Client) -> None:
    found = owner.get("/people", params={"q": "Ann@Wexcombe.example"})
    assert found.headers["location"].endswith("/people/1")


def test_part_of_a_name_finds_people(owner: Client) -> None:
    page = owner.get("/people", params={"q": "pat"}).text
    assert "pat@wexcombe.example" in page
    assert "ann@wexcombe.example" not in page


def test_a_suppressed_address_that_nobody_has_is_told_with_its_reason(
    console: Console, owner: Client
) -> None:
    suppressions.add(console.app, WHO, [["gone@wexcombe.example"]], "asked by letter")
    page = owner.get("/people", params={"q": "gone@wexcombe.example"}).text
    assert "asked by letter" in page


def test_the_list_is_filtered_by_state(owner: Client) -> None:
    page = owner.get("/people", params={"status": "pending"}).text
    assert "pat@wexcombe.example" in page
    assert "ann@wexcombe.example" not in page


def test_the_record_has_the_servers_words_and_what_to_do(
    console: Console, owner: Client, transport: RecordingTransport
) -> None:
    transport.answers["ann@wexcombe.example"] = Refused(response="550 5.1.1 no such user")
    send_bulletin(console.app)
    page = owner.get("/people/1").text
    assert "550 5.1.1 no such user" in page
    assert "Ask them for the right one" in page


def test_a_mail_is_shown_in_a_frame_without_scripts(console: Console, owner: Client) -> None:
    send_bulletin(console.app)
    assert 'sandbox src="/console/people/1/mails/1/body"' in owner.get("/people/1/mails/1").text
    body = owner.get("/people/1/mails/1/body")
    assert "Stay home." in body.text
    assert "sandbox" in body.headers["content-security-policy"]
    assert "script-src" not in body.headers["content-security-policy"]


def test_markup_in_names_attributes_and_answers_is_shown_as_text(
    console: Console, owner: Client, transport: RecordingTransport
) -> None:
    answer = f"550 5.1.1 {MARKUP}"
    transport.answers["mark@wexcombe.example"] = Refused(response=answer)
    send_bulletin(console.app)
    for path in ("/people", "/people/3", "/people/3/change", "/people/3/erase"):
        page = owner.get(path).text
        assert not re.search(r"<script(?! src=)", page), path
    assert html.escape(answer) in owner.get("/people/3").text


def test_a_subscription_is_changed_with_proof(console: Console, owner: Client) -> None:
    fields = {"name": "Ann Moor", "frequency": "weekly", "proof": "by telephone"}
    owner.send("/people/1/change", fields)
    changed = person(console.app, ANN)
    assert (changed.name, changed.frequency) == ("Ann Moor", Frequency.WEEKLY)
    assert "administrator: by telephone" in owner.get("/people/1").text


def test_without_proof_nothing_is_changed_and_what_was_typed_stays(
    console: Console, owner: Client
) -> None:
    answer = owner.send("/people/1/change", {"name": "Ann Moor", "frequency": "weekly"})
    assert answer.status_code == 400
    assert 'value="Ann Moor"' in answer.text
    assert person(console.app, ANN).name == "Ann"


def test_somebody_is_confirmed_with_proof(console: Console, owner: Client) -> None:
    owner.send("/people/2/confirm", {"proof": "paper form"})
    assert person(console.app, PAT).status is SubscriberStatus.CONFIRMED


def test_a_pause_ends_on_its_day_and_can_be_ended(console: Console, owner: Client) -> None:
    owner.send("/people/1/pause", {"until": "2027-01-04"})
    until = person(console.app, ANN).paused_until
    assert until is not None
    assert until.date().isoformat() == "2027-01-04"
    owner.send("/people/1/unpause")
    assert person(console.app, ANN).paused_until is None


def test_a_subscription_is_ended(console: Console, owner: Client) -> None:
    owner.send("/people/1/end")
    assert person(console.app, ANN).status is SubscriberStatus.ENDED


def test_an_address_is_suppressed_with_a_reason_and_lifted(console: Console, owner: Client) -> None:
    owner.send("/people/1/suppress", {"reason": "asked by letter"})
    assert suppressed(console.app, ANN) == "asked by letter"
    owner.send("/people/1/lift")
    assert not suppressed(console.app, ANN)


def test_addresses_are_suppressed_together(console: Console, owner: Client) -> None:
    addresses = "ann@wexcombe.example\n\npat@wexcombe.example"
    fields = {"addresses": addresses, "reason": "returned letters", "act": "suppress"}
    owner.send("/people/suppress", fields)
    assert suppressed(console.app, ANN) == suppressed(console.app, PAT) == "returned letters"


def test_a_line_that_is_no_address_is_told_beside_the_field(
    console: Console, owner: Client
) -> None:
    fields = {"addresses": "ann@wexcombe.example\nann", "reason": "x", "act": "suppress"}
    assert "ann&#39; is not a mail address" in owner.send("/people/suppress", fields).text
    assert not suppressed(console.app, ANN)


def test_somebody_is_erased(console: Console, owner: Client) -> None:
    owner.send("/people/1/erase")
    assert person(console.app, ANN).address is None
    page = owner.get("/people/1")
    assert page.status_code == 200
    assert ">An erased person</h1>" in page.text


def test_an_address_may_be_broken_after_its_at_and_nowhere_else(owner: Client) -> None:
    assert ">ann@<wbr>wexcombe.example</h1>" in owner.get("/people/1").text


def test_somebody_is_given_their_data_and_that_is_noted(console: Console, owner: Client) -> None:
    given = owner.send("/people/1/export")
    assert given.json()["person"]["address"] == "ann@wexcombe.example"
    with console.app.database.read() as session:
        [line] = audit.page(session, Filters(action="subscribers.disclose"), limit=9)
    assert line.subject == "subscriber:1"


def test_people_are_exported_as_the_list_shows_them(owner: Client) -> None:
    given = owner.send("/people/export", {"q": "", "status": "pending", "segment": ""})
    assert given.text.splitlines()[1].startswith("pat@wexcombe.example,Pat,pending")
    assert len(given.text.splitlines()) == 2


def test_somebody_is_added_with_proof(console: Console, owner: Client) -> None:
    fields = {"address": "zoe@wexcombe.example", "frequency": "regular", "proof": "paper form"}
    added = owner.send("/people/add", fields)
    number = int(added.headers["location"].rpartition("/")[2])
    assert person(console.app, number).status is SubscriberStatus.CONFIRMED


def test_a_suppressed_address_is_not_added(console: Console, owner: Client) -> None:
    suppressions.add(console.app, WHO, [["gone@wexcombe.example"]], "asked by letter")
    fields = {"address": "gone@wexcombe.example", "frequency": "regular", "proof": "paper form"}
    refused = owner.send("/people/add", fields)
    assert refused.status_code == 409
    assert "asked by letter" in refused.text
    assert 'value="gone@wexcombe.example"' in refused.text


def test_a_segment_lists_its_people(console: Console, owner: Client) -> None:
    owner.send(
        "/segments/new",
        {"name": "waiting", "as": "text", "text": "status = pending", "act": "save"},
    )
    page = owner.get("/people", params={"segment": "waiting"}).text
    assert "pat@wexcombe.example" in page
    assert "ann@wexcombe.example" not in page


def test_a_suppression_that_followed_from_a_bounce_is_undone_with_a_reason(
    console: Console, owner: Client
) -> None:
    event = Event(
        kind=EventKind.HARD,
        source=EventSource.WEBHOOK,
        recipient="ann@wexcombe.example",
        reason="550 5.1.1 no such user",
        at=console.app.clock.now(),
    )
    with console.app.database.write() as session:
        secret, now = console.app.secret, console.app.clock.now()
        patience = BounceLimits(bounces=3, over=timedelta(days=30))
        recording.record(session, secret, [event], patience, now)
    assert suppressed(console.app, ANN)
    assert "Undo that" in owner.get("/people/1").text
    owner.send("/people/1/events/1/undo", {"reason": "their provider mended it"})
    assert not suppressed(console.app, ANN)
    assert "their provider mended it" in owner.get("/people/1").text


@pytest.mark.parametrize(
    ("form", "typed"),
    [
        (f"/people/{ANN}/pause", {"until": "2001-05-01"}),
        (f"/people/{ANN}/pause", {"until": "soon"}),
        (f"/people/{PAT}/confirm", {"proof": " "}),
        (f"/people/{ANN}/suppress", {"reason": ""}),
    ],
)
def test_a_mistake_is_told_on_the_persons_page(
    owner: Client, form: str, typed: dict[str, str]
) -> None:
    page = owner.send(form, typed)
    assert (page.status_code, "notice-error" in page.text) == (400, True)
    assert "@wexcombe.example" in html.unescape(page.text).replace("<wbr>", "")
