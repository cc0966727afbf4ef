"""The kinds of notice: when each applies, and its template's variables.

A kind is a row of `NOTICE_TYPES`, a folder in templates/email, and a call of
`notices.queue_if_enabled` where the event happens.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute, Session

from newsletter.articles import store as articles
from newsletter.config.joining_options import JoiningOptions
from newsletter.config.options import Config
from newsletter.delivery.ledger.models import Notice, NoticeKind
from newsletter.delivery.transactional import MailContext, transactional_mail
from newsletter.editions.dates import long_date
from newsletter.subscriptions import change_address, confirm, resubscribe
from newsletter.subscriptions.frequency_labels import FREQUENCIES
from newsletter.tokens.links import NO_EDITION, LinkSigners
from newsletter.tokens.signing import Signer
from newsletter.transports.base import Mail
from subscribers import store as people
from subscribers.audience import is_suppressed
from subscribers.models import AddressChange, Subscriber, SubscriberStatus


@dataclass(frozen=True, kw_only=True)
class NoticeContext:
    """Dependencies for composing notices."""

    config: Config
    signer: Callable[[str], Signer]
    """By purpose."""
    links: LinkSigners
    now: datetime

    @property
    def base_url(self) -> str:
        return self.config.site.base_url


Values = Callable[[Session, Notice, Subscriber, NoticeContext], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class NoticeType:
    """One kind of notice."""

    status: SubscriberStatus
    """The subscriber's required status when it is sent."""
    since: InstrumentedAttribute[Any]
    """When that status began: a notice queued before is out of date."""
    values: Values
    is_wanted: Callable[[JoiningOptions], bool] = lambda _options: True
    also: tuple[ColumnElement[bool], ...] = ()
    """Further conditions."""
    is_proven: bool = True
    """Whether the address is confirmed. Otherwise the mail contains no user-supplied text, or the
    form could send a stranger's text to anybody."""
    address: Callable[[Session, Subscriber], str] = lambda _session, who: who.address or ""


def notice_mail(
    session: Session,
    notice: Notice,
    subscriber: Subscriber,
    context: NoticeContext,
    mail_context: MailContext,
) -> Mail:
    """Compose a notice; its Message-ID is derived from its row."""
    kind = NOTICE_TYPES[notice.kind]
    return transactional_mail(
        notice.kind,
        kind.values(session, notice, subscriber, context),
        mail_context,
        address=kind.address(session, subscriber),
        name=subscriber.name if kind.is_proven else "",
        message_id=f"n{notice.id}.{int(notice.created_at.timestamp()):x}",
        tokens=(
            context.links.unsubscribe_token(subscriber.id, NO_EDITION),
            context.links.preferences_token(subscriber.id),
        ),
        now=context.now,
    )


def confirm_values(
    _session: Session, notice: Notice, _subscriber: Subscriber, context: NoticeContext
) -> dict[str, Any]:
    signer = context.signer(confirm.PURPOSE)
    return {"confirm_url": confirm.confirmation_url(context.base_url, signer, notice)}


def move_values(
    session: Session, _notice: Notice, subscriber: Subscriber, context: NoticeContext
) -> dict[str, Any]:
    change, signer = (
        people.address_change(session, subscriber),
        context.signer(change_address.PURPOSE),
    )
    # The old address is not disclosed: the new one may be mistyped and a stranger's.
    return {"move_url": change_address.new_address_url(context.base_url, signer, change)}


def new_address(session: Session, subscriber: Subscriber) -> str:
    return people.address_change(session, subscriber).address


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
    """The subscriber's current preferences."""
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


def _choice_summary(is_wanted: Callable[[JoiningOptions], bool]) -> NoticeType:
    """A kind that lists a confirmed subscriber's preferences."""
    return NoticeType(
        status=SubscriberStatus.CONFIRMED,
        since=Subscriber.confirmed_at,
        values=choice_values,
        is_wanted=is_wanted,
    )


NOTICE_TYPES: dict[str, NoticeType] = {
    NoticeKind.CONFIRM: NoticeType(
        status=SubscriberStatus.PENDING,
        since=Subscriber.joined_at,
        values=confirm_values,
        is_proven=False,
    ),
    NoticeKind.WELCOME: _choice_summary(lambda options: options.welcome),
    NoticeKind.GOODBYE: NoticeType(
        status=SubscriberStatus.ENDED,
        since=Subscriber.ended_at,
        values=goodbye_values,
        is_wanted=lambda options: options.goodbye,
        # Somebody who never confirmed gets no mail beyond the request to confirm.
        also=(Subscriber.confirmed_at.is_not(None),),
    ),
    NoticeKind.CHANGED: _choice_summary(lambda options: options.changed),
    NoticeKind.MOVE: NoticeType(
        status=SubscriberStatus.CONFIRMED,
        since=AddressChange.asked_at,
        values=move_values,
        also=(
            AddressChange.subscriber_id == Subscriber.id,
            ~is_suppressed(AddressChange.address_hash),
        ),
        is_proven=False,
        address=new_address,
    ),
}
