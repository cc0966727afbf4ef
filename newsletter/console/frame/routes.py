"""Routes of screens: each says who may use it, on which threads it runs, and what an error shows.

    ROUTES = [
        page("/staff/invite", Permission.ADMINISTER, invite_form),
        form("/staff/invite", Permission.ADMINISTER, invite, again=invite_form, needs_proof=True),
    ]

There is no default rule: a route without one cannot be written.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from starlette.responses import Response

from newsletter.console.frame.request import ConsoleRequest
from newsletter.staff.permissions import Permission

Handler = Callable[[ConsoleRequest], Response]
"""A synchronous function from a request to a response; it runs on a thread."""
Fragment = Callable[[ConsoleRequest], str | None]
"""The HTML of a live part of a page; None where nothing will change any more."""


class Access(StrEnum):
    """Rules that are no permissions."""

    PUBLIC = "public"  # anybody: signing in, taking an invitation
    SIGNED_IN = "signed in"  # every staff member


Rule = Permission | Access


class Threads(StrEnum):
    """The threads that a handler runs on."""

    READ = "read"  # pages
    WRITE = "write"  # one transaction; one at a time on SQLite
    SLOW = "slow"  # waits for others: a test mail, an import, a look-up, a password


@dataclass(frozen=True, kw_only=True)
class ConsoleRoute:
    """One method at one path."""

    method: Literal["GET", "POST"]
    path: str
    """Below /console, with parameters as Starlette writes them: "/staff/{number:int}"."""
    rule: Rule
    handler: Handler | Fragment
    again: Handler | None = None
    threads: Threads = Threads.READ
    needs_proof: bool = False
    max_bytes: int = 0
    is_live: bool = False


def page(
    path: str,
    rule: Rule,
    handler: Handler,
    *,
    threads: Threads = Threads.READ,
    needs_proof: bool = False,
) -> ConsoleRoute:
    """A page (GET); it changes nothing, but where a provider sends a browser back to sign in.

    Args:
        needs_proof: whether the staff member must have proved lately to be themselves.
    """
    return ConsoleRoute(
        method="GET",
        path=path,
        rule=rule,
        handler=handler,
        threads=threads,
        needs_proof=needs_proof,
    )


# A long article with its pictures in it; files of people and media say how much they take.
MAX_FORM_BYTES = 2 * 1024 * 1024


def form(
    path: str,
    rule: Rule,
    handler: Handler,
    *,
    again: Handler | None = None,
    threads: Threads = Threads.WRITE,
    needs_proof: bool = False,
    max_bytes: int = MAX_FORM_BYTES,
) -> ConsoleRoute:
    """A form sent (POST); its handler answers with a redirect.

    Args:
        again: the page that is shown again with the error beside the field and what was typed; it
            is given the same path parameters. Without it the error has a page of its own.
        needs_proof: as of a page; what was sent is kept while they prove it.
        max_bytes: of all that is sent, files included.
    """
    return ConsoleRoute(
        method="POST",
        path=path,
        rule=rule,
        handler=handler,
        again=again,
        threads=threads,
        needs_proof=needs_proof,
        max_bytes=max_bytes,
    )


def live(path: str, rule: Rule, fragment: Fragment) -> ConsoleRoute:
    """A part of a page as server-sent events: its HTML every two seconds, as long as it changes.

    In the page: `{{ live_part("/editions/7/live", html) }}` of `_macros.html`.
    """
    return ConsoleRoute(method="GET", path=path, rule=rule, handler=fragment, is_live=True)
