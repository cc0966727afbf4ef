"""The JSON sign-up endpoint."""

from typing import Any

import httpx
import pytest

from newsletter.app import Newsletter
from subscribers import store
from subscribers.consent import history

ANN = "ann@example.org"


@pytest.fixture
def asked(client: httpx.Client) -> dict[str, Any]:
    """A request with the wording's version from GET."""
    wording = client.get("/subscribe.json").json()["wording"]
    return {"address": ANN, "name": "Ann", "frequency": "weekly", "wording": wording["version"]}


def test_a_json_signup_queues_a_confirmation(
    client: httpx.Client, program: Newsletter, asked: dict[str, Any]
) -> None:
    answer = client.post("/subscribe.json", json=asked)
    assert (answer.status_code, answer.json()) == (202, {"status": "asked", "address": ANN})
    assert answer.headers["access-control-allow-origin"] == "*"
    with program.database.read() as session:
        event = history(session, store.by_address(session, ANN))[0]
    assert event.wording == program.config.joining.wording
    assert event.details == "weekly"


def test_a_known_address_gets_the_same_answer(client: httpx.Client, asked: dict[str, Any]) -> None:
    answers = [client.post("/subscribe.json", json=asked) for _ in range(2)]
    assert answers[0].content == answers[1].content


def test_a_signup_without_the_current_wording_is_refused(
    client: httpx.Client, program: Newsletter, asked: dict[str, Any]
) -> None:
    answer = client.post("/subscribe.json", json=asked | {"wording": "older"})
    assert answer.status_code == 409
    assert answer.json()["wording"]["text"] == program.config.joining.wording
    with program.database.read() as session:
        assert store.find_by_address(session, ANN) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "nowhere"},
        {"address": 7},
        {"topics": "housing"},
        {"topics": [1]},
        {"frequency": "hourly"},
        {"digests": ["unheard-of"]},
        {"language": "xx"},
        {"nickname": "A"},
    ],
)
def test_invalid_values_are_reported(
    client: httpx.Client, asked: dict[str, Any], wrong: dict[str, Any]
) -> None:
    answer = client.post("/subscribe.json", json=asked | wrong)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_a_name_with_half_a_character_is_reported(client: httpx.Client) -> None:
    answer = client.post("/subscribe.json", content=rb'{"\ud800": "A"}')
    assert answer.status_code == 400
    assert "\N{REPLACEMENT CHARACTER}" in answer.json()["error"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 50_000])
def test_a_body_that_is_no_json_object_is_refused(client: httpx.Client, body: bytes) -> None:
    assert client.post("/subscribe.json", content=body).status_code == 400


def test_cross_origin_requests_are_allowed(client: httpx.Client) -> None:
    answer = client.options("/subscribe.json")
    assert answer.status_code == 204
    assert "POST" in answer.headers["access-control-allow-methods"]


def test_json_signups_are_rate_limited_per_network(
    client: httpx.Client, asked: dict[str, Any]
) -> None:
    codes = [client.post("/subscribe.json", json=asked).status_code for _ in range(21)]
    assert codes[-1] == 429
