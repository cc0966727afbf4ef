"""Providers' calls at the site: recorded before they are answered; refused unless proven."""

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text
from support import SECRET, add_subscriber, make_app

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.feedback.models import FeedbackEvent
from newsletter.staff.models import AuditEntry
from newsletter.web.services import SiteServices
from subscribers import store as people
from subscribers.addresses import hash_address

ADA = "ada@wexcombe.example"
TRANSPORTS = """
[transports.trap]
kind = "mailtrap"
api_token = "t"
webhook_secret = "trap-secret"
[transports.mark]
kind = "postmark"
server_token = "t"
webhook_password = "a-password-of-ours"
[transports.unready]
kind = "resend"
api_key = "k"
"""


@pytest.fixture
def program(tmp_path: Path, sqlite_url: str, clock: FixedClock) -> Iterator[Newsletter]:
    app = make_app(tmp_path, sqlite_url, clock, extra=TRANSPORTS)
    with app.database.write() as session:
        add_subscriber(session, ADA, clock.now())
    yield app
    app.close()


def trap(*events: dict[str, Any], secret: bytes = b"trap-secret") -> dict[str, Any]:
    """A call of Mailtrap's, as arguments of a POST."""
    body = json.dumps({"events": events}).encode()
    proof = hmac.digest(secret, body, hashlib.sha256).hex()
    return {"content": body, "headers": {"Mailtrap-Signature": proof}}


def bounce(number: int = 1, email: str = ADA) -> dict[str, Any]:
    told = {"response": "5.1.1 no such user", "response_code": 550}
    return {"event": "bounce", "email": email, "event_id": f"id-{number}", **told}


def recorded(program: Newsletter) -> list[FeedbackEvent]:
    with program.database.read() as session:
        return list(session.scalars(select(FeedbackEvent)))


def test_a_hard_bounce_suppresses_its_address(client: httpx.Client, program: Newsletter) -> None:
    assert client.post("/webhooks/trap", **trap(bounce())).status_code == 200
    (found,) = recorded(program)
    assert (found.kind, found.transport, found.suppressed) == ("hard", "trap", True)
    with program.database.read() as session:
        reason = people.suppression_reason(session, hash_address(SECRET, ADA))
        (line,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "feedback.record"))
    assert reason is not None
    assert (line.actor_kind, line.actor) == ("provider", "trap")


def test_a_repeated_call_is_recorded_once(client: httpx.Client, program: Newsletter) -> None:
    answers = [client.post("/webhooks/trap", **trap(bounce())).status_code for _ in range(3)]
    assert answers == [200, 200, 200]
    assert len(recorded(program)) == 1


def test_a_call_is_made_again_after_a_fault_of_ours(
    client: httpx.Client, program: Newsletter
) -> None:
    with program.database.write() as session:
        session.execute(text("ALTER TABLE feedback_events RENAME TO elsewhere"))
    assert client.post("/webhooks/trap", **trap(bounce())).status_code >= 500
    with program.database.write() as session:
        session.execute(text("ALTER TABLE elsewhere RENAME TO feedback_events"))
    assert client.post("/webhooks/trap", **trap(bounce())).status_code == 200
    assert len(recorded(program)) == 1


@pytest.mark.parametrize("name", ["trap", "mark", "unready"])
def test_a_call_without_proof_is_refused_and_leaves_nothing(
    client: httpx.Client, program: Newsletter, name: str
) -> None:
    call = trap(bounce(), secret=b"of somebody else")
    assert client.post(f"/webhooks/{name}", **call).status_code == 403
    assert not recorded(program)


@pytest.mark.parametrize("name", ["default", "nobody", "../x"])
def test_a_transport_without_webhook_is_not_found(client: httpx.Client, name: str) -> None:
    assert client.post(f"/webhooks/{name}", **trap(bounce())).status_code == 404


def test_a_get_changes_nothing(client: httpx.Client) -> None:
    assert client.get("/webhooks/trap").status_code == 405


def test_opens_and_clicks_are_not_recorded(client: httpx.Client, program: Newsletter) -> None:
    events = ({"event": "open", "email": ADA}, {"event": "click", "email": ADA})
    assert client.post("/webhooks/trap", **trap(*events)).status_code == 200
    assert not recorded(program)


def test_a_batch_may_be_larger_than_a_form(client: httpx.Client, program: Newsletter) -> None:
    agent = {"user_agent": "Mozilla" * 100}
    events = [{**bounce(n, f"reader{n}@wexcombe.example"), **agent} for n in range(1, 251)]
    assert client.post("/webhooks/trap", timeout=60, **trap(*events)).status_code == 200
    assert len(recorded(program)) == 250


def test_a_call_has_a_largest_size(client: httpx.Client) -> None:
    body = b"[" + b" " * (8 * 1024 * 1024) + b"]"
    assert client.post("/webhooks/trap", content=body).status_code == 413


def test_a_password_needs_https(
    client: httpx.Client, program: Newsletter, show: Callable[[SiteServices], None]
) -> None:
    site = program.config.site.model_copy(update={"base_url": "http://wexcombe.example"})
    program.config = program.config.model_copy(update={"site": site})
    show(program)
    proof = "Basic " + b64encode(b"newsletter:a-password-of-ours").decode()
    told = {"RecordType": "Delivery", "Recipient": ADA}
    found = client.post("/webhooks/mark", json=told, headers={"Authorization": proof})
    assert found.status_code == 403
    assert not recorded(program)
