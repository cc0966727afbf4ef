"""The workers of one process for one edition: as many on each way as its transport connects."""

import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from newsletter.delivery.ledger import store
from newsletter.delivery.ledger.shares import Way
from newsletter.delivery.limits.transport_health import Failure
from newsletter.delivery.sending.circuit_breaker import Breaker
from newsletter.delivery.sending.context import GivesWay, Progress, Toolbox, to_nobody
from newsletter.delivery.sending.session_slots import Connections
from newsletter.delivery.sending.worker import Assignment, Worker
from newsletter.editions.models import Edition
from newsletter.transports.base import Deferred, Transport, TransportStopped

TransportByName = Callable[[str], Transport]


@dataclass(kw_only=True)
class Report:
    """How a way did, all its workers together.

    Args:
        heard: it took mail, or refused some for good.
        slowed: the last answer that asked for a slower pace, or told of no connection.
        stopped: why it cannot send at all.
        used_up_for: until when its quota is used up.
    """

    way: Way
    heard: bool = False
    slowed: Deferred | None = None
    stopped: TransportStopped | None = None
    used_up_for: timedelta | None = None

    @property
    def failure(self) -> Failure | None:
        if self.stopped is not None:
            return Failure(reason=str(self.stopped), refuses_us=True)
        if self.slowed is not None:
            words, rest = self.slowed.response, self.slowed.retry_after
            return Failure(reason=words, heard=self.heard, rest=rest)
        return None


@dataclass(frozen=True, kw_only=True)
class Shard:
    """What one task of a cluster does: a session on each way that has one free, for a while.

    Args:
        lasting: after so long nothing more is claimed.
        connections: those that the tasks of this process share.
    """

    lasting: timedelta
    connections: Connections


@dataclass(kw_only=True)
class Crew:
    """Sends an edition by several ways at once."""

    tools: Toolbox
    edition: Edition
    transport: TransportByName
    progress: Progress
    breaker: Breaker
    shard: Shard | None = None
    """None: the process has the transports to itself, and sends until nothing is due."""
    gives_way: GivesWay = to_nobody
    """Whether another edition is to be sent first."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _torn: list[BaseException] = field(default_factory=list)

    def send(self, ways: Sequence[Way]) -> list[Report]:
        """Send until nothing is due on any of the ways; how each did.

        Raises:
            BaseException: whatever tore a worker away, but for a transport that stopped.
        """
        reports = [Report(way=way) for way in ways]
        threads = [
            threading.Thread(target=self._work, args=(report,), name=f"{report.way.transport}-{n}")
            for report in reports
            for n in range(self._count(report))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._torn:
            raise self._torn[0]
        for report in reports:
            why = self.breaker.stop_fruitless(report.way.transport)
            if why and report.stopped is None:
                report.stopped = TransportStopped(f"{report.way.transport}: {why}")
        return reports

    def _count(self, report: Report) -> int:
        try:
            connections = self.transport(report.way.transport).connections
        except TransportStopped as error:
            report.stopped = error
            return 0
        most = 1 if report.way.is_trial or self.shard else connections
        now, batch = self.tools.clock.now(), self.tools.options.batch
        with self.tools.database.read() as session:
            due = store.count_due(
                session, self.edition.id, now, report.way.share, most=most * batch
            )
        return -(-due // batch)

    @contextmanager
    def _a_connection(self, way: Way) -> Iterator[bool]:
        if self.shard is None:
            yield True
            return
        most = self.transport(way.transport).connections
        with self.shard.connections.one_of(way.transport, most) as is_free:
            yield is_free

    def _work(self, report: Report) -> None:
        with self._a_connection(report.way) as is_free:
            if is_free:
                self._send(report)

    def _send(self, report: Report) -> None:
        worker = None
        try:
            assignment = Assignment(
                edition=self.edition,
                way=report.way,
                open_session=self.transport(report.way.transport).open,
                breaker=self.breaker,
                gives_way=self.gives_way,
                progress=self._counted,
            )
            worker = Worker(self.tools, assignment, worker_name())
            worker.run(self.shard.lasting if self.shard else None)
        except TransportStopped as error:
            report.stopped = error
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            self._torn.append(error)
        if worker is not None:
            with self._lock:
                report.heard = report.heard or worker.heard
                report.slowed = worker.slowed or report.slowed
                report.used_up_for = worker.used_up_for or report.used_up_for

    def _counted(self, done: int) -> None:
        with self._lock:
            self.progress(done)


def worker_name() -> str:
    """A name no other worker has, on any machine."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"
