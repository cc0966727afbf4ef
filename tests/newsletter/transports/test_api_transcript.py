"""What was asked of a provider and answered is kept of a mail that was not simply taken."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from api_server import Answer, of_json
from outcome_recorder import OutcomeRecorder, mail
from peers import FIELD_SERVERS, RAW_SERVERS, with_html
from provider_servers import KEY, WEBHOOK_SECRET, ProviderServer

from newsletter.transports.base import Accepted, Mail
from newsletter.transports.transcript_lines import MAX_BYTES

Load = Callable[..., Any]
SERVERS = {server.kind: server for server in (*RAW_SERVERS, *FIELD_SERVERS)}


@pytest.fixture(params=sorted(SERVERS))
def server(request: pytest.FixtureRequest) -> Iterator[ProviderServer]:
    with SERVERS[request.param]() as running:
        yield running


def said(load: Load, server: ProviderServer, *mails: Mail, key: int = 1) -> list[str]:
    """The lines kept of one of the mails."""
    ledger = OutcomeRecorder()
    with load(server.kind, **server.table, timeout="1s").open() as session:
        session.send([with_html(one) for one in mails], ledger)
    outcome = ledger.outcomes[key]
    assert not isinstance(outcome, Accepted)
    return outcome.transcript.splitlines()


def test_a_refusal_is_told_with_the_call_and_the_answer(load: Load, server: ProviderServer) -> None:
    lines = said(load, server, mail(recipient="invalid@wexcombe.example"))
    assert lines[0].startswith("* ")
    assert lines[1].startswith(f"> POST {server.url}/")
    assert lines[2].startswith("> (1 mail, ")
    assert any(line.startswith("< HTTP ") for line in lines)


def test_neither_keys_nor_the_mail_are_told(load: Load, server: ProviderServer) -> None:
    echo = {"message": f"{KEY} {WEBHOOK_SECRET} sent us too much"}
    server.answers = [of_json(echo, 429)]
    text = "\n".join(said(load, server, mail()))
    assert "sent us too much" in text
    secrets = {KEY, WEBHOOK_SECRET} & {str(value) for value in server.table.values()}
    assert not any(secret in text for secret in secrets)
    assert "Buses" not in text


def test_an_endless_answer_is_bounded(load: Load, server: ProviderServer) -> None:
    server.answers = [Answer(503, b"busy " * 100_000)]
    assert len("\n".join(said(load, server, mail())).encode()) <= MAX_BYTES


def test_the_transcript_has_request_ids_and_rate_limits(load: Load, server: ProviderServer) -> None:
    headers = {"X-Request-Id": "r-17", "Retry-After": "120", "Set-Cookie": "session=1"}
    server.answers = [Answer(429, headers=headers)]
    lines = said(load, server, mail())
    assert "< X-Request-Id: r-17" in lines
    assert "< Retry-After: 120" in lines
    assert not any("Cookie" in line for line in lines)


def test_a_lost_answer_is_told_as_such(load: Load, server: ProviderServer) -> None:
    server.answers = [Answer(hang_up=True)] * 3
    assert any("no answer from" in line for line in said(load, server, mail()))


def test_of_a_batch_only_the_part_about_the_mail_is_told(load: Load) -> None:
    others = [mail(key, f"reader{key}@wexcombe.example") for key in (1, 3)]
    with SERVERS["mailtrap"]() as server:
        wrong = mail(2, "invalid@wexcombe.example")
        lines = said(load, server, others[0], wrong, others[1], key=2)
    assert "> (3 mails, " in lines[2]
    assert json.loads(lines[-1].removeprefix("< ")) == {
        "success": False,
        "errors": ["'to' address is invalid"],
    }
