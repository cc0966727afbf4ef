"""What is done for our feeds: archives sealed, hubs told, private feeds given out and revoked."""

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
    """The token of a subscriber's own feed, and how many addresses before it were ended."""

    token: str
    ended: int


@long_action(Permission.MAINTAIN)
def keep(job: Job[Context], keeper: FeedMaintenance) -> MaintenanceResult:
    """Seal the archives that are full, and tell the hubs what has changed.

    The line comes last: archives are made of what is stored, and the next look goes on.
    """
    kept = keeper.run()
    job.about("feeds", "")
    job.counts |= {"archives": kept.archives, "notices": kept.notices}
    return kept


@action(Permission.PEOPLE)
def give_private(work: UnitOfWork[Context], number: int, *, renew: bool = False) -> PrivateAddress:
    """The private feed of a subscriber; made the first time.

    Args:
        renew: end the addresses given out before.

    Raises:
        ResourceNotFound: there is no such subscriber.
        Conflict: they have not confirmed, or have left.
    """
    session = work.session
    subscriber = people.by_id(session, number)
    if subscriber.status is not SubscriberStatus.CONFIRMED:
        raise Conflict(
            f"{subscriber.address or number} is {subscriber.status}; only who confirmed has a feed"
        )
    ended = private.revoke(session, subscriber, work.now) if renew else 0
    work.about(KIND, number, ended=ended)
    if any(feed.revoked_at is None for feed in store.private_feeds_of(session, number)):
        work.leave_no_line()
    signer = work.context.signer(private.PURPOSE)
    return PrivateAddress(
        token=private.token_of(session, signer, subscriber, work.now), ended=ended
    )


@action(Permission.PEOPLE)
def revoke_private(work: UnitOfWork[Context], number: int) -> int:
    """End every private feed address of a subscriber; how many stood.

    Raises:
        ResourceNotFound: there is no such subscriber.
    """
    ended = private.revoke(work.session, people.by_id(work.session, number), work.now)
    work.about(KIND, number, ended=ended)
    if not ended:
        work.leave_no_line()
    return ended
