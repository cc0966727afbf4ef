"""Undoes what followed from an event. Never commits."""

from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.errors import Conflict, InvalidInput
from newsletter.feedback import store
from subscribers import store as people


def undo(session: Session, number: int, because: str, now: datetime) -> int:
    """Lift the suppression that an event brought, and keep the reason; the subscriber's number.

    Temporary bounces are counted anew from here on.

    Raises:
        InvalidInput: no reason is given.
        ResourceNotFound: there is no such event.
        Conflict: nothing followed from it, that is undone, or the address is suppressed for
            another reason since.
    """
    reason = " ".join(because.split())
    if not reason:
        raise InvalidInput("say why it is undone; the reason is kept with the event")
    event = store.by_id(session, number)
    if event.undone_at is not None:
        raise Conflict(f"what followed from event {number} is undone already")
    if not event.suppressed or event.subscriber_id is None:
        raise Conflict(f"no suppression followed from event {number}: there is nothing to undo")
    subscriber = people.by_id(session, event.subscriber_id)
    suppression = people.find_suppression(session, subscriber.address_hash)
    if suppression is None or suppression.created_at != event.recorded_at:
        raise Conflict(
            f"subscriber {subscriber.id} is not suppressed because of event {number} any more; "
            "see: newsletter subscribers show"
        )
    people.remove_suppression(session, subscriber.address_hash)
    event.undone_at, event.undone_because = now, reason
    return subscriber.id
