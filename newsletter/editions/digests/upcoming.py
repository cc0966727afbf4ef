"""The coming edition of a digest: its run, the digests in the same mail, and what it would hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from sqlalchemy.orm import Session

from newsletter.config.options import Config
from newsletter.editions import store
from newsletter.editions.compose import set_subject
from newsletter.editions.composing.composition import Composition
from newsletter.editions.digests import registry
from newsletter.editions.digests.combined_digests import DueDigest, groups
from newsletter.editions.digests.composition import EditionDesign, design_digest, digest_options
from newsletter.editions.digests.schedule import due_runs, next_runs
from newsletter.editions.digests.sections import NoEdition, Section, sections_for
from newsletter.rendering.renderer import Renderer

# A digest whose next runs are all recorded (skipped, composed ahead) has no coming one.
RUNS_LOOKED_AHEAD = 60
# How far ahead a run can be named: as far as the calendar goes, and every hour of it.
FARTHEST_AHEAD = timedelta(days=760)
RUNS_AHEAD = 18_500


@dataclass(frozen=True, kw_only=True)
class Upcoming:
    """The mail that a digest's coming edition is, or is part of."""

    runs: tuple[DueDigest, ...]
    """Of all digests in it."""
    designs: Mapping[str, EditionDesign]
    """By digest."""
    composition: Composition | NoEdition
    """The whole mail, not stored; or why there is none."""


def coming_run(session: Session, config: Config, name: str, now: datetime) -> DueDigest | None:
    """The run that is due and not composed, or the next one that nothing is recorded of.

    Raises:
        ResourceNotFound: no such digest.
    """
    options = digest_options(config, name)
    zone, recorded = config.zone_of(options), store.periods(session, name)
    known_since = registry.find_known_since(session, name)
    if known_since is not None:
        due = due_runs(
            options.schedule,
            zone,
            known_since=known_since,
            recorded=recorded,
            grace=options.grace,
            now=now,
        )
        if due.due is not None:
            return DueDigest(name=name, period=due.due.period, at=due.due.at)
    for run in next_runs(options.schedule, zone, now, RUNS_LOOKED_AHEAD):
        if run.period not in recorded:
            return DueDigest(name=name, period=run.period, at=run.at)
    return None


def run_to_come(
    session: Session, config: Config, name: str, period: str, now: datetime
) -> DueDigest | None:
    """The run for a period that nothing is recorded of: the coming one, or one after it.

    Raises:
        ResourceNotFound: no such digest.
    """
    coming = coming_run(session, config, name, now)
    if coming is not None and coming.period == period:
        return coming
    if period in store.periods(session, name):
        return None
    options = digest_options(config, name)
    runs = next_runs(options.schedule, config.zone_of(options), now, RUNS_AHEAD)
    for run in takewhile(lambda run: run.at < now + FARTHEST_AHEAD, runs):
        if run.period == period:
            return DueDigest(name=name, period=run.period, at=run.at)
    return None


def runs_of_mail(
    session: Session, config: Config, name: str, now: datetime
) -> tuple[DueDigest, ...]:
    """The coming run of a digest, with those of the others that go out in the same mail.

    Raises:
        ResourceNotFound: no such digest.
    """
    own = coming_run(session, config, name, now)
    if own is None:
        return ()
    runs = [
        run
        for other in config.digests
        if (run := own if other == name else coming_run(session, config, other, now))
        and run.at == own.at
    ]
    return next(tuple(group) for group in groups(config, runs) if own in group)


def upcoming(
    session: Session, config: Config, renderer: Renderer, name: str, now: datetime
) -> Upcoming:
    """The coming mail of a digest as it would be composed now; nothing is stored.

    Raises:
        ResourceNotFound: no such digest.
        SendingRefused: the imprint or sender is missing.
    """
    runs = runs_of_mail(session, config, name, now)
    designs = {
        run.name: design_digest(session, config, run.name, period=run.period, now=now)
        for run in runs
    }
    at = runs[0].at if runs else now
    composition = _composition(session, list(designs.values()), renderer, max(at, now))
    return Upcoming(runs=runs, designs=designs, composition=composition)


def next_edition(
    session: Session, config: Config, renderer: Renderer, name: str, now: datetime
) -> Composition | NoEdition:
    """A digest's next edition by itself, as it would be composed now; nothing is stored.

    Raises:
        As `upcoming`.
    """
    design = design_digest(session, config, name, period=None, now=now)
    return _composition(session, [design], renderer, now)


def _composition(
    session: Session, designs: Sequence[EditionDesign], renderer: Renderer, send_at: datetime
) -> Composition | NoEdition:
    designed = [design for design in designs if isinstance(design.section, Section)]
    sections = tuple(d.section for d in designed if isinstance(d.section, Section))
    if not designed:
        reasons = [d.section.reason for d in designs if isinstance(d.section, NoEdition)]
        return NoEdition(reason=reasons[0] if reasons else "no run is to come")
    edition = designed[0].edition
    # The number that it will have, if no other edition is made before.
    edition.id = store.last_number(session) + 1
    edition.send_at = send_at
    set_subject(edition, sections_for(sections), renderer)
    return Composition(edition=edition, sections=sections)
