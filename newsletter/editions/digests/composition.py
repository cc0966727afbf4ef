"""A digest's next edition, composed without storing anything."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.config.options import Config, DigestOptions
from newsletter.config.references import transport_names
from newsletter.config.tables.approval import Approval, approvals_needed
from newsletter.config.tables.sending import UncertainPolicy
from newsletter.editions import store
from newsletter.editions.coming import store as coming_store
from newsletter.editions.composing.masthead import digest_masthead
from newsletter.editions.digests.sections import NoEdition, Section, choose_articles
from newsletter.editions.models import Edition, EditionKind, EditionState
from newsletter.errors import ResourceNotFound
from subscribers.segments.store import expression_of


@dataclass(frozen=True, kw_only=True)
class EditionDesign:
    """An edition that is not stored, and its part of a mail."""

    edition: Edition
    """Without a number and a subject."""
    section: Section | NoEdition
    """Its stories, or why there are none."""
    waiting: int = 0
    """Candidates beyond the digest's maximum."""


def digest_options(config: Config, name: str) -> DigestOptions:
    """The options of a digest.

    Raises:
        ResourceNotFound: there is none of this name.
    """
    options = config.digests.get(name)
    if options is None:
        names = ", ".join(config.digests) or "none"
        raise ResourceNotFound(f"there is no digest {name!r} in the configuration; known: {names}")
    return options


def checked_transport(config: Config, name: str) -> str:
    """The name of a transport or route, or an empty string.

    Raises:
        ResourceNotFound: there is none of this name.
    """
    if name and name not in transport_names(config):
        names = ", ".join(sorted(transport_names(config))) or "none"
        raise ResourceNotFound(f"there is no transport or route {name!r}; known: {names}")
    return name


def design_digest(
    session: Session,
    config: Config,
    name: str,
    *,
    period: str | None,
    now: datetime,
    transport: str = "",
    uncertain: UncertainPolicy | None = None,
) -> EditionDesign:
    """The next edition of a digest as it would be stored now, with what people changed in it.

    Raises:
        ResourceNotFound: no such digest, or no such transport.
        SendingRefused: the imprint or sender is missing.
    """
    options = digest_options(config, name)
    coming = coming_store.find(session, name)
    arrangement = coming_store.arrangement_of(coming)
    needed = approvals_needed(options.approval, options.approvals)
    is_held = coming is not None and coming.is_held
    route = checked_transport(config, transport)
    edition = Edition(
        kind=EditionKind.DIGEST,
        state=EditionState.DRAFT if needed or is_held else EditionState.QUEUED,
        digest=name,
        period=period,
        title=options.name,
        subject="",
        body_html="",
        introduction=arrangement.introduction,
        topics="",
        segment=expression_of(session, options.segment) if options.segment else "",
        template=options.template,
        transport=route or options.transport or config.sending.transport,
        uncertain=uncertain or options.uncertain or config.sending.uncertain,
        masthead=digest_masthead(config, options),
        approval=options.approval if needed or not is_held else Approval.SENDER,
        approvals_needed=needed or int(is_held),
        authors=coming.authors if coming else [],
        created_at=now,
        send_at=now,
    )
    section, waiting = design_section(session, config, name, now)
    return EditionDesign(edition=edition, section=section, waiting=waiting)


def design_section(
    session: Session, config: Config, name: str, now: datetime
) -> tuple[Section | NoEdition, int]:
    """The stories of a digest's next edition, or why there are none; how many wait beyond its most.

    Raises:
        ResourceNotFound: no such digest.
    """
    options = digest_options(config, name)
    arrangement = coming_store.arrangement_of(coming_store.find(session, name))
    first, available = store.candidates(session, name, options, now, arrangement)
    choice = choose_articles(options, first, available)
    if isinstance(choice, NoEdition):
        return choice, 0
    section = Section(
        digest=name,
        title=options.name,
        articles=choice.articles,
        amendments=tuple(store.unannounced_corrections(session, name, now)),
        titles=arrangement.titles,
        introduction=arrangement.introduction,
    )
    return section, choice.waiting
