"""Actions of a subscriber on their own subscription, authorised by the links in their mails.

The face has read the signed token, and says by its actor whose subscription is meant.
"""

from datetime import datetime
from functools import wraps
from typing import ParamSpec, TypeVar

from newsletter.actions.action import Called, OneTransaction, UnitOfWork, action
from newsletter.actions.context import Context
from newsletter.delivery.ledger import transcripts
from newsletter.delivery.ledger.models import NoticeKind
from newsletter.errors import TokenSpent
from newsletter.feedback import store as feedback_store
from newsletter.staff.permissions import Permission
from newsletter.subscriptions import (
    change_address,
    erasure,
    notices,
    preferences,
    preferences_link,
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
from newsletter.subscriptions.unsubscribe import UnsubscribeReason
from newsletter.tokens.expiring_link import ExpiringLink
from newsletter.tokens.links import NOBODY, PreferencesLink
from subscribers import membership
from subscribers import store as people
from subscribers.consent import ConsentOrigin
from subscribers.membership import Preferences, Signup
from subscribers.models import Frequency

KIND = "subscriber"

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def _own_action(
    body: OneTransaction[Context, Arguments, Result],
) -> Called[Context, Arguments, Result]:
    """An action on the actor's own subscription, which no other changes at the same time.

    The row is locked before anything is read: a link that is good once is believed once.
    """

    @action(Permission.OWN_SUBSCRIPTION)
    @wraps(body)
    def alone(
        work: UnitOfWork[Context], /, *args: Arguments.args, **options: Arguments.kwargs
    ) -> Result:
        people.lock(work.session, work.actor.subscriber_id)
        return body(work, *args, **options)

    return alone


@action(Permission.SIGN_UP)
def sign_up(work: UnitOfWork[Context], joining: Signup, *, origin: ConsentOrigin) -> None:
    """Enter one's own address, and be asked by mail to confirm it.

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


@_own_action
def confirm(work: UnitOfWork[Context], link: ExpiringLink, *, origin: ConsentOrigin) -> None:
    """Confirm that the address is one's own; again changes nothing.

    Raises:
        TokenError: the subscriber has left, was forgotten or changed their address since.
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = confirmation.pending_subscriber(work.session, link)
    work.about(KIND, subscriber.id)
    if not membership.confirm(work.session, subscriber, origin=origin, now=work.now):
        work.skip_audit_line()
        return
    options = work.context.config.joining
    notices.queue_if_enabled(work.session, NoticeKind.WELCOME, subscriber, options, work.now)


@_own_action
def choose(
    work: UnitOfWork[Context],
    link: PreferencesLink,
    wishes: Preferences,
    until: datetime | None,
    *,
    origin: ConsentOrigin,
) -> None:
    """Set what one is sent, and until when nothing is.

    Args:
        until: None: no pause.

    Raises:
        TokenError: the subscriber has left, never confirmed, or changed their address since.
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = preferences.member(work.session, link)
    work.about(KIND, subscriber.id)
    config = work.context.config
    is_changed = preferences.choose(
        work.session, subscriber, wishes, until, config, origin=origin, now=work.now
    )
    if not is_changed:
        work.skip_audit_line()


@_own_action
def lower_frequency(
    work: UnitOfWork[Context], link: PreferencesLink, frequency: Frequency, *, origin: ConsentOrigin
) -> None:
    """Take fewer mails instead of leaving.

    Raises:
        TokenError: the subscriber has left, never confirmed, or changed their address since.
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = preferences.member(work.session, link)
    work.about(KIND, subscriber.id, frequency=frequency.value)
    config = work.context.config
    is_changed = preferences.lower_frequency(
        work.session, subscriber, frequency, config, origin=origin, now=work.now
    )
    if not is_changed:
        work.skip_audit_line()


@_own_action
def pause(work: UnitOfWork[Context], link: PreferencesLink) -> datetime:
    """Take no mail for four weeks instead of leaving; until when.

    Raises:
        TokenError: the subscriber has left, never confirmed, or changed their address since.
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = preferences.member(work.session, link)
    work.about(KIND, subscriber.id)
    config = work.context.config
    until = preferences.end_of_short_pause(config, work.now)
    if not preferences.pause(work.session, subscriber, until, config, work.now):
        work.skip_audit_line()
    return until


@_own_action
def ask_to_move(work: UnitOfWork[Context], link: PreferencesLink, address: str) -> None:
    """Ask to be mailed at another address, which is written to before anything changes.

    The old address is told, and can object.

    Args:
        address: normalised.

    Raises:
        TokenError: the subscriber has left, never confirmed, or changed their address since.
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = preferences.member(work.session, link)
    work.about(KIND, subscriber.id)
    options, secret = work.context.config.joining, work.context.secret
    preferences_link.check_fresh(link, options.fresh_link, work.now)
    change_address.ask_to_move(work.session, subscriber, secret, options, address, work.now)


@_own_action
def keep_address(work: UnitOfWork[Context], link: PreferencesLink) -> None:
    """Give up the change of address that was asked for.

    Raises:
        TokenError: the subscriber has left, or changed their address since.
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = preferences.member(work.session, link)
    work.about(KIND, subscriber.id)
    if people.find_address_change(work.session, subscriber) is None:
        work.skip_audit_line()
    people.drop_address_change(work.session, subscriber)


@_own_action
def move(work: UnitOfWork[Context], link: ExpiringLink, *, origin: ConsentOrigin) -> int:
    """Be mailed at the new address from now on; the number of the subscriber who has it.

    Raises:
        TokenError: the change is made or given up, the subscriber has left, or the new address is
            suppressed.
        ResourceNotFound: there is no such subscriber.
    """
    context = work.context
    options = context.config.joining
    moved = change_address.move(
        work.session, link, context.secret, options, origin=origin, now=work.now
    )
    work.about(KIND, work.actor.subscriber_id, moved_to=moved.id)
    return moved.id


@_own_action
def object_to_move(work: UnitOfWork[Context], change_id: int, *, origin: ConsentOrigin) -> None:
    """Stop a change of address, or put the old address back where the new one has confirmed.

    Raises:
        TokenError: it was stopped or undone already, or made more than a week ago.
    """
    subscriber, holder = change_address.object_to_move(
        work.session, change_id, origin=origin, now=work.now
    )
    work.about(KIND, subscriber, held_by=holder.id)


@_own_action
def mail_preferences_link(work: UnitOfWork[Context], link: PreferencesLink) -> bool:
    """Have a fresh link mailed; False where that was done often enough today.

    Raises:
        TokenError: the subscriber has left, never confirmed, or changed their address since.
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = preferences.member(work.session, link)
    work.about(KIND, subscriber.id)
    options = work.context.config.joining
    is_queued = notices.queue_if_enabled(
        work.session, NoticeKind.PREFERENCES, subscriber, options, work.now
    )
    if not is_queued:
        work.skip_audit_line()
    return is_queued


@_own_action
def unsubscribe(work: UnitOfWork[Context], edition_id: int, departure: UnsubscribeReason) -> bool:
    """End the subscription; False where it was over already.

    Raises:
        TokenError: the link came with a test mail, and is nobody's.
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


@_own_action
def resubscribe(work: UnitOfWork[Context], link: ExpiringLink, *, origin: ConsentOrigin) -> None:
    """Undo one's leaving, with what had been chosen; undoing it again changes nothing.

    Raises:
        TokenError: the link is of an earlier leaving, or the subscriber had never confirmed or is
            suppressed.
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = returning.returning_subscriber(work.session, link)
    work.about(KIND, subscriber.id)
    if not membership.resubscribe(work.session, subscriber, origin=origin, now=work.now):
        work.skip_audit_line()


@_own_action
def object_to_mail(
    work: UnitOfWork[Context], link: PreferencesLink, *, origin: ConsentOrigin
) -> None:
    """End the subscription and be never mailed again (UK GDPR, art. 21).

    Raises:
        TokenError: the subscriber is erased, changed their address since, or the link is not fresh.
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = erasure.known_subscriber(work.session, link)
    work.about(KIND, subscriber.id)
    options = work.context.config.joining
    erasure.check_may_end_for_good(work.session, subscriber, link, options, work.now)
    if not membership.object_to(work.session, subscriber, origin=origin, now=work.now):
        work.skip_audit_line()


@_own_action
def erase(work: UnitOfWork[Context], link: PreferencesLink, *, origin: ConsentOrigin) -> None:
    """Be forgotten (UK GDPR, art. 17); a hash stays, so that nobody enters the address again.

    Raises:
        TokenError: the subscriber is erased already, changed their address since, or the link is
            not fresh.
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = erasure.known_subscriber(work.session, link)
    work.about(KIND, subscriber.id)
    options = work.context.config.joining
    erasure.check_may_end_for_good(work.session, subscriber, link, options, work.now)
    erasure.erase(work.session, subscriber, origin=origin, now=work.now)
    feedback_store.forget_evidence_of(work.session, subscriber.id)
    transcripts.forget_of_subscriber(work.session, subscriber.id)
