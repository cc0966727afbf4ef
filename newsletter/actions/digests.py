"""Actions on digests: compose editions, by hand or when due; record missed runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from newsletter.actions.action import UnitOfWork, action
from newsletter.actions.context import Context
from newsletter.config.sending import UncertainPolicy
from newsletter.editions import store
from newsletter.editions.compose import compose_digest, record_missed
from newsletter.editions.digests.combined_digests import DueDigest, compose_combined
from newsletter.editions.digests.schedule import Run
from newsletter.editions.digests.sections import NoEdition
from newsletter.editions.models import Edition, EditionState
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
        name: found if isinstance(found, NoEdition) else ComposedEdition.of(found)
        for name, found in editions.items()
    }


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
    if not store.register(work.session, name, work.now):
        work.skip_audit_line()
