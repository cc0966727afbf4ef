"""A site served over HTTP on loopback, with articles and a subscriber."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send
from support import add_article, make_app
from threads import asgi_server

from newsletter.app import Newsletter
from newsletter.articles.models import ArticleStatus
from newsletter.clock import FixedClock
from newsletter.demo.catcher import MailCatcher
from newsletter.web.routes import create_site
from newsletter.web.services import SiteServices

MAILS = """
[web]
caught_mails = "mails"
[feeds]
max_age = "10m"
check_every = "0s"
"""


class Stage:
    """An ASGI application that delegates to the site of the current test."""

    def __init__(self) -> None:
        self.site: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.site is not None
        await self.site(scope, receive, send)


@dataclass(frozen=True, kw_only=True)
class Served:
    stage: Stage
    address: str


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """One server for all tests."""
    stage = Stage()
    listening = socket.create_server(("127.0.0.1", 0))
    with listening, asgi_server(stage, listening):
        host, port = listening.getsockname()
        yield Served(stage=stage, address=f"http://{host}:{port}")


@pytest.fixture
def program(tmp_path: Path, sqlite_url: str, clock: FixedClock) -> Iterator[Newsletter]:
    """A site with articles of every status; its caught mails are shown."""
    app = make_app(tmp_path, sqlite_url, clock, extra=MAILS)
    with app.database.write() as session:
        for day, title, topics, status in (
            (1, "Trees planted", ("environment",), ArticleStatus.PUBLISHED),
            (2, "Bus runs late", ("transport",), ArticleStatus.PUBLISHED),
            (3, "Not ready yet", ("transport",), ArticleStatus.DRAFT),
            (4, "Taken back", ("housing",), ArticleStatus.WITHDRAWN),
            (5, 'Homes <agreed> & "sold"', ("housing",), ArticleStatus.PUBLISHED),
        ):
            when = datetime(2026, 11, day, 9, 0, tzinfo=UTC)
            add_article(session, title, when, topics=topics, status=status)
    yield app
    app.close()


@pytest.fixture
def client(program: Newsletter, served: Served) -> Iterator[httpx.Client]:
    served.stage.site = create_site(program)
    # Plain HTTP: loading the CA certificates would take most of the time.
    with httpx.Client(base_url=served.address, verify=False) as opened:
        yield opened


@pytest.fixture
def show(served: Served) -> Callable[[SiteServices], None]:
    """Serves another site than the default one."""

    def put_on_stage(services: SiteServices) -> None:
        served.stage.site = create_site(services)

    return put_on_stage


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[MailCatcher]:
    """Fills the folder that `program` shows."""
    with MailCatcher(tmp_path / "mails") as started:
        yield started
