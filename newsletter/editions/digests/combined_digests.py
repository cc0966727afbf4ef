"""Digests due at the same moment go out as one edition, so that nobody gets two mails.

One edition carries the articles of all; the others are recorded as joined to it. The ledger has one
delivery for each subscriber, as for any edition, so nobody is mailed twice, and nobody is left out
where one digest has no articles for them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.config.options import Config
from newsletter.editions.compose import compose_digest, set_subject
from newsletter.editions.digests import registry
from newsletter.editions.digests.sections import NoEdition, sections_for
from newsletter.editions.models import Edition, EditionState
from newsletter.editions.store import sections_of
from newsletter.rendering.renderer import Renderer


@dataclass(frozen=True, kw_only=True)
class DueDigest:
    """A digest with a due run."""

    name: str
    period: str
    at: datetime


def groups(config: Config, due: Sequence[DueDigest]) -> list[list[DueDigest]]:
    """The runs grouped by mail: those of one moment whose digests may share a mail."""
    by_mail: dict[object, list[DueDigest]] = {}
    for run in due:
        options = config.digests[run.name]
        fits = (
            run.at,
            options.sender,
            options.transport,
            options.uncertain,
            options.template,
            options.approval,
            options.approvals,
            options.language,
            options.segment,
        )
        by_mail.setdefault(fits if options.together else run.name, []).append(run)
    return list(by_mail.values())


def compose_combined(
    session: Session,
    config: Config,
    renderer: Renderer,
    runs: Sequence[DueDigest],
    now: datetime,
    *,
    send_at: datetime | None = None,
) -> Mapping[str, Edition | NoEdition]:
    """The edition of each digest, or why there is none; all but one joined to the first.

    Args:
        send_at: None: now.

    Raises:
        As `compose_digest`.
    """
    for name in sorted(run.name for run in runs):
        registry.lock_digest(session, name, now)
    composed = {
        run.name: compose_digest(
            session, config, renderer, run.name, period=run.period, now=now, send_at=send_at
        )
        for run in runs
    }
    editions = [edition for edition in composed.values() if isinstance(edition, Edition)]
    if len(editions) > 1:
        _join(session, editions, renderer, now)
    return composed


def _join(session: Session, editions: Sequence[Edition], renderer: Renderer, now: datetime) -> None:
    combined, *others = editions
    # Where one waits for a person, all do.
    waiting = [edition for edition in editions if edition.state is EditionState.DRAFT]
    if waiting:
        combined.state, combined.approval = EditionState.DRAFT, waiting[0].approval
        combined.approvals_needed = max(edition.approvals_needed for edition in waiting)
    combined.authors = sorted({author for edition in editions for author in edition.authors})
    for edition in others:
        edition.state, edition.joined_to = EditionState.JOINED, combined.id
        edition.note, edition.finished_at = f"its stories are in edition {combined.id}", now
    session.flush()
    sections = sections_for(sections_of(session, combined))
    set_subject(combined, sections, renderer)
    session.flush()
