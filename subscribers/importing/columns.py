"""What the columns of a table mean, by the names that many programs give them."""

import re
from collections.abc import Mapping, Sequence

from newsletter.errors import InvalidInput

ATTRIBUTE = "attribute."
KNOWN: Mapping[str, tuple[str, ...]] = {
    # A bare "address" last: at Mailchimp it is the postal one.
    "address": ("email address", "email", "e mail", "mail", "subscriber email", "address"),
    "name": ("name", "full name"),
    "first_name": ("first name", "firstname", "given name"),
    "last_name": ("last name", "lastname", "surname", "family name"),
    "topics": ("topics", "tags", "labels"),
    "digests": ("digests",),
    "frequency": ("frequency",),
    "language": ("language",),
    # An object in JSON, as listmonk and Buttondown write it.
    "attributes": ("attributes", "metadata"),
    # Until when she wants nothing, as our own export writes it.
    "paused": ("paused",),
    # When she joined and confirmed there: words of the proof; "no" in the second is a state.
    "joined": (
        *("joined", "created at", "optin time", "creation date", "subscription date"),
        *("subscription time", "subscribed at"),
    ),
    "confirmed": ("confirmed", "confirmed at", "confirm time", "confirmation time"),
    # How she stands: "subscribed to emails" is Ghost's, "global" and "list status" MailPoet's.
    "status": (
        "status",
        "global status",
        "list status",
        "subscription status",
        "subscribed to emails",
        "subscriber type",
        "type",
        *("subscribed", "is subscribed", "opt in", "opted in", "active", "enabled"),
    ),
    # Not empty where she is mailed no more: moments at Mailchimp, "email disabled" at Substack.
    "left": (
        "unsub time",
        "unsub campaign title",
        "unsub campaign id",
        "unsub reason",
        "unsub reason other",
        "clean time",
        "clean campaign title",
        "clean campaign id",
        "unsubscribed",
        "unsubscribed at",
        "unsubscription date",
        "undeliverability date",
        "deleted at",
        "email disabled",
        "bounced",
        "complained",
        *("opt out", "opted out", "optout", "do not mail", "do not email"),
    ),
    "ignored": (),
}
# Of these every column counts, of the others the first that is known.
ALL_COUNT = frozenset({"status", "left", "ignored"})
# A column so named may say that she has left; it must not be passed over unread.
TELLING = (
    "status",
    "unsub",
    "bounce",
    "clean",
    "complain",
    "disabled",
    "suppress",
    "blocklist",
    "undeliverab",
    "opt out",
    "optout",
    "opted out",
    "do not",
)

Places = Mapping[str, tuple[int, ...]]


def columns_of(header: Sequence[str], chosen: Mapping[str, Sequence[str]]) -> Places:
    """Where each thing stands.

    Args:
        chosen: the columns for a thing, where they are named otherwise.

    Raises:
        InvalidInput: no column holds the address, a chosen one does not exist, two have one name,
            one that may say who has left would be passed over, or there are none.
    """
    if not any(header):
        raise InvalidInput("the first line must name the columns, and it is empty")
    names = [folded(name) for name in header]
    for column in (column for columns in chosen.values() for column in columns):
        if folded(column) not in names:
            raise InvalidInput(f"there is no column {column!r}; {_listed(header)}")
    taken = {folded(column) for columns in chosen.values() for column in columns}
    wanted = {
        thing: [name for name in known if name not in taken] for thing, known in KNOWN.items()
    }
    wanted |= {thing: [folded(column) for column in columns] for thing, columns in chosen.items()}
    found = {thing: _places(thing, names, known) for thing, known in wanted.items()}
    if not found["address"]:
        raise InvalidInput(
            f'no column is known to hold the address; {_listed(header)}; write --column address="…"'
        )
    _refuse_unread(header, found)
    return found


def address_column(header: Sequence[str]) -> int | None:
    """Where the address stands; None where no column is known to hold it."""
    names = [folded(name) for name in header]
    return next(iter(_places("address", names, KNOWN["address"])), None)


def _places(thing: str, names: Sequence[str], wanted: Sequence[str]) -> tuple[int, ...]:
    places = [place for name in wanted for place, each in enumerate(names) if each == name]
    if thing in ALL_COUNT:
        return tuple(places)
    if places and names.count(names[places[0]]) > 1:
        raise InvalidInput(
            f"two columns are named {names[places[0]]!r}; rename the one that is not meant"
        )
    return tuple(places[:1])


def _refuse_unread(header: Sequence[str], found: Places) -> None:
    read_places = {place for places in found.values() for place in places}
    for place, name in enumerate(header):
        if place not in read_places and any(word in folded(name) for word in TELLING):
            raise InvalidInput(
                f"the column {name!r} may say who has left; name it with "
                f'--column status="{name}" or --column left="{name}", or, if it says nothing of '
                f'the kind, --column ignored="{name}"'
            )


def folded(name: str) -> str:
    """A header's name whatever its case and whether words are joined by _, - or space."""
    return " ".join(re.split(r"[\s_-]+", name.strip().casefold()))


def _listed(header: Sequence[str]) -> str:
    return f"the columns are: {', '.join(header)}"


def said_by(columns: Places) -> frozenset[str]:
    """What rows with these columns say of what people hold: "name", "topics" …"""
    found = {thing for thing, places in columns.items() if places}
    said = found & {"name", "topics", "digests", "frequency", "language", "attributes"}
    if not found.isdisjoint({"first_name", "last_name"}):
        said |= {"name"}
    if any(thing.startswith(ATTRIBUTE) for thing in found):
        said |= {"attributes"}
    return frozenset(said)
