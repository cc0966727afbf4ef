"""How people stood on the list that they come from."""

from enum import StrEnum


class ListState(StrEnum):
    """How they stood on the list that they come from."""

    SUBSCRIBED = "subscribed"  # was mailed there
    PENDING = "unconfirmed"  # never agreed, or never confirmed it
    LEFT = "left"  # unsubscribed, or was taken off
    BOUNCED = "bounced"  # mail to them came back
    COMPLAINED = "complained"  # called a mail spam


# What counts where columns disagree: the last of these.
WORSE = (
    ListState.SUBSCRIBED,
    ListState.PENDING,
    ListState.LEFT,
    ListState.BOUNCED,
    ListState.COMPLAINED,
)
HAS_LEFT = frozenset({ListState.LEFT, ListState.BOUNCED, ListState.COMPLAINED})


def worse(one: ListState, other: ListState) -> ListState:
    """What counts where two are said."""
    return max(one, other, key=WORSE.index)
