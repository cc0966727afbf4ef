"""How people stood on the list that they come from."""

from enum import StrEnum


class State(StrEnum):
    """How they stood on the list that they come from."""

    SUBSCRIBED = "subscribed"  # was mailed there
    PENDING = "unconfirmed"  # never agreed, or never confirmed it
    LEFT = "left"  # unsubscribed, or was taken off
    BOUNCED = "bounced"  # mail to them came back
    COMPLAINED = "complained"  # called a mail spam


# What counts where columns disagree: the last of these.
WORSE = (State.SUBSCRIBED, State.PENDING, State.LEFT, State.BOUNCED, State.COMPLAINED)
HAS_LEFT = frozenset({State.LEFT, State.BOUNCED, State.COMPLAINED})


def worse(one: State, other: State) -> State:
    """What counts where two are said."""
    return max(one, other, key=WORSE.index)
