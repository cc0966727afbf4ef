"""What the columns of a table mean, and what a row says of a person."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from newsletter.errors import InvalidInput
from subscribers.exporting import read

KNOWN = {
    # A bare "address" last: at Mailchimp it is the postal one.
    "address": ("email address", "email", "e mail", "mail", "address"),
    "name": ("name", "full name"),
    "topics": ("topics", "tags", "labels"),
    # How she stands: "subscribed to emails" is Ghost's, "global" and "list status" MailPoet's.
    "status": (
        "status",
        "global status",
        "list status",
        "subscription status",
        "subscribed to emails",
        "subscriber type",
        "type",
    ),
    # Not empty where she is mailed no more: moments at Mailchimp, "email disabled" at Substack.
    "left": (
        "unsub time",
        "clean time",
        "unsubscribed",
        "unsubscribed at",
        "email disabled",
        "bounced",
        "complained",
    ),
    "ignored": (),
}
# Of these every column counts, of the others the first that is known.
ALL_COUNT = frozenset({"status", "left", "ignored"})
# A column so named may say that she has left; it must not be passed over unread.
TELLING = ("status", "unsub", "bounce", "clean", "complain", "disabled", "suppress", "blocklist")
NO = frozenset({"", "false", "0", "no"})

Places = Mapping[str, tuple[int, ...]]


class State(StrEnum):
    """How she stood on the list that she comes from."""

    SUBSCRIBED = "subscribed"  # was mailed there
    PENDING = "unconfirmed"  # never confirmed there
    LEFT = "left"  # unsubscribed, or was taken off
    BOUNCED = "bounced"  # mail to her came back
    COMPLAINED = "complained"  # called a mail spam


WORDS = {
    State.SUBSCRIBED: ("subscribed", "confirmed", "enabled", "active", "regular", "true", "c"),
    State.PENDING: ("pending", "unconfirmed", "unactivated", "s"),
    State.LEFT: (
        "left",
        "ended",
        "unsubscribed",
        "blocklisted",
        "disabled",
        "removed",
        "false",
        "u",
    ),
    State.BOUNCED: ("bounced", "cleaned", "undeliverable", "b"),
    State.COMPLAINED: ("complained", "spammy", "p"),
}
# What counts where columns disagree: the last of these.
WORSE = (State.SUBSCRIBED, State.PENDING, State.LEFT, State.BOUNCED, State.COMPLAINED)
STATES = {word: state for state, words in WORDS.items() for word in words}


@dataclass(frozen=True, kw_only=True)
class Person:
    """What one row says."""

    row: int
    """As a spreadsheet counts: the header is row 1."""
    address: str
    name: str
    topics: tuple[str, ...]
    state: State


def columns_of(header: Sequence[str], chosen: Mapping[str, Sequence[str]]) -> Places:
    """Where each thing stands.

    Args:
        chosen: the columns for a thing, where they are named otherwise.

    Raises:
        InvalidInput: no column holds the address, a chosen one does not exist, or one that may
            say who has left would be passed over.
    """
    names = [_folded(name) for name in header]
    found: dict[str, tuple[int, ...]] = {}
    for thing, known in KNOWN.items():
        for column in chosen.get(thing, ()):
            if _folded(column) not in names:
                raise InvalidInput(f"there is no column {column!r}; {_listed(header)}")
        wanted = [*map(_folded, chosen.get(thing, ()))] or list(known)
        places = [names.index(name) for name in wanted if name in names]
        found[thing] = tuple(places if thing in ALL_COUNT else places[:1])
    if not found["address"]:
        raise InvalidInput(
            f'no column is known to hold the address; {_listed(header)}; write --column address="…"'
        )
    _refuse_unread(header, found)
    return found


def _refuse_unread(header: Sequence[str], found: Places) -> None:
    read_places = {place for places in found.values() for place in places}
    for place, name in enumerate(header):
        if place not in read_places and any(word in _folded(name) for word in TELLING):
            raise InvalidInput(
                f"the column {name!r} may say who has left; name it with "
                f'--column status="{name}" or --column left="{name}", or, if it says nothing of '
                f'the kind, --column ignored="{name}"'
            )


def person_of(row: int, cells: Sequence[str], columns: Places) -> Person:
    """What a row says.

    Raises:
        InvalidInput: her state is not known, so she might have left.
    """

    def values(thing: str) -> list[str]:
        return [read(cells[n].strip()) for n in columns[thing] if n < len(cells)]

    topics = ",".join(values("topics")).replace(";", ",").split(",")
    return Person(
        row=row,
        address="".join(values("address")),
        name="".join(values("name")),
        topics=tuple(topic.strip().strip('"') for topic in topics if topic.strip()),
        state=_state(values("status"), values("left"), has_status=bool(columns["status"])),
    )


def _state(words: Sequence[str], left: Sequence[str], *, has_status: bool) -> State:
    """The worst that any column says."""
    if unknown := [word for word in words if word.casefold() not in STATES]:
        raise InvalidInput(
            f"the state {unknown[0]!r} is not known; write one of: {', '.join(State)}"
        )
    if has_status and not words:
        raise InvalidInput("the row ends before the column that says how she stands")
    said = [STATES[word.casefold()] for word in words]
    said += [State.LEFT for word in left if word.casefold() not in NO]
    return max(said, key=WORSE.index, default=State.SUBSCRIBED)


def _folded(name: str) -> str:
    """A header's name whatever its case and whether words are joined by _, - or space."""
    return " ".join(re.split(r"[\s_-]+", name.strip().casefold()))


def _listed(header: Sequence[str]) -> str:
    return f"the columns are: {', '.join(header)}"
