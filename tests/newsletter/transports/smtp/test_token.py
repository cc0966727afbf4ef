"""XOAUTH2: tokens given or fetched, renewed in time, and never shown."""

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from faulty_smtp import FEATURES, FaultySmtp, Script, say
from outcome_recorder import OutcomeRecorder, mail, mails
from token_server import TokenServer

from newsletter.errors import ConfigurationError
from newsletter.transports.base import TransportStopped

Start = Callable[..., FaultySmtp]
Load = Callable[..., Any]

REFRESH = "1//the-refresh-token"
SECRET = "the-client-secret"
# {"status":"401","schemes":"bearer"}
CHALLENGE = "334 " + base64.b64encode(b'{"status":"401","schemes":"bearer"}').decode()


@pytest.fixture
def tokens() -> Iterator[TokenServer]:
    server = TokenServer()
    yield server
    server.stop()


def offering(faulty_smtp: Start, script: Script | None = None) -> FaultySmtp:
    return faulty_smtp(script, features=[*FEATURES, "AUTH PLAIN LOGIN XOAUTH2"])


def transport(load: Load, server: FaultySmtp, **table: Any) -> Any:
    usual = {"security": "plain", "username": "news@wexcombe.example", "timeout": "2s"}
    return load("smtp", host="127.0.0.1", port=server.port, **(usual | table))


def fetching(load: Load, server: FaultySmtp, tokens: TokenServer, **table: Any) -> Any:
    client = {"token_url": tokens.url, "client_id": "us", "refresh_token": REFRESH}
    return transport(load, server, **(client | table))


def deliver(way: Any, count: int = 1) -> OutcomeRecorder:
    ledger = OutcomeRecorder()
    with way.open() as session:
        session.send(mails(count), ledger)
    return ledger


def shown(server: FaultySmtp) -> list[str]:
    """The credentials that each login showed."""
    found = [c.split(" ")[2] for c in server.commands if c.startswith("AUTH XOAUTH2")]
    return [base64.b64decode(credentials).decode() for credentials in found]


def test_a_token_is_sent_in_the_xoauth2_format(faulty_smtp: Start, load: Load) -> None:
    server = offering(faulty_smtp)
    ledger = deliver(transport(load, server, access_token="ya29.token"))
    assert ledger.kinds == ["Accepted"]
    assert shown(server) == ["user=news@wexcombe.example\1auth=Bearer ya29.token\1\1"]


def test_a_refused_token_error_contains_the_servers_challenge(
    faulty_smtp: Start, load: Load
) -> None:
    server = offering(faulty_smtp, {"AUTH": say(CHALLENGE), "": say("535 5.7.8 not accepted")})
    with pytest.raises(TransportStopped, match=r"535 5\.7\.8 not accepted .*401") as stopped:
        deliver(transport(load, server, access_token="ya29.token"))
    assert "ya29" not in str(stopped.value)
    assert server.commands[2] == ""


def test_a_token_is_used_with_xoauth2_only(faulty_smtp: Start, load: Load) -> None:
    server = faulty_smtp(features=[*FEATURES, "AUTH PLAIN LOGIN"])
    with pytest.raises(TransportStopped, match=r"can use \(XOAUTH2\), but PLAIN LOGIN"):
        deliver(transport(load, server, access_token="ya29.token"))
    assert "AUTH" not in server.verbs()


def test_connections_share_a_fetched_token(
    faulty_smtp: Start, load: Load, tokens: TokenServer
) -> None:
    server = offering(faulty_smtp)
    way = fetching(load, server, tokens, messages_per_connection=1, token_scope="mail")
    assert deliver(way, 3).kinds == ["Accepted"] * 3
    assert tokens.asked == [
        {
            "grant_type": "refresh_token",
            "refresh_token": REFRESH,
            "client_id": "us",
            "scope": "mail",
        }
    ]
    assert len(shown(server)) == 3


def test_a_token_is_renewed_before_it_expires(
    faulty_smtp: Start, load: Load, tokens: TokenServer
) -> None:
    tokens.life_seconds = 0
    server = offering(faulty_smtp)
    deliver(fetching(load, server, tokens, messages_per_connection=1), 2)
    assert [s.split("Bearer ")[1].strip("\1") for s in shown(server)] == ["token-1", "token-2"]


def test_a_rejected_token_is_renewed_once(
    faulty_smtp: Start, load: Load, tokens: TokenServer
) -> None:
    server = offering(
        faulty_smtp, {"AUTH": [say(CHALLENGE)], "": say("535 5.7.8 credentials expired")}
    )
    assert deliver(fetching(load, server, tokens)).kinds == ["Accepted"]
    assert len(tokens.asked) == len(shown(server)) == 2


def test_a_rotated_refresh_token_is_used(
    faulty_smtp: Start, load: Load, tokens: TokenServer
) -> None:
    tokens.answers = [(200, {"access_token": "a", "expires_in": 0, "refresh_token": "new"})]
    deliver(fetching(load, offering(faulty_smtp), tokens, messages_per_connection=1), 2)
    assert [form["refresh_token"] for form in tokens.asked] == [REFRESH, "new"]


def test_without_a_refresh_token_client_credentials_are_used(
    faulty_smtp: Start, load: Load, tokens: TokenServer
) -> None:
    way = fetching(load, offering(faulty_smtp), tokens, refresh_token="", client_secret=SECRET)
    assert deliver(way).kinds == ["Accepted"]
    assert tokens.asked[0]["grant_type"] == "client_credentials"
    assert tokens.asked[0]["client_secret"] == SECRET


@pytest.mark.parametrize(
    "answer",
    [
        (400, {"error": "invalid_grant", "error_description": "it was\nrevoked"}),
        (401, {"error": "invalid_client"}),
        (403, b"<html>forbidden"),
        (200, {"token_type": "Bearer"}),
        (200, {"access_token": "two\r\nlines"}),
    ],
)
def test_a_provider_that_refuses_stops_the_transport(
    faulty_smtp: Start, load: Load, tokens: TokenServer, answer: tuple[int, Any]
) -> None:
    tokens.answers = [answer]
    way = fetching(load, offering(faulty_smtp), tokens, client_secret=SECRET)
    with pytest.raises(TransportStopped) as stopped:
        deliver(way)
    assert str(stopped.value).isprintable()
    assert REFRESH not in str(stopped.value)
    assert SECRET not in str(stopped.value)


@pytest.mark.parametrize("answer", [(503, b"busy"), (302, {}), (200, b"no JSON"), (200, [1])])
def test_a_provider_error_defers_all_mails(
    faulty_smtp: Start, load: Load, tokens: TokenServer, answer: tuple[int, Any]
) -> None:
    tokens.answers = [answer]
    ledger = deliver(fetching(load, offering(faulty_smtp), tokens), 3)
    assert ledger.kinds == ["Deferred"] * 3


def test_an_unreachable_provider_defers_all_mails(faulty_smtp: Start, load: Load) -> None:
    silent = FaultySmtp()
    silent.stop()
    table = {"token_url": f"http://127.0.0.1:{silent.port}", "client_id": "us"}
    way = transport(load, offering(faulty_smtp), **table, refresh_token=REFRESH)
    assert deliver(way).kinds == ["Deferred"]


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"access_token": "a", "password": "b"}, "password and access_token are both given"),
        ({"refresh_token": "a"}, "refresh_token need it; write its address"),
        ({"token_url": "https://x.example"}, "give client_id with it"),
        (
            {"token_url": "http://x.example", "client_id": "a", "client_secret": "b"},
            "secrets must travel encrypted",
        ),
    ],
)
def test_an_incomplete_login_is_refused_without_revealing_it(
    load: Load, table: dict[str, str], told: str
) -> None:
    with pytest.raises(ConfigurationError, match=told):
        load("smtp", host="mail.example.org", username="news", **table)


def test_repr_contains_no_secret(faulty_smtp: Start, load: Load, tokens: TokenServer) -> None:
    server = offering(faulty_smtp)
    printed = repr(fetching(load, server, tokens, client_secret=SECRET)) + repr(mail())
    assert SECRET not in printed
    assert REFRESH not in printed
