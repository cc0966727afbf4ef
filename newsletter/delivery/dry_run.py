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
from subscribers.audience import (
    Exclusion,
    Stream,
    exclusion,
    first_of,
    grounds,
    has_suppressed_address,
)
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
    keys = variant_keys(composition.edition, composition.sections, people.choices(session))
    counts: Counter[str] = Counter()
    variants: set[str] = set()
    for (why, choice_id), count in _grouped(session, composition.edition, now).items():
        counts[why or ("" if choice_id in keys else NOT_IN_TOPICS)] += count
        if count and not why and choice_id in keys:
            variants.add(keys[choice_id])
    recipients = counts.pop("", 0)
    return Audience(
        recipients=recipients, excluded=dict((+counts).most_common()), variants=len(variants)
    )


def _grouped(session: Session, edition: Edition, now: datetime) -> Counter[tuple[str | None, int]]:
    """How many there are of each reason and choice; the reason is None for members.

    The suppressed are found by their suppressions and taken out of where they would be otherwise:
    looking each subscriber up there takes many times as long.
    """
    stream, language = stream_of(edition.kind), edition.language
    reason = first_of(grounds(stream, now, language))
    if edition.segment:
        raise_work_mem(session)
        reason = func.coalesce(reason, _outside_segment(session, edition, now))
        counts = _by_reason(session, reason)
    else:
        counts = _by_stored_columns(session, stream, now, language)
    for (why, choice_id), count in _by_reason(session, reason, has_suppressed_address()).items():
        if why != Exclusion.ERASED.value:
            counts[why, choice_id] -= count
            counts[Exclusion.SUPPRESSED.value, choice_id] += count
    return counts


def _by_reason(
    session: Session, reason: ColumnElement[str | None], *among: ColumnElement[bool]
) -> Counter[tuple[str | None, int]]:
    asked = select(reason.label("why"), Subscriber.choice_id).where(*among).subquery()
    query = select(asked.c.why, asked.c.choice_id, func.count()).group_by(*asked.c)
    return Counter({(why, choice): count for why, choice, count in session.execute(query)})


def _by_stored_columns(
    session: Session, stream: Stream, now: datetime, language: str
) -> Counter[tuple[str | None, int]]:
    """As `_by_reason`, from the index `ix_subscribers_audience` alone."""
    stored = (
        Subscriber.status,
        Subscriber.frequency,
        Subscriber.paused_until,
        Subscriber.language,
        Subscriber.choice_id,
    )
    alike = select(*stored, func.count().label("people")).group_by(*stored).subquery()
    reason = first_of(grounds(stream, now, language, alike.c))
    counts: Counter[tuple[str | None, int]] = Counter()
    for why, choice, count in session.execute(select(reason, alike.c.choice_id, alike.c.people)):
        counts[why, choice] += count
    return counts


def exclusion_from(session: Session, edition: Edition, now: datetime) -> ColumnElement[str | None]:
    """The SQL expression for why a subscriber is outside an edition's audience.

    NULL for its members, and for those whose topics alone decide.
    """
    reason = exclusion(stream_of(edition.kind), now, edition.language)
    return func.coalesce(reason, _outside_segment(session, edition, now))


def _outside_segment(
    session: Session, edition: Edition, now: datetime
) -> ColumnElement[str | None]:
    fields = measures(session) if edition.segment else {}
    return case((in_segment(edition, now, fields), None), else_=NOT_IN_SEGMENT)


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
    variants = variants_of(edition, composition.sections, {0: choice})
    if not variants:
        chosen = ", ".join((*choice.topics, *choice.digests))
        raise ResourceNotFound(f"with the choice {chosen} there would be no mail: nothing in it")
    sections = next(iter(variants.values()))
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
