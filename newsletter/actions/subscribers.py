"""Actions of staff on subscribers: add, confirm, change, pause, end, erase, export."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement

from newsletter.actions.action import Job, UnitOfWork, action, long_action
from newsletter.actions.context import Context
from newsletter.delivery.ledger import transcripts
from newsletter.errors import Conflict, InvalidInput
from newsletter.feedback import store as feedback_store
from newsletter.staff.permissions import Permission
from newsletter.subscriptions import data_export, erasure
from subscribers import exporting, membership
from subscribers import store as people
from subscribers.addresses import hash_address, normalise_address
from subscribers.consent import by_administrator
from subscribers.membership import FINISHED_STATUSES, Preferences, Signup
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
    before = people.find_by_hash_for_change(work.session, address_hash)
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
    subscriber = people.by_id_for_change(work.session, number)
    work.about(KIND, number)
    origin = by_administrator(proof)
    is_new = membership.confirm(work.session, subscriber, origin=origin, now=work.now)
    if not is_new:
        work.skip_audit_line()
    return is_new


@action(Permission.PEOPLE)
def change(work: UnitOfWork[Context], number: int, wishes: Preferences, proof: str) -> bool:
    """Set somebody's name and what they are sent; False if that changes nothing.

    Args:
        proof: how they asked for it.

    Raises:
        InvalidInput: nothing is said of how they asked.
        Conflict: they have left or were erased.
    """
    subscriber = people.by_id_for_change(work.session, number)
    work.about(KIND, number)
    origin = by_administrator(proof)
    if subscriber.status in FINISHED_STATUSES:
        raise Conflict(
            f"they are {subscriber.status} and are sent nothing; if they ask to be mailed again, "
            "add them anew with proof of consent"
        )
    before = membership.preferences_of(work.session, subscriber)
    membership.choose(work.session, subscriber, wishes, origin=origin, now=work.now)
    is_changed = membership.preferences_of(work.session, subscriber) != before
    if not is_changed:
        work.skip_audit_line()
    return is_changed


@action(Permission.PEOPLE)
def pause(work: UnitOfWork[Context], number: int, until: datetime | None) -> bool:
    """Send somebody nothing until then; False if that changes nothing.

    Args:
        until: None ends a pause.

    Raises:
        InvalidInput: the end of the pause is over.
        Conflict: they have left or were erased.
    """
    subscriber = people.by_id_for_change(work.session, number)
    work.about(KIND, number, until=until.isoformat() if until else "")
    if until is not None and until <= work.now:
        raise InvalidInput("a pause ends in the future; choose a later day")
    if subscriber.status in FINISHED_STATUSES:
        raise Conflict(f"they are {subscriber.status} and are sent nothing anyway")
    is_changed = subscriber.paused_until != until
    membership.pause(subscriber, until)
    if not is_changed:
        work.skip_audit_line()
    return is_changed


@action(Permission.PEOPLE)
def end(work: UnitOfWork[Context], number: int) -> bool:
    """End a subscription at the subscriber's request; False if ended already."""
    subscriber = people.by_id_for_change(work.session, number)
    work.about(KIND, number)
    origin = by_administrator(AT_THEIR_WISH)
    has_ended = membership.leave(work.session, subscriber, origin=origin, now=work.now)
    if not has_ended:
        work.skip_audit_line()
    return has_ended


@action(Permission.BULK_PEOPLE)
def erase(work: UnitOfWork[Context], number: int) -> None:
    """Erase a subscriber; a hash stays, so that the address stays suppressed."""
    subscriber = people.by_id_for_change(work.session, number)
    work.about(KIND, number)
    erasure.erase(work.session, subscriber, origin=by_administrator(AT_THEIR_WISH), now=work.now)
    feedback_store.forget_evidence_of(work.session, number)
    transcripts.forget_of_subscriber(work.session, number)


@action(Permission.BULK_PEOPLE)
def disclose(work: UnitOfWork[Context], number: int) -> dict[str, Any]:
    """Everything held about a subscriber (UK GDPR, art. 15), as plain data with times in UTC."""
    subscriber = people.by_id(work.session, number)
    work.about(KIND, number)
    return data_export.export_data(work.session, subscriber)


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


@action(Permission.BULK_PEOPLE)
def export_list(work: UnitOfWork[Context], name: str) -> None:
    """Record that addresses leave as the file of a list: an edition's deliveries, bounces …

    Args:
        name: of the file.
    """
    work.about("subscribers", name)
