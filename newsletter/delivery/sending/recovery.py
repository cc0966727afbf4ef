"""After a crash: what dead workers left behind is settled from their journals, or doubted."""

from datetime import datetime

import structlog

from newsletter.delivery import control
from newsletter.delivery.alarms import Alarm
from newsletter.delivery.ledger import settlement, store, uncertain
from newsletter.delivery.ledger.models import DeliveryState
from newsletter.delivery.ledger.settlement import Settlement
from newsletter.delivery.sending.context import Toolbox
from newsletter.delivery.sending.journal import Replay, abandoned, living
from newsletter.transports.base import InDoubt, Outcome

log = structlog.get_logger()

DIED: Outcome = InDoubt(response="the worker died while handing it over")


def recover(tools: Toolbox) -> None:
    """Settle what workers that died left behind; safe to do at any time, from any process.

    On this machine their journals tell exactly; a claim whose worker left none here, and whose
    lease is over, is in doubt.
    """
    for replay in abandoned(tools.state_folder):
        _replay(tools, replay)
    with tools.database.write() as session:
        doubted = store.doubt_expired(session, living(tools.state_folder), tools.clock.now())
        uncertain.skip_cancelled(session, tools.clock.now())
        for edition in uncertain.doubted_editions(session):
            control.settle_doubts(session, edition, tools.clock.now())
    if doubted:
        log.warning("workers fell silent; their deliveries are uncertain", deliveries=doubted)
        tools.alarm(
            Alarm(
                title=f"{doubted} deliveries are uncertain",
                text="A machine or process died while it was sending, and left no word of what "
                "it had sent. They may or may not have arrived.",
                details=("See: newsletter editions list", "Decide: newsletter editions resolve N"),
            )
        )


def _replay(tools: Toolbox, replay: Replay) -> None:
    now = tools.clock.now()
    with tools.database.write() as session:
        claimed = store.held_by(session, replay.worker)
        settlements = settlements_of(replay, claimed, tools, now)
        store.settle(session, replay.worker, settlements, now)
        store.release(session, replay.worker, set(claimed) - set(settlements))
    replay.path.unlink(missing_ok=True)
    doubtful = sum(s.state is DeliveryState.UNCERTAIN for s in settlements.values())
    if claimed:
        log.warning(
            "a worker had died; its journal settled its deliveries",
            worker=replay.worker,
            deliveries=len(settlements),
            uncertain=doubtful,
        )


def settlements_of(
    replay: Replay, claimed: dict[int, int], tools: Toolbox, now: datetime
) -> dict[int, Settlement]:
    """What the ledger shall say of a dead worker's claims; those not named are given back."""
    outcomes = dict.fromkeys(replay.in_doubt, DIED) | dict(replay.outcomes)
    if not replay.same_boot:
        # Lines may have been lost with the machine's power: silence proves nothing.
        outcomes = dict.fromkeys(claimed, DIED) | outcomes
    return {
        key: settlement.settle(
            outcome,
            key=key,
            attempts=claimed[key],
            give_up_at=now + tools.options.give_up,
            now=now,
        )
        for key, outcome in outcomes.items()
        if key in claimed
    }
