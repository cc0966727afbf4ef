"""How people stood on the list that they come from, in the words of many programs."""

from collections.abc import Sequence
from enum import StrEnum

from newsletter.errors import InvalidInput


class State(StrEnum):
    """How she stood on the list that she comes from."""

    SUBSCRIBED = "subscribed"  # was mailed there
    PENDING = "unconfirmed"  # never agreed, or never confirmed it
    LEFT = "left"  # unsubscribed, or was taken off
    BOUNCED = "bounced"  # mail to her came back
    COMPLAINED = "complained"  # called a mail spam


WORDS = {
    State.SUBSCRIBED: ("subscribed", "confirmed", "enabled", "active", "regular", "true", "c"),
    State.PENDING: ("pending", "unconfirmed", "unactivated", "nonsubscribed", "s"),
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
HAS_LEFT = frozenset({State.LEFT, State.BOUNCED, State.COMPLAINED})
STATES = {word: state for state, words in WORDS.items() for word in words}


def state_of(word: str) -> State:
    """
    Raises:
        InvalidInput: not a word for a state, so she might have left.
    """
    found = STATES.get(word) or STATES.get(word.casefold())
    if found is None:
        raise InvalidInput(f"the state {word!r} is not known; write one of: {', '.join(State)}")
    return found


def worst(states: Sequence[State]) -> State:
    """What counts where several are said."""
    return max(states, key=WORSE.index)
