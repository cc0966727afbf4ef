"""SMTP authentication (RFC 4954): PLAIN, LOGIN, SCRAM, CRAM-MD5, XOAUTH2.

The first mechanism that the server offers is used. PLAIN comes first: over TLS it is as safe as a
challenge-response mechanism, and works with more servers.
"""

import base64
import hmac
from collections.abc import Callable
from typing import TYPE_CHECKING

from newsletter.http_client.public_addresses import is_loopback
from newsletter.transports.base import TransportStopped
from newsletter.transports.smtp.connection import Features, Server, ask, expect
from newsletter.transports.smtp.replies import Reply
from newsletter.transports.smtp.wire import Wire

if TYPE_CHECKING:
    from scramp import ScramClient

Mechanism = Callable[[Wire, Server], Reply]


def log_in(wire: Wire, server: Server, features: Features) -> str:
    """Log in; returns the mechanism used.

    Raises:
        Unreachable: a temporary failure.
        TransportStopped: the login is refused.
    """
    if not (wire.encrypted or is_loopback(wire.peer())):
        raise TransportStopped(f"no login at {server} without TLS; set security")
    offered = features.get("AUTH", "").split()
    # A token works with XOAUTH2 only.
    mechanisms: dict[str, Mechanism] = (
        {"XOAUTH2": _xoauth2} if server.tokens is not None else _BY_PASSWORD
    )
    name = next((name for name in mechanisms if name in offered), None)
    if name is None:
        raise TransportStopped(
            f"the SMTP server {server} offers no login that we can use ({', '.join(mechanisms)}), "
            f"but {' '.join(offered) or 'none'}; remove username, or use another port"
        )
    reply = mechanisms[name](wire, server)
    if reply.code >= 500:
        raise TransportStopped(
            f"the SMTP server {server} refused the login of {server.username} by {name}: "
            f"{reply.response}; check username and "
            f"{'password' if server.tokens is None else 'what the token allows'}"
        )
    expect(reply, {235}, server, "at the login")
    return name


def _plain(wire: Wire, server: Server) -> Reply:
    """RFC 4616."""
    return ask(wire, server, "AUTH PLAIN " + _base64(f"\0{server.username}\0{server.password}"))


def _login(wire: Wire, server: Server) -> Reply:
    reply = ask(wire, server, "AUTH LOGIN")
    for answer in (server.username, server.password):
        if reply.code != 334:
            return reply
        reply = ask(wire, server, _base64(answer))
    return reply


def _cram_md5(wire: Wire, server: Server) -> Reply:
    """RFC 2195."""
    reply = ask(wire, server, "AUTH CRAM-MD5")
    if reply.code != 334:
        return reply
    challenge = _decoded(reply.lines[0])
    proof = hmac.new(server.password.encode(), challenge, "md5").hexdigest()
    return ask(wire, server, _base64(f"{server.username} {proof}"))


def _scram(mechanism: str) -> Mechanism:
    """RFC 5802 and 7677: mutual authentication without sending the password."""

    def authenticate(wire: Wire, server: Server) -> Reply:
        from scramp import ScramClient, ScramException

        client = ScramClient([mechanism], server.username, server.password)
        reply = ask(wire, server, f"AUTH {mechanism} {_base64(client.get_client_first())}")
        if reply.code != 334:
            return reply
        try:
            return _proven(client, reply, wire, server)
        except (ScramException, ValueError) as error:
            raise TransportStopped(
                f"the login at {server} by {mechanism} failed: {error}; check username and password"
            ) from error

    return authenticate


def _proven(client: "ScramClient", reply: Reply, wire: Wire, server: Server) -> Reply:
    from scramp import ScramException

    client.set_server_first(_decoded(reply.lines[0]).decode())
    reply = ask(wire, server, _base64(client.get_client_final()))
    if reply.code == 235:
        # The server's proof comes as one more challenge (RFC 4954, 4).
        raise ScramException("the server did not prove that it knows the password")
    if reply.code != 334:
        return reply
    client.set_server_final(_decoded(reply.lines[0]).decode())
    return ask(wire, server, "")


_BY_PASSWORD: dict[str, Mechanism] = {
    "PLAIN": _plain,
    "LOGIN": _login,
    "SCRAM-SHA-256": _scram("SCRAM-SHA-256"),
    "SCRAM-SHA-1": _scram("SCRAM-SHA-1"),
    "CRAM-MD5": _cram_md5,
}


def _xoauth2(wire: Wire, server: Server) -> Reply:
    """Log in with an access token; retried once with a new token where it is rejected.

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
    reply = ask(wire, server, "AUTH XOAUTH2 " + _base64(credentials))
    if reply.code != 334:
        return reply
    # The error comes as a challenge; the server refuses after an empty response.
    final = ask(wire, server, "")
    return Reply(
        code=final.code, lines=(*final.lines, _decoded(reply.lines[0]).decode("utf-8", "replace"))
    )


def _decoded(challenge: str) -> bytes:
    try:
        return base64.b64decode(challenge, validate=True)
    except ValueError:
        return b""


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
