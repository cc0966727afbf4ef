"""The state machine of an edition."""

import pytest

from newsletter.editions.lifecycle import BY_A_PERSON, TRANSITIONS, Transition, next_state
from newsletter.editions.models import EditionState
from newsletter.errors import Conflict

FINISHED_STATUSES = {EditionState.CANCELLED, EditionState.EMPTY, EditionState.MISSED}


def test_a_paused_edition_resumes_where_it_was() -> None:
    paused = next_state(1, EditionState.SENDING, Transition.PAUSE)
    assert (
        next_state(1, next_state(1, paused, Transition.RESUME), Transition.START)
        is EditionState.SENDING
    )


@pytest.mark.parametrize("state", FINISHED_STATUSES)
@pytest.mark.parametrize("act", list(Transition))
def test_a_finished_edition_allows_no_transition(state: EditionState, act: Transition) -> None:
    with pytest.raises(Conflict, match="nothing can change it now"):
        next_state(7, state, act)


def test_a_refused_transition_names_the_possible_ones() -> None:
    with pytest.raises(Conflict, match="edition 7 is paused, so it cannot approve; possible now"):
        next_state(7, EditionState.PAUSED, Transition.APPROVE)


def test_a_draft_is_sent_only_through_approval() -> None:
    ways_out = {act for act in Transition if EditionState.DRAFT in TRANSITIONS[act]}
    assert ways_out == {Transition.APPROVE, Transition.CANCEL}


def test_every_transition_of_a_person_is_possible_in_some_state() -> None:
    assert all(TRANSITIONS[act] for act in BY_A_PERSON)
