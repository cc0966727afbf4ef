"""Answers of an OpenID provider that are none, or of another kind: refused, whatever they hold."""

import base64
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pydantic import SecretStr
from threads import http_server

from newsletter.config.tables.console import ProviderOptions
from newsletter.errors import NotAllowed
from newsletter.staff.sign_in.openid import OpenIdProvider, ProviderUnreachable, Visit

VISIT = Visit(redirect_uri="https://wexcombe.example/", state="s", nonce="n", verifier="v" * 43)
ABOUT, KEYS, TOKEN, PERSON = "/.well-known/openid-configuration", "/keys", "/token", "/person"
DEEP = b"[" * 200_000
LARGE = b'{"a": "' + b"x" * 2_000_000 + b'"}'
ODD = [b"", b"null", b"[]", b"5", b'"x"', b"{", b"\xff\xfe", DEEP, LARGE, b"NaN", b'{"a": 1e999}']


class Answering(BaseHTTPRequestHandler):
    """Answers every path with what the server holds for it."""

    def do_GET(self) -> None:
        body = self.server.documents[self.path]
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        if body.startswith(b"\x1f\x8b"):
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the name of the standard library

    def log_message(self, *_args: object) -> None:
        """Silent."""


class Answers(ThreadingHTTPServer):
    """A provider of which each answer can be changed."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.documents = {
            KEYS: b'{"keys": []}',
            TOKEN: json.dumps({"access_token": "x", "id_token": "a.b.c"}).encode(),
            PERSON: b"{}",
        }
        self.describe()

    def describe(self, **fields: Any) -> None:
        about = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}{TOKEN}",
            "jwks_uri": f"{self.issuer}{KEYS}",
            "userinfo_endpoint": f"{self.issuer}{PERSON}",
        }
        self.documents[ABOUT] = json.dumps(about | fields).encode()

    def visit(self) -> None:
        """Send somebody there, and take them back."""
        options = ProviderOptions(
            label="the office",
            issuer=self.issuer,
            client_id="the-console",
            client_secret=SecretStr("a secret"),
        )
        provider = OpenIdProvider(options)
        provider.address(VISIT)
        provider.identity(VISIT, {"code": "1"}, datetime(2026, 3, 2, tzinfo=UTC))


@pytest.fixture
def answers() -> Iterator[Answers]:
    server = Answers()
    with http_server(server):
        yield server


def refused(answers: Answers) -> None:
    with pytest.raises((NotAllowed, ProviderUnreachable)):
        answers.visit()


@pytest.mark.parametrize("path", [ABOUT, KEYS, TOKEN])
@pytest.mark.parametrize("body", [*ODD, gzip.compress(LARGE * 20)], ids=range(len(ODD) + 1))
def test_an_answer_of_another_kind_is_refused(answers: Answers, path: str, body: bytes) -> None:
    answers.documents[path] = body
    refused(answers)


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri", "issuer"])
@pytest.mark.parametrize(
    "value",
    [
        *(
            None,
            5,
            [],
            {},
            "",
            "x",
            "https://[bad/",
            "http://wexcombe.example/",
            "file:///etc/passwd",
        ),
        *("https://a\r\nb/", "https://a\u202e/", "https://:99999/"),
    ],
)
def test_an_odd_description_is_refused(answers: Answers, name: str, value: Any) -> None:
    answers.describe(**{name: value})
    refused(answers)


@pytest.mark.parametrize("methods", [None, 5, {}, "client_secret_basic", [None], [5, []]])
def test_odd_ways_to_sign_in_are_refused(answers: Answers, methods: Any) -> None:
    answers.describe(token_endpoint_auth_methods_supported=methods)
    refused(answers)


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


RSA = {"kty": "RSA", "kid": "one", "n": "AQAB", "e": "AQAB"}


@pytest.mark.parametrize(
    "keys",
    [
        *(5, None, {}, "x", [5], [None], [{}], [{"kty": 5}], [{"kty": "RSA"}], [RSA], [[]]),
        *([{"kty": "oct", "k": "A" * 43, "kid": "one"}], [{**RSA, "e": 5}], [{**RSA, "n": ""}]),
        *([{"kty": "EC", "kid": "one", "crv": "P-256", "x": "AA", "y": "AA"}], [RSA] * 1000),
        *([{**RSA, "n": "_" * 100_000}], [{"kty": "OKP", "kid": "one", "crv": "X", "x": ""}]),
    ],
)
@pytest.mark.parametrize("algorithm", ["RS256", "none", "HS256", "ES256", 5, []])
def test_odd_keys_and_signatures_are_refused(answers: Answers, keys: Any, algorithm: Any) -> None:
    answers.documents[KEYS] = json.dumps({"keys": keys}).encode()
    token = f"{encoded({'alg': algorithm, 'kid': 'one'})}.{encoded({'sub': '42'})}.AAAA"
    answers.documents[TOKEN] = json.dumps({"access_token": "x", "id_token": token}).encode()
    refused(answers)


@pytest.mark.parametrize("token", [None, 5, "", "a", "....", "a.b.c.d.e", "é.é.é", "." * 100_000])
def test_an_odd_token_is_refused(answers: Answers, token: Any) -> None:
    answers.documents[TOKEN] = json.dumps({"access_token": "x", "id_token": token}).encode()
    refused(answers)
