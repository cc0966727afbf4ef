"""The life of an edition: which state may follow which, and what a person may do in each."""

from enum import StrEnum

from newsletter.editions.models import EditionState
from newsletter.errors import Conflict

S = EditionState


class Transition(StrEnum):
    """What happens to an edition."""

    APPROVE = "approve"
    START = "start"  # its time has come
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    STOP = "stop"  # the transport cannot go on
    FINISH = "finish"  # nothing is left to hand over
    REOPEN = "send again"  # deliveries in doubt are to be repeated


TRANSITIONS: dict[Transition, dict[EditionState, EditionState]] = {
    Transition.APPROVE: {S.DRAFT: S.QUEUED},
    Transition.START: {S.QUEUED: S.SENDING},
    Transition.PAUSE: {S.QUEUED: S.PAUSED, S.SENDING: S.PAUSED},
    # A resumed edition queues again: its fan-out, if done, is not repeated.
    Transition.RESUME: {S.PAUSED: S.QUEUED, S.STOPPED: S.QUEUED},
    Transition.CANCEL: {
        S.DRAFT: S.CANCELLED,
        S.QUEUED: S.CANCELLED,
        S.SENDING: S.CANCELLED,
        S.PAUSED: S.CANCELLED,
        S.STOPPED: S.CANCELLED,
    },
    Transition.STOP: {S.QUEUED: S.STOPPED, S.SENDING: S.STOPPED},
    Transition.FINISH: {S.SENDING: S.SENT},
    Transition.REOPEN: {S.SENT: S.QUEUED},
}


def next_state(number: int, state: EditionState, act: Transition) -> EditionState:
    """The state after an act.

    Raises:
        Conflict: nothing of the kind can be done in this state.
    """
    following = TRANSITIONS[act].get(state)
    if following is None:
        possible = [a.value for a in Transition if state in TRANSITIONS[a] and a in BY_A_PERSON]
        mend = f"possible now: {', '.join(possible)}" if possible else "nothing can change it now"
        raise Conflict(f"edition {number} is {state.value}, so it cannot {act.value}; {mend}")
    return following


BY_A_PERSON = frozenset(
    {Transition.APPROVE, Transition.PAUSE, Transition.RESUME, Transition.CANCEL}
)
