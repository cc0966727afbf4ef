"""Whatever a request says, the site answers it without an error of its own."""

import asyncio
import importlib
import itertools
import json
import pkgutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Route
from starlette.types import ASGIApp, Message
from support import SECRET, add_article, add_subscriber, make_app

from newsletter import web
from newsletter.clock import SystemClock
from newsletter.config.tables.joining_options import JoiningOptions
from newsletter.database import Database
from newsletter.migrations.running import upgrade
from newsletter.tokens.links import UNDATED, LinkSigners
from newsletter.tokens.signing import Signer
from newsletter.web.account import signup_json
from newsletter.web.account.form_tokens import PURPOSE, FormTokens
from newsletter.web.routes import create_site, site_routes
from subscribers.consent import version_of

TOKEN = LinkSigners(SECRET).unsubscribe_token(1, 0, "", UNDATED)
OWN_PAGE = LinkSigners(SECRET).preferences_token(1, "", UNDATED)
WORDING = version_of(JoiningOptions().wording)
FORM = FormTokens(Signer(SECRET, PURPOSE), JoiningOptions().wording).make_permanent()
PATHS = [
    *("/", "/search", "/feed.atom", "/feed.rss", "/feed.json", "/feeds", "/feeds.opml"),
    *("/topics/housing", "/topics/housing/feed.atom", "/authors/x/feed.rss", "/articles/news"),
    *("/editions", "/editions/1", "/sitemap.xml", "/robots.txt", "/theme.css", "/healthz"),
    *("/static/site.css", "/subscribe", "/subscribe.json", "/subscribe/form", "/nothing"),
    *(f"/unsubscribe/{TOKEN}", f"/preferences/{OWN_PAGE}", f"/preferences/{OWN_PAGE}/data"),
    *(f"/preferences/{OWN_PAGE}/data.csv", f"/preferences/{OWN_PAGE}/address", "/confirm/x"),
    *(f"/preferences/{OWN_PAGE}/fresh", f"/preferences/{OWN_PAGE}/less", "/authors/x"),
    *("/move/x", "/return/x", "/keep-address/x", "/private/x/feed.atom", "/media/x.jpg"),
    *("/webhooks/main", "/api/articles", "/api/editions", "/api/editions/1"),
]
# Mails that a demonstration caught; a site has none.
NOT_OF_A_SITE = "newsletter.web.caught"
NAMES = [
    *(b"accept", b"accept-encoding", b"accept-language", b"accept-charset", b"authorization"),
    *(b"content-length", b"content-type", b"content-encoding", b"cookie", b"expect", b"forwarded"),
    *(b"from", b"host", b"if-match", b"if-modified-since", b"if-none-match", b"if-range"),
    *(b"if-unmodified-since", b"origin", b"range", b"referer", b"sec-fetch-mode", b"te"),
    *(
        b"transfer-encoding",
        b"upgrade",
        b"user-agent",
        b"via",
        b"x-forwarded-for",
        b"x-http-method",
    ),
]
ODD = [
    *(b"", b"*", b"\xff\xfe", b"\xe2\x80\xae", b"bytes=0-", b"bytes=-0", b"bytes=99-1,0-0,0-0"),
    *(b"bytes=" + b"0-0," * 500, b"Thu, 01 Jan 0000 00:00:00 GMT", b"gzip;q=nan", b"br;q=inf"),
    *(b"Thu, 01 Jan 99999999999999999999 00:00:00 GMT", b"Mon, 31 Feb 2019 00:00:00 +9999"),
    *(b"Fri, 31 Dec 9999 23:59:59 -2359", b"Sat, 01 Jan 0001 00:00:00 +2359", b"W/", b'"', b"0"),
    *(b"multipart/form-data", b"multipart/form-data; boundary=", b"navigate", b"9" * 5000),
    *(b"application/x-www-form-urlencoded; charset=rot13", b"text/plain; charset=utf-7"),
    *(
        b"multipart/form-data; boundary=x; charset=unicode_escape",
        b"application/json",
        b"-1",
        b"1e9",
    ),
]
values = st.sampled_from(ODD) | st.binary(max_size=60).map(lambda b: b.translate(None, b"\r\n\0"))
headers = st.lists(st.tuples(st.sampled_from(NAMES), values), max_size=6)
bodies = st.sampled_from(
    [
        b"",
        b"{}",
        b"[",
        b"a=%ff&form=1",
        b"--x\r\n\r\n--x--",
        b"address=a%40b.example",
        b"\xff" * 70000,
    ]
) | st.binary(max_size=200)
# Each is of a network of its own, so that no limit of sign-ups answers instead.
STRANGERS = (f"2001:db8:{number & 0xFFFF:x}::1" for number in itertools.count())
SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ASGIApp, asyncio.Runner]]:
    folder = tmp_path_factory.mktemp("fuzzed")
    url = f"sqlite:///{folder}/newsletter.db"
    database = Database(url)
    upgrade(database)
    clock = SystemClock()
    with database.write() as session:
        add_article(session, "News", clock.now() - timedelta(days=1), topics=("housing",))
        add_subscriber(session, "ann@wexcombe.example", clock.now())
    database.close()
    app = make_app(Path(folder), url, clock)
    with asyncio.Runner() as runner:
        yield create_site(app), runner
    app.close()


async def answered(
    app: ASGIApp, method: str, path: bytes, asked: list[tuple[bytes, bytes]], body: bytes
) -> int:
    """The status of the answer."""
    status = 0
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Message:
        return next(messages, {"type": "http.disconnect"})

    async def send(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)

    path, _, query = path.partition(b"?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path.decode("utf-8", "replace"),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1"), *asked],
        "client": (next(STRANGERS), 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }
    await app(scope, receive, send)
    return status


def module_routes() -> Iterator[tuple[str, Route]]:
    """The routes of every module of the site, each with the module's name."""
    for info in pkgutil.walk_packages(web.__path__, f"{web.__name__}."):
        if not info.name.startswith(NOT_OF_A_SITE):
            for route in getattr(importlib.import_module(info.name), "ROUTES", ()):
                yield info.name, route


def test_every_route_of_the_site_is_among_the_paths() -> None:
    untried = [
        f"{route.path} of {module}"
        for module, route in module_routes()
        if not any(route.path_regex.match(path) for path in PATHS)
    ]
    assert not untried, (
        f"tests/fuzzing/test_requests.py, PATHS: add an address of {', '.join(untried)}, so that "
        "odd requests are tried on it"
    )


def test_every_route_of_a_module_is_one_of_the_site(tmp_path: Path, sqlite_url: str) -> None:
    app = make_app(tmp_path, sqlite_url, SystemClock())
    served = {route.path for route in site_routes(app) if isinstance(route, Route)}
    app.close()
    missing = [
        f"{route.path} of {module}" for module, route in module_routes() if route.path not in served
    ]
    assert not missing, (
        f"newsletter/web/routes.py, `site_routes`: add the ROUTES of the module for "
        f"{', '.join(missing)}"
    )


@settings(suppress_health_check=SLOW, deadline=None)
@given(
    method=st.sampled_from(["GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "TRACE"]),
    path=st.sampled_from(PATHS),
    asked=headers,
    body=bodies,
)
def test_no_header_makes_an_error(
    site: tuple[ASGIApp, asyncio.Runner],
    method: str,
    path: str,
    asked: list[tuple[bytes, bytes]],
    body: bytes,
) -> None:
    app, runner = site
    status = runner.run(answered(app, method, path.encode(), asked, body))
    assert status == 0 or status < 500, (method, path, asked)


@settings(suppress_health_check=SLOW, deadline=None)
@given(
    path=st.sampled_from(PATHS),
    tail=st.binary(max_size=40),
    query=st.binary(max_size=60),
)
def test_no_address_makes_an_error(
    site: tuple[ASGIApp, asyncio.Runner], path: str, tail: bytes, query: bytes
) -> None:
    app, runner = site
    address = path.encode() + tail.replace(b"?", b"") + b"?" + query
    assert runner.run(answered(app, "GET", address, [], b"")) < 500


# What a program sends, or nearly: JSON may hold half of a surrogate pair, in names too.
any_text = st.text(max_size=20)
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=6,
)
SIGNUP_KEYS = st.sampled_from(sorted(signup_json.KEYS))


@settings(suppress_health_check=SLOW, deadline=None)
@given(
    document=st.dictionaries(SIGNUP_KEYS, any_json | any_text, max_size=6)
    | st.dictionaries(any_text, any_json, max_size=3)
    | any_json,
    is_of_now=st.booleans(),
)
def test_no_json_makes_an_error(
    site: tuple[ASGIApp, asyncio.Runner], document: object, is_of_now: bool
) -> None:
    app, runner = site
    if is_of_now and isinstance(document, dict):
        document = {"address": "ann@wexcombe.example", **document, "wording": WORDING}
    body = json.dumps(document).encode()
    length = (b"content-length", str(len(body)).encode())
    assert runner.run(answered(app, "POST", b"/subscribe.json", [length], body)) < 500


@settings(suppress_health_check=SLOW, deadline=None)
@given(
    path=st.sampled_from(["/subscribe", "/subscribe.json", f"/preferences/{OWN_PAGE}"]),
    is_of_now=st.booleans(),
    fields=st.lists(
        st.tuples(
            st.sampled_from(["address", "name", "topic", "frequency", "form", "pause", "language"]),
            st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30),
        ),
        max_size=8,
    ),
)
def test_no_form_makes_an_error(
    site: tuple[ASGIApp, asyncio.Runner],
    path: str,
    is_of_now: bool,
    fields: list[tuple[str, str]],
) -> None:
    app, runner = site
    if is_of_now:
        fields = [("address", "ann@wexcombe.example"), ("form", FORM), *fields]
    kind = (b"content-type", b"application/x-www-form-urlencoded")
    body = urlencode(fields).encode()
    length = (b"content-length", str(len(body)).encode())
    assert runner.run(answered(app, "POST", path.encode(), [kind, length], body)) < 500
