"""The kinds of notice: for whom each is true, and the values of its template.

A kind is an entry of `NOTICE_TYPES`, a folder in templates/email, and a call of
`notices.queue_if_enabled` where the event happens.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute, Session

from newsletter.articles import store as articles
from newsletter.config.options import Config
from newsletter.config.tables.joining_options import JoiningOptions
from newsletter.delivery.ledger.models import Notice, NoticeKind
from newsletter.delivery.transactional import MailContext, transactional_mail
from newsletter.editions.dates import long_date
from newsletter.errors import Conflict
from newsletter.subscriptions import address_links, confirm, resubscribe
from newsletter.subscriptions.frequency_labels import FREQUENCIES
from newsletter.tokens.links import NO_EDITION, LinkSigners
from newsletter.tokens.signing import Signer
from newsletter.transports.base import Mail
from subscribers import store as people
from subscribers.audience import is_suppressed
from subscribers.models import AddressChange, AddressMove, Subscriber, SubscriberStatus


@dataclass(frozen=True, kw_only=True)
class NoticeContext:
    """What such mails are written from."""

    config: Config
    signer: Callable[[str], Signer]
    """Of a purpose."""
    links: LinkSigners
    now: datetime

    @property
    def base_url(self) -> str:
        return self.config.site.base_url


RESEND_COOLDOWN = timedelta(minutes=10)
"""From then on, whoever asks again has probably not got the mail."""

Values = Callable[[Session, Notice, Subscriber, NoticeContext], dict[str, Any]]


class NoticeRecipient(NamedTuple):
    """Where a mail goes."""

    address: str
    address_hash: str


def own_mailbox(_session: Session, _notice: Notice, subscriber: Subscriber) -> NoticeRecipient:
    return NoticeRecipient(subscriber.address or "", subscriber.address_hash)


@dataclass(frozen=True, kw_only=True)
class NoticeType:
    """One kind of mail to one person."""

    status: SubscriberStatus
    """The status that the subscriber must have when it leaves."""
    since: InstrumentedAttribute[Any]
    """Since when they have it: what was queued earlier is out of date."""
    values: Values
    is_wanted: Callable[[JoiningOptions], bool] = lambda _options: True
    also: tuple[ColumnElement[bool], ...] = ()
    """Further conditions on the subscriber."""
    is_proven: bool = True
    """Whether the address is proven. Where it is not, nothing the subscriber chose stands in
    the mail, or the form would send a stranger's words to anybody."""
    mailbox: Callable[[Session, Notice, Subscriber], NoticeRecipient] = own_mailbox
    """Where it goes."""
    cooldown: timedelta = timedelta()
    """How long after one that left another says nothing new: a button pressed again and again
    asks for one mail."""


def notice_mail(
    session: Session,
    notice: Notice,
    subscriber: Subscriber,
    context: NoticeContext,
    mail_context: MailContext,
) -> Mail:
    """The mail of a notice; its Message-ID is the notice's."""
    kind = NOTICE_TYPES[notice.kind]
    address, current_address = kind.mailbox(session, notice, subscriber)
    return transactional_mail(
        notice.kind,
        kind.values(session, notice, subscriber, context),
        mail_context,
        address=address,
        name=subscriber.name if kind.is_proven else "",
        message_id=f"n{notice.id}.{int(notice.created_at.timestamp()):x}",
        tokens=(
            context.links.unsubscribe_token(
                subscriber.id, NO_EDITION, current_address, context.now
            ),
            context.links.preferences_token(subscriber.id, current_address, context.now),
        ),
        now=context.now,
    )


def confirm_values(
    _session: Session, notice: Notice, _subscriber: Subscriber, context: NoticeContext
) -> dict[str, Any]:
    signer = context.signer(confirm.PURPOSE)
    return {"confirm_url": confirm.confirmation_url(context.base_url, signer, notice)}


def move_values(
    session: Session, notice: Notice, subscriber: Subscriber, context: NoticeContext
) -> dict[str, Any]:
    change, signer = (
        _asked_by(session, notice, subscriber),
        context.signer(address_links.PURPOSE),
    )
    # The old address stands nowhere in it: the new one may be mistyped and a stranger's.
    return {"move_url": address_links.new_address_url(context.base_url, signer, change)}


def new_mailbox(session: Session, notice: Notice, subscriber: Subscriber) -> NoticeRecipient:
    change = _asked_by(session, notice, subscriber)
    return NoticeRecipient(change.address, change.address_hash)


def _asked_by(session: Session, notice: Notice, subscriber: Subscriber) -> AddressChange:
    """The change of address that a notice asks to confirm.

    Raises:
        Conflict: it was given up, or another was asked for, at this moment.
    """
    change = people.address_change(session, subscriber)
    if change.asked_at != notice.created_at:
        raise Conflict(f"subscriber {subscriber.id} has asked for another address")
    return change


def moving_values(
    session: Session, notice: Notice, subscriber: Subscriber, context: NoticeContext
) -> dict[str, Any]:
    signer = context.signer(address_links.OBJECTION_PURPOSE)
    change = _told_of(session, notice, subscriber)
    return {"keep_url": address_links.objection_url(context.base_url, signer, change)}


def old_mailbox(session: Session, notice: Notice, subscriber: Subscriber) -> NoticeRecipient:
    change = _told_of(session, notice, subscriber)
    return NoticeRecipient(change.address, change.address_hash)


def _told_of(session: Session, notice: Notice, subscriber: Subscriber) -> AddressMove:
    """The change of address that a notice tells the old address of.

    Raises:
        Conflict: it was stopped or undone at this moment.
    """
    change = people.find_move_asked_at(session, subscriber, notice.created_at)
    if change is None:
        raise Conflict(f"subscriber {subscriber.id} keeps the address")
    return change


def goodbye_values(
    _session: Session, _notice: Notice, subscriber: Subscriber, context: NoticeContext
) -> dict[str, Any]:
    signer = context.signer(resubscribe.PURPOSE)
    good_until = (subscriber.ended_at or context.now) + context.config.joining.expires
    return {
        "return_url": resubscribe.resubscribe_url(context.base_url, signer, subscriber),
        "good_until": long_date(good_until, context.config.site.timezone),
    }


def choice_values(
    session: Session, _notice: Notice, subscriber: Subscriber, context: NoticeContext
) -> dict[str, Any]:
    """What the subscriber is sent at present."""
    chosen = people.choice_of(session, subscriber).digests
    digests = [name for name in chosen if name in context.config.digests]
    return {
        "choice": {
            "mails": FREQUENCIES[subscriber.frequency],
            "topics": _topic_names(session, subscriber),
            "digests": [context.config.digests[name].name for name in digests],
            "paused_until": _paused_until(subscriber, context),
        },
        "archive_url": f"{context.base_url}/editions" if context.config.web.archive else "",
    }


def _topic_names(session: Session, subscriber: Subscriber) -> list[str]:
    names = {topic.slug: topic.name for topic in articles.topics(session)}
    return [names.get(slug, slug) for slug in people.choice_of(session, subscriber).topics]


def _paused_until(subscriber: Subscriber, context: NoticeContext) -> str:
    until = subscriber.paused_until
    if until is None or until <= context.now:
        return ""
    return long_date(until, context.config.site.timezone)


def _of_what_holds(
    is_wanted: Callable[[JoiningOptions], bool], cooldown: timedelta = timedelta()
) -> NoticeType:
    """A kind that says what a confirmed subscriber is sent."""
    return NoticeType(
        status=SubscriberStatus.CONFIRMED,
        since=Subscriber.confirmed_at,
        values=choice_values,
        is_wanted=is_wanted,
        cooldown=cooldown,
    )


NOTICE_TYPES: dict[str, NoticeType] = {
    NoticeKind.CONFIRM: NoticeType(
        status=SubscriberStatus.PENDING,
        since=Subscriber.joined_at,
        values=confirm_values,
        is_proven=False,
        cooldown=RESEND_COOLDOWN,
    ),
    NoticeKind.WELCOME: _of_what_holds(lambda options: options.welcome, RESEND_COOLDOWN),
    NoticeKind.GOODBYE: NoticeType(
        status=SubscriberStatus.ENDED,
        since=Subscriber.ended_at,
        values=goodbye_values,
        is_wanted=lambda options: options.goodbye,
        # Whoever had never confirmed was asked once, and is told nothing more.
        also=(Subscriber.confirmed_at.is_not(None),),
    ),
    NoticeKind.CHANGED: _of_what_holds(lambda options: options.changed),
    NoticeKind.MOVE: NoticeType(
        status=SubscriberStatus.CONFIRMED,
        since=AddressChange.asked_at,
        values=move_values,
        also=(
            AddressChange.subscriber_id == Subscriber.id,
            AddressChange.asked_at == Notice.created_at,
            ~is_suppressed(AddressChange.address_hash),
        ),
        is_proven=False,
        mailbox=new_mailbox,
    ),
    # To the old address, whether or not the new one has confirmed by then.
    NoticeKind.MOVING: NoticeType(
        status=SubscriberStatus.CONFIRMED,
        since=AddressMove.asked_at,
        values=moving_values,
        also=(
            AddressMove.subscriber_id == Subscriber.id,
            AddressMove.asked_at == Notice.created_at,
            ~is_suppressed(AddressMove.address_hash),
        ),
        mailbox=old_mailbox,
    ),
    NoticeKind.PREFERENCES: NoticeType(
        status=SubscriberStatus.CONFIRMED,
        since=Subscriber.confirmed_at,
        values=lambda *_: {},
        cooldown=RESEND_COOLDOWN,
    ),
}
