"""Other programs, by API keys: what a key opens, and what becomes of what they send."""

from collections.abc import Collection
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from newsletter.actions import digests, keys
from newsletter.app import Newsletter
from newsletter.articles.models import Article
from newsletter.clock import FixedClock
from newsletter.staff import api_keys, audit
from newsletter.staff.actors import operator
from newsletter.staff.audit import Filters
from newsletter.staff.permissions import Permission

ANN = operator("ann")
PRESS = b"# Harbour Bridge opens\n\nThe first bus crossed at *seven*.\n"
ARTICLES, EDITIONS = "/api/articles", "/api/editions"
BOTH = (Permission.READ, Permission.WRITE)
# The first import of a process starts the one that reads.
PATIENCE_SECONDS = 60


def key_for(program: Newsletter, scopes: Collection[Permission] = BOTH, days: int = 30) -> str:
    expires_at = program.clock.now() + timedelta(days=days)
    return keys.make(program, ANN, name="Website", scopes=scopes, expires_at=expires_at).key


def with_key(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def send(
    client: httpx.Client, content: bytes, headers: dict[str, str], query: str = ""
) -> httpx.Response:
    url = f"{ARTICLES}{query}"
    return client.post(url, content=content, headers=headers, timeout=PATIENCE_SECONDS)


def titles(program: Newsletter) -> list[str]:
    with program.database.read() as session:
        return list(session.scalars(select(Article.title)))


def test_an_article_sent_twice_is_stored_once(program: Newsletter, client: httpx.Client) -> None:
    headers = with_key(key_for(program))
    answers = [send(client, PRESS, headers, "?name=press.md").json() for _ in range(2)]
    assert [(one["created"], one["unchanged"]) for one in answers] == [(1, 0), (0, 1)]
    assert answers[0]["articles"][0]["title"] == "Harbour Bridge opens"
    assert titles(program).count("Harbour Bridge opens") == 1


def test_the_audit_log_names_the_key(program: Newsletter, client: httpx.Client) -> None:
    send(client, PRESS, with_key(key_for(program)))
    with program.database.read() as session:
        newest = audit.page(session, Filters(), limit=1)[0]
    assert (newest.actor, newest.action) == ("key:1", "articles.import")


def test_an_unreadable_body_is_answered_with_the_remedy(
    program: Newsletter, client: httpx.Client
) -> None:
    answer = send(client, b"%PDF-1.7 \x00", with_key(key_for(program)))
    assert answer.status_code == 422
    assert answer.json()["failed"][0]["hint"]


def test_editions_are_read_with_numbers_that_add_up(
    program: Newsletter, client: httpx.Client
) -> None:
    number = digests.compose(program, ANN, "friday").number
    headers = with_key(key_for(program))
    assert [one["edition"] for one in client.get(EDITIONS, headers=headers).json()] == [number]
    assert client.get(f"{EDITIONS}/{number}", headers=headers).json()["deliveries"] == {}
    assert client.get(f"{EDITIONS}/{number + 1}", headers=headers).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [("POST", ARTICLES, Permission.READ), ("GET", EDITIONS, Permission.WRITE)],
)
def test_a_key_does_nothing_beyond_its_scopes(
    program: Newsletter, client: httpx.Client, method: str, path: str, scope: Permission
) -> None:
    headers = with_key(key_for(program, [scope]))
    assert client.request(method, path, content=PRESS, headers=headers).status_code == 403
    assert "Harbour Bridge opens" not in titles(program)


@pytest.mark.parametrize("header", ["", "Basic YTpi", "Bearer newsletter_guess"])
def test_without_a_key_the_answer_says_how_to_send_one(client: httpx.Client, header: str) -> None:
    answer = client.get(EDITIONS, headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert "an owner makes" in answer.json()["error"]


def test_an_expired_and_a_revoked_key_are_refused(
    program: Newsletter, client: httpx.Client, clock: FixedClock
) -> None:
    revoked, expiring = key_for(program), key_for(program, days=1)
    keys.revoke(program, ANN, 1)
    clock.at += timedelta(days=1)
    for key in (revoked, expiring):
        assert client.get(EDITIONS, headers=with_key(key)).status_code == 401


def test_the_use_of_a_key_is_noted(program: Newsletter, client: httpx.Client) -> None:
    client.get(EDITIONS, headers=with_key(key_for(program)))
    with program.database.read() as session:
        [row] = api_keys.all_keys(session)
    assert row.used_at == program.clock.now()


@pytest.mark.parametrize(
    ("path", "hint"),
    [(f"{EDITIONS}/99", f"GET {EDITIONS} lists them"), (f"{EDITIONS}/none", "an edition's number")],
)
def test_an_error_says_what_the_programs_author_can_do(
    program: Newsletter, client: httpx.Client, path: str, hint: str
) -> None:
    answer = client.get(path, headers=with_key(key_for(program)))
    assert answer.status_code == 404
    assert hint in answer.json()["error"]


def test_a_form_that_is_not_known_is_mended_without_a_terminal(
    program: Newsletter, client: httpx.Client
) -> None:
    [failed] = send(client, b"\x00\x01\x02", with_key(key_for(program))).json()["failed"]
    assert "--" not in f"{failed['what']} {failed['hint']}"
