"""What the columns of a table mean, and what a row says of a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from newsletter.errors import InvalidInput
from subscribers.exporting import read

KNOWN = {
    # A bare "address" last: at Mailchimp it is the postal one.
    "address": ("email address", "email_address", "email", "e-mail", "mail", "address"),
    "name": ("name", "full name"),
    "topics": ("topics", "tags", "labels"),
    # "subscribed_to_emails" is Ghost's, "global status" MailPoet's.
    "status": ("global status", "subscribed_to_emails", "status", "subscriber type", "type"),
    # Mailchimp's of the moment that she left; "email_disabled" is Substack's.
    "left": ("unsub_time", "clean_time", "email_disabled"),
}
NO = frozenset({"", "false", "0", "no"})


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


def columns_of(header: Sequence[str], chosen: Mapping[str, str]) -> dict[str, int]:
    """Where each thing stands.

    Args:
        chosen: the column for a thing, where it is named otherwise.

    Raises:
        InvalidInput: no column holds the address, or a chosen one does not exist.
    """
    names = {name.strip().casefold(): place for place, name in reversed([*enumerate(header)])}
    found: dict[str, int] = {}
    for thing, known in KNOWN.items():
        wanted = (chosen[thing].strip().casefold(),) if thing in chosen else known
        places = [names[name] for name in wanted if name in names]
        if thing in chosen and not places:
            raise InvalidInput(f"there is no column {chosen[thing]!r}; {_listed(header)}")
        if places:
            found[thing] = places[0]
    if "address" not in found:
        raise InvalidInput(
            f'no column is known to hold the address; {_listed(header)}; write --column address="…"'
        )
    return found


def person_of(row: int, cells: Sequence[str], columns: Mapping[str, int]) -> Person:
    """What a row says.

    Raises:
        InvalidInput: her state is not known, so she might have left.
    """
    values = {k: read(cells[place].strip()) for k, place in columns.items() if place < len(cells)}
    topics = values.get("topics", "").replace(";", ",").split(",")
    return Person(
        row=row,
        address=values.get("address", ""),
        name=values.get("name", ""),
        topics=tuple(topic.strip().strip('"') for topic in topics if topic.strip()),
        state=_state(values, has_status="status" in columns),
    )


def _state(values: Mapping[str, str], *, has_status: bool) -> State:
    if values.get("left", "").casefold() not in NO:
        return State.LEFT
    if not has_status:
        return State.SUBSCRIBED
    word = values.get("status", "")
    if word.casefold() not in STATES:
        raise InvalidInput(f"the state {word!r} is not known; write one of: {', '.join(State)}")
    return STATES[word.casefold()]


def _listed(header: Sequence[str]) -> str:
    return f"the columns are: {', '.join(header)}"
