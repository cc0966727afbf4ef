"""The canonical host."""

import asyncio
from collections.abc import Callable

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message

from newsletter.app import Newsletter
from newsletter.http.middleware.host import CanonicalHost, strict_transport
from newsletter.web.services import SiteServices

BASE = "https://wexcombe.example"
FOREIGN = ["evil.example", "wexcombe.example.evil.example", "wexcombe.example:8443", "8.8.8.8"]

RIGHT = ["wexcombe.example", "WEXCOMBE.example", "wexcombe.example:443", "wexcombe.example."]
INSIDE = ["127.0.0.1:8000", "localhost", "[::1]:8000", "10.0.0.7:8000"]


@pytest.mark.parametrize("host", FOREIGN)
@pytest.mark.parametrize("path", ["/", "/feed.atom?page=2", "//evil.example/x", "/%0d%0aX: y"])
def test_requests_for_another_host_are_redirected(
    client: httpx.Client, host: str, path: str
) -> None:
    response = client.get(path, headers={"Host": host}, follow_redirects=False)
    assert response.status_code == 308
    assert response.headers["location"].startswith(f"{BASE}/")
    assert host not in response.headers["location"].removeprefix(BASE).partition("/")[0]


@pytest.mark.parametrize("host", FOREIGN)
def test_a_post_to_another_host_is_refused(client: httpx.Client, host: str) -> None:
    response = client.post("/subscribe", headers={"Host": host})
    assert (response.status_code, BASE in response.text) == (421, True)


def test_wrong_host_refuse_answers_421(
    client: httpx.Client, program: Newsletter, show: Callable[[SiteServices], None]
) -> None:
    web = program.config.web.model_copy(update={"wrong_host": "refuse"})
    program.config = program.config.model_copy(update={"web": web})
    show(program)
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 421


@pytest.mark.parametrize(
    "host",
    [*RIGHT, *INSIDE],
)
def test_the_canonical_and_private_hosts_are_answered(client: httpx.Client, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("version", "hosts", "status"),
    [("1.1", [BASE, "evil.example"], 400), ("1.1", [], 400), ("1.0", [], 200)],
)
def test_a_request_names_one_host(version: str, hosts: list[str], status: int) -> None:
    headers = [(b"host", host.encode()) for host in hosts]
    scope = {"type": "http", "http_version": version, "method": "GET", "path": "/"}
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    site = CanonicalHost(PlainTextResponse("ok"), BASE, "redirect")
    asyncio.run(site({**scope, "headers": headers}, receive, send))
    assert sent[0]["status"] == status


def test_the_health_check_accepts_any_host(client: httpx.Client) -> None:
    assert client.get("/healthz", headers={"Host": "pod-7.cluster"}).text == "ok"


def test_a_trailing_slash_is_redirected(client: httpx.Client) -> None:
    response = client.get("/subscribe/?topic=housing", follow_redirects=False)
    assert response.headers["location"] == f"{BASE}/subscribe?topic=housing"


def test_hsts_is_sent_where_base_url_is_https() -> None:
    assert dict(strict_transport(BASE))["Strict-Transport-Security"].startswith("max-age=")
    assert strict_transport("http://127.0.0.1:8000") == []
