"""Digests and bulletins from the first look to the ledger, as a browser without scripts does it."""

import re
from datetime import timedelta
from html import unescape

import httpx
import pytest
from console_support import Client, Console
from sqlalchemy import select
from support import RecordingTransport, add_article, add_subscriber

from newsletter.actions import feedback
from newsletter.clock import FixedClock
from newsletter.editions import store
from newsletter.editions.bulletins import store as bulletins
from newsletter.editions.models import Edition, EditionState
from newsletter.staff.actors import provider
from newsletter.staff.permissions import Role
from newsletter.transports.base import InDoubt, Refused
from newsletter.transports.events import Event, EventKind, EventSource

HOMES, BUSES, TREES = 1, 2, 3


@pytest.fixture(autouse=True)
def people_and_stories(console: Console, clock: FixedClock) -> None:
    """The day before Friday's digest: three stories, and three people."""
    clock.at -= timedelta(days=1)
    with console.app.database.write() as session:
        for number, title in enumerate(("Homes", "Buses", "Trees"), start=1):
            at = clock.now() - timedelta(hours=number)
            add_article(session, title, at, topics=[title.lower()])
        add_subscriber(session, "ann@wexcombe.example", clock.now(), name="Ann")
        add_subscriber(session, "ben@wexcombe.example", clock.now(), topics=["homes"])
        add_subscriber(session, "pat@wexcombe.example", clock.now(), proven=False)


def editions(console: Console) -> list[Edition]:
    with console.app.database.read() as session:
        return list(session.scalars(select(Edition).order_by(Edition.id)))


def hidden(page: httpx.Response, name: str) -> str:
    """The value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, page.text
    return found[1]


def press(client: Client, path: str, **fields: str) -> httpx.Response:
    """Press a button of the coming edition's page; what is typed there goes along."""
    return client.send(f"{path}/edit", {"introduction": "", **fields})


def bulletin(client: Client, **fields: str) -> str:
    """The path of a bulletin that is written and looked at."""
    words = {"subject": "Flood", "text": "Stay **home**.", "audience": "everybody"}
    sent = client.send("/bulletins/new", {**words, "then": "look", **fields})
    assert sent.status_code == 303, sent.text
    return sent.headers["location"].removeprefix("/console").removesuffix("/look")


def test_a_digest_is_arranged_looked_at_and_approved_on_two_pages(
    console: Console, clock: FixedClock
) -> None:
    sender = console.as_role(Role.SENDER)
    press(sender, "/digests/friday", drop=str(BUSES))
    press(sender, "/digests/friday", up=str(TREES))
    onward = press(sender, "/digests/friday", introduction="Good morning.", then="look")
    look = sender.http.get(f"{onward.headers['location']}?as=ben@wexcombe.example")
    assert "2</b> people get it" in look.text
    frame = sender.get("/digests/friday/look/mail?as=ben@wexcombe.example")
    assert "Homes" in frame.text
    assert "Trees" not in frame.text
    sender.send("/digests/friday/approve", {"seen": hidden(look, "seen")})
    friday = next(edition for edition in editions(console) if edition.digest == "friday")
    assert (friday.state, friday.introduction) == (EditionState.QUEUED, "Good morning.")
    assert friday.send_at == clock.now() + timedelta(days=1)
    with console.app.database.read() as session:
        titles = [article.title for article in store.articles_of(session, friday.id)]
    assert titles == ["Trees", "Homes"]


def test_a_change_after_the_preview_is_not_approved(console: Console) -> None:
    sender, editor = console.as_role(Role.SENDER), console.as_role(Role.EDITOR)
    look = sender.get("/digests/friday/look")
    press(editor, "/digests/friday", drop=str(BUSES))
    done = sender.send("/digests/friday/approve", {"seen": hidden(look, "seen")})
    assert done.status_code == 409
    assert "changed since you looked" in done.text
    assert editions(console) == []
    # What is there now stands below, to be approved from here.
    sender.send("/digests/friday/approve", {"seen": hidden(done, "seen")})
    assert EditionState.QUEUED in {edition.state for edition in editions(console)}


def test_typed_titles_are_kept_whatever_button_is_pressed(console: Console) -> None:
    editor = console.as_role(Role.EDITOR)
    press(editor, "/digests/friday", **{"title-1": "Homes for all", "drop": str(BUSES)})
    page = editor.get("/digests/friday").text
    assert ">Homes for all</textarea>" in page
    assert "Dropped this time" in page


def test_a_bulletin_is_written_looked_at_sent_and_taken_back(console: Console) -> None:
    sender = console.as_role(Role.SENDER)
    path = bulletin(sender)
    assert "2</b> people get it" in sender.get(f"{path}/look").text
    question = sender.get(f"{path}/send")
    assert "“Flood”" in question.text
    assert "Send to 2 people" in question.text
    sent = sender.send(f"{path}/send", {"revision": hidden(question, "revision")})
    [edition] = editions(console)
    assert sent.headers["location"] == f"/console/editions/{edition.id}"
    assert "Take it back" in sender.get("/").text
    assert "Waiting" in sender.get(f"/editions/{edition.id}").text
    back = sender.send(f"/editions/{edition.id}/undo")
    assert back.headers["location"] == sent.headers["location"]
    page = sender.get(f"/editions/{edition.id}").text
    assert "Cancelled" in page
    assert f'href="/console{path}"' in page
    assert editions(console)[0].state is EditionState.CANCELLED
    assert "Stay **home**." in sender.get(path).text


def test_pressing_send_twice_sends_one_mail_to_each(
    console: Console, clock: FixedClock, transport: RecordingTransport
) -> None:
    sender = console.as_role(Role.SENDER)
    path = bulletin(sender)
    fields = {"revision": hidden(sender.get(f"{path}/send"), "revision")}
    first, second = (sender.send(f"{path}/send", fields) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    clock.at += console.app.config.bulletins.undo
    console.app.engine.send_due()
    assert sorted(mail.recipient for mail in transport.taken) == [
        "ann@wexcombe.example",
        "ben@wexcombe.example",
    ]


def test_approving_an_edition_twice_leads_to_the_same_edition(console: Console) -> None:
    editor, sender = console.as_role(Role.EDITOR), console.as_role(Role.SENDER)
    path = bulletin(editor)
    editor.send(f"{path}/submit", {"revision": "1"})
    edition = f"/editions/{editions(console)[0].id}"
    fields = {"seen": hidden(sender.get(f"{edition}/look"), "seen")}
    for _ in range(2):
        done = sender.send(f"{edition}/approve", fields)
        assert (done.status_code, done.headers["location"]) == (303, f"/console{edition}")


def test_approving_a_digest_twice_leads_to_the_same_edition(console: Console) -> None:
    sender = console.as_role(Role.SENDER)
    look = sender.get("/digests/friday/look")
    fields = {name: hidden(look, name) for name in ("seen", "period")}
    first, second = (sender.send("/digests/friday/approve", fields) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]


def test_the_people_behind_a_number_are_shown_to_those_who_may_see_people(
    console: Console,
) -> None:
    sender = console.as_role(Role.SENDER)
    page = sender.get("/digests/friday/people?reason=not+confirmed")
    assert "pat@wexcombe.example" in page.text
    assert "ann@wexcombe.example" not in page.text
    editor = console.as_role(Role.EDITOR)
    assert editor.get("/digests/friday/people").status_code == 403
    assert "not confirmed" in editor.get("/digests/friday/look").text


def test_a_test_mail_goes_to_one_address(console: Console, transport: RecordingTransport) -> None:
    editor = console.as_role(Role.EDITOR)
    editor.send("/digests/friday/look/test", {"to": "me@elsewhere.example"})
    [mail] = transport.taken
    assert mail.recipient == "me@elsewhere.example"
    assert b"Subject: [Test] Homes" in mail.content


def test_a_wrong_address_of_a_test_stands_beside_the_form(console: Console) -> None:
    done = console.as_role(Role.EDITOR).send("/digests/friday/look/test", {"to": "nowhere"})
    assert done.status_code == 400
    assert 'value="nowhere"' in done.text


def test_dark_colours_are_shown_whatever_the_browser_prefers(console: Console) -> None:
    viewer = console.as_role(Role.VIEWER)
    frame = viewer.get("/digests/friday/look/mail?scheme=dark")
    assert "prefers-color-scheme" not in frame.text
    assert "sandbox" in frame.headers["content-security-policy"]


def test_an_editor_asks_and_a_sender_decides(console: Console) -> None:
    editor, sender = console.as_role(Role.EDITOR), console.as_role(Role.SENDER)
    path = bulletin(editor)
    assert editor.get(f"{path}/send").status_code == 403
    editor.send(f"{path}/submit")
    [edition] = editions(console)
    look = sender.get(f"/editions/{edition.id}/look")
    sender.send(f"/editions/{edition.id}/approve", {"seen": hidden(look, "seen")})
    assert editions(console)[0].state is EditionState.QUEUED


def test_each_digest_of_a_mail_that_waits_is_edited_by_itself(console: Console) -> None:
    with console.app.database.write() as session:
        add_article(session, "New homes", console.app.clock.now(), topics=["housing"])
    editor = console.as_role(Role.EDITOR)
    look = editor.get("/digests/friday/look")
    editor.send("/digests/friday/submit", {"seen": hidden(look, "seen")})
    friday, housing = (edition.id for edition in editions(console))
    press(editor, f"/editions/{housing}", introduction="About homes.")
    assert [edition.introduction for edition in editions(console)] == ["", "About homes."]
    assert editor.get(f"/editions/{friday}/look").status_code == 200


def test_a_run_is_left_out_and_let_happen(console: Console) -> None:
    editor = console.as_role(Role.EDITOR)
    editor.send("/digests/friday/runs/2026-11-27/skip")
    assert "Left out" in editor.get("/digests").text
    editor.send("/digests/friday/runs/2026-11-27/unskip")
    assert "Left out" not in editor.get("/digests").text


def test_a_page_that_offers_to_take_it_back_is_looked_at_anew_once_it_has_left(
    console: Console, clock: FixedClock, transport: RecordingTransport
) -> None:
    sender = console.as_role(Role.SENDER)
    sender.send(f"{bulletin(sender)}/send")
    number = editions(console)[0].id
    live = re.search(r'data-live="/console([^"]+)"', sender.get(f"/editions/{number}").text)
    assert live
    clock.at += console.app.config.bulletins.undo
    console.app.engine.send_due()
    assert sender.get(live[1]).text.startswith("event: end")


def test_an_edition_shows_its_equation_and_what_to_do(
    console: Console, clock: FixedClock, transport: RecordingTransport
) -> None:
    sender = console.as_role(Role.SENDER)
    transport.answers = {
        "ann@wexcombe.example": Refused(response="550 5.1.1 no such user"),
        "ben@wexcombe.example": InDoubt(response="the connection was lost"),
    }
    path = bulletin(sender)
    sender.send(f"{path}/send")
    clock.at += console.app.config.bulletins.undo
    console.app.engine.send_due()
    number = editions(console)[0].id
    page = sender.get(f"/editions/{number}").text
    for told in ("1</b> <span>failed", "1</b> <span>in doubt", "550 5.1.1 no such user"):
        assert told in page
    answers = sender.get(f"/editions/{number}/answers?state=uncertain")
    sender.send(
        f"/editions/{number}/settle",
        {"delivery": hidden(answers, "delivery"), "decision": "leave", "from": "answers"},
    )
    assert "In doubt" not in sender.get(f"/editions/{number}").text
    owner = console.as_role(Role.OWNER)
    address = f"/editions/{number}/answers/file?state=failed"
    assert f'href="/console{address}"' in owner.get(f"/editions/{number}/answers?state=failed").text
    assert "550 5.1.1 no such user" in owner.get(address).text


def test_a_delivery_shows_its_reply_and_its_person(
    console: Console, clock: FixedClock, transport: RecordingTransport
) -> None:
    sender = console.as_role(Role.SENDER)
    refused = Refused(response="550 no", transcript="> DATA\n< 550 5.7.1 <spam>")
    transport.answers = {"ann@wexcombe.example": refused}
    sender.send(f"{bulletin(sender)}/send")
    clock.at += console.app.config.bulletins.undo
    console.app.engine.send_due()
    answers = sender.get(f"/editions/{editions(console)[0].id}/answers?state=failed").text
    person = console.as_role(Role.OWNER).get(f"/people/{person_of(answers)}").text
    for page in (answers, person):
        assert "&gt; DATA\n&lt; 550 5.7.1 &lt;spam&gt;" in page


def person_of(page: str) -> int:
    """Whom the first row of a table of deliveries links to."""
    found = re.search(r"/people/(\d+)", page)
    assert found
    return int(found[1])


def test_an_edition_shows_what_came_back_of_it(console: Console, clock: FixedClock) -> None:
    sender = console.as_role(Role.SENDER)
    path = bulletin(sender)
    sender.send(f"{path}/send")
    clock.at += console.app.config.bulletins.undo
    console.app.engine.send_due()
    full = Event(kind=EventKind.FULL, source=EventSource.REPORT, delivery=1, is_proven=True)
    feedback.record(console.app, provider("default"), [full])
    assert "Mailbox full" in sender.get("/editions/1").text
    assert "Mailbox full" in sender.get("/feedback?edition=1").text
    assert "Nothing like that came back" in sender.get("/feedback?edition=2").text


def test_a_page_of_what_is_sent_renews_itself_without_a_script(console: Console) -> None:
    sender = console.as_role(Role.SENDER)
    sender.send(f"{bulletin(sender)}/send")
    page = sender.get(f"/editions/{editions(console)[0].id}").text
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page


def test_a_bulletin_without_an_audience_keeps_what_was_typed(console: Console) -> None:
    editor = console.as_role(Role.EDITOR)
    done = editor.send(
        "/bulletins/new", {"subject": "Flood", "text": "Stay home.", "audience": "topics"}
    )
    assert done.status_code == 400
    assert "Choose a topic, or everybody." in done.text
    assert "Stay home." in done.text


def test_a_bulletin_without_a_subject_is_kept_and_asked_for_it(console: Console) -> None:
    editor = console.as_role(Role.EDITOR)
    words = {"subject": "", "text": "Stay home.", "audience": "everybody", "then": "look"}
    done = editor.send("/bulletins/new", words)
    page = editor.http.get(done.headers["location"]).text
    assert "Saved. Before it can be sent, write its subject." in page
    assert "Stay home." in page


def test_a_text_of_the_editor_that_is_saved_untouched_without_scripts_stays_the_same(
    console: Console,
) -> None:
    editor = console.as_role(Role.EDITOR)
    html = "<p>Stay <u>home</u>.</p>"
    path = bulletin(editor, text=html, is_html="yes")
    page = editor.get(path).text
    shown = unescape(re.search(r'name="text"[^>]*>([^<]*)<', page)[1])  # type: ignore[index]
    assert "<p>" not in shown
    editor.send(path, {"subject": "Flood warning", "text": shown, "audience": "everybody"})
    with console.app.database.read() as session:
        [(saved, _)] = bulletins.page(session, open_only=True, limit=9)
    assert (saved.subject, saved.text, saved.is_html) == ("Flood warning", html, True)


def test_the_count_follows_what_is_chosen(console: Console) -> None:
    editor = console.as_role(Role.EDITOR)
    assert "1</b> person gets it" not in editor.get("/bulletins/count?audience=everybody").text
    for query in ("audience=topics&topics=buses", "audience=topics&topics=homes"):
        people = 1 if "buses" in query else 2
        assert f"<b>{people}</b>" in editor.get(f"/bulletins/count?{query}").text
    bad = editor.get("/bulletins/count?audience=segment&segment=nonsense")
    assert "there is no segment" in bad.text.lower()


@pytest.mark.parametrize("role", [Role.OWNER, Role.VIEWER])
def test_every_list_opens(console: Console, role: Role) -> None:
    client = console.as_role(role)
    for path in ("/digests", "/digests/friday", "/bulletins", "/editions"):
        assert client.get(path).status_code == 200, path


def test_a_move_from_a_stale_page_keeps_concurrent_edits(
    console: Console,
) -> None:
    ann, ben = console.as_role(Role.EDITOR), console.as_role(Role.EDITOR)
    opened = {"introduction": "", "shown-introduction": "", "title-1": "Homes"}
    opened |= {"shown-title-1": "Homes"}
    press(ann, "/digests/friday", **opened | {"introduction": "Hello.", "title-1": "Our homes"})
    press(ben, "/digests/friday", **opened, lead=str(TREES))
    page = ben.get("/digests/friday").text
    assert ">Hello.</textarea>" in page
    assert ">Our homes</textarea>" in page


def test_overwriting_a_concurrent_edit_asks_first(
    console: Console,
) -> None:
    ann, ben = console.as_role(Role.EDITOR), console.as_role(Role.EDITOR)
    press(ann, "/digests/friday", **{"introduction": "Hello.", "shown-introduction": ""})
    typed = {"introduction": "Good evening.", "shown-introduction": ""}
    told = press(ben, "/digests/friday", **typed)
    assert told.status_code == 400
    assert "It is “Hello.” now." in told.text
    assert ">Good evening.</textarea>" in told.text
    press(
        ben, "/digests/friday", **typed | {"shown-introduction": hidden(told, "shown-introduction")}
    )
    assert ">Good evening.</textarea>" in ben.get("/digests/friday").text


def test_saving_a_bulletin_that_was_sent_meanwhile_keeps_the_words_for_another(
    console: Console,
) -> None:
    editor, sender = console.as_role(Role.EDITOR), console.as_role(Role.SENDER)
    path = bulletin(sender)
    sender.send(f"{path}/send", {"revision": "1"})
    typed = {"subject": "Flood", "text": "Come down again.", "revision": "1"}
    page = editor.send(path, typed)
    assert (page.status_code, "Come down again." in page.text) == (409, True)
    assert 'formaction="/console/bulletins/new"' in page.text
