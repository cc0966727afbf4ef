"""Opens an SMTP connection that is ready for MAIL: connect, TLS, EHLO, login.

Raises `TransportStopped` where the configuration can never work, `Unreachable` where it may later.
"""

import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from newsletter.errors import NewsletterError
from newsletter.http_client.public_addresses import is_loopback
from newsletter.transports.base import TransportStopped
from newsletter.transports.smtp.replies import Reply
from newsletter.transports.smtp.timing import Timeouts
from newsletter.transports.smtp.tls import encrypt, explained_alert
from newsletter.transports.smtp.wire import ConnectionLost, Wire

Security = Literal["starttls", "tls", "plain"]


TokenSource = Callable[[str], str]
"""Returns an access token for XOAUTH2; its argument is a token that was rejected, or empty."""


_MAY_BE_A_CERTIFICATE = (
    "; a server that demands a client certificate may do so: see client_certificate"
)


class Unreachable(NewsletterError):
    """No connection now; it may work later."""


class ConnectionRejected(Unreachable):
    """The server accepts no connection now, for example because too many are open."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """Address, security and credentials of an SMTP server."""

    host: str
    port: int
    security: Security
    plain_allowed: bool
    tls: ssl.SSLContext | None  # None where nothing is encrypted
    username: str
    password: str = field(repr=False)
    tokens: TokenSource | None = field(default=None, repr=False)
    local_hostname: str
    timeouts: Timeouts
    pipelining: bool = True
    """Whether pipelining is used where it is offered."""

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


Features = Mapping[str, str]
"""EHLO keywords in upper case, with their parameters."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Connection:
    """A connection that is ready for MAIL, and the server's extensions (RFC 5321, 2.2).

    Args:
        name: the server's name in its greeting.
        login: the SASL mechanism used; empty: not logged in.
    """

    wire: Wire
    timeouts: Timeouts
    name: str
    features: Features
    login: str
    pipelining: bool  # RFC 2920

    def hang_up(self) -> None:
        """Send QUIT and wait briefly for the reply."""
        try:
            self.wire.send(self.timeouts.farewell, b"QUIT\r\n")
            self.wire.reply(self.timeouts.farewell)
        except ConnectionLost:
            pass  # the connection is closed anyway
        finally:
            self.wire.close()

    @property
    def eight_bit(self) -> bool:
        """RFC 6152."""
        return "8BITMIME" in self.features

    @property
    def utf8(self) -> bool:
        """RFC 6531."""
        return "SMTPUTF8" in self.features

    @property
    def size(self) -> int | None:
        """The size limit in bytes (RFC 1870); None: not offered, 0: unlimited."""
        size = self.features.get("SIZE")
        return None if size is None else int(size) if size.isdigit() else 0

    @property
    def max_mails(self) -> int:
        """MAILMAX, the announced limit of mails per connection (RFC 9422); 0: none."""
        for limit in self.features.get("LIMITS", "").split():
            name, _, value = limit.partition("=")
            if name == "MAILMAX" and value.isdigit():
                return int(value)
        return 0


LogIn = Callable[[Wire, Server, Features], str]
"""Logs in; returns the mechanism used."""


def connect(
    server: Server, log_in: LogIn, on_socket: Callable[[socket.socket], None] | None = None
) -> Connection:
    """Open a connection, encrypted and logged in as configured.

    Args:
        on_socket: given the socket once TCP is connected, before the greeting.

    Raises:
        Unreachable: it may work later.
        TransportStopped: it cannot work as configured.
    """
    connected = _open_socket(server)
    if on_socket is not None:
        on_socket(connected)
    wire = Wire(connected, server.timeouts.block.seconds)
    try:
        return _handshake(wire, server, log_in)
    except ConnectionLost as error:
        wire.close()
        if explained := explained_alert(error.alert, str(server)):
            raise TransportStopped(explained) from error
        # The TLS alert is lost where our next command crosses it.
        hint = _MAY_BE_A_CERTIFICATE if wire.encrypted and error.closed else ""
        raise Unreachable(f"{server}: {error}{hint}") from error
    except BaseException:
        wire.close()
        raise


def _open_socket(server: Server) -> socket.socket:
    wait = server.timeouts.connecting
    try:
        connection = socket.create_connection((server.host, server.port), wait.seconds)
    except TimeoutError as error:
        raise Unreachable(f"{server}: {wait.describe()}") from error
    except ConnectionRefusedError as error:
        raise ConnectionRejected(
            f"{server} cannot be reached: {error.strerror or error}"
        ) from error
    except OSError as error:
        raise Unreachable(f"{server} cannot be reached: {error.strerror or error}") from error
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _handshake(wire: Wire, server: Server, log_in: LogIn) -> Connection:
    """Exchange greeting, TLS, EHLO and login."""
    if server.security == "plain" and not (server.plain_allowed or is_loopback(wire.peer())):
        raise TransportStopped(
            f'{server} is at {wire.peer()}, not on this machine, and security is "plain"; '
            'use "starttls" or "tls"'
        )
    if server.security == "tls":
        encrypt(wire, server.tls, server.host, str(server), server.timeouts.connecting)
    greeting = _read_greeting(wire, server)
    features = _ehlo(wire, server)
    if server.security == "starttls":
        _start_tls(wire, server, features)
        features = _ehlo(wire, server)
    return Connection(
        wire=wire,
        timeouts=server.timeouts,
        name=greeting.lines[0].partition(" ")[0],
        login=log_in(wire, server, features) if server.username else "",
        features=features,
        pipelining=server.pipelining and "PIPELINING" in features,
    )


def _read_greeting(wire: Wire, server: Server) -> Reply:
    try:
        reply = wire.reply(server.timeouts.greeting)
    except ConnectionLost as error:
        if error.closed and not error.alert:
            raise ConnectionRejected(f"{server}: {error}") from error
        if error.closed or error.alert or server.security == "tls":
            raise
        raise ConnectionLost(
            f"{error}; if it speaks TLS from the first byte (usually on port 465), write security "
            '= "tls"'
        ) from error
    if 400 <= reply.code < 500:
        raise ConnectionRejected(f"{server} at the greeting: {reply.response}")
    return expect(reply, {220}, server, "at the greeting")


def expect(reply: Reply, codes: set[int], server: Server, where: str) -> Reply:
    """Return the reply where it has one of these codes.

    Raises:
        Unreachable: a temporary refusal.
        TransportStopped: a permanent refusal.
    """
    if reply.code in codes:
        return reply
    if reply.code >= 400 and "client certificate" in reply.response.lower():
        raise TransportStopped(
            f"the SMTP server {server} demands a client certificate, or dislikes ours, {where}: "
            f"{reply.response}; set client_certificate to one that it knows"
        )
    if 400 <= reply.code < 500:
        raise Unreachable(f"{server} {where}: {reply.response}")
    if reply.code >= 500:
        raise TransportStopped(f"the SMTP server {server} refused us {where}: {reply.response}")
    raise Unreachable(f"{server} {where}: unexpected answer {reply.response}")


def ask(wire: Wire, server: Server, command: str) -> Reply:
    """Send a command before the first mail; returns its reply."""
    wire.send(server.timeouts.command, command.encode() + b"\r\n")
    return wire.reply(server.timeouts.command)


def _ehlo(wire: Wire, server: Server) -> dict[str, str]:
    """Send EHLO and return the server's extensions; falls back to HELO, without extensions."""
    name = server.local_hostname or _own_name(wire)
    reply = ask(wire, server, f"EHLO {name}")
    if reply.code in {500, 502, 504, 550}:
        expect(ask(wire, server, f"HELO {name}"), {250}, server, "at HELO")
        return {}
    expect(reply, {250}, server, "at EHLO")
    words = [line.upper().replace("AUTH=", "AUTH ").partition(" ") for line in reply.lines[1:]]
    return {keyword: parameters.strip() for keyword, _, parameters in words if keyword}


def _own_name(wire: Wire) -> str:
    name = socket.gethostname()
    return name if "." in name and name.isascii() else wire.own_literal()


def _start_tls(wire: Wire, server: Server, features: Features) -> None:
    if "STARTTLS" not in features:
        raise TransportStopped(
            f"the SMTP server {server} does not offer STARTTLS, so nothing was sent; "
            'if it speaks TLS from the start, set security = "tls" (usually port 465)'
        )
    expect(ask(wire, server, "STARTTLS"), {220}, server, "at STARTTLS")
    if wire.has_unread:
        # Response injection before TLS (CVE-2011-0411 and similar).
        raise TransportStopped(
            f"{server} sent more than its answer before TLS began, as someone meddling with the "
            "connection would; nothing was sent"
        )
    encrypt(wire, server.tls, server.host, str(server), server.timeouts.connecting)
