"""Edition pages and the archive."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from support import RecordingTransport, add_article, add_subscriber, make_app

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.editions.compose import compose_digest
from newsletter.editions.models import Edition, EditionKind, EditionState
from newsletter.web.services import SiteServices

Show = Callable[[SiteServices], None]


def add_edition(program: Newsletter, clock: FixedClock, state: EditionState) -> int:
    with program.database.write() as session:
        edition = Edition(
            kind=EditionKind.BULLETIN,
            state=state,
            title="Bulletin",
            subject="Fair on Saturday",
            template="bulletin",
            transport="default",
            masthead={},
            web_html="<html><body><p style='color: red'>Come to the fair</p></body></html>",
            created_at=clock.now(),
            send_at=clock.now(),
        )
        session.add(edition)
        session.flush()
        return edition.id


def test_a_sent_edition_is_shown_as_it_was_mailed(
    client: httpx.Client, program: Newsletter, clock: FixedClock
) -> None:
    number = add_edition(program, clock, EditionState.SENT)
    response = client.get(f"/editions/{number}")
    assert "Come to the fair" in response.text
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "style-src 'unsafe-inline'" in policy
    assert "script-src" not in policy


def test_an_unsent_edition_is_not_found(
    client: httpx.Client, program: Newsletter, clock: FixedClock
) -> None:
    number = add_edition(program, clock, EditionState.DRAFT)
    assert client.get(f"/editions/{number}").status_code == 404


def test_an_unknown_edition_is_not_found(client: httpx.Client) -> None:
    for path in ("/editions/4711", "/editions/" + "9" * 40, "/editions/x", "/editions?page=2"):
        assert client.get(path).status_code == 404


def test_the_archive_lists_what_was_sent_and_nothing_else(
    client: httpx.Client, program: Newsletter, clock: FixedClock
) -> None:
    sent = add_edition(program, clock, EditionState.SENT)
    waiting = add_edition(program, clock, EditionState.QUEUED)
    page = client.get("/editions").text
    assert f'href="/editions/{sent}"' in page
    assert f'href="/editions/{waiting}"' not in page
    assert "Fair on Saturday" in page


def test_an_edition_for_chosen_topics_is_not_in_the_archive(
    client: httpx.Client, program: Newsletter, clock: FixedClock
) -> None:
    number = add_edition(program, clock, EditionState.SENT)
    with program.database.write() as session:
        session.get_one(Edition, number).topics = ",housing,"
    assert "Fair on Saturday" not in client.get("/editions").text
    assert client.get(f"/editions/{number}").status_code == 404


def test_a_long_archive_has_pages(
    client: httpx.Client, program: Newsletter, clock: FixedClock
) -> None:
    numbers = [add_edition(program, clock, EditionState.SENT) for _ in range(21)]
    assert f'href="/editions/{numbers[0]}"' not in client.get("/editions").text
    assert f'href="/editions/{numbers[0]}"' in client.get("/editions?page=2").text


def test_a_joined_edition_shows_the_combined_page(
    client: httpx.Client, program: Newsletter, clock: FixedClock
) -> None:
    carrier = add_edition(program, clock, EditionState.SENT)
    joined = add_edition(program, clock, EditionState.JOINED)
    with program.database.write() as session:
        session.get_one(Edition, joined).joined_to = carrier
        session.get_one(Edition, joined).web_html = ""
    assert client.get(f"/editions/{joined}").text == client.get(f"/editions/{carrier}").text


def test_a_disabled_archive_is_not_found(
    tmp_path: Path, sqlite_url: str, clock: FixedClock, client: httpx.Client, show: Show
) -> None:
    private = make_app(tmp_path, sqlite_url, clock, extra="[web]\narchive = false\n")
    show(private)
    assert client.get("/editions").status_code == 404
    assert 'href="/editions"' not in client.get("/").text
    private.close()


def test_a_mailed_digest_can_be_shared_and_has_nothing_personal(
    tmp_path: Path, sqlite_url: str, clock: FixedClock, client: httpx.Client, show: Show
) -> None:
    sender = make_app(tmp_path, sqlite_url, clock, transport=RecordingTransport())
    for name in ("body.html", "body.txt"):
        (tmp_path / "templates" / "digest" / name).unlink()
    now = clock.now()
    with sender.database.write() as session:
        add_article(session, "Bridge reopens", now, image_url="https://wexcombe.example/b.png")
        add_subscriber(session, "ann@example.org", now, name="Ann")
        made = compose_digest(
            session, sender.config, sender.renderer, "friday", period=None, now=now
        )
        assert isinstance(made, Edition)
    sender.engine.send(made.id)
    show(sender)
    page = client.get(f"/editions/{made.id}").text
    assert '<meta property="og:title" content="Bridge reopens">' in page
    assert 'content="https://wexcombe.example/b.png"' in page
    assert "unsubscribe" not in page.lower()
    assert "Ann" not in page
    sender.close()


@pytest.mark.parametrize(
    "narrow",
    [
        {"segment": "topic = housing"},
        {"topics": "housing"},
        {"kind": EditionKind.ARTICLE},
        {"masthead": {"site": {"archive": False}}},
    ],
    ids=["segment", "topics", "article", "no archive"],
)
def test_an_edition_outside_the_archive_answers_only_to_the_link_in_its_mails(
    client: httpx.Client, program: Newsletter, clock: FixedClock, narrow: dict[str, Any]
) -> None:
    number = add_edition(program, clock, EditionState.SENT)
    with program.database.write() as session:
        edition = session.get_one(Edition, number)
        for name, value in narrow.items():
            setattr(edition, name, value)
        key = edition.view_key
    for wrong in ("", "?key=", "?key=x", f"?key={key}x", "?key=%ff", "?key=%C3%A9"):
        assert client.get(f"/editions/{number}{wrong}").status_code == 404
    answer = client.get(f"/editions/{number}?key={key}")
    assert answer.status_code == 200
    assert answer.headers["referrer-policy"] == "no-referrer"
