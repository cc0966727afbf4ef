"""Decides what follows from an event for its subscriber. Pure.

A bounce for good and a complaint suppress at once. Temporary bounces and full mailboxes suppress
after several in a row over some time; a delivery in between begins anew. What was refused because
of us never counts against a subscriber.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.transports.events import EventKind

SUPPRESSING = frozenset({EventKind.HARD, EventKind.COMPLAINT})
"""Kinds that suppress at once."""
COUNTED = frozenset({EventKind.SOFT, EventKind.FULL})
"""Kinds that suppress when they persist."""


@dataclass(frozen=True, kw_only=True)
class BounceLimits:
    """How many temporary bounces in a row suppress, and over how long a time at least."""

    bounces: int = 5
    over: timedelta = timedelta(days=10)
    needs_proof: bool = False
    """Whether a bounce for good without proof counts like a temporary one (signed senders)."""


def counted_kinds(
    kind: EventKind, limits: BounceLimits, *, is_proven: bool
) -> frozenset[EventKind]:
    """The kinds of bounces that count together with an event; empty: it is judged by itself."""
    if kind in COUNTED:
        return COUNTED
    if kind is EventKind.HARD and limits.needs_proof and not is_proven:
        return COUNTED | {EventKind.HARD}
    return frozenset()


def suppresses(
    kind: EventKind, streak: Sequence[datetime], limits: BounceLimits, *, is_proven: bool
) -> bool:
    """Whether an event suppresses the address.

    Args:
        streak: times of the temporary bounces since the last delivery, one for each mail, this
            event's included.
    """
    if not counted_kinds(kind, limits, is_proven=is_proven):
        return kind in SUPPRESSING
    if len(streak) < limits.bounces:
        return False
    return max(streak) - min(streak) >= limits.over


def suppression_reason(kind: EventKind, status: str, reason: str) -> str:
    """The reason of a suppression, in one line."""
    if kind is EventKind.COMPLAINT:
        return "called a mail spam"
    words = " ".join(f"{status} {reason}".split()) if status not in reason else reason
    what = {
        EventKind.HARD: "the address takes no mail",
        EventKind.FULL: "the mailbox stays full",
    }.get(kind, "mail keeps coming back")
    return f"{what}: {words}" if words else what
