"""A server setting: how the server starts, and the transport's options for it."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from smtp_servers.backend import Backend
from smtp_servers.certificates import Certificates

Start = Callable[[Backend, Certificates], AbstractContextManager[int]]
"""Runs the server in front of a backend; yields its port."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One row of the table.

    Args:
        options: of the transport, besides host, port and `security = "plain"`.
        pause_seconds: real time between two rounds (greylisting).
        stops: part of the reason for which the edition must stop; empty: it must be sent.
        takes_utf8: whether mail to a non-ASCII local part must arrive.
        knows_mailboxes: whether unknown and busy ones are refused at RCPT; otherwise the server
            takes them, and the next hop refuses.
    """

    name: str
    start: Start
    options: Mapping[str, object] = field(default_factory=dict)
    pause_seconds: float = 0
    stops: str = ""
    takes_utf8: bool = True
    knows_mailboxes: bool = True
