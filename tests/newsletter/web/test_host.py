"""One public address, whatever host a request names."""

from collections.abc import Callable

import httpx
import pytest

from newsletter.app import Newsletter
from newsletter.web.middleware.host import strict_transport
from newsletter.web.services import SiteServices

BASE = "https://wexcombe.example"
FOREIGN = ["evil.example", "wexcombe.example.evil.example", "wexcombe.example:8443", "8.8.8.8"]

RIGHT = ["wexcombe.example", "WEXCOMBE.example", "wexcombe.example:443", "wexcombe.example."]
INSIDE = ["127.0.0.1:8000", "localhost", "[::1]:8000", "10.0.0.7:8000"]


@pytest.mark.parametrize("host", FOREIGN)
@pytest.mark.parametrize("path", ["/", "/feed.atom?page=2", "//evil.example/x", "/%0d%0aX: y"])
def test_readers_of_another_host_are_sent_to_the_public_address(
    client: httpx.Client, host: str, path: str
) -> None:
    response = client.get(path, headers={"Host": host}, follow_redirects=False)
    assert response.status_code == 308
    assert response.headers["location"].startswith(f"{BASE}/")
    assert host not in response.headers["location"].removeprefix(BASE).partition("/")[0]


@pytest.mark.parametrize("host", FOREIGN)
def test_a_form_sent_to_another_host_is_refused(client: httpx.Client, host: str) -> None:
    response = client.post("/subscribe", headers={"Host": host})
    assert (response.status_code, BASE in response.text) == (421, True)


def test_another_host_can_be_refused_altogether(
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
def test_the_public_address_and_those_of_the_inner_network_are_answered(
    client: httpx.Client, host: str
) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


def test_a_watchdog_may_ask_by_any_name(client: httpx.Client) -> None:
    assert client.get("/healthz", headers={"Host": "pod-7.cluster"}).text == "ok"


def test_a_slash_too_many_leads_to_the_public_address(client: httpx.Client) -> None:
    response = client.get("/subscribe/?topic=housing", follow_redirects=False)
    assert response.headers["location"] == f"{BASE}/subscribe?topic=housing"


def test_browsers_are_told_to_come_by_https_only_where_the_site_is_there() -> None:
    assert dict(strict_transport(BASE))["Strict-Transport-Security"].startswith("max-age=")
    assert strict_transport("http://127.0.0.1:8000") == []
