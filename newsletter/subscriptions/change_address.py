"""Changing an address: asked for, confirmed at the new one, and objected to at the old one."""

from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.config.tables.joining_options import JoiningOptions
from newsletter.delivery.ledger.models import NoticeKind
from newsletter.errors import Conflict, InvalidInput, TokenSpent
from newsletter.feeds import private
from newsletter.subscriptions import erasure, notices, usual_rate
from newsletter.subscriptions.address_links import objected_to, requesting_subscriber
from newsletter.subscriptions.notice_kinds import RESEND_COOLDOWN
from newsletter.tokens.expiring_link import ExpiringLink
from subscribers import address_change
from subscribers import store as people
from subscribers.address_change import Moved
from subscribers.consent import ConsentOrigin
from subscribers.models import Subscriber


def ask_to_move(
    session: Session,
    subscriber: Subscriber,
    secret: str,
    options: JoiningOptions,
    address: str,
    now: datetime,
) -> None:
    """Ask at the new address whether it is theirs, and tell the old one.

    The old address is told for every address asked for, one suppressed included, so that the limit
    of mails a day says nothing about the new address. The new one may be a stranger's: the site
    asks no more of them in an hour than it asks to confirm a sign-up.

    Asked for again soon, it is counted alike and nobody is mailed again.

    Raises:
        InvalidInput: it was asked for too often today, so that the old address cannot be told.
    """
    people.lock(session, subscriber.id)
    if address == subscriber.address:
        people.drop_address_change(session, subscriber)
        return
    change = people.find_address_change(session, subscriber)
    is_repeated = (
        change is not None and change.address == address and change.asked_at > now - RESEND_COOLDOWN
    )
    if not notices.queue(session, NoticeKind.MOVING, subscriber, now, is_repeated=is_repeated):
        raise InvalidInput("the address was changed several times today; please try tomorrow")
    if is_repeated:
        return
    if address_change.request_change(session, subscriber, secret, address, now):
        most = usual_rate.max_per_hour(session, options, now)
        notices.queue(session, NoticeKind.MOVE, subscriber, now, max_per_hour=most)


def move(
    session: Session,
    link: ExpiringLink,
    secret: str,
    options: JoiningOptions,
    *,
    origin: ConsentOrigin,
    now: datetime,
) -> Subscriber:
    """Mail them at the new address from now on; returns the subscriber who has it.

    Raises:
        TokenError: the change is made or given up, they have left, or the address is suppressed.
    """
    subscriber = requesting_subscriber(session, link)
    try:
        moved = address_change.move(session, subscriber, secret, origin=origin, now=now)
    except Conflict as error:
        raise TokenSpent(str(error)) from error
    _clear_traces(session, moved, now)
    if moved.subscriber is not subscriber:
        # It ends here as by the unsubscribe link, and can be undone as well.
        notices.queue_if_enabled(session, NoticeKind.GOODBYE, subscriber, options, now)
    return moved.subscriber


def object_to_move(
    session: Session, number: int, *, origin: ConsentOrigin, now: datetime
) -> tuple[int, Subscriber]:
    """Stop a change of address, or put the old one back where the new one has confirmed.

    Private feeds end: whoever misused a link has seen their addresses.

    Returns:
        The number of the subscriber who objects, and the subscriber who has the old address.

    Raises:
        TokenError: it was stopped or undone already, or made more than a week ago.
    """
    change = objected_to(session, number, now)
    subscriber = people.by_id(session, change.subscriber_id)
    private.revoke(session, subscriber, now)
    moved = address_change.object_to(session, change, origin=origin, now=now)
    _clear_traces(session, moved, now)
    return subscriber.id, moved.subscriber


def forget_moves(session: Session, options: JoiningOptions, now: datetime) -> int:
    """Forget the earlier addresses to which nobody can go back any more; how many."""
    expired = now - address_change.OBJECTION_TIME
    return people.drop_old_moves(session, expired - options.expires, expired)


def _clear_traces(session: Session, moved: Moved, now: datetime) -> None:
    if moved.forgotten is not None:
        erasure.clear_traces(session, moved.forgotten, now)
