"""A small OpenID provider on this machine: signs people in without asking, and checks what it gets.

`Provider.says` changes what it says in its ID tokens; `key` what it signs them with.
"""

import base64
import hashlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from newsletter.clock import Clock

CLIENT, SECRET = "the-console", "a secret of the client"
KEY = RSAKey.generate_key(2048, {"kid": "one"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "one"})


@dataclass(kw_only=True)
class Provider:
    """The provider's state."""

    clock: Clock
    issuer: str
    says: dict[str, Any] = field(default_factory=dict)
    """Claims that take the place of the usual ones; None: left out."""
    tells: dict[str, Any] = field(default_factory=dict)
    """What it tells of a person when it is called."""
    key: RSAKey = field(default_factory=lambda: KEY)
    algorithm: str = "RS256"
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    """What was asked for, by code; a code is good once."""

    def about(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.says.get("issuer", self.issuer),
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "userinfo_endpoint": f"{self.issuer}/person",
            }
        )

    def keys(self, _request: Request) -> Response:
        return JSONResponse(KeySet([KEY]).as_dict(private=False))

    def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        code = f"code-{len(self.asked)}"
        self.asked[code] = asked
        query = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{query}", 302)

    def person(self, request: Request) -> Response:
        if request.headers.get("authorization") != "Bearer x":
            return JSONResponse({"error": "invalid_token"}, 401)
        return JSONResponse({"sub": "42"} | self.tells)

    async def token(self, request: Request) -> Response:
        given = await request.form()
        asked = self.asked.pop(str(given.get("code")), None)
        pair = base64.b64encode(f"{CLIENT}:{SECRET.replace(' ', '%20')}".encode()).decode()
        plain = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("authorization") not in {f"Basic {pair}", f"Basic {plain}"}:
            return JSONResponse({"error": "invalid_client"}, 401)
        digest = hashlib.sha256(str(given.get("code_verifier", "")).encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or asked["code_challenge"] != challenge:
            return JSONResponse({"error": "invalid_grant"}, 400)
        if asked["redirect_uri"] != given.get("redirect_uri"):
            return JSONResponse({"error": "invalid_grant"}, 400)
        answer = {"access_token": "x", "token_type": "Bearer", "id_token": self._id_token(asked)}
        return JSONResponse(answer)

    def _id_token(self, asked: dict[str, str]) -> str:
        now = int(self.clock.now().timestamp())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "42",
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "email": "owner@wexcombe.example",
            "email_verified": True,
            "name": "Olive Owner",
            **({"auth_time": now} if "max_age" in asked else {}),
        }
        said = {key: value for key, value in (claims | self.says).items() if value is not None}
        said.pop("issuer", None)
        header = {"alg": self.algorithm, "kid": "one"}
        return jwt.encode(header, said, self.key, algorithms=[self.algorithm])


@contextmanager
def served_provider(clock: Clock) -> Iterator[Provider]:
    """A provider while the block runs."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        issuer = f"http://127.0.0.1:{listener.getsockname()[1]}"
        provider = Provider(clock=clock, issuer=issuer)
        routes = [
            Route("/.well-known/openid-configuration", provider.about),
            Route("/keys", provider.keys),
            Route("/authorize", provider.authorize),
            Route("/person", provider.person),
            Route("/token", provider.token, methods=["POST"]),
        ]
        config = uvicorn.Config(Starlette(routes=routes), log_level="error", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield provider
        finally:
            server.should_exit = True
            thread.join(10)
