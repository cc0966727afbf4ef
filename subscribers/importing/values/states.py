"""The status of people on their previous list."""

from enum import StrEnum


class ListState(StrEnum):
    """The status of a person on their previous list."""

    SUBSCRIBED = "subscribed"  # mailed
    PENDING = "unconfirmed"  # without consent, or not confirmed
    LEFT = "left"  # unsubscribed or removed
    BOUNCED = "bounced"  # undeliverable
    COMPLAINED = "complained"  # reported spam


# If columns disagree, the last of these counts.
WORSE = (
    ListState.SUBSCRIBED,
    ListState.PENDING,
    ListState.LEFT,
    ListState.BOUNCED,
    ListState.COMPLAINED,
)
HAS_LEFT = frozenset({ListState.LEFT, ListState.BOUNCED, ListState.COMPLAINED})


def worse(one: ListState, other: ListState) -> ListState:
    """The worse of two."""
    return max(one, other, key=WORSE.index)
