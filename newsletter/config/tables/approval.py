"""Options of approval: who must approve an edition before it is sent."""

from enum import StrEnum


class Approval(StrEnum):
    """The rule of approval."""

    OFF = "off"  # nobody: it is sent at its time
    SENDER = "sender"  # anyone who may send, its author too
    ANOTHER = "another"  # somebody who may send and neither wrote nor edited it
    SEVERAL = "several"  # as many of those who may send as `approvals` says


def approvals_needed(rule: Approval, several: int) -> int:
    """How many have to approve.

    Args:
        several: the number where several have to.
    """
    return {Approval.OFF: 0, Approval.SEVERAL: several}.get(rule, 1)
