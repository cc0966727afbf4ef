"""Chooses the transports that carry an edition now: those of its route that are healthy."""

from datetime import datetime

from newsletter.delivery.alarms import Alarm
from newsletter.delivery.ledger.models import TransportHealth
from newsletter.delivery.ledger.shares import RouteShare, allocate_shares, transports_of
from newsletter.delivery.limits import transport_health
from newsletter.delivery.sending.context import SendingContext
from newsletter.delivery.sending.worker_pool import ShareReport, WorkerPool
from newsletter.logging import EventLogger
from newsletter.transports.base import TransportStopped

log = EventLogger(__name__)

HealthByTransport = dict[str, TransportHealth]


class Dispatcher:
    """Runs worker pools on healthy transports; one for each process."""

    def __init__(self, context: SendingContext) -> None:
        self._context = context
        self._used_up_until: dict[str, datetime] = {}

    def send(self, name: str, pool: WorkerPool) -> None:
        """Send what is due by a transport or route, with failover to its remaining transports.

        Raises:
            TransportStopped: no transport of the route can send as configured.
        """
        failed = True
        while failed and not self._context.stopping.is_set():
            with self._context.database.read() as session:
                health = transport_health.unhealthy(
                    session, transports_of(self._context.routes, name)
                )
            reports = pool.send(self._available(name, health))
            self._record_health(reports, health)
            failed = any(report.stopped for report in reports)
            if failed:
                self._stop_if_all_refuse_us(name)

    def _available(self, name: str, health: HealthByTransport) -> list[RouteShare]:
        now = self._context.clock.now()
        return [
            route_share
            for route_share in self._shares(name, health, now)
            if not transport_health.is_resting(health.get(route_share.transport), now)
            and self._used_up_until.get(route_share.transport, now) <= now
        ]

    def _shares(self, name: str, health: HealthByTransport, now: datetime) -> list[RouteShare]:
        route = self._context.routes.get(name)
        if route is None:
            return [RouteShare(transport=name)]
        down = {n for n, t in health.items() if transport_health.is_down(t, route, now)}
        shares = allocate_shares(route, down)
        self._raise_alarms(name, health, down, list(shares))
        return [
            RouteShare(
                transport=transport, share=share, is_trial=_is_failing(health.get(transport))
            )
            for transport, share in shares.items()
        ]

    def _record_health(self, reports: list[ShareReport], health: HealthByTransport) -> None:
        """Record in the database which transports failed and which work again."""
        now = self._context.clock.now()
        failures = {r.route_share.transport: r.failure for r in reports if r.failure is not None}
        working = {r.route_share.transport for r in reports if r.is_responding} & set(health) - set(
            failures
        )
        if failures or working:
            with self._context.database.write() as session:
                transport_health.clear(session, working)
                for transport, failure in failures.items():
                    transport_health.record(session, transport, failure, now)
        for report in reports:
            if report.used_up_for is not None:
                self._used_up_until[report.route_share.transport] = now + report.used_up_for

    def _stop_if_all_refuse_us(self, name: str) -> None:
        transports = transports_of(self._context.routes, name)
        with self._context.database.read() as session:
            health = transport_health.unhealthy(session, transports)
        if all(t in health and health[t].refuses_us for t in transports):
            raise TransportStopped("; ".join(health[t].reason for t in transports))

    def _raise_alarms(
        self, name: str, by_transport: HealthByTransport, down: set[str], carriers: list[str]
    ) -> None:
        """Raise one alarm for each member whose share others carry."""
        if not down:
            return
        with self._context.database.write() as session:
            untold = list(transport_health.claim_alerts(session, by_transport, down))
        for health in untold:
            log.error("transport failed", transport=health.transport, reason=health.reason)
            instead = (
                f"Its share goes by {', '.join(carriers)}." if carriers else "Nothing is sent."
            )
            self._context.alarm(
                Alarm(
                    title=f"The transport {health.transport} of {name} has failed",
                    text=f"{instead} It is retried automatically.",
                    details=(health.reason,),
                )
            )


def _is_failing(health: TransportHealth | None) -> bool:
    return health is not None and health.failing_since is not None
