"""Actions of subscribers on their own subscription, by the signed links in their mails.

The caller has verified the token; the actor says whose subscription it is.
"""

from datetime import datetime

from newsletter.actions.action import UnitOfWork, action
from newsletter.actions.context import Context
from newsletter.delivery.ledger.models import NoticeKind
from newsletter.errors import TokenSpent
from newsletter.staff.permissions import Permission
from newsletter.subscriptions import (
    change_address,
    notices,
    preferences,
    privacy,
    signup,
)
from newsletter.subscriptions import (
    confirm as confirmation,
)
from newsletter.subscriptions import (
    resubscribe as returning,
)
from newsletter.subscriptions import (
    unsubscribe as leaving,
)
from newsletter.subscriptions.unsubscribe import Departure
from newsletter.tokens.expiring_link import ExpiringLink
from newsletter.tokens.links import NOBODY
from subscribers import address_change, membership
from subscribers import store as people
from subscribers.consent import Origin
from subscribers.membership import Preferences, Signup
from subscribers.models import Frequency

KIND = "subscriber"


@action(Permission.SIGN_UP)
def sign_up(work: UnitOfWork[Context], joining: Signup, *, origin: Origin) -> None:
    """Sign up an address as pending, and queue its confirmation mail.

    Raises:
        InvalidInput: not a mail address.
        Conflict: the address is suppressed.
    """
    context = work.context
    options = context.config.joining
    subscriber = signup.sign_up(
        work.session, context.secret, joining, options, origin=origin, now=work.now
    )
    work.about(KIND, subscriber.id)


@action(Permission.OWN_SUBSCRIPTION)
def confirm(work: UnitOfWork[Context], *, origin: Origin) -> None:
    """Confirm the address (double opt-in); idempotent.

    Raises:
        TokenError: the subscriber has left or was purged since.
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = confirmation.pending_subscriber(work.session, work.actor.subscriber_id)
    work.about(KIND, subscriber.id)
    if not membership.confirm(work.session, subscriber, origin=origin, now=work.now):
        work.skip_audit_line()
        return
    options = work.context.config.joining
    notices.queue_if_enabled(work.session, NoticeKind.WELCOME, subscriber, options, work.now)


@action(Permission.OWN_SUBSCRIPTION)
def choose(
    work: UnitOfWork[Context], wishes: Preferences, until: datetime | None, *, origin: Origin
) -> None:
    """Set preferences and pause.

    Args:
        until: None: no pause.

    Raises:
        TokenError: the subscriber has left, or never confirmed.
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = preferences.member(work.session, work.actor.subscriber_id)
    work.about(KIND, subscriber.id)
    config = work.context.config
    is_changed = preferences.choose(
        work.session, subscriber, wishes, until, config, origin=origin, now=work.now
    )
    if not is_changed:
        work.skip_audit_line()


@action(Permission.OWN_SUBSCRIPTION)
def lower_frequency(work: UnitOfWork[Context], frequency: Frequency, *, origin: Origin) -> None:
    """Lower the frequency instead of unsubscribing.

    Raises:
        TokenError: the subscriber has left, or never confirmed.
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = preferences.member(work.session, work.actor.subscriber_id)
    work.about(KIND, subscriber.id, frequency=frequency.value)
    config = work.context.config
    is_changed = preferences.lower_frequency(
        work.session, subscriber, frequency, config, origin=origin, now=work.now
    )
    if not is_changed:
        work.skip_audit_line()


@action(Permission.OWN_SUBSCRIPTION)
def pause(work: UnitOfWork[Context]) -> datetime:
    """Pause for four weeks instead of unsubscribing; the end of the pause.

    Raises:
        TokenError: the subscriber has left, or never confirmed.
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = preferences.member(work.session, work.actor.subscriber_id)
    work.about(KIND, subscriber.id)
    config = work.context.config
    until = preferences.end_of_short_pause(config, work.now)
    if not preferences.pause(work.session, subscriber, until, config, work.now):
        work.skip_audit_line()
    return until


@action(Permission.OWN_SUBSCRIPTION)
def ask_to_move(work: UnitOfWork[Context], address: str) -> None:
    """Request a change of address; a link mailed to the new one confirms it.

    Args:
        address: normalised.

    Raises:
        TokenError: the subscriber has left, or never confirmed.
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = preferences.member(work.session, work.actor.subscriber_id)
    work.about(KIND, subscriber.id)
    secret = work.context.secret
    if address_change.request_change(work.session, subscriber, secret, address, work.now):
        notices.queue(work.session, NoticeKind.MOVE, subscriber, work.now)


@action(Permission.OWN_SUBSCRIPTION)
def keep_address(work: UnitOfWork[Context]) -> None:
    """Cancel the requested change of address.

    Raises:
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = people.by_id(work.session, work.actor.subscriber_id)
    work.about(KIND, subscriber.id)
    if people.find_address_change(work.session, subscriber) is None:
        work.skip_audit_line()
    people.drop_address_change(work.session, subscriber)


@action(Permission.OWN_SUBSCRIPTION)
def move(work: UnitOfWork[Context], link: ExpiringLink, *, origin: Origin) -> int:
    """Change the address; the id of the subscriber who has the new one.

    Raises:
        TokenError: the change is made or cancelled, the subscriber has left, or the new address is
            suppressed.
        ResourceNotFound: there is no such subscriber.
    """
    secret = work.context.secret
    moved = change_address.move(work.session, link, secret, origin=origin, now=work.now)
    work.about(KIND, work.actor.subscriber_id, moved_to=moved.id)
    return moved.id


@action(Permission.OWN_SUBSCRIPTION)
def unsubscribe(work: UnitOfWork[Context], edition_id: int, departure: Departure) -> bool:
    """End the subscription; False if it was ended already.

    Raises:
        TokenError: the link is of a test mail.
        ResourceNotFound: there is no such subscriber.
    """
    number = work.actor.subscriber_id
    if number == NOBODY:
        raise TokenSpent("this link came with a test mail and ends nobody's subscription")
    subscriber = people.by_id(work.session, number)
    work.about(KIND, number, edition=edition_id)
    options = work.context.config.joining
    has_left = leaving.unsubscribe(
        work.session, subscriber, edition_id, departure, options, work.now
    )
    if not has_left:
        work.skip_audit_line()
    return has_left


@action(Permission.OWN_SUBSCRIPTION)
def resubscribe(work: UnitOfWork[Context], link: ExpiringLink, *, origin: Origin) -> None:
    """Undo unsubscribing, with the earlier preferences; idempotent.

    Raises:
        TokenError: the link is of an earlier unsubscribe, or the subscriber never confirmed or is
            suppressed.
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = returning.returning_subscriber(work.session, link)
    work.about(KIND, subscriber.id)
    if not membership.resubscribe(work.session, subscriber, origin=origin, now=work.now):
        work.skip_audit_line()


@action(Permission.OWN_SUBSCRIPTION)
def object_to_mail(work: UnitOfWork[Context], *, origin: Origin) -> None:
    """End the subscription and suppress the address (right to object, UK GDPR art. 21).

    Raises:
        TokenError: the subscriber is erased.
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = privacy.known_subscriber(work.session, work.actor.subscriber_id)
    work.about(KIND, subscriber.id)
    if not membership.object_to(work.session, subscriber, origin=origin, now=work.now):
        work.skip_audit_line()


@action(Permission.OWN_SUBSCRIPTION)
def erase(work: UnitOfWork[Context], *, origin: Origin) -> None:
    """Erase the personal data (UK GDPR art. 17); a hash stays, so that the address is suppressed.

    Raises:
        TokenError: the subscriber is erased already.
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = privacy.known_subscriber(work.session, work.actor.subscriber_id)
    work.about(KIND, subscriber.id)
    privacy.erase(work.session, subscriber, origin=origin, now=work.now)
