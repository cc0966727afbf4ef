"""SMTP transport: options, and the parts built from them. Encrypted unless to loopback."""

import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, ValidationInfo, field_validator

from newsletter.config.kinds import OneLine, OptionTable, Timeout, WebAddress
from newsletter.http_client.public_addresses import is_loopback
from newsletter.transports.base import CheckFinding, ConfigRelativePath, Session
from newsletter.transports.smtp.connection import (
    Connection,
    Security,
    Server,
    TokenSource,
    connect,
)
from newsletter.transports.smtp.limits import ServerLimits
from newsletter.transports.smtp.login import log_in
from newsletter.transports.smtp.pool import ConnectionPool
from newsletter.transports.smtp.report import facts_of, findings
from newsletter.transports.smtp.session import SmtpSession
from newsletter.transports.smtp.timing import attended, timeouts
from newsletter.transports.smtp.tls import tls_context
from newsletter.transports.smtp.token import OAuthClient, OAuthTokenSource

Pipelining = Literal["off", "envelope", "across"]

_PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "plain": 25}  # RFC 6409, 8314


class SmtpOptions(OptionTable):
    """An SMTP server."""

    # A validator sees the fields above its own, hence the order.
    host: OneLine = Field(min_length=1, description="Name of the SMTP server")
    allow_plain: bool = Field(
        False, description='true: security may be "plain" even to another machine'
    )
    security: Security = Field(
        "starttls",
        description='"starttls" (required, not merely tried), "tls" from the start, or "plain"',
    )
    port: int = Field(
        0, ge=0, le=65535, description="Port; 0: 587 for starttls, 465 for tls, 25 for plain"
    )
    password: SecretStr = Field(SecretStr(""), description="Password of the login")
    access_token: SecretStr = Field(
        SecretStr(""), description="Token of a login by XOAUTH2, in place of a password"
    )
    refresh_token: SecretStr = Field(
        SecretStr(""), description="What such tokens are fetched with from token_url"
    )
    client_secret: SecretStr = Field(
        SecretStr(""), description="Secret of client_id; without a refresh_token they are all"
    )
    client_id: OneLine = Field("", description="Who asks for tokens, as registered there")
    token_scope: OneLine = Field("", description="What is asked for, where it must be said")
    token_url: WebAddress | Literal[""] = Field(
        "", validate_default=True, description="Where access tokens are fetched; https"
    )
    username: OneLine = Field(
        "", validate_default=True, description="Name of the login; empty: none"
    )
    ca_file: ConfigRelativePath = Field(
        "", description="PEM file of the authorities to trust instead of the system's"
    )
    strict_certificates: bool = Field(
        True,
        description="Whether a certificate must keep to RFC 5280 in everything; false: name, date "
        "and signature are enough",
    )
    client_key: ConfigRelativePath = Field(
        "", description="PEM file of the key of client_certificate; empty: it is in the same file"
    )
    client_key_password: SecretStr = Field(
        SecretStr(""), description="Password of that key, where it has one"
    )
    client_certificate: ConfigRelativePath = Field(
        "",
        validate_default=True,
        description="PEM file of a certificate of our own, for a server that demands one",
    )
    local_hostname: OneLine = Field(
        "", description="What we call ourselves in EHLO; empty: this machine's name"
    )
    timeout: Timeout = Field(
        timedelta(seconds=60), description="How long connecting and agreeing on TLS may take"
    )
    answer_timeout: Timeout = Field(
        timedelta(minutes=5), description="How long the server may take to answer a command"
    )
    final_dot_timeout: Timeout = Field(
        timedelta(minutes=10),
        description="How long it may look at a whole mail before it takes it; an answer that "
        "comes later leaves the mail in doubt",
    )
    pipelining: Pipelining = Field(
        "envelope",
        description='Where offered: commands of one "envelope" together, "across" mails too (for '
        'a Postfix of your own), or "off"',
    )
    connections: int = Field(8, ge=1, le=100, description="Connections open at once at most")
    messages_per_connection: int = Field(
        1000, ge=0, description="After so many mails a connection is renewed; 0: never"
    )

    @field_validator("security")
    @classmethod
    def _plain_stays_here(cls, security: Security, info: ValidationInfo) -> Security:
        host = str(info.data.get("host", ""))
        if security == "plain" and not (info.data.get("allow_plain") or is_loopback(host)):
            raise ValueError(
                f'mail to {host} would travel unencrypted; write "starttls" or "tls", '
                "or allow_plain = true"
            )
        return security

    @field_validator("token_url")
    @classmethod
    def _tokens_can_be_fetched(cls, url: str, info: ValidationInfo) -> str:
        options_given = {key for key in ("refresh_token", "client_secret") if _is_given(info, key)}
        if url and not (info.data.get("client_id") and options_given):
            raise ValueError("give client_id with it, and refresh_token or client_secret")
        if options_given and not url:
            raise ValueError(f"{' and '.join(sorted(options_given))} need it; write its address")
        parts = urlsplit(url)
        if url and parts.scheme != "https" and not is_loopback(parts.hostname or ""):
            raise ValueError("secrets must travel encrypted; write https://…")
        return url

    @field_validator("username")
    @classmethod
    def _login_is_whole_and_safe(cls, username: str, info: ValidationInfo) -> str:
        ways = [key for key in ("password", "access_token", "token_url") if _is_given(info, key)]
        if len(ways) > 1:
            raise ValueError(f"{' and '.join(ways)} are both given; keep one")
        if bool(username) != bool(ways):
            raise ValueError(
                "username and password go together; give both or neither "
                "(for XOAUTH2, access_token or token_url is the password)"
            )
        plain = info.data.get("security") == "plain"
        if username and plain and not is_loopback(str(info.data.get("host", ""))):
            raise ValueError('a password never travels unencrypted; set security = "starttls"')
        return username

    @field_validator("client_certificate")
    @classmethod
    def _key_has_a_certificate(cls, certificate: str, info: ValidationInfo) -> str:
        if not certificate and (_is_given(info, "client_key")):
            raise ValueError("client_key is given without it; name the certificate's file")
        return certificate


def _is_given(info: ValidationInfo, key: str) -> bool:
    """Whether an option above is set; an invalid one counts, as it has its own error."""
    value = info.data.get(key, "wrong")
    return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)


class Transport:
    """An SMTP server."""

    Options: type[BaseModel] = SmtpOptions

    def __init__(self, options: SmtpOptions) -> None:
        self.connections = options.connections
        self._pipelining = options.pipelining
        self._reads_ahead = options.pipelining == "across"
        limits = ServerLimits(
            options.connections, options.messages_per_connection, across=self._reads_ahead
        )
        self._server = Server(
            host=options.host,
            port=options.port or _PORTS[options.security],
            security=options.security,
            plain_allowed=options.allow_plain,
            tls=None if options.security == "plain" else _tls(options),
            username=options.username,
            password=options.password.get_secret_value(),
            tokens=_tokens(options),
            local_hostname=options.local_hostname,
            timeouts=timeouts(options.timeout, options.answer_timeout, options.final_dot_timeout),
            pipelining=options.pipelining != "off",
        )
        self._pool = ConnectionPool(self._dial, limits)

    def __repr__(self) -> str:
        return f"<SMTP by {self._server}>"

    def open(self) -> Session:
        """A session; connects at the first mail."""
        return SmtpSession(self._pool, reads_ahead=self._reads_ahead)

    def inspect(self) -> Sequence[CheckFinding]:
        """Facts about the server, from a connection without mail."""
        server = replace(self._server, timeouts=attended(self._server.timeouts))
        connection = connect(server, log_in)
        try:
            return findings(facts_of(connection, self._pipelining))
        finally:
            connection.hang_up()

    def _dial(self, on_socket: Callable[[socket.socket], None]) -> Connection:
        return connect(self._server, log_in, on_socket)


def _tokens(options: SmtpOptions) -> TokenSource | None:
    """The source of XOAUTH2 tokens; None for a login by password."""
    if token := options.access_token.get_secret_value():
        return lambda _rejected: token
    if not options.token_url:
        return None
    return OAuthTokenSource(
        OAuthClient(
            url=options.token_url,
            client_id=options.client_id,
            client_secret=options.client_secret.get_secret_value(),
            refresh_token=options.refresh_token.get_secret_value(),
            scope=options.token_scope,
            timeout_seconds=options.timeout.total_seconds(),
        )
    )


def _tls(options: SmtpOptions) -> ssl.SSLContext:
    return tls_context(
        options.ca_file,
        options.client_certificate,
        options.client_key,
        options.client_key_password.get_secret_value(),
        strict=options.strict_certificates,
    )
