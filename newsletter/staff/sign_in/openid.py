"""Signing in by an OpenID provider: the authorization code flow with PKCE, and its ID token.

OpenID Connect Core 1.0, Discovery 1.0; RFC 7636 (PKCE), RFC 9207 (the issuer in the answer).
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import requests

from newsletter.config.tables.console import ProviderOptions, is_encrypted
from newsletter.errors import NotAllowed, SendingRefused
from newsletter.http_client.guarded import bounded

SCOPE = "openid email profile"
# Signatures by a key of the provider; never "none", never by the client secret.
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
TIMEOUT_SECONDS = 10
# Of one answer: its head and body, however slowly they come.
TOTAL_TIME = timedelta(seconds=15)
MAX_ANSWER_BYTES = 1_000_000
LEEWAY_SECONDS = 60
# How long ago somebody who proves to be themselves may have given their password there.
PROOF_AGE = timedelta(minutes=5)


# What reading an answer raises that is none, or none of the kind: of any type, of any depth.
UNREADABLE = (
    *(requests.RequestException, OSError, RecursionError),
    *(ValueError, TypeError, LookupError, AttributeError),
)


class ProviderUnreachable(SendingRefused):
    """The provider does not answer, or not as an OpenID provider does."""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One way to the provider and back."""

    redirect_uri: str
    state: str
    nonce: str
    verifier: str
    """Of PKCE; it never leaves the server but to the provider itself."""
    is_proof: bool = False
    """Whether the password is to be given there again."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who somebody is, as the provider vouches."""

    email: str
    name: str


class OpenIdProvider:
    """A configured provider, as it describes itself now."""

    def __init__(self, options: ProviderOptions) -> None:
        """
        Raises:
            ProviderUnreachable: its description cannot be had, or is another's.
        """
        self._options = options
        address = options.issuer.rstrip("/") + "/.well-known/openid-configuration"
        self._about = _json(address)
        # Discovery, section 4.3: else one provider could stand in for another.
        if self._about.get("issuer") != options.issuer:
            raise ProviderUnreachable(
                f"{options.label} calls itself {self._about.get('issuer')!r}; write that as issuer"
            )

    def check(self) -> None:
        """
        Raises:
            ProviderUnreachable: it names no address to sign in at, or no keys.
        """
        for name in ("authorization_endpoint", "token_endpoint"):
            self._endpoint(name)
        _json(self._endpoint("jwks_uri"))

    def address(self, visit: Visit) -> str:
        """Where the browser is sent."""
        from authlib.integrations.requests_client import OAuth2Session  # slow to import

        more = {"max_age": "0"} if visit.is_proof else {}
        client = OAuth2Session(self._options.client_id, scope=SCOPE)
        address, _ = client.create_authorization_url(
            self._endpoint("authorization_endpoint"),
            state=visit.state,
            redirect_uri=visit.redirect_uri,
            nonce=visit.nonce,
            code_challenge=challenge_of(visit.verifier),
            code_challenge_method="S256",
            **more,
        )
        return str(address)

    def identity(self, visit: Visit, answer: Mapping[str, str], now: datetime) -> Identity:
        """Who came back.

        Args:
            answer: the parameters of the address that the browser was sent back to.

        Raises:
            NotAllowed: it does not vouch for them, or not for an address.
            ProviderUnreachable: it does not answer.
        """
        if answer.get("iss", self._options.issuer) != self._options.issuer:
            raise NotAllowed("another provider answered than was asked")
        if not answer.get("code"):
            raise NotAllowed(f"{self._options.label} did not sign you in")
        tokens = self._tokens(visit, answer["code"])
        claims = self._claims(str(tokens.get("id_token", "")), visit, now)
        if "email" not in claims and "userinfo_endpoint" in self._about:
            claims = self._told_apart(str(tokens.get("access_token", "")), claims["sub"])
        email = str(claims.get("email", "")).strip()
        # What is said of it counts; only silence can be trusted.
        is_verified = claims.get("email_verified", self._options.trust_addresses)
        if not email or is_verified not in (True, "true"):
            raise NotAllowed(f"{self._options.label} does not vouch for an email address of yours")
        return Identity(email=email, name=str(claims.get("name", "")).strip())

    def _told_apart(self, access_token: str, subject: str) -> Mapping[str, Any]:
        """What the provider tells of the same person by a call (Core, section 5.3)."""
        claims = _json(self._endpoint("userinfo_endpoint"), access_token)
        if claims.get("sub") != subject:
            raise NotAllowed(f"{self._options.label} answered of somebody else")
        return claims

    def _tokens(self, visit: Visit, code: str) -> Mapping[str, Any]:
        from authlib.common.errors import AuthlibBaseError  # slow to import
        from authlib.integrations.requests_client import OAuth2Session

        methods = self._about.get("token_endpoint_auth_methods_supported")
        is_basic = not isinstance(methods, list) or "client_secret_basic" in methods
        client = OAuth2Session(
            self._options.client_id,
            self._options.client_secret.get_secret_value(),
            token_endpoint_auth_method="client_secret_basic" if is_basic else "client_secret_post",
            default_timeout=TIMEOUT_SECONDS,
        )
        endpoint = self._endpoint("token_endpoint")
        try:
            with bounded(client, TOTAL_TIME, MAX_ANSWER_BYTES):
                tokens: Mapping[str, Any] = client.fetch_token(
                    endpoint,
                    grant_type="authorization_code",
                    code=code,
                    redirect_uri=visit.redirect_uri,
                    code_verifier=visit.verifier,
                    allow_redirects=False,
                )
        except AuthlibBaseError as error:
            raise NotAllowed(f"{self._options.label} did not sign you in: {error.error}") from error
        except UNREADABLE as error:
            raise ProviderUnreachable(f"{self._options.label} does not answer") from error
        return tokens

    def _claims(self, token: str, visit: Visit, now: datetime) -> Mapping[str, Any]:
        """The claims of an ID token that is signed, for us, for this visit, and fresh."""
        from joserfc import jwt  # slow to import
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        options = self._options
        keys = _json(self._endpoint("jwks_uri"))
        registry = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": options.issuer},
            aud={"essential": True, "value": options.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": visit.nonce},
        )
        try:
            id_token = jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS)  # type: ignore[arg-type] # JSON
            registry.validate(id_token.claims)
        except (JoseError, *UNREADABLE) as error:
            raise NotAllowed(f"what {options.label} says of you cannot be believed") from error
        claims = id_token.claims
        if claims.get("azp", options.client_id) != options.client_id:
            raise NotAllowed(f"what {options.label} says of you is meant for another program")
        if visit.is_proof:
            self._check_fresh(claims, now)
        return claims

    def _check_fresh(self, claims: Mapping[str, Any], now: datetime) -> None:
        at = claims.get("auth_time")
        oldest = (now - PROOF_AGE).timestamp()
        if not isinstance(at, int | float) or at < oldest:
            raise NotAllowed(
                f"{self._options.label} did not ask for your password again; sign out and in, or "
                "prove it by a password or passkey of this console"
            )

    def _endpoint(self, name: str) -> str:
        value = self._about.get(name)
        if not isinstance(value, str) or not _is_usable(value):
            raise ProviderUnreachable(f"{self._options.label} names no {name} that can be used")
        return value


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636, section 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _is_usable(address: str) -> bool:
    try:
        return address.isprintable() and is_encrypted(address)
    except ValueError:
        return False


def _json(address: str, access_token: str = "") -> dict[str, Any]:
    """
    Args:
        access_token: what the call is allowed by; empty: everybody may call.

    Raises:
        ProviderUnreachable: there is no JSON object at this address.
    """
    try:
        headers = {"Authorization": f"Bearer {access_token}"} if access_token else {}
        with bounded(requests.Session(), TOTAL_TIME, MAX_ANSWER_BYTES) as session:
            answer = session.get(
                address, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False
            )
            answer.raise_for_status()
            document = answer.json()
    except UNREADABLE as error:
        raise ProviderUnreachable(f"the provider does not answer at {address}") from error
    if not isinstance(document, dict):
        raise ProviderUnreachable(f"the provider does not answer as it should at {address}")
    return document
