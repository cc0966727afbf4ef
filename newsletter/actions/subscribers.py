"""Actions of staff on subscribers: add, confirm, end, erase, export."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement

from newsletter.actions.action import Job, UnitOfWork, action, long_action
from newsletter.actions.context import Context
from newsletter.staff.permissions import Permission
from newsletter.subscriptions import privacy
from subscribers import exporting, membership
from subscribers import store as people
from subscribers.addresses import hash_address, normalise_address
from subscribers.consent import by_administrator
from subscribers.membership import Signup
from subscribers.models import SubscriberStatus

KIND = "subscriber"
AT_THEIR_WISH = "at their wish"

Row = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class AddedSubscriber:
    """A subscriber who was added, with their status."""

    number: int
    address: str
    status: SubscriberStatus
    was_confirmed: bool


@action(Permission.PEOPLE)
def add(work: UnitOfWork[Context], joining: Signup, proof: str = "") -> AddedSubscriber:
    """Add an address; with proof of consent it is confirmed at once.

    Args:
        proof: how and when they agreed; empty: pending, without a confirmation mail.

    Raises:
        InvalidInput: not a mail address.
        Conflict: the address is suppressed.
    """
    address_hash = hash_address(work.context.secret, normalise_address(joining.address))
    before = people.find_by_hash(work.session, address_hash)
    was_confirmed = before is not None and before.status is SubscriberStatus.CONFIRMED
    subscriber = membership.join(
        work.session,
        work.context.secret,
        joining,
        origin=by_administrator(proof or "no proof given"),
        proven=bool(proof),
        now=work.now,
    )
    work.about(KIND, subscriber.id, proven=bool(proof))
    return AddedSubscriber(
        number=subscriber.id,
        address=subscriber.address or "",
        status=subscriber.status,
        was_confirmed=was_confirmed,
    )


@action(Permission.PEOPLE)
def confirm(work: UnitOfWork[Context], number: int, proof: str) -> bool:
    """Confirm a pending subscriber with proof of consent; False if confirmed already.

    Raises:
        InvalidInput: there is no proof.
        Conflict: they have left or were erased.
    """
    subscriber = people.by_id(work.session, number)
    work.about(KIND, number)
    origin = by_administrator(proof)
    is_new = membership.confirm(work.session, subscriber, origin=origin, now=work.now)
    if not is_new:
        work.skip_audit_line()
    return is_new


@action(Permission.PEOPLE)
def end(work: UnitOfWork[Context], number: int) -> bool:
    """End a subscription at the subscriber's request; False if ended already."""
    subscriber = people.by_id(work.session, number)
    work.about(KIND, number)
    origin = by_administrator(AT_THEIR_WISH)
    has_ended = membership.leave(work.session, subscriber, origin=origin, now=work.now)
    if not has_ended:
        work.skip_audit_line()
    return has_ended


@action(Permission.BULK_PEOPLE)
def erase(work: UnitOfWork[Context], number: int) -> None:
    """Erase a subscriber; a hash stays, so that the address stays suppressed."""
    subscriber = people.by_id(work.session, number)
    work.about(KIND, number)
    privacy.erase(work.session, subscriber, origin=by_administrator(AT_THEIR_WISH), now=work.now)


@long_action(Permission.BULK_PEOPLE)
def export(
    job: Job[Context],
    conditions: Sequence[ColumnElement[bool]],
    write: Callable[[Iterable[Row]], int],
) -> int:
    """Export the subscribers that meet all conditions; how many.

    Args:
        write: takes the rows, as `subscribers.exporting` makes them; returns how many.
    """
    job.about("subscribers", "")
    job.begin()
    with job.context.database.read() as session:
        job.counts["people"] = write(exporting.rows(session, conditions))
    return int(job.counts["people"])
