"""The rules of approval: which approvals count, and how many are missing. Pure."""

from collections.abc import Iterable

from newsletter.config.tables.approval import Approval
from newsletter.editions.approvals.models import EditionApproval
from newsletter.editions.models import Edition
from newsletter.errors import Conflict


def may_approve(edition: Edition, actor: str) -> bool:
    """Whether an approval by this actor, who may send, counts."""
    return edition.approval is not Approval.ANOTHER or actor not in edition.authors


def check_approver(edition: Edition, actor: str) -> None:
    """
    Raises:
        Conflict: the edition needs another person than this one.
    """
    if not may_approve(edition, actor):
        raise Conflict(
            f"edition {edition.id} has to be approved by somebody who did not write or edit it; "
            "ask another sender"
        )


def check_seen(number: int, seen: str | None, mark: str) -> None:
    """
    Args:
        seen: the fingerprint of what was looked at; None: whatever is there.

    Raises:
        Conflict: it has changed since.
    """
    if seen is not None and seen != mark:
        raise Conflict(
            f"edition {number} has changed since you looked at it; look at what changed, and "
            "decide again"
        )


def missing_approvals(edition: Edition, approvals: Iterable[EditionApproval], mark: str) -> int:
    """How many approvals of the present content are missing."""
    count = sum(approval.fingerprint == mark for approval in approvals)
    return max(0, max(edition.approvals_needed, 1) - count)
