"""Crash recovery: replays the journals of dead workers, marks expired claims uncertain."""

from datetime import datetime

from newsletter.delivery import control
from newsletter.delivery.alarms import Alarm
from newsletter.delivery.ledger import settlement, store, uncertain
from newsletter.delivery.ledger.models import DeliveryState
from newsletter.delivery.ledger.settlement import Settlement
from newsletter.delivery.sending.context import SendingContext
from newsletter.delivery.sending.journal import Replay, abandoned, living
from newsletter.logging import EventLogger
from newsletter.transports.base import InDoubt, Outcome

log = EventLogger(__name__)

WORKER_DIED: Outcome = InDoubt(response="the worker died while handing it over")


def recover(context: SendingContext) -> None:
    """Settle the claims of dead workers; safe at any time and from any process.

    Workers of this machine are settled from their journals. A claim without a journal here becomes
    uncertain when its lease expires.
    """
    for replay in abandoned(context.state_folder):
        _replay(context, replay)
    with context.database.write() as session:
        doubted = store.mark_expired_uncertain(
            session, living(context.state_folder), context.clock.now()
        )
        uncertain.skip_cancelled(session, context.clock.now())
        for edition in uncertain.editions_to_resolve(session):
            control.resolve_by_policy(session, edition, context.clock.now())
    if doubted:
        log.warning("leases expired; their deliveries are uncertain", deliveries=doubted)
        context.alarm(
            Alarm(
                title=f"{doubted} deliveries are uncertain",
                text="A machine or process died while it was sending, and left no record of what "
                "it had sent. They may or may not have arrived.",
                details=("See: newsletter editions list", "Decide: newsletter editions resolve N"),
            )
        )


def _replay(context: SendingContext, replay: Replay) -> None:
    now = context.clock.now()
    with context.database.write() as session:
        claimed = store.claimed_by(session, replay.worker)
        settlements = settlements_of(replay, claimed, context, now)
        store.settle(session, replay.worker, settlements, now)
        store.release(session, replay.worker, set(claimed) - set(settlements))
    replay.path.unlink(missing_ok=True)
    doubtful = sum(s.state is DeliveryState.UNCERTAIN for s in settlements.values())
    if claimed:
        log.warning(
            "deliveries of a dead worker settled from its journal",
            worker=replay.worker,
            deliveries=len(settlements),
            uncertain=doubtful,
        )


def settlements_of(
    replay: Replay, claimed: dict[int, int], context: SendingContext, now: datetime
) -> dict[int, Settlement]:
    """Settlements for a dead worker's claims; claims without one are released."""
    outcomes = dict.fromkeys(replay.in_doubt, WORKER_DIED) | dict(replay.outcomes)
    if not replay.same_boot:
        # A power failure may have lost lines, so a missing line proves nothing.
        outcomes = dict.fromkeys(claimed, WORKER_DIED) | outcomes
    return {
        key: settlement.settle(
            outcome,
            key=key,
            attempts=claimed[key],
            give_up_at=now + context.options.give_up,
            now=now,
        )
        for key, outcome in outcomes.items()
        if key in claimed
    }
