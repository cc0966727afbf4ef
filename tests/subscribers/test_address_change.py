"""Change of address, with and without a subscriber at the new one."""

from support import SECRET, add_subscriber

from newsletter.clock import FixedClock
from newsletter.database import Database
from subscribers import membership, store
from subscribers.address_change import move, request_change
from subscribers.consent import ConsentOrigin, history
from subscribers.models import ConsentKind, Subscriber, SubscriberStatus

OLD, NEW = "ann@wexcombe.example", "ann@elsewhere.example"
ORIGIN = ConsentOrigin(source="link", network="192.0.2.7")


def ann_moves(database: Database, clock: FixedClock) -> Subscriber:
    """Ann asks for the new address and confirms it; whoever has it then."""
    with database.write() as session:
        ann = add_subscriber(session, OLD, clock.now())
        request_change(session, ann, SECRET, NEW, clock.now())
    with database.write() as session:
        ann = store.by_id(session, ann.id)
        return move(session, ann, SECRET, origin=ORIGIN, now=clock.now()).subscriber


def test_giving_an_address_up_erases_its_ip_addresses(
    database: Database, clock: FixedClock
) -> None:
    with database.write() as session:
        other = add_subscriber(session, NEW, clock.now(), name="Bea")
        membership.leave(session, other, origin=ORIGIN, now=clock.now())
    ann_moves(database, clock)
    with database.read() as session:
        other = store.by_id(session, other.id)
        proofs = history(session, other)
    assert (other.status, other.address, other.name) == (SubscriberStatus.ERASED, None, "")
    assert (other.address_hash, other.source) == ("", "")
    assert {proof.network for proof in proofs} == {""}


def test_changing_to_a_listed_address_ends_the_old_subscription(
    database: Database, clock: FixedClock
) -> None:
    with database.write() as session:
        other = add_subscriber(session, NEW, clock.now())
    assert ann_moves(database, clock).id == other.id
    with database.read() as session:
        ann = store.by_address(session, OLD)
        last = history(session, ann)[-1]
    assert (ann.status, last.kind) == (SubscriberStatus.ENDED, ConsentKind.WITHDRAWN)
    assert last.source == "link, at an address that was on the list"
