"""By which ways an edition goes now: those of its transport or route that can carry mail."""

from datetime import datetime

import structlog

from newsletter.delivery.alarms import Alarm
from newsletter.delivery.ledger.models import TransportTrouble
from newsletter.delivery.ledger.shares import Way, in_turn, shared_out
from newsletter.delivery.limits import transport_health
from newsletter.delivery.sending.context import Toolbox
from newsletter.delivery.sending.worker_pool import Crew, Report
from newsletter.transports.base import TransportStopped

log = structlog.get_logger()

Troubles = dict[str, TransportTrouble]


class Dispatcher:
    """Keeps a crew on the ways that work; one for each process."""

    def __init__(self, tools: Toolbox) -> None:
        self._tools = tools
        self._used_up_until: dict[str, datetime] = {}

    def send(self, name: str, crew: Crew) -> None:
        """Send what is due by a transport or route; where a way fails, what it leaves goes on.

        Raises:
            TransportStopped: none of its transports can send as configured.
        """
        failed = True
        while failed and not self._tools.stopping.is_set():
            with self._tools.database.read() as session:
                found = transport_health.of(session, in_turn(self._tools.routes, name))
            reports = crew.send(self._ways(name, found))
            self._note(reports, found)
            failed = any(report.stopped for report in reports)
            if failed:
                self._stop_without_ways(name)

    def _ways(self, name: str, found: Troubles) -> list[Way]:
        now = self._tools.clock.now()
        return [
            way
            for way in self._shares(name, found, now)
            if not transport_health.is_resting(found.get(way.transport), now)
            and self._used_up_until.get(way.transport, now) <= now
        ]

    def _shares(self, name: str, found: Troubles, now: datetime) -> list[Way]:
        route = self._tools.routes.get(name)
        if route is None:
            return [Way(transport=name)]
        down = {n for n, t in found.items() if transport_health.is_down(t, route, now)}
        shares = shared_out(route, down)
        self._tell(name, found, down, list(shares))
        return [
            Way(transport=transport, share=share, is_trial=_is_failing(found.get(transport)))
            for transport, share in shares.items()
        ]

    def _note(self, reports: list[Report], found: Troubles) -> None:
        """Let all processes know which transports failed, and which work again."""
        now = self._tools.clock.now()
        failures = {r.way.transport: r.failure for r in reports if r.failure is not None}
        working = {r.way.transport for r in reports if r.heard} & set(found) - set(failures)
        if failures or working:
            with self._tools.database.write() as session:
                transport_health.forget(session, working)
                for transport, failure in failures.items():
                    transport_health.record(session, transport, failure, now)
        for report in reports:
            if report.used_up_for is not None:
                self._used_up_until[report.way.transport] = now + report.used_up_for

    def _stop_without_ways(self, name: str) -> None:
        transports = in_turn(self._tools.routes, name)
        with self._tools.database.read() as session:
            found = transport_health.of(session, transports)
        if all(t in found and found[t].refuses_us for t in transports):
            raise TransportStopped("; ".join(found[t].reason for t in transports))

    def _tell(self, name: str, found: Troubles, down: set[str], carriers: list[str]) -> None:
        """Raise an alarm, once, about a member whose share others carry."""
        if not down:
            return
        with self._tools.database.write() as session:
            untold = list(transport_health.untold(session, found, down))
        for trouble in untold:
            log.error("a transport failed", transport=trouble.transport, reason=trouble.reason)
            instead = f"Its share goes by {', '.join(carriers)}." if carriers else "Nothing goes."
            self._tools.alarm(
                Alarm(
                    title=f"The transport {trouble.transport} of {name} has failed",
                    text=f"{instead} It is tried again by itself.",
                    details=(trouble.reason,),
                )
            )


def _is_failing(trouble: TransportTrouble | None) -> bool:
    return trouble is not None and trouble.failing_since is not None
