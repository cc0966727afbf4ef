"""Past and coming editions between two moments, as a calendar shows them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from newsletter.config.options import Config
from newsletter.editions import store
from newsletter.editions.bulletins import store as bulletins
from newsletter.editions.coming import store as coming_store
from newsletter.editions.digests.schedule import next_runs
from newsletter.editions.digests.upcoming import coming_run
from newsletter.editions.models import Edition, EditionKind, EditionState

# A run every minute of a month is more than a calendar can show.
MAX_RUNS = 750
MAX_EDITIONS = 1000


@dataclass(frozen=True, kw_only=True)
class CalendarEntry:
    """One run of a digest, one edition, or one bulletin that is planned."""

    at: datetime
    title: str
    """The digest's display name, or the bulletin's subject."""
    digest: str = ""
    """Its name in the configuration; empty for a bulletin."""
    period: str = ""
    """Of a digest's run that is to come or left out; empty for what goes or went out."""
    edition: int | None = None
    """None where nothing is composed yet."""
    state: EditionState | None = None
    """Of that edition."""
    bulletin: int | None = None
    """Of a bulletin that is being written."""
    is_held: bool = False
    """Whether the run waits for a person at its time."""


def calendar_between(
    session: Session, config: Config, begin: datetime, end: datetime, now: datetime
) -> Sequence[CalendarEntry]:
    """What happened and is to happen from `begin` until before `end`, soonest first."""
    runs = [
        *_editions(session, begin, end),
        *_runs(session, config, begin, end, now),
        *_planned_bulletins(session, begin, end),
    ]
    return sorted(runs, key=lambda entry: (entry.at, entry.title))


def _editions(session: Session, begin: datetime, end: datetime) -> Iterator[CalendarEntry]:
    """Those of the ledger, but for what was cancelled before it left or went out with another."""
    has_left_or_will = or_(
        Edition.state != EditionState.CANCELLED, Edition.fanned_out_at.is_not(None)
    )
    query = (
        select(Edition)
        .where(Edition.send_at >= begin, Edition.send_at < end, has_left_or_will)
        .where(Edition.state != EditionState.JOINED)
        .order_by(Edition.send_at, Edition.id)
        .limit(MAX_EDITIONS)
        .options(*store.WITHOUT_TEXTS)
    )
    for edition in session.scalars(query):
        is_digest = edition.kind is EditionKind.DIGEST
        yield CalendarEntry(
            at=edition.send_at,
            title=edition.title if is_digest else edition.subject,
            digest=edition.digest or "" if is_digest else "",
            period=(edition.period or "") if edition.state is EditionState.SKIPPED else "",
            edition=edition.id,
            state=edition.state,
        )


def _runs(
    session: Session, config: Config, begin: datetime, end: datetime, now: datetime
) -> Iterator[CalendarEntry]:
    """The runs to come that nothing is recorded of."""
    after = max(begin - timedelta(microseconds=1), now)
    for name, options in config.digests.items():
        recorded = store.periods(session, name)
        changed = coming_store.find(session, name)
        held = coming_run(session, config, name, now) if changed and changed.is_held else None
        runs = next_runs(options.schedule, config.zone_of(options), after, MAX_RUNS)
        for run in takewhile(lambda run: run.at < end, runs):
            if run.period not in recorded:
                yield CalendarEntry(
                    at=run.at,
                    title=options.name,
                    digest=name,
                    period=run.period,
                    is_held=held is not None and held.period == run.period,
                )


def _planned_bulletins(session: Session, begin: datetime, end: datetime) -> Iterator[CalendarEntry]:
    for bulletin in bulletins.planned(session, begin, end):
        assert bulletin.send_at is not None  # noqa: S101 - the query asks for it
        title = bulletin.subject or "A bulletin without a subject"
        yield CalendarEntry(at=bulletin.send_at, title=title, bulletin=bulletin.id)
