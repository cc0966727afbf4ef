"""Sign-up, confirmation, leaving, and their ledger events."""

from datetime import timedelta

import pytest
from support import SECRET, add_subscriber

from newsletter.clock import FixedClock
from newsletter.database import Database
from newsletter.errors import Conflict, InvalidInput
from subscribers import membership, store
from subscribers.addresses import hash_address
from subscribers.consent import ConsentOrigin, history
from subscribers.membership import Signup
from subscribers.models import SubscriberStatus


def test_without_proof_a_new_subscriber_is_pending(database: Database, clock: FixedClock) -> None:
    with database.write() as session:
        person = add_subscriber(session, "ann@wexcombe.example", clock.now(), proven=False)
    assert person.status is SubscriberStatus.PENDING


def test_the_ledger_keeps_every_step_in_order(database: Database, clock: FixedClock) -> None:
    with database.write() as session:
        person = add_subscriber(session, "ann@wexcombe.example", clock.now())
        membership.leave(session, person, origin=ConsentOrigin(source="one-click"), now=clock.now())
        membership.leave(
            session, person, origin=ConsentOrigin(source="one-click again"), now=clock.now()
        )
    with database.read() as session:
        kinds = [event.kind.value for event in history(session, person)]
    assert kinds == ["asked", "given", "withdrawn"]


@pytest.mark.parametrize("again", [" ann@WEXCOMBE.example ", "Ann@wexcombe.example"])
def test_a_repeated_sign_up_gives_one_subscriber(
    database: Database, clock: FixedClock, again: str
) -> None:
    with database.write() as session:
        first = add_subscriber(session, "ann@wexcombe.example", clock.now())
        second = add_subscriber(session, again, clock.now())
    assert (second.id, second.address) == (first.id, "ann@wexcombe.example")


def test_joining_again_ends_a_pause(database: Database, clock: FixedClock) -> None:
    with database.write() as session:
        person = add_subscriber(session, "ann@wexcombe.example", clock.now())
        membership.pause(person, clock.now() + timedelta(days=100))
        membership.leave(session, person, origin=ConsentOrigin(source="test"), now=clock.now())
        add_subscriber(session, "ann@wexcombe.example", clock.now())
    assert person.paused_until is None


def test_proven_preferences_are_recorded_as_a_change(database: Database, clock: FixedClock) -> None:
    with database.write() as session:
        person = add_subscriber(session, "ann@wexcombe.example", clock.now())
        add_subscriber(session, "ann@wexcombe.example", clock.now(), topics=["housing"])
        add_subscriber(session, "ann@wexcombe.example", clock.now(), topics=["housing"])
        kinds = [event.kind.value for event in history(session, person)]
    assert kinds == ["asked", "given", "changed"]


def test_an_unproven_sign_up_does_not_change_preferences(
    database: Database, clock: FixedClock
) -> None:
    with database.write() as session:
        add_subscriber(session, "ann@wexcombe.example", clock.now(), topics=["housing"])
        again = add_subscriber(
            session, "ann@wexcombe.example", clock.now(), topics=["events"], proven=False
        )
        assert store.choice_of(session, again).topics == ("housing",)


def test_joining_again_after_leaving_is_pending(database: Database, clock: FixedClock) -> None:
    with database.write() as session:
        person = add_subscriber(session, "ann@wexcombe.example", clock.now())
        membership.leave(session, person, origin=ConsentOrigin(source="test"), now=clock.now())
        again = add_subscriber(session, "ann@wexcombe.example", clock.now(), proven=False)
    assert again.status is SubscriberStatus.PENDING


def test_a_suppressed_address_is_refused_in_any_spelling(
    database: Database, clock: FixedClock
) -> None:
    with database.write() as session:
        known = hash_address(SECRET, "Ann@wexcombe.example")
        store.add_suppression(session, known, "complaint", clock.now())
    with pytest.raises(Conflict, match="suppressed"), database.write() as session:
        add_subscriber(session, "ann@wexcombe.example", clock.now())


def test_erasure_keeps_only_id_and_hash(database: Database, clock: FixedClock) -> None:
    with database.write() as session:
        person = add_subscriber(session, "ann@wexcombe.example", clock.now(), name="Ann")
        membership.erase(session, person, origin=ConsentOrigin(source="test"), now=clock.now())
    with database.read() as session:
        kept = store.by_id(session, person.id)
        assert (kept.address, kept.name, kept.status) == (None, "", SubscriberStatus.ERASED)
        known = hash_address(SECRET, "ann@wexcombe.example")
        assert store.find_suppression(session, known) is not None


def test_an_erased_subscriber_cannot_be_confirmed(database: Database, clock: FixedClock) -> None:
    with database.write() as session:
        person = add_subscriber(session, "ann@wexcombe.example", clock.now(), proven=False)
        membership.erase(session, person, origin=ConsentOrigin(source="test"), now=clock.now())
        with pytest.raises(Conflict, match="erased"):
            membership.confirm(
                session, person, origin=ConsentOrigin(source="old link"), now=clock.now()
            )


def test_a_name_is_one_line_of_printable_text(database: Database, clock: FixedClock) -> None:
    with database.write() as session:
        person = add_subscriber(
            session, "ann@wexcombe.example", clock.now(), name="Ann\r\nBcc: x\x00"
        )
    assert person.name == "Ann Bcc: x"


@pytest.mark.parametrize("address", ["", "ann", "ann@", "a b@wexcombe.example", "ann@exa mple.org"])
def test_an_invalid_address_is_named_in_the_error(
    database: Database, clock: FixedClock, address: str
) -> None:
    joining = Signup(address=address)
    with pytest.raises(InvalidInput, match="not a mail address"), database.write() as session:
        membership.join(
            session,
            SECRET,
            joining,
            origin=ConsentOrigin(source="t"),
            proven=False,
            now=clock.now(),
        )
