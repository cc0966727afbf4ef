"""From a host name to an SMTP connection that is ready for mail: TLS, EHLO, login.

Whatever can never work as configured is `TransportStopped`; what may work later `Unreachable`.
"""

import base64
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from newsletter.errors import NewsletterError
from newsletter.transports.addresses import is_loopback
from newsletter.transports.base import TransportStopped
from newsletter.transports.smtp.replies import Reply
from newsletter.transports.smtp.wire import ConnectionLost, Wire

Security = Literal["starttls", "tls", "plain"]


Tokens = Callable[[str], str]
"""An access token for XOAUTH2; given one that was rejected, another if there is any."""


class Unreachable(NewsletterError):
    """No connection now; perhaps later."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """Where to connect and how."""

    host: str
    port: int
    security: Security
    plain_allowed: bool
    tls: ssl.SSLContext | None  # None where nothing is encrypted
    username: str
    password: str = field(repr=False)
    tokens: Tokens | None = field(default=None, repr=False)
    local_hostname: str
    timeout_seconds: float

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Connection:
    """A server that is ready for MAIL, and what it offers (RFC 5321, 2.2)."""

    wire: Wire
    pipelining: bool  # RFC 2920
    eight_bit: bool  # RFC 6152
    utf8: bool  # RFC 6531
    size: int | None  # RFC 1870: None where not offered, 0 where without limit


def connect(server: Server) -> Connection:
    """A connection that is encrypted and logged in as configured.

    Raises:
        Unreachable: not now.
        TransportStopped: not as configured.
    """
    wire = _dialled(server)
    try:
        features = _shaken_hands(wire, server)
    except ConnectionLost as error:
        wire.close()
        raise Unreachable(f"{server}: {error}") from error
    except BaseException:
        wire.close()
        raise
    size = features.get("SIZE")
    return Connection(
        wire=wire,
        pipelining="PIPELINING" in features,
        eight_bit="8BITMIME" in features,
        utf8="SMTPUTF8" in features,
        size=None if size is None else int(size) if size.isdigit() else 0,
    )


def _dialled(server: Server) -> Wire:
    try:
        connection = socket.create_connection((server.host, server.port), server.timeout_seconds)
    except OSError as error:
        raise Unreachable(f"{server} cannot be reached: {error.strerror or error}") from error
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Wire(connection, server.timeout_seconds)


def _shaken_hands(wire: Wire, server: Server) -> dict[str, str]:
    """Greeting, TLS, EHLO and login; the features that the server offers at the end."""
    if server.security == "plain" and not (server.plain_allowed or is_loopback(wire.peer())):
        raise TransportStopped(
            f'{server} is at {wire.peer()}, not on this machine, and security is "plain"; '
            'use "starttls" or "tls"'
        )
    if server.security == "tls":
        _encrypt(wire, server)
    _expect(wire.reply(), {220}, server, "at the greeting")
    features = _introduced(wire, server)
    if server.security == "starttls":
        _start_tls(wire, server, features)
        features = _introduced(wire, server)
    if server.username:
        _log_in(wire, server, features)
    return features


def _expect(reply: Reply, codes: set[int], server: Server, where: str) -> Reply:
    if reply.code in codes:
        return reply
    if 400 <= reply.code < 500:
        raise Unreachable(f"{server} {where}: {reply.response}")
    if reply.code >= 500:
        raise TransportStopped(f"the SMTP server {server} refused us {where}: {reply.response}")
    raise Unreachable(f"{server} {where}: unexpected answer {reply.response}")


def _ask(wire: Wire, command: str) -> Reply:
    wire.send(command.encode() + b"\r\n")
    return wire.reply()


def _introduced(wire: Wire, server: Server) -> dict[str, str]:
    """What the server offers after EHLO; nothing after HELO, for servers of long ago."""
    name = server.local_hostname or _own_name(wire)
    reply = _ask(wire, f"EHLO {name}")
    if reply.code in {500, 502, 504, 550}:
        _expect(_ask(wire, f"HELO {name}"), {250}, server, "at HELO")
        return {}
    _expect(reply, {250}, server, "at EHLO")
    words = [line.upper().replace("AUTH=", "AUTH ").partition(" ") for line in reply.lines[1:]]
    return {keyword: parameters.strip() for keyword, _, parameters in words}


def _own_name(wire: Wire) -> str:
    name = socket.gethostname()
    return name if "." in name and name.isascii() else wire.own_literal()


def _start_tls(wire: Wire, server: Server, features: dict[str, str]) -> None:
    if "STARTTLS" not in features:
        raise TransportStopped(
            f"the SMTP server {server} does not offer STARTTLS, so nothing was sent; "
            'if it speaks TLS from the start, set security = "tls" (usually port 465)'
        )
    _expect(_ask(wire, "STARTTLS"), {220}, server, "at STARTTLS")
    if wire.has_unread:
        # Somebody put answers in front of the encrypted ones (CVE-2011-0411 and its kin).
        raise TransportStopped(
            f"{server} sent more than its answer before TLS began, as someone meddling with the "
            "connection would; nothing was sent"
        )
    _encrypt(wire, server)


def _encrypt(wire: Wire, server: Server) -> None:
    context = server.tls or ssl.create_default_context()
    try:
        wire.start_tls(context, server.host.strip("[]"))
    except ssl.SSLCertVerificationError as error:
        raise TransportStopped(
            f"the certificate of {server} is not to be trusted: {error.verify_message}; "
            "mend the host name, or name the right authority in ca_file"
        ) from error
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
        raise ConnectionLost("the server closed the connection during the handshake") from error
    except ssl.SSLError as error:
        raise TransportStopped(
            f"TLS with {server} failed: {error.reason or error}; check port and security"
        ) from error
    except OSError as error:
        raise ConnectionLost(f"TLS handshake: {error.strerror or error}") from error


def _log_in(wire: Wire, server: Server, features: dict[str, str]) -> None:
    if not (wire.encrypted or is_loopback(wire.peer())):
        raise TransportStopped(f"no login at {server} without TLS; set security")
    offered = features.get("AUTH", "").split()
    ways: dict[str, Callable[[Wire, Server], Reply]] = {"PLAIN": _plain, "LOGIN": _login}
    if server.tokens is not None:
        ways = {"XOAUTH2": _xoauth2}  # a token is nothing for the others
    way = next((ways[name] for name in ways if name in offered), None)
    if way is None:
        raise TransportStopped(
            f"the SMTP server {server} offers no login that we can use ({', '.join(ways)}), but "
            f"{' '.join(offered) or 'none'}; remove username, or use another port"
        )
    reply = way(wire, server)
    if reply.code >= 500:
        raise TransportStopped(
            f"the SMTP server {server} refused the login of {server.username}: "
            f"{reply.response}; check username and "
            f"{'password' if server.tokens is None else 'what the token allows'}"
        )
    _expect(reply, {235}, server, "at the login")


def _plain(wire: Wire, server: Server) -> Reply:
    """RFC 4616."""
    return _ask(wire, "AUTH PLAIN " + _base64(f"\0{server.username}\0{server.password}"))


def _login(wire: Wire, server: Server) -> Reply:
    reply = _ask(wire, "AUTH LOGIN")
    for answer in (server.username, server.password):
        if reply.code != 334:
            return reply
        reply = _ask(wire, _base64(answer))
    return reply


def _xoauth2(wire: Wire, server: Server) -> Reply:
    """With a token; where it was rejected, once more with a new one if there is any.

    developers.google.com/workspace/gmail/imap/xoauth2-protocol; Microsoft's is the same.
    """
    tokens = server.tokens or (lambda rejected: rejected)
    token = tokens("")
    reply = _shown(wire, server, token)
    if reply.code >= 500 and (other := tokens(token)) != token:
        reply = _shown(wire, server, other)
    return reply


def _shown(wire: Wire, server: Server, token: str) -> Reply:
    credentials = f"user={server.username}\1auth=Bearer {token}\1\1"
    reply = _ask(wire, "AUTH XOAUTH2 " + _base64(credentials))
    if reply.code != 334:
        return reply
    # What is wrong comes as a challenge; only an empty answer lets the refusal come.
    final = _ask(wire, "")
    return Reply(code=final.code, lines=(*final.lines, _decoded(reply.lines[0])))


def _decoded(challenge: str) -> str:
    try:
        return base64.b64decode(challenge, validate=True).decode()
    except ValueError:
        return ""


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
