"""Actions on feeds: seal archives, notify hubs, issue and revoke private feeds."""

from dataclasses import dataclass

from newsletter.actions.action import Job, UnitOfWork, action, long_action
from newsletter.actions.context import Context
from newsletter.errors import Conflict
from newsletter.feeds import private, store
from newsletter.feeds.maintenance import FeedMaintenance, MaintenanceResult
from newsletter.staff.permissions import Permission
from subscribers import store as people
from subscribers.models import SubscriberStatus

KIND = "subscriber"


@dataclass(frozen=True, kw_only=True)
class PrivateAddress:
    """The token of a subscriber's private feed, and how many earlier ones were revoked."""

    token: str
    ended: int


@long_action(Permission.MAINTAIN)
def keep(job: Job[Context], keeper: FeedMaintenance) -> MaintenanceResult:
    """Seal full archives and notify the hubs.

    The audit line comes last: both are derived from stored data and continue at the next run.
    """
    maintained = keeper.run()
    job.about("feeds", "")
    job.counts |= {"archives": maintained.archives, "notices": maintained.notices}
    return maintained


@action(Permission.PEOPLE)
def give_private(work: UnitOfWork[Context], number: int, *, renew: bool = False) -> PrivateAddress:
    """The private feed of a subscriber, created the first time.

    Args:
        renew: revoke the earlier ones.

    Raises:
        ResourceNotFound: there is no such subscriber.
        Conflict: they have not confirmed, or have left.
    """
    session = work.session
    subscriber = people.by_id_for_change(session, number)
    if subscriber.status is not SubscriberStatus.CONFIRMED:
        raise Conflict(
            f"{subscriber.address or number} is {subscriber.status}; only who confirmed has a feed"
        )
    ended = private.revoke(session, subscriber, work.now) if renew else 0
    work.about(KIND, number, ended=ended)
    if any(feed.revoked_at is None for feed in store.private_feeds_of(session, number)):
        work.skip_audit_line()
    signer = work.context.signer(private.PURPOSE)
    return PrivateAddress(
        token=private.token_of(session, signer, subscriber, work.now), ended=ended
    )


@action(Permission.PEOPLE)
def revoke_private(work: UnitOfWork[Context], number: int) -> int:
    """Revoke every private feed of a subscriber; how many.

    Raises:
        ResourceNotFound: there is no such subscriber.
    """
    ended = private.revoke(work.session, people.by_id_for_change(work.session, number), work.now)
    work.about(KIND, number, ended=ended)
    if not ended:
        work.skip_audit_line()
    return ended
