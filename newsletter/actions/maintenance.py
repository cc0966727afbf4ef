"""Scheduled maintenance: retention, and alarms of stalled and overdue editions."""

from collections.abc import Iterable
from datetime import datetime

from newsletter.actions.action import Job, UnitOfWork, action, long_action
from newsletter.actions.context import Context
from newsletter.delivery.alarms import Alarm
from newsletter.delivery.ledger import alert_dedup
from newsletter.delivery.monitoring import stall_detector
from newsletter.staff import audit
from newsletter.staff.permissions import Permission
from newsletter.subscriptions import change_address, erasure, notices, usual_rate
from subscribers import consent


@long_action(Permission.MAINTAIN)
def forget_people(job: Job[Context]) -> dict[str, int]:
    """Forget addresses never confirmed, earlier addresses, where consent came from, in time.

    And where staff members acted from.

    Returns:
        How many addresses, and how many network addresses.
    """
    options, now = job.context.config.joining, job.context.clock.now()
    job.about("subscribers", "")
    job.counts |= {"addresses": 0, "networks": 0}
    while forgotten := _forget_some(job, now - options.forget):
        job.counts["addresses"] += forgotten
    with job.transaction() as work:
        networks = consent.forget_networks(work.session, now - options.keep_network)
        moves = change_address.forget_moves(work.session, options, now)
        keep_for = job.context.config.console.keep_origins
        origins = audit.forget_origins(work.session, now - keep_for)
        if not networks and not moves and not origins:
            work.skip_audit_line()
    job.counts["networks"] = networks
    return dict(job.counts)


def _forget_some(job: Job[Context], before: datetime) -> int:
    with job.transaction() as work:
        forgotten = erasure.forget_unconfirmed(work.session, before, work.now)
        if not forgotten:
            work.skip_audit_line()
    return forgotten


@action(Permission.MAINTAIN)
def raise_alarms(work: UnitOfWork[Context], overdue: Iterable[tuple[str, Alarm]]) -> list[Alarm]:
    """New alarms: stalled and overdue editions, each once; a flood of sign-ups, once a day.

    Args:
        overdue: alarms of overdue runs, with the keys by which they are raised once.
    """
    alarms = list(stall_detector.check_editions(work.session, work.context.config, work.now))
    alarms += [
        alarm
        for subject, alarm in overdue
        if alert_dedup.is_first_alert(work.session, subject, work.now)
    ]
    alarms += _sign_up_flood(work)
    work.about("editions", "", alarms=[alarm.title for alarm in alarms])
    if not alarms:
        work.skip_audit_line()
    return alarms


def _sign_up_flood(work: UnitOfWork[Context]) -> list[Alarm]:
    """The alarm for more addresses entered than the site writes to at once."""
    held = notices.count_delayed(work.session)
    if not held or not alert_dedup.is_first_alert(
        work.session, f"signups {work.now:%Y-%m-%d}", work.now
    ):
        return []
    most = usual_rate.max_per_hour(work.session, work.context.config.joining, work.now)
    return [
        Alarm(
            title="Far more sign-ups than usual",
            text=f"{held} addresses that were entered are written to later, {most} an hour. "
            "It may be an attack with other people's addresses.",
            details=(f"If they are real, set joining.site_per_hour to more than {most}.",),
        )
    ]
