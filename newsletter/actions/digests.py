"""Actions on digests: compose editions, by hand or when due; record missed runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from newsletter.actions.action import UnitOfWork, action
from newsletter.actions.context import Context
from newsletter.config.tables.approval import Approval
from newsletter.config.tables.sending import UncertainPolicy
from newsletter.delivery import control
from newsletter.editions import store
from newsletter.editions.approvals.rules import check_seen, may_approve
from newsletter.editions.approvals.snapshots import fingerprint_of
from newsletter.editions.coming import store as coming_store
from newsletter.editions.coming.arrangement import ArrangementEdit, edited
from newsletter.editions.coming.models import ComingEdition
from newsletter.editions.compose import compose_digest, record_missed, record_skipped
from newsletter.editions.composing.composition import Composition
from newsletter.editions.digests import registry
from newsletter.editions.digests.combined_digests import DueDigest, compose_combined
from newsletter.editions.digests.composition import digest_options
from newsletter.editions.digests.schedule import Run
from newsletter.editions.digests.sections import NoEdition
from newsletter.editions.digests.upcoming import run_to_come, runs_of_mail
from newsletter.editions.models import Edition, EditionState
from newsletter.errors import Conflict
from newsletter.rendering.renderer import Renderer
from newsletter.staff.permissions import Permission

KIND = "digest"


class ComposingContext(Context, Protocol):
    """A context that can render mails."""

    @property
    def renderer(self) -> Renderer: ...


@dataclass(frozen=True, kw_only=True)
class ComposedEdition:
    """A composed edition."""

    number: int
    subject: str
    state: EditionState
    send_at: datetime

    @classmethod
    def of(cls, edition: Edition) -> "ComposedEdition":
        return cls(
            number=edition.id,
            subject=edition.subject,
            state=edition.state,
            send_at=edition.send_at,
        )


@action(Permission.SEND)
def compose(
    work: UnitOfWork[ComposingContext],
    name: str,
    *,
    transport: str = "",
    uncertain: UncertainPolicy | None = None,
) -> ComposedEdition | NoEdition:
    """Compose the next edition of a digest now; or why there is none.

    Args:
        transport: empty: as configured.
        uncertain: None: as configured.

    Raises:
        ResourceNotFound: no such digest, or no such transport.
        SendingRefused: the imprint or sender is missing.
    """
    context = work.context
    made = compose_digest(
        work.session,
        context.config,
        context.renderer,
        name,
        period=None,
        now=work.now,
        transport=transport,
        uncertain=uncertain,
    )
    if isinstance(made, NoEdition):
        work.skip_audit_line()
        return made
    work.about(KIND, name, edition=made.id)
    return ComposedEdition.of(made)


@action(Permission.SEND)
def compose_due(
    work: UnitOfWork[ComposingContext], runs: Sequence[DueDigest]
) -> Mapping[str, ComposedEdition | NoEdition]:
    """Compose the edition of digests that are due at the same time and share one mail.

    A run without articles is recorded too, so that it is decided once.

    Raises:
        SendingRefused: the imprint or sender is missing.
        Conflict: another process did so first.
    """
    context = work.context
    made = compose_combined(work.session, context.config, context.renderer, runs, work.now)
    editions = {run.name: made[run.name] for run in runs}
    numbers = {name: e.id for name, e in editions.items() if isinstance(e, Edition)}
    work.about(KIND, runs[0].name, period=runs[0].period, editions=numbers)
    return {
        name: edition if isinstance(edition, NoEdition) else ComposedEdition.of(edition)
        for name, edition in editions.items()
    }


@action(Permission.WRITE)
def edit(work: UnitOfWork[Context], name: str, change: ArrangementEdit) -> None:
    """Change the stories or words of a digest's coming edition, before it is composed.

    Raises:
        ResourceNotFound: there is no such digest.
        InvalidInput: a story is not there, or words are too long.
    """
    options = digest_options(work.context.config, name)
    coming = _lock_coming(work, name)
    before = coming_store.arrangement_of(coming)
    first = store.first_candidates(work.session, name, options, work.now, before)
    shown = [article.id for article in first[: options.maximum_articles]]
    after = edited(before, shown, change)
    if change.drop_for_good is not None:
        coming_store.exclude(work.session, name, change.drop_for_good, work.now)
    if change.restore is not None:
        coming_store.include(work.session, name, change.restore)
    coming_store.put(coming, after)
    author = str(work.actor)
    if author not in coming.authors:
        coming.authors = [*coming.authors, author]
    work.about(KIND, name)


@action(Permission.STOP)
def hold(work: UnitOfWork[Context], name: str) -> None:
    """Let a digest's coming edition wait for a person's approval at its time.

    Raises:
        ResourceNotFound: there is no such digest.
    """
    _set_hold(work, name, is_held=True)


@action(Permission.SEND)
def unhold(work: UnitOfWork[Context], name: str) -> None:
    """Let a held edition go at its time again.

    Raises:
        ResourceNotFound: there is no such digest.
    """
    _set_hold(work, name, is_held=False)


@action(Permission.WRITE)
def skip(work: UnitOfWork[Context], name: str, period: str) -> None:
    """Leave out a run of a digest, the coming one or a later one; its stories go into the next.

    Raises:
        ResourceNotFound: there is no such digest.
        Conflict: this run is not to come, or not any more.
    """
    options = digest_options(work.context.config, name)
    registry.lock_digest(work.session, name, work.now)
    run = run_to_come(work.session, work.context.config, name, period, work.now)
    if run is None:
        raise Conflict(f"the run {period} of {name} is not to come, or not any more; look again")
    work.about(KIND, name, period=period)
    record_skipped(work.session, options, name, period=period, at=run.at, now=work.now)


@action(Permission.WRITE)
def unskip(work: UnitOfWork[Context], name: str, period: str) -> None:
    """Let a run happen that was to be left out.

    Raises:
        ResourceNotFound: it is not left out.
        Conflict: its time has passed.
    """
    work.about(KIND, name, period=period)
    registry.lock_digest(work.session, name, work.now)
    skipped = store.skipped_run(work.session, name, period)
    if skipped.send_at <= work.now:
        raise Conflict(f"the time of the run {period} has passed; send the digest by hand")
    work.session.delete(skipped)


@action(Permission.SEND)
def release(
    work: UnitOfWork[ComposingContext], name: str, *, seen: str | None, at_once: bool = False
) -> ComposedEdition:
    """Approve a digest's coming edition as it is now, whatever is published until its time.

    It leaves at its time, once enough have approved it; whose approval does not count asks the
    others. Digests due with it in one mail are approved with it.

    Args:
        seen: the fingerprint of what was looked at; None: whatever is there.
        at_once: it leaves at the end of the undo window instead.

    Raises:
        ResourceNotFound: there is no such digest.
        SendingRefused: the imprint or sender is missing.
        Conflict: there is nothing in it, or it has changed since.
    """
    edition = _compose_ahead(work, name, seen=seen, at_once=at_once)
    config, actor = work.context.config, str(work.actor)
    if edition.state is EditionState.DRAFT and may_approve(edition, actor):
        control.approve(work.session, config, edition.id, actor, work.now)
    return ComposedEdition.of(edition)


@action(Permission.WRITE)
def submit(work: UnitOfWork[ComposingContext], name: str, *, seen: str | None) -> ComposedEdition:
    """Ask the senders to approve a digest's coming edition as it is now; nothing leaves before.

    Raises: as `release`.
    """
    edition = _compose_ahead(work, name, seen=seen, at_once=False)
    if edition.state is not EditionState.DRAFT:
        edition.state = EditionState.DRAFT
        edition.approval, edition.approvals_needed = Approval.SENDER, 1
    return ComposedEdition.of(edition)


@action(Permission.SEND)
def record_missed_run(work: UnitOfWork[Context], name: str, run: Run) -> None:
    """Record a run missed beyond its grace, so that it is reported once.

    Raises:
        Conflict: another process did so first.
    """
    work.about(KIND, name, period=run.period)
    record_missed(work.session, work.context.config, name, run.period, work.now)


@action(Permission.SEND)
def register(work: UnitOfWork[Context], name: str) -> None:
    """Register a digest seen for the first time; runs before now are never due."""
    work.about(KIND, name)
    if not registry.register(work.session, name, work.now):
        work.skip_audit_line()


def _compose_ahead(
    work: UnitOfWork[ComposingContext], name: str, *, seen: str | None, at_once: bool
) -> Edition:
    context, now = work.context, work.now
    for digest in sorted(context.config.digests):
        registry.lock_digest(work.session, digest, now)
    runs = runs_of_mail(work.session, context.config, name, now)
    if not runs:
        raise Conflict(f"no run of {name} is to come")
    leaves_at = now + context.config.bulletins.undo if at_once else max(runs[0].at, now)
    made = compose_combined(
        work.session, context.config, context.renderer, runs, now, send_at=leaves_at
    )
    editions = [edition for edition in made.values() if isinstance(edition, Edition)]
    if not editions:
        raise Conflict(f"there is nothing in the coming edition of {name}, so nothing to send")
    edition = editions[0]
    check_seen(edition.id, seen, fingerprint_of(Composition.of(work.session, edition)))
    work.about(KIND, name, edition=edition.id, period=runs[0].period)
    return edition


def _lock_coming(work: UnitOfWork[Context], name: str) -> ComingEdition:
    registry.lock_digest(work.session, name, work.now)
    coming = coming_store.lock(work.session, name, work.now)
    coming.changed_at = work.now
    return coming


def _set_hold(work: UnitOfWork[Context], name: str, *, is_held: bool) -> None:
    digest_options(work.context.config, name)
    coming = _lock_coming(work, name)
    if coming.is_held == is_held:
        work.skip_audit_line()
    coming.is_held = is_held
    work.about(KIND, name)
