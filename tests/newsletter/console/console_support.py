"""The console in this process: a client for each role, signed in, and forms sent as a browser does.

def test_…(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    page = owner.get("/staff")
    done = owner.send("/staff/invite", {"email": "pat@wexcombe.example"})
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from argon2 import PasswordHasher
from starlette.types import ASGIApp

from newsletter.app import Newsletter
from newsletter.console.app import create_console
from newsletter.console.frame.cookies import Cookies, new_token
from newsletter.console.frame.state import PREFIX
from newsletter.staff import store
from newsletter.staff.account_models import StaffMember, StaffSession
from newsletter.staff.permissions import Permission, Role

PASSWORD = "four random words here"
# Cheap to compare: a hash names its own cost, which is a tenth of a second where staff choose one.
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
BASE_URL = "https://wexcombe.example"
Fields = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Client:
    """A browser; paths are below /console."""

    http: httpx.Client
    secret: str
    member_id: int | None = None

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.http.get(_url(path), **options)

    def send(self, path: str, fields: Fields | None = None, **options: Any) -> httpx.Response:
        """Send a form with the token of this browser's pages, unless the fields bring another."""
        given = dict(fields or {})
        if "csrf" not in given:
            given["csrf"] = self.token()
        return self.http.post(_url(path), data=given, **options)

    def token(self) -> str:
        """The forgery token of this browser's forms."""
        cookies = Cookies(self.secret, BASE_URL)
        names = (cookies.session, cookies.visitor)
        held = next((self.http.cookies[one] for one in names if one in self.http.cookies), "")
        if held:
            return cookies.csrf_of(held)
        return self.shown_token()

    def shown_token(self) -> str:
        """That of the forms of the sign-in page, as a browser finds it there."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.get("/sign-in").text)
        assert found, "the page has no form"
        return found[1]


class InProcess(httpx.BaseTransport):
    """Answers requests by the console in this process."""

    def __init__(self, asgi: ASGIApp, runner: asyncio.Runner) -> None:
        self._transport, self._runner = httpx.ASGITransport(asgi), runner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._runner.run(self._answer(request))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        response = await self._transport.handle_async_request(request)
        return httpx.Response(
            response.status_code, headers=response.headers, content=await response.aread()
        )


@dataclass(kw_only=True)
class Console:
    """A console, its program and its browsers."""

    app: Newsletter
    runner: asyncio.Runner
    asgi: ASGIApp = field(init=False)

    def __post_init__(self) -> None:
        self.asgi = create_console(self.app)

    def visitor(self) -> Client:
        """A browser that nobody has signed in with."""
        return Client(http=self._browser(), secret=self.app.secret)

    def as_role(self, role: Role, granted: Sequence[Permission] = ()) -> Client:
        """A browser that a new staff member of this role has just signed in with."""
        member_id = self.add_member(role, granted)
        browser, token, now = self._browser(), new_token(), self.app.clock.now()
        with self.app.database.write() as session:
            session.add(
                StaffSession(
                    member_id=member_id,
                    token_hash=store.hash_token(token),
                    started_at=now,
                    seen_at=now,
                    proved_at=now,
                    device="Firefox on Linux",
                    network="192.0.2.7",
                )
            )
        cookie = Cookies(self.app.secret, BASE_URL).session
        browser.cookies.set(cookie, token, domain="wexcombe.example")
        return Client(http=browser, secret=self.app.secret, member_id=member_id)

    def add_member(self, role: Role, granted: Sequence[Permission] = (), **values: Any) -> int:
        """A staff member with `PASSWORD`; their address is ROLE@wexcombe.example, then ROLE2@ …"""
        now = self.app.clock.now()
        with self.app.database.write() as session:
            number = len(store.members(session)) + 1
            member = StaffMember(
                **{
                    "email": f"{role}{number if number > 1 else ''}@wexcombe.example",
                    "name": f"{role.capitalize()} {number}",
                    "role": role,
                    "granted": [str(permission) for permission in granted],
                    "password_hash": HASH,
                    "invited_at": now,
                    "joined_at": now,
                }
                | values
            )
            session.add(member)
            session.flush()
            return member.id

    def _browser(self) -> httpx.Client:
        return httpx.Client(transport=InProcess(self.asgi, self.runner), base_url=BASE_URL)


def _url(path: str) -> str:
    return PREFIX + ("" if path == "/" else path)
