"""Worker pool: one thread for each session of each transport that carries part of an edition."""

import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from newsletter.delivery.ledger import store
from newsletter.delivery.ledger.shares import RouteShare
from newsletter.delivery.limits.transport_health import Failure
from newsletter.delivery.sending.circuit_breaker import CircuitBreaker
from newsletter.delivery.sending.context import Progress, SendingContext, ShouldYield, never_yield
from newsletter.delivery.sending.session_slots import SessionSlots
from newsletter.delivery.sending.worker import Worker, WorkerAssignment
from newsletter.editions.models import Edition
from newsletter.transports.base import Deferred, Transport, TransportStopped

TransportByName = Callable[[str], Transport]


@dataclass(kw_only=True)
class ShareReport:
    """The result of one route share, over all its workers.

    Args:
        is_responding: the transport accepted a mail or refused a recipient for good.
        throttled_by: the last throttling answer or failed connection.
        stopped: why the transport cannot send at all.
        used_up_for: how long its quota is used up.
    """

    route_share: RouteShare
    is_responding: bool = False
    throttled_by: Deferred | None = None
    stopped: TransportStopped | None = None
    used_up_for: timedelta | None = None

    @property
    def failure(self) -> Failure | None:
        if self.stopped is not None:
            return Failure(reason=str(self.stopped), refuses_us=True)
        if self.throttled_by is not None:
            words, rest = self.throttled_by.response, self.throttled_by.retry_after
            return Failure(reason=words, is_responding=self.is_responding, rest=rest)
        return None


@dataclass(frozen=True, kw_only=True)
class Shard:
    """One task of a cluster: a session on each route share that has a free slot.

    Args:
        lasting: nothing more is claimed after this time.
        session_slots: shared by the tasks of this process.
    """

    lasting: timedelta
    session_slots: SessionSlots


@dataclass(kw_only=True)
class WorkerPool:
    """Sends an edition by several transports at once."""

    context: SendingContext
    edition: Edition
    transport: TransportByName
    progress: Progress
    breaker: CircuitBreaker
    shard: Shard | None = None
    """None: the process sends until nothing is due."""
    should_yield: ShouldYield = never_yield
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _errors: list[BaseException] = field(default_factory=list)

    def send(self, route_shares: Sequence[RouteShare]) -> list[ShareReport]:
        """Send until nothing is due on any route share; returns a report on each.

        Raises:
            BaseException: the first error that ended a worker, other than `TransportStopped`.
        """
        reports = [ShareReport(route_share=route_share) for route_share in route_shares]
        threads = [
            threading.Thread(
                target=self._work, args=(report,), name=f"{report.route_share.transport}-{n}"
            )
            for report in reports
            for n in range(self._count(report))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._errors:
            raise self._errors[0]
        for report in reports:
            why = self.breaker.stop_if_all_refused(report.route_share.transport)
            if why and report.stopped is None:
                report.stopped = TransportStopped(f"{report.route_share.transport}: {why}")
        return reports

    def _count(self, report: ShareReport) -> int:
        try:
            connections = self.transport(report.route_share.transport).connections
        except TransportStopped as error:
            report.stopped = error
            return 0
        most = 1 if report.route_share.is_trial or self.shard else connections
        now, batch = self.context.clock.now(), self.context.options.batch
        with self.context.database.read() as session:
            due = store.count_due(
                session, self.edition.id, now, report.route_share.share, most=most * batch
            )
        return -(-due // batch)

    @contextmanager
    def _session_slot(self, route_share: RouteShare) -> Iterator[bool]:
        if self.shard is None:
            yield True
            return
        most = self.transport(route_share.transport).connections
        with self.shard.session_slots.acquire(route_share.transport, most) as is_free:
            yield is_free

    def _work(self, report: ShareReport) -> None:
        with self._session_slot(report.route_share) as is_free:
            if is_free:
                self._send(report)

    def _send(self, report: ShareReport) -> None:
        worker = None
        try:
            assignment = WorkerAssignment(
                edition=self.edition,
                route_share=report.route_share,
                open_session=self.transport(report.route_share.transport).open,
                breaker=self.breaker,
                should_yield=self.should_yield,
                progress=self._report_progress,
            )
            worker = Worker(self.context, assignment, worker_name())
            worker.run(self.shard.lasting if self.shard else None)
        except TransportStopped as error:
            report.stopped = error
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            self._errors.append(error)
        if worker is not None:
            with self._lock:
                report.is_responding = report.is_responding or worker.is_responding
                report.throttled_by = worker.throttled_by or report.throttled_by
                report.used_up_for = worker.used_up_for or report.used_up_for

    def _report_progress(self, done: int) -> None:
        with self._lock:
            self.progress(done)


def worker_name() -> str:
    """A name no other worker has, on any machine."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"
