"""Dry run of an edition: its rendered mail, its audience, and why others are excluded."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from newsletter.database import raise_work_mem
from newsletter.delivery.ledger.statistics import measures
from newsletter.delivery.ledger.store import stream_of
from newsletter.editions.composing.composition import Composition
from newsletter.editions.composing.content import content_of
from newsletter.editions.composing.variants import variant_keys, variants_of
from newsletter.editions.models import Edition
from newsletter.editions.segment import in_segment
from newsletter.errors import ResourceNotFound
from newsletter.rendering.encoding.dkim import DkimKey, spliceable
from newsletter.rendering.encoding.headers import mailbox
from newsletter.rendering.encoding.slots import personal_values
from newsletter.rendering.renderer import RenderedMail, Renderer
from newsletter.tokens.links import NOBODY, UNDATED, LinkSigners
from newsletter.transports.base import Mail
from subscribers import store as people
from subscribers.audience import exclusion
from subscribers.models import Subscriber
from subscribers.topics import Choice

NOT_IN_TOPICS = "chose other topics"
NOT_IN_SEGMENT = "not in the segment"


@dataclass(frozen=True, kw_only=True)
class Audience:
    """The size of an audience, and the others counted by reason."""

    recipients: int
    excluded: dict[str, int]
    variants: int
    """How many distinct mails the recipients get."""


def audience_of(session: Session, composition: Composition, now: datetime) -> Audience:
    """The edition's audience as of now."""
    edition = composition.edition
    keys = variant_keys(edition, composition.sections, people.choices(session))
    reason = exclusion_from(session, edition, now)
    asked = select(reason.label("why"), Subscriber.choice_id.label("choice")).subquery()
    query = select(asked.c.why, asked.c.choice, func.count()).group_by(*asked.c)
    counts: Counter[str] = Counter()
    variants: set[str] = set()
    if edition.segment:
        raise_work_mem(session)
    for why, choice_id, count in session.execute(query):
        counts[why or ("" if choice_id in keys else NOT_IN_TOPICS)] += count
        if not why and choice_id in keys:
            variants.add(keys[choice_id])
    recipients = counts.pop("", 0)
    return Audience(
        recipients=recipients, excluded=dict(counts.most_common()), variants=len(variants)
    )


def exclusion_from(session: Session, edition: Edition, now: datetime) -> ColumnElement[str | None]:
    """The SQL expression for why a subscriber is outside an edition's audience.

    NULL for its members, and for those whose topics alone decide.
    """
    known = measures(session) if edition.segment else {}
    outside = case((in_segment(edition, now, known), None), else_=NOT_IN_SEGMENT)
    return func.coalesce(exclusion(stream_of(edition.kind), now, edition.language), outside)


def render_for_choice(
    composition: Composition,
    renderer: Renderer,
    choice: Choice,
    now: datetime,
    *,
    test: bool = False,
) -> RenderedMail:
    """Render the mail for a subscriber with this choice.

    Raises:
        ResourceNotFound: the edition has nothing for this choice.
    """
    edition = composition.edition
    found = variants_of(edition, composition.sections, {0: choice})
    if not found:
        chosen = ", ".join((*choice.topics, *choice.digests))
        raise ResourceNotFound(f"with the choice {chosen} there would be no mail: nothing in it")
    sections = next(iter(found.values()))
    base = renderer.unsubscribe_base
    content = content_of(edition, sections, unsubscribe_base=base, now=now, is_test=test)
    return renderer.render_mail(content)


def build_test_mail(
    compiled: RenderedMail,
    edition: Edition,
    address: str,
    name: str,
    links: LinkSigners,
    key: DkimKey | None = None,
) -> Mail:
    """A test mail outside the ledger, to an address of the administrator's.

    Its links name no subscriber, so they change nothing.
    """
    values = personal_values(
        to=mailbox(name, address),
        name=name,
        unsubscribe=links.unsubscribe_token(NOBODY, edition.id, "", UNDATED),
        preferences=links.preferences_token(NOBODY, "", UNDATED),
        message_id=f"test.{compiled.nonce}",
    )
    content = spliceable(compiled.message, compiled.nonce, key).splice(values)
    sender = edition.masthead["sender"]["bounces"]
    return Mail(key=0, sender=sender, recipient=address, content=content)
