"""The progress of an edition's approval, and its changes since somebody looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.config.tables.approval import Approval
from newsletter.editions.approvals import rules, store
from newsletter.editions.approvals.snapshots import changes, fingerprint, snapshot_of
from newsletter.editions.composing.composition import Composition
from newsletter.editions.models import EditionState


@dataclass(frozen=True, kw_only=True)
class GivenApproval:
    """One person's approval."""

    actor: str
    at: datetime
    counts: bool
    """False where the edition has changed since."""


@dataclass(frozen=True, kw_only=True)
class ApprovalStatus:
    """How far an edition is approved."""

    is_waiting: bool
    """Whether it waits for approval."""
    rule: Approval
    needed: int
    given: Sequence[GivenApproval]
    missing: int
    may_approve: bool
    """Whether the person who looks may, if they may send."""
    has_approved: bool
    """Whether they have, as it is now."""
    viewed_at: datetime | None
    """When they last looked; None: never."""
    changes: Sequence[str]
    """What changed since then."""
    fingerprint: str


def approval_status(session: Session, composition: Composition, actor: str) -> ApprovalStatus:
    """How far a stored edition is approved, as one person is told.

    Args:
        actor: as `str(Actor)`.
    """
    edition = composition.edition
    snapshot = snapshot_of(composition)
    mark = fingerprint(snapshot)
    approvals = store.of_edition(session, edition.id)
    view = store.view_of(session, edition.id, actor)
    approvals_given = [
        GivenApproval(actor=a.actor, at=a.approved_at, counts=a.fingerprint == mark)
        for a in approvals
    ]
    is_waiting = edition.state is EditionState.DRAFT
    return ApprovalStatus(
        is_waiting=is_waiting,
        rule=edition.approval,
        needed=edition.approvals_needed,
        given=approvals_given,
        missing=rules.missing_approvals(edition, approvals, mark) if is_waiting else 0,
        may_approve=rules.may_approve(edition, actor),
        has_approved=any(a.actor == actor and a.counts for a in approvals_given),
        viewed_at=view.viewed_at if view else None,
        changes=changes(view.snapshot, snapshot) if view else (),
        fingerprint=mark,
    )
