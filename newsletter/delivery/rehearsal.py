"""Rehearsals: what an edition would look like, and who would get it or why not."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.delivery.outbox import stream_of
from newsletter.editions import store
from newsletter.editions.models import Edition
from newsletter.editions.variants import CompiledVariant, compile_variant, variant_keys
from newsletter.errors import ResourceNotFound
from newsletter.rendering.compile import Renderer, personal_values
from newsletter.rendering.dkim import DkimKey, ready
from newsletter.rendering.headers import mailbox
from newsletter.signing import Signer
from newsletter.transports.base import Mail
from subscribers import store as people
from subscribers.audience import exclusion
from subscribers.models import Subscriber

NOT_IN_TOPICS = "no article in her topics"


@dataclass(frozen=True, kw_only=True)
class Audience:
    """Who would be mailed, and who not for which reason."""

    recipients: int
    excluded: dict[str, int]


def audience_of(session: Session, edition: Edition, now: datetime) -> Audience:
    """The audience of an edition as it stands now."""
    articles = store.articles_of(session, edition.id)
    keys = variant_keys(edition, articles, people.choices(session))
    reason = exclusion(stream_of(edition.kind), now)
    query = select(reason, Subscriber.choice_id, func.count()).group_by(
        reason, Subscriber.choice_id
    )
    counts: Counter[str] = Counter()
    for why, choice_id, count in session.execute(query):
        counts[why or ("" if choice_id in keys else NOT_IN_TOPICS)] += count
    recipients = counts.pop("", 0)
    return Audience(recipients=recipients, excluded=dict(counts.most_common()))


def variant_for(
    session: Session,
    edition: Edition,
    renderer: Renderer,
    subscriber: Subscriber | None,
    now: datetime,
    *,
    test: bool = False,
) -> CompiledVariant:
    """The message as this subscriber would get it; None: somebody who takes every topic.

    Raises:
        ResourceNotFound: the edition has nothing for her.
    """
    articles = store.articles_of(session, edition.id)
    if subscriber is None:
        return compile_variant(edition, articles, renderer, now, test=test)
    choice = {subscriber.choice_id: people.chosen_topics(session, subscriber)}
    key = variant_keys(edition, articles, choice).get(subscriber.choice_id)
    if key is None:
        raise ResourceNotFound(f"{subscriber.address} would get no mail: {NOT_IN_TOPICS}")
    chosen = [a for a in articles if str(a.id) in key.split(",")]
    return compile_variant(edition, chosen, renderer, now, test=test)


def trial_mail(
    compiled: CompiledVariant,
    edition: Edition,
    address: str,
    name: str,
    signer: Signer,
    key: DkimKey | None = None,
) -> Mail:
    """One mail outside the ledger, to an address the administrator named.

    Its unsubscribe address belongs to nobody: pressing it ends no subscription.
    """
    values = personal_values(
        to=mailbox(name, address),
        name=name,
        token=signer.sign(f"0.{edition.id}"),
        message_id=f"test.{compiled.nonce}",
    )
    content = ready(compiled.content, compiled.nonce, key).splice(values)
    sender = edition.masthead["sender"]["bounces"]
    return Mail(key=0, sender=sender, recipient=address, content=content)
