"""How people stood on the list that they come from, in the words of many programs."""

import re
from collections.abc import Collection, Mapping
from enum import StrEnum

from newsletter.errors import InvalidInput


class State(StrEnum):
    """How she stood on the list that she comes from."""

    SUBSCRIBED = "subscribed"  # was mailed there
    PENDING = "unconfirmed"  # never agreed, or never confirmed it
    LEFT = "left"  # unsubscribed, or was taken off
    BOUNCED = "bounced"  # mail to her came back
    COMPLAINED = "complained"  # called a mail spam


WORDS: Mapping[State, tuple[str, ...]] = {
    State.SUBSCRIBED: (
        *("subscribed", "confirmed", "enabled", "active", "true", "yes", "1"),
        "c",  # The Newsletter Plugin, as the other single letters
        # Buttondown: what she pays does not matter
        *("regular", "premium", "trialed", "unpaid", "gifted", "churning", "churned", "past_due"),
    ),
    State.PENDING: (
        *("pending", "unconfirmed", "unactivated", "nonsubscribed", "paused", "upcoming", "s"),
    ),
    State.LEFT: (
        *("left", "ended", "unsubscribed", "blocklisted", "blocked", "disabled", "removed"),
        *("archived", "suppressed", "false", "no", "0", "u"),
    ),
    State.BOUNCED: ("bounced", "cleaned", "undeliverable", "b"),
    State.COMPLAINED: ("complained", "complaining", "spammy", "p"),
}
# What counts where columns disagree: the last of these.
WORSE = (State.SUBSCRIBED, State.PENDING, State.LEFT, State.BOUNCED, State.COMPLAINED)
HAS_LEFT = frozenset({State.LEFT, State.BOUNCED, State.COMPLAINED})
STATES = {word: state for state, words in WORDS.items() for word in words}


def state_of(word: str, words: Mapping[str, State] = STATES) -> State:
    """
    Raises:
        InvalidInput: not a word for a state, so she might have left.
    """
    found = words.get(word) or words.get(word.casefold())
    if found is None:
        raise InvalidInput(
            f"the state {word!r} is not known; write one of: {', '.join(State)}, or say for all "
            f'what it means: --status "{word}"=…'
        )
    return found


def worse(one: State, other: State) -> State:
    """What counts where two are said."""
    return max(one, other, key=WORSE.index)


# Mailchimp gives one file for each state, and says it in the name alone.
_NAMED = re.compile(
    r"(?P<word>unsubscribed|cleaned|nonsubscribed|subscribed)_\w*export", re.IGNORECASE
)
_MAILCHIMP = frozenset({"leid", "euid", "member rating"})
_TELLING = re.compile(r"unsub|bounce|cleaned|nonsub|blocklist|complain|suppress", re.IGNORECASE)


def state_of_file(name: str, columns: Collection[str], *, is_said: bool) -> State | None:
    """What the name of a file says of everybody in it; None where it says nothing.

    Args:
        columns: the folded names of its header.
        is_said: a column says it of each.

    Raises:
        InvalidInput: it may say something, and is not of a kind that is known.
    """
    found = _NAMED.match(name)
    if found and not _MAILCHIMP.isdisjoint(columns):
        return STATES[found["word"].lower()]
    if _TELLING.search(name) and not is_said:
        raise InvalidInput(
            f"{name}: the name of the file may say how its people stand; say it with --state, "
            f"one of: {', '.join(State)}"
        )
    return None
