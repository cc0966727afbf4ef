"""What the transports by a provider's API have in common: errors, throttling, doubt, limits."""

import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from api_server import Answer
from outcome_recorder import OutcomeRecorder, mail, message
from peers import FIELD_SERVERS, RAW_SERVERS, with_html
from provider_servers import ProviderServer

from newsletter.config.layers import is_secret
from newsletter.errors import ConfigurationError
from newsletter.transports.base import (
    Accepted,
    Deferred,
    InDoubt,
    Mail,
    Refused,
    TransportStopped,
)
from newsletter.transports.registry import transport_class
from newsletter.transports.verdicts import Verdict

Load = Callable[..., Any]
SERVERS = {server.kind: server for server in (*RAW_SERVERS, *FIELD_SERVERS)}
GONE = Answer(hang_up=True)


@pytest.fixture(params=sorted(SERVERS))
def server(request: pytest.FixtureRequest) -> Iterator[ProviderServer]:
    with SERVERS[request.param]() as running:
        yield running


@pytest.fixture
def send(load: Load, server: ProviderServer) -> Callable[..., OutcomeRecorder]:
    def send(*sent: Mail, ledger: OutcomeRecorder | None = None, **options: Any) -> OutcomeRecorder:
        ledger = ledger or OutcomeRecorder()
        table = {**server.table, "timeout": "1s", **options}
        with load(server.kind, **table).open() as session:
            session.send(iter(sent), ledger)
        return ledger

    return send


Send = Callable[..., OutcomeRecorder]


def letters(count: int) -> list[Mail]:
    return [with_html(mail(key)) for key in range(1, count + 1)]


def from_unconfirmed() -> Mail:
    content = message().replace(b"news@wexcombe.example", b"unconfirmed@wexcombe.example", 1)
    return with_html(mail(1, content=content))


def test_a_wrong_key_stops_the_transport_without_refusals(
    send: Send, server: ProviderServer
) -> None:
    ledger = OutcomeRecorder()
    with pytest.raises(TransportStopped, match=r"HTTP 40[13].*check "):
        send(*letters(2), ledger=ledger, **server.wrong)
    assert len(server.requests) == 1
    assert ledger.outcomes
    assert set(ledger.kinds) == {"Deferred"}


def test_an_invalid_recipient_is_refused_alone(send: Send) -> None:
    first, last = with_html(mail(1)), with_html(mail(3))
    ledger = send(first, with_html(mail(2, "invalid@wexcombe.example")), last)
    assert ledger.kinds == ["Accepted", "Refused", "Accepted"]
    refused = ledger.outcomes[2]
    assert isinstance(refused, Refused)
    assert refused.about is Verdict.RECIPIENT


def test_a_refused_sender_stops_the_transport_without_refusals(
    send: Send, server: ProviderServer
) -> None:
    if server.carries_anything:
        return
    ledger = OutcomeRecorder()
    with pytest.raises(TransportStopped, match="refused us"):
        send(from_unconfirmed(), ledger=ledger)
    assert ledger.kinds == ["Deferred"]


@pytest.mark.parametrize("status", [429, 503])
def test_throttling_defers_the_rest_as_long_as_it_says(
    send: Send, server: ProviderServer, status: int
) -> None:
    server.answers = [Answer(status, headers={"Retry-After": "120"})]
    ledger = send(*letters(3), **({"batch": 1} if server.per_call > 1 else {}))
    assert ledger.kinds == ["Deferred"] * 3
    for outcome in ledger.outcomes.values():
        assert isinstance(outcome, Deferred)
        assert outcome.throttled
        assert outcome.retry_after == timedelta(minutes=2)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "lost",
    [
        pytest.param(GONE, id="hangs up"),
        pytest.param(Answer(502, b"<html>bad gateway"), id="bad gateway"),
        pytest.param(Answer(500, b"{}"), id="internal error"),
        pytest.param(Answer(408), id="request timeout"),
        pytest.param(Answer(200, b"[" * 100_000), id="too deep"),
        pytest.param(Answer(200, b"{}"), id="empty"),
        pytest.param(Answer(200, b"\xff\xfe"), id="no JSON"),
    ],
)
def test_a_lost_answer_leaves_the_mails_in_doubt_and_defers_the_rest(
    send: Send, server: ProviderServer, lost: Answer
) -> None:
    server.answers = [lost] * 3
    ledger = send(*letters(2), **({"batch": 1} if server.per_call > 1 else {}))
    assert ledger.kinds == ["InDoubt", "Deferred"]


def test_only_calls_with_an_idempotency_key_are_repeated(
    send: Send, server: ProviderServer
) -> None:
    server.answers = [GONE]
    ledger = send(*letters(1))
    if server.is_idempotent:
        assert ledger.kinds == ["Accepted"]
        assert len(server.messages) == 1
    else:
        assert ledger.kinds == ["InDoubt"]
    assert len(server.requests) == 1 + server.is_idempotent


def test_a_throttled_repetition_leaves_the_first_call_in_doubt(
    send: Send, server: ProviderServer
) -> None:
    server.answers = [GONE, Answer(429)]
    assert send(*letters(1)).kinds == ["InDoubt"]


def test_a_silent_server_leaves_the_mails_in_doubt(send: Send, server: ProviderServer) -> None:
    if server.kind != "mailgun":
        return  # waiting takes a second, and is the same for all
    server.answers = [Answer(silent=True)]
    outcome = send(*letters(1)).outcomes[1]
    assert isinstance(outcome, InDoubt)


def test_a_failed_connection_defers_the_mails(send: Send, server: ProviderServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    ledger = send(*letters(2), api_url=f"http://127.0.0.1:{port}")
    assert ledger.kinds == ["Deferred"] * 2


def test_a_redirect_is_not_followed(send: Send, server: ProviderServer) -> None:
    server.answers = [Answer(307, headers={"Location": server.url + "/elsewhere"})]
    with pytest.raises(TransportStopped, match="HTTP 307"):
        send(*letters(1))
    assert len(server.requests) == 1


def test_a_call_carries_as_many_mails_as_allowed(send: Send, server: ProviderServer) -> None:
    options = {"batch": 2} if server.per_call > 1 else {}
    assert send(*letters(3), **options).kinds == ["Accepted"] * 3
    assert len(server.requests) == (2 if server.per_call > 1 else 3)


def test_a_mail_that_a_provider_cannot_carry_fails_alone(
    send: Send, server: ProviderServer
) -> None:
    signed = with_html(mail(1, content=b"DKIM-Signature: v=1; d=x.example\r\n" + message()))
    ledger = send(signed, with_html(mail(2)))
    if server.carries_anything:
        assert ledger.kinds == ["Accepted", "Accepted"]
        return
    assert ledger.kinds == ["Refused", "Accepted"]
    assert "leave signing to it" in ledger.unsupported[1]


def test_a_mailbox_that_is_not_ascii_is_refused_here(send: Send, server: ProviderServer) -> None:
    ledger = send(with_html(mail(1, "zoë@wexcombe.example", content=message())))
    expected = "Accepted" if server.carries_anything else "Refused"
    assert ledger.kinds == [expected]


def test_keys_travel_encrypted_or_not_at_all(load: Load, server: ProviderServer) -> None:
    with pytest.raises(ConfigurationError, match="must travel encrypted"):
        load(server.kind, **{**server.table, "api_url": "http://api.wexcombe.example"})


def test_a_secret_is_not_shown(load: Load, server: ProviderServer) -> None:
    fields = transport_class(server.kind).Options.model_fields
    secrets = [server.table[name] for name in server.table if is_secret(fields[name].annotation)]
    assert secrets
    with pytest.raises(ConfigurationError) as error:
        load(server.kind, **{**server.table, "timeout": "never"})
    assert not any(secret in str(error.value) for secret in secrets)


def test_the_answer_names_the_mail_at_the_provider(send: Send) -> None:
    outcome = send(*letters(1)).outcomes[1]
    assert isinstance(outcome, Accepted)
    assert any(letter.isdigit() for letter in outcome.response)
