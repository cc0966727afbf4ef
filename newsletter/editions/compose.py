"""Composition of editions: a digest's for one period, or a bulletin. Immutable afterwards."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from markdown_it import MarkdownIt
from sqlalchemy.orm import Session

from newsletter.articles.sanitising import sanitise
from newsletter.config.options import Config
from newsletter.config.references import transport_names
from newsletter.config.sending import UncertainPolicy
from newsletter.editions import store
from newsletter.editions.composing.content import content_of
from newsletter.editions.composing.masthead import digest_masthead, masthead
from newsletter.editions.digests.sections import (
    ArticleSelection,
    NoEdition,
    Section,
    choose_articles,
)
from newsletter.editions.models import Edition, EditionKind, EditionState
from newsletter.errors import Conflict, InvalidInput, ResourceNotFound
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
) -> Edition | NoEdition:
    """The next edition of a digest, stored; or why there is none.

    A scheduled period without articles is recorded too, so that it is decided once.

    Args:
        transport: the transport or route; empty: as configured.
        uncertain: the policy for uncertain deliveries; None: as configured.

    Raises:
        ResourceNotFound: no such digest, or no such transport.
        SendingRefused: the imprint or sender is missing.
        Conflict: (at commit) another process composed the same edition first.
    """
    options = config.digests.get(name)
    if options is None:
        known = ", ".join(config.digests) or "none"
        raise ResourceNotFound(f"there is no digest {name!r} in the configuration; known: {known}")
    edition = Edition(
        kind=EditionKind.DIGEST,
        state=EditionState.DRAFT if options.approval else EditionState.QUEUED,
        digest=name,
        period=period,
        title=options.name,
        subject="",
        segment=expression_of(session, options.segment) if options.segment else "",
        template=options.template,
        transport=_checked_transport(config, transport)
        or options.transport
        or config.sending.transport,
        uncertain=uncertain or options.uncertain or config.sending.uncertain,
        masthead=digest_masthead(config, options),
        created_at=now,
        send_at=now,
    )
    newest, available = store.candidates(session, name, options, now)
    choice = choose_articles(options, newest, available)
    if isinstance(choice, NoEdition):
        if period is not None:
            edition.state, edition.note = EditionState.EMPTY, choice.reason
            edition.finished_at = now
            session.add(edition)
            session.flush()
        return choice
    _fill(session, edition, choice, renderer)
    return edition


def record_missed(session: Session, config: Config, name: str, period: str, now: datetime) -> None:
    """Record a scheduled period past its grace time, so that it is reported once."""
    options = config.digests[name]
    session.add(
        Edition(
            kind=EditionKind.DIGEST,
            state=EditionState.MISSED,
            digest=name,
            period=period,
            title=options.name,
            subject="",
            template=options.template,
            transport="",
            masthead={},
            note="nothing was running at its time, and its grace is over",
            created_at=now,
            send_at=now,
            finished_at=now,
        )
    )
    session.flush()


def compose_bulletin(
    session: Session, config: Config, draft: BulletinDraft, now: datetime
) -> Edition:
    """A bulletin, queued for its time or for the end of the undo window.

    Raises:
        InvalidInput: no subject, no text, or a time that has passed.
        SendingRefused: the imprint or sender is missing.
        Conflict: the same bulletin was made within a day, and `again` is not set.
    """
    subject = _checked_subject(draft.subject)
    html = draft.text if draft.is_html else _from_markdown(draft.text)
    body = sanitise(html, config.site.base_url).strip()
    if not body:
        raise InvalidInput("the bulletin has no text; write some, as Markdown or HTML")
    content_hash = hashlib.sha256(f"{subject}\n{body}".encode()).hexdigest()
    before = store.same_bulletin_since(session, content_hash, now - REPEAT_GUARD)
    if before is not None and not draft.again:
        raise Conflict(
            f"edition {before.id} is the same bulletin, made at {before.created_at:%H:%M} UTC; "
            "to send it once more all the same, add --again"
        )
    edition = Edition(
        kind=EditionKind.BULLETIN,
        state=EditionState.QUEUED,
        title="Bulletin",
        subject=subject,
        body_html=body,
        topics=choice_key(draft.topics),
        segment=expression_of(session, draft.segment) if draft.segment else "",
        template=config.bulletins.template,
        transport=_checked_transport(config, draft.transport)
        or config.bulletins.transport
        or config.sending.transport,
        uncertain=draft.uncertain or config.bulletins.uncertain or config.sending.uncertain,
        masthead=masthead(config, config.bulletins.sender),
        content_hash=content_hash,
        created_at=now,
        send_at=_send_at(draft, config, now),
    )
    session.add(edition)
    session.flush()
    return edition


def _checked_transport(config: Config, name: str) -> str:
    """The name of a transport or route, or an empty string.

    Raises:
        ResourceNotFound: there is none of this name.
    """
    if name and name not in transport_names(config):
        known = ", ".join(sorted(transport_names(config))) or "none"
        raise ResourceNotFound(f"there is no transport or route {name!r}; known: {known}")
    return name


def _fill(session: Session, edition: Edition, choice: ArticleSelection, renderer: Renderer) -> None:
    session.add(edition)
    session.flush()
    store.add_articles(session, edition, choice.articles)
    store.add_corrections(session, edition, edition.created_at)
    set_subject(edition, store.sections_of(session, edition), renderer)
    session.flush()


def set_subject(edition: Edition, sections: Sequence[Section], renderer: Renderer) -> None:
    """Set the subject of an edition: that of the mail with all articles."""
    base, now = renderer.unsubscribe_base, edition.created_at
    content = content_of(edition, sections, unsubscribe_base=base, now=now)
    edition.subject = renderer.subject_of(content)


def _from_markdown(text: str) -> str:
    return str(MarkdownIt("commonmark").enable("table").render(text))


def _checked_subject(subject: str) -> str:
    line = " ".join(subject.split())
    if not line:
        raise InvalidInput("the subject is empty; write one")
    return line


def _send_at(draft: BulletinDraft, config: Config, now: datetime) -> datetime:
    earliest = now + config.bulletins.undo
    if draft.send_at is None:
        return earliest
    if draft.send_at < now:
        raise InvalidInput(
            f"the time {draft.send_at:%Y-%m-%d %H:%M} UTC has passed; give one that is to come"
        )
    return max(draft.send_at, earliest)
