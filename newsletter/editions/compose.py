"""Composition of editions: a digest's for one period, or a bulletin. Immutable afterwards."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from newsletter.articles.body.sanitising import sanitise
from newsletter.config.options import Config, DigestOptions
from newsletter.config.quiet_hours import after_quiet_hours
from newsletter.config.tables.approval import Approval, approvals_needed
from newsletter.config.tables.sending import UncertainPolicy
from newsletter.editions import store
from newsletter.editions.coming import store as coming_store
from newsletter.editions.composing.content import content_of
from newsletter.editions.composing.masthead import masthead
from newsletter.editions.digests import registry
from newsletter.editions.digests.composition import checked_transport, design_digest
from newsletter.editions.digests.sections import NoEdition, Section
from newsletter.editions.models import Edition, EditionKind, EditionState
from newsletter.errors import Conflict, InvalidInput
from newsletter.rendering.renderer import Renderer
from subscribers.segments.store import expression_of
from subscribers.topics import choice_key

REPEAT_GUARD = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class BulletinDraft:
    """An administrator's bulletin before it becomes an edition."""

    subject: str
    text: str
    is_html: bool = False
    topics: tuple[str, ...] = ()
    send_at: datetime | None = None
    again: bool = False
    """Allow a bulletin identical to one of the last day."""
    transport: str = ""
    """What it goes by; empty: as configured."""
    uncertain: UncertainPolicy | None = None
    """What becomes of mails in doubt; None: as configured."""
    segment: str = ""
    """A segment's name or an expression; empty: everybody."""
    in_quiet_hours: bool = False
    """It may leave in `bulletins.quiet`."""
    authors: tuple[str, ...] = ()
    """Who wrote it, as `str(Actor)`."""
    needs_sender: bool = False
    """Whoever asks may not send: a sender has to approve, whatever is configured."""


def compose_digest(
    session: Session,
    config: Config,
    renderer: Renderer,
    name: str,
    *,
    period: str | None,
    now: datetime,
    transport: str = "",
    uncertain: UncertainPolicy | None = None,
    send_at: datetime | None = None,
) -> Edition | NoEdition:
    """The next edition of a digest, stored; or why there is none.

    A scheduled period without articles is recorded too, so that it is decided once.

    Args:
        transport: the transport or route; empty: as configured.
        uncertain: the policy for uncertain deliveries; None: as configured.
        send_at: None: now.

    Raises:
        ResourceNotFound: no such digest, or no such transport.
        SendingRefused: the imprint or sender is missing.
        Conflict: (at commit) another process composed the same edition first.
    """
    registry.lock_digest(session, name, now)
    design = design_digest(
        session, config, name, period=period, now=now, transport=transport, uncertain=uncertain
    )
    edition = design.edition
    if isinstance(design.section, NoEdition):
        if period is not None:
            _record_empty(session, edition, name, design.section.reason, now)
        return design.section
    edition.send_at = send_at or now
    session.add(edition)
    session.flush()
    store.add_articles(session, edition, design.section.articles, design.section.titles)
    store.add_corrections(session, edition, design.section.amendments)
    coming_store.consume(session, name)
    set_subject(edition, store.sections_of(session, edition), renderer)
    session.flush()
    return edition


def _record_empty(
    session: Session, edition: Edition, name: str, reason: str, now: datetime
) -> None:
    """Store the edition of a scheduled period that has nothing to say."""
    edition.state, edition.note, edition.finished_at = EditionState.EMPTY, reason, now
    session.add(edition)
    coming_store.consume(session, name)
    session.flush()


def record_missed(session: Session, config: Config, name: str, period: str, now: datetime) -> None:
    """Record a scheduled period past its grace time, so that it is reported once."""
    edition = _without_mail(config.digests[name], name, period, now)
    edition.state, edition.finished_at = EditionState.MISSED, now
    edition.note = "nothing was running at its time, and its grace is over"
    session.add(edition)
    session.flush()


def record_skipped(
    session: Session,
    options: DigestOptions,
    name: str,
    *,
    period: str,
    at: datetime,
    now: datetime,
) -> None:
    """Record a run that a person leaves out, so that it is never due."""
    edition = _without_mail(options, name, period, now)
    edition.state, edition.finished_at = EditionState.SKIPPED, now
    edition.send_at, edition.note = at, "left out by decision; its stories go into the next"
    session.add(edition)
    session.flush()


def _without_mail(options: DigestOptions, name: str, period: str, now: datetime) -> Edition:
    return Edition(
        kind=EditionKind.DIGEST,
        digest=name,
        period=period,
        title=options.name,
        subject="",
        template=options.template,
        transport="",
        masthead={},
        created_at=now,
        send_at=now,
    )


def compose_bulletin(
    session: Session, config: Config, draft: BulletinDraft, now: datetime
) -> Edition:
    """A bulletin, queued for its time or for the end of the undo window.

    Raises:
        InvalidInput: no subject, no text, or a time that has passed.
        SendingRefused: the imprint or sender is missing.
        Conflict: the same bulletin was made within a day, and `again` is not set.
    """
    edition = design_bulletin(session, config, draft, now)
    if not draft.again:
        refuse_repetition(session, edition, now)
    session.add(edition)
    session.flush()
    return edition


def refuse_repetition(session: Session, edition: Edition, now: datetime) -> None:
    """
    Raises:
        Conflict: the same bulletin was made within a day.
    """
    before = store.same_bulletin_since(session, edition.content_hash, now - REPEAT_GUARD)
    if before is not None:
        raise Conflict(
            f"edition {before.id} is the same bulletin, made at {before.created_at:%H:%M} UTC; "
            "to send it once more all the same, add --again"
        )


def design_bulletin(
    session: Session, config: Config, draft: BulletinDraft, now: datetime
) -> Edition:
    """A bulletin as it would be stored now.

    Raises:
        InvalidInput: no subject, no text, or a time that has passed.
        SendingRefused: the imprint or sender is missing.
    """
    subject = _checked_subject(draft.subject)
    body = body_of(draft.text, is_html=draft.is_html, base_url=config.site.base_url)
    if not body:
        raise InvalidInput("the bulletin has no text; write some, as Markdown or HTML")
    content_hash = hashlib.sha256(f"{subject}\n{body}".encode()).hexdigest()
    options = config.bulletins
    rule = options.approval
    if rule is Approval.OFF and draft.needs_sender:
        rule = Approval.SENDER
    needed = approvals_needed(rule, options.approvals)
    return Edition(
        kind=EditionKind.BULLETIN,
        state=EditionState.DRAFT if needed else EditionState.QUEUED,
        approval=rule,
        approvals_needed=needed,
        authors=list(draft.authors),
        in_quiet_hours=draft.in_quiet_hours,
        title="Bulletin",
        subject=subject,
        body_html=body,
        topics=choice_key(draft.topics),
        segment=expression_of(session, draft.segment) if draft.segment else "",
        template=config.bulletins.template,
        transport=checked_transport(config, draft.transport)
        or config.bulletins.transport
        or config.sending.transport,
        uncertain=draft.uncertain or config.bulletins.uncertain or config.sending.uncertain,
        masthead=masthead(config, config.bulletins.sender),
        content_hash=content_hash,
        created_at=now,
        send_at=_send_at(draft, config, now),
    )


def set_subject(edition: Edition, sections: Sequence[Section], renderer: Renderer) -> None:
    """Set the subject of an edition: that of the mail with all articles."""
    base, now = renderer.unsubscribe_base, edition.created_at
    content = content_of(edition, sections, unsubscribe_base=base, now=now)
    edition.subject = renderer.subject_of(content)


def body_of(text: str, *, is_html: bool, base_url: str) -> str:
    """What a bulletin's text, Markdown or HTML, is mailed as: sanitised HTML."""
    html = text if is_html else _from_markdown(text)
    return sanitise(html, base_url).strip()


def _from_markdown(text: str) -> str:
    from markdown_it import MarkdownIt

    return str(MarkdownIt("commonmark").enable("table").render(text))


def _checked_subject(subject: str) -> str:
    line = " ".join(subject.split())
    if not line:
        raise InvalidInput("the subject is empty; write one")
    return line


def _send_at(draft: BulletinDraft, config: Config, now: datetime) -> datetime:
    earliest = now + config.bulletins.undo
    if draft.send_at is not None and draft.send_at < now:
        raise InvalidInput(
            f"the time {draft.send_at:%Y-%m-%d %H:%M} UTC has passed; give one that is to come"
        )
    chosen = max(draft.send_at or earliest, earliest)
    if draft.in_quiet_hours:
        return chosen
    return after_quiet_hours(chosen, config.bulletins.quiet, ZoneInfo(config.site.timezone))
