"""The decision for a row, for every status of its address."""

import pytest

from subscribers.importing.rows import ListedPerson
from subscribers.importing.storage.planning import (
    AddressStatus,
    Candidate,
    ImportRules,
    Planner,
    RowOutcome,
    decide,
)
from subscribers.importing.values.states import HAS_LEFT, ListState
from subscribers.membership import Preferences
from subscribers.models import Frequency, SubscriberStatus
from subscribers.topics import Choice

PROVEN = ImportRules(file="members.csv", is_proven=True)
UNPROVEN = ImportRules(file="members.csv", is_proven=False)
CONFIRMED, PENDING, ENDED = (
    SubscriberStatus.CONFIRMED,
    SubscriberStatus.PENDING,
    SubscriberStatus.ENDED,
)
GONE = sorted(HAS_LEFT)


@pytest.mark.parametrize(
    ("state", "rules", "outcome"),
    [
        (ListState.SUBSCRIBED, PROVEN, RowOutcome.CONFIRMED),
        (ListState.SUBSCRIBED, UNPROVEN, RowOutcome.PENDING),
        (ListState.PENDING, PROVEN, RowOutcome.PENDING),
        *((state, PROVEN, RowOutcome.SUPPRESSED) for state in GONE),
    ],
)
def test_an_unknown_address_is_added_or_suppressed(
    state: ListState, rules: ImportRules, outcome: RowOutcome
) -> None:
    assert decide(state, AddressStatus(), rules).outcome is outcome


@pytest.mark.parametrize("state", ListState)
@pytest.mark.parametrize(
    "status", [AddressStatus(suppression="asked"), AddressStatus(suppression="")]
)
def test_a_suppressed_address_is_never_added(state: ListState, status: AddressStatus) -> None:
    decision = decide(state, status, PROVEN)
    assert decision.outcome in {RowOutcome.REFUSED, RowOutcome.UNCHANGED}
    assert decision.after.suppression == status.suppression


@pytest.mark.parametrize("state", GONE)
@pytest.mark.parametrize("status", [CONFIRMED, PENDING])
def test_a_later_import_can_unsubscribe_an_imported_subscriber(
    state: ListState, status: SubscriberStatus
) -> None:
    decision = decide(state, AddressStatus(status=status, is_imported=True), PROVEN)
    assert (decision.outcome, decision.suppresses, decision.ends) == (
        RowOutcome.SUPPRESSED,
        True,
        True,
    )
    assert decision.after == AddressStatus(
        status=ENDED, is_imported=True, suppression=f"{state} at the list of members.csv"
    )


@pytest.mark.parametrize("state", ListState)
def test_a_subscriber_who_left_is_never_added_again(state: ListState) -> None:
    for is_imported in (True, False):
        status = AddressStatus(status=ENDED, is_imported=is_imported)
        assert not decide(state, status, PROVEN).ends
        assert decide(state, status, PROVEN).after.status is ENDED


@pytest.mark.parametrize("state", GONE)
def test_a_subscribers_own_choice_overrides_an_import(state: ListState) -> None:
    decision = decide(state, AddressStatus(status=CONFIRMED), PROVEN)
    assert (decision.outcome, decision.ends) == (RowOutcome.REFUSED, False)


@pytest.mark.parametrize(("is_news", "outcome"), [(True, "updated"), (False, "unchanged")])
def test_an_imported_subscriber_is_updated_on_changes(is_news: bool, outcome: str) -> None:
    status = AddressStatus(status=CONFIRMED, is_imported=True)
    assert decide(ListState.SUBSCRIBED, status, PROVEN, is_news=is_news).outcome.value == outcome


def candidate(state: ListState, *, name: str = "", row: int = 2) -> Candidate:
    preferences = Preferences(
        name="", choice=Choice(topics=("housing",)), frequency=Frequency.REGULAR
    )
    person = ListedPerson(
        row=row,
        address="ann@example.org",
        name=name,
        preferences=preferences,
        attributes={},
        since="",
        state=state,
    )
    return Candidate(person=person, address="ann@example.org", address_hash="a")


def test_a_new_subscriber_with_a_later_leaving_row_is_ended() -> None:
    planner = Planner(PROVEN, {}, {})
    planner.decide_row(candidate(ListState.SUBSCRIBED))
    planner.decide_row(candidate(ListState.LEFT, row=3))
    ended_by = planner.plan.newcomers["a"].ended_by
    assert ended_by is not None
    assert ended_by.row == 3
    assert not planner.plan.leaving


def test_only_fields_in_the_file_are_updated() -> None:
    rules = ImportRules(file="members.csv", is_proven=True, updates=frozenset({"name"}))
    planner = Planner(rules, {}, {})
    planner.decide_row(candidate(ListState.SUBSCRIBED, name="Ann"))
    decision = planner.decide_row(candidate(ListState.SUBSCRIBED, name="Ann Carter", row=3))
    held, person = planner.plan.updated["a"]
    assert (decision.outcome, held.name, person.row) == (RowOutcome.UPDATED, "Ann Carter", 3)
    assert held.preferences.choice.topics == ("housing",)


def test_a_later_leaving_row_discards_updates() -> None:
    rules = ImportRules(file="members.csv", is_proven=True, updates=frozenset({"name"}))
    planner = Planner(rules, {}, {})
    planner.decide_row(candidate(ListState.SUBSCRIBED, name="Ann"))
    planner.decide_row(candidate(ListState.SUBSCRIBED, name="Ann Carter", row=3))
    planner.decide_row(candidate(ListState.LEFT, row=4))
    assert not planner.plan.updated
