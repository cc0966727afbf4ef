"""Describes an SMTP server for an operator."""

from dataclasses import dataclass
from typing import Any

from newsletter.transports.base import CheckFinding
from newsletter.transports.smtp.connection import Connection, Features

_MEGABYTE = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class ServerFacts:
    """The facts known from one connection.

    Args:
        address: the server's IP address.
        tls: version and cipher, such as "TLSv1.3, TLS_AES_256_GCM_SHA384"; empty: none.
        certificate: subject, issuer and end of validity; empty without TLS.
        login: the SASL mechanism used; empty: no login.
    """

    name: str
    address: str
    features: Features
    pipelining: str
    size: int | None
    max_mails: int
    tls: str
    certificate: str
    login: str


def facts_of(connection: Connection, pipelining: str) -> ServerFacts:
    """Collect the facts of a connection.

    Args:
        pipelining: the transport's option.
    """
    socket = connection.wire.tls
    cipher = socket.cipher() if socket else None
    return ServerFacts(
        name=connection.name,
        address=connection.wire.peer(),
        features=connection.features,
        pipelining=pipelining,
        size=connection.size,
        max_mails=connection.max_mails,
        tls=f"{socket.version()}, {cipher[0]}" if socket and cipher else "",
        certificate=_certificate(socket.getpeercert() or {}) if socket else "",
        login=connection.login,
    )


def findings(facts: ServerFacts) -> list[CheckFinding]:
    """The facts as text, with the consequences of missing extensions."""
    extensions = sorted(facts.features)
    findings = [
        CheckFinding(about="server", words=f"{facts.name or 'without a name'} at {facts.address}"),
        CheckFinding(about="TLS", words=facts.tls or "none: what is sent can be read on the way"),
        CheckFinding(about="certificate", words=facts.certificate or "none"),
        CheckFinding(about="login", words=facts.login or "none"),
        CheckFinding(about="extensions", words=", ".join(extensions) or "none"),
        CheckFinding(about="limits", words=", ".join(_limits(facts)) or "none announced"),
    ]
    return [
        *findings,
        *(CheckFinding(about="will not", words=words) for words in _shortcomings(facts)),
    ]


def _limits(facts: ServerFacts) -> list[str]:
    words = [f"mails of {facts.size / _MEGABYTE:.1f} MB"] if facts.size else []
    if facts.max_mails:
        words.append(f"{facts.max_mails} mails a connection")
    other = facts.features.get("LIMITS", "")
    return [*words, f"LIMITS {other}"] if other else words


def _shortcomings(facts: ServerFacts) -> list[str]:
    shortcomings = {
        "SMTPUTF8": "take addresses that are not in ASCII before the @ (SMTPUTF8): mail to them "
        "fails, each for itself",
        "PIPELINING": "take several commands at once (PIPELINING): each mail costs four round "
        "trips instead of two",
        "8BITMIME": "take 8-bit content (8BITMIME); nothing is lost, mail is sent as 7-bit",
        "SIZE": "say how large a mail may be (SIZE)",
        "ENHANCEDSTATUSCODES": "say by codes why it refuses (ENHANCEDSTATUSCODES): its reasons "
        "are told by their words",
    }
    if facts.pipelining == "off":
        del shortcomings["PIPELINING"]
    return [words for keyword, words in shortcomings.items() if keyword not in facts.features]


def _certificate(fields: dict[str, Any]) -> str:
    names = [value for kind, value in fields.get("subjectAltName", ()) if kind != "DirName"]
    whose = ", ".join(names[:3]) or _name(fields.get("subject", ()))
    return f"{whose}, by {_name(fields.get('issuer', ()))}, until {fields.get('notAfter', '?')}"


def _name(parts: tuple[tuple[tuple[str, str], ...], ...]) -> str:
    fields = dict(pair for part in parts for pair in part)
    return fields.get("commonName") or fields.get("organizationName") or "without a name"
