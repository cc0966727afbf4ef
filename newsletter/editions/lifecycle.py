"""The state machine of an edition: its transitions, and which a person may make in each state."""

from enum import StrEnum

from newsletter.editions.models import EditionState
from newsletter.errors import Conflict

S = EditionState


class Transition(StrEnum):
    """A transition between edition states."""

    APPROVE = "approve"
    START = "start"  # it is due
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    STOP = "stop"  # the transport cannot go on
    FINISH = "finish"  # nothing is left to hand over
    REVISE = "be edited again"  # put back to be approved anew
    REOPEN = "send again"  # uncertain deliveries are repeated


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
    Transition.REVISE: {S.QUEUED: S.DRAFT, S.PAUSED: S.DRAFT},
    Transition.REOPEN: {S.SENT: S.QUEUED},
}


def next_state(number: int, state: EditionState, act: Transition) -> EditionState:
    """The state after a transition.

    Raises:
        Conflict: not allowed in this state.
    """
    following = TRANSITIONS[act].get(state)
    if following is None:
        possible = [a.value for a in Transition if state in TRANSITIONS[a] and a in BY_A_PERSON]
        hint = f"possible now: {', '.join(possible)}" if possible else "nothing can change it now"
        raise Conflict(f"edition {number} is {state.value}, so it cannot {act.value}; {hint}")
    return following


BY_A_PERSON = frozenset(
    {
        Transition.APPROVE,
        Transition.REVISE,
        Transition.PAUSE,
        Transition.RESUME,
        Transition.CANCEL,
    }
)
