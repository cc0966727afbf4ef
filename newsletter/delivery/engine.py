"""The delivery engine of one process: takes editions whose time has come and sends them.

Holds the transports and as many workers as their connections; keeps nothing that the ledger
does not, so any number of processes may do the same.
"""

import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog

from newsletter.delivery import outbox
from newsletter.delivery.alarm import Alarm
from newsletter.delivery.preparing import prepare
from newsletter.delivery.recovery import recover
from newsletter.delivery.sender import Progress, Toolbox, Worker
from newsletter.editions import store as editions
from newsletter.editions.inspection import Inspector
from newsletter.editions.life import Act
from newsletter.editions.models import Edition, EditionState
from newsletter.errors import Conflict, NewsletterError, SendingRefused, TemplateError
from newsletter.rendering.compile import Renderer
from newsletter.transports.base import Transport, TransportStopped

log = structlog.get_logger()

TransportByName = Callable[[str], Transport]


def no_progress(_count: int) -> None:
    """Nobody watches."""


class Engine:
    """Sends editions; call `send_due` again and again, or `send` for one."""

    def __init__(
        self,
        tools: Toolbox,
        renderer: Renderer,
        inspector: Inspector,
        transport: TransportByName,
    ) -> None:
        self._tools = tools
        self._renderer = renderer
        self._inspector = inspector
        self._transport = transport
        self._not_before: dict[str, datetime] = {}
        self._free: dict[str, threading.BoundedSemaphore] = {}
        self._lock = threading.Lock()

    def stop(self) -> None:
        """Hand over nothing more; what is under way is finished. From any thread."""
        self._tools.stopping.set()

    def recover(self) -> None:
        recover(self._tools)

    def send_due(self) -> None:
        """Send every edition whose time has come, as far as it can be sent now."""
        for number in self._due():
            if not self._tools.stopping.is_set():
                self._send_logged(number)

    def _due(self) -> list[int]:
        with self._tools.database.read() as session:
            return [e.id for e in editions.to_send(session, self._tools.clock.now())]

    def _send_logged(self, number: int) -> None:
        try:
            self.send(number)
        except NewsletterError as error:
            log.error("edition held up", edition=number, error=str(error))  # noqa: TRY400

    def prepare_due(self, most: int) -> dict[int, int]:
        """Prepare every edition whose time has come, and finish those of which nothing is left.

        Returns:
            By number, how many batches wait to be claimed now: at most so many of each.
        """
        found = {number: self._batches_due(number, most) for number in self._due()}
        return {number: batches for number, batches in found.items() if batches}

    def _batches_due(self, number: int, most: int) -> int:
        batch = self._tools.options.batch
        try:
            self.prepare(number)
        except NewsletterError as error:
            log.error("edition held up", edition=number, error=str(error))  # noqa: TRY400
            return 0
        with self._tools.database.read() as session:
            due = outbox.count_due(session, number, self._tools.clock.now(), most=most * batch)
        if not due:
            self._finish(number)
        return -(-due // batch)

    def send_shard(self, number: int, lasting: timedelta) -> None:
        """Send what one session can of a prepared edition in so long.

        Any process on any machine may do so at any time, and as often as it likes: what is not
        to be sent cannot be claimed.

        Raises:
            TransportStopped: the edition is stopped; its note says why.
        """
        now = self._tools.clock.now()
        with self._tools.database.read() as session:
            edition = editions.by_id(session, number)
            due = outbox.count_due(session, number, now, most=1)
        if not due or edition.state is not EditionState.SENDING or self._tools.stopping.is_set():
            return
        with self._a_connection(edition.transport) as is_free:
            if not is_free or self._is_left_alone(edition.transport):
                return
            try:
                self._send_part(edition, no_progress, lasting)
            except TransportStopped as error:
                self._halt(number, str(error))
                raise
        self._finish(number)

    @contextmanager
    def _a_connection(self, transport: str) -> Iterator[bool]:
        """One of the transport's connections; False where all are in use."""
        with self._lock:
            if transport not in self._free:
                most = self._transport(transport).connections
                self._free[transport] = threading.BoundedSemaphore(most)
        is_free = self._free[transport].acquire(blocking=False)
        try:
            yield is_free
        finally:
            if is_free:
                self._free[transport].release()

    def prepare(self, number: int) -> None:
        """Write the deliveries of a queued edition; what must not go out stops it."""
        tools = self._tools
        try:
            prepare(tools.database, self._renderer, self._inspector, number, tools.clock.now())
        except (TemplateError, SendingRefused) as error:
            self._halt(number, str(error))
            raise

    def send(self, number: int, progress: Progress = no_progress) -> None:
        """Send what is due of an edition, preparing it first.

        Returns when nothing is due any more, when it is held, or when the transport asks to be
        left alone for a while.

        Raises:
            TransportStopped, TemplateError, SendingRefused: the edition is stopped; its note says
                why.
        """
        self.prepare(number)
        with self._tools.database.read() as session:
            edition = editions.by_id(session, number)
        if edition.state is not EditionState.SENDING or self._is_left_alone(edition.transport):
            return
        try:
            self._run_workers(edition, progress)
        except TransportStopped as error:
            self._halt(number, str(error))
            raise
        self._finish(number)

    def left_alone_until(self, transport: str) -> datetime | None:
        """Until when a transport asked not to be used, if it did."""
        return self._not_before.get(transport)

    def _is_left_alone(self, transport: str) -> bool:
        until = self._not_before.get(transport)
        return until is not None and self._tools.clock.now() < until

    def _run_workers(self, edition: Edition, progress: Progress) -> None:
        transport = self._transport(edition.transport)
        with self._tools.database.read() as session:
            due = outbox.count_due(session, edition.id, self._tools.clock.now())
        count = min(transport.connections, -(-due // self._tools.options.batch))
        failures: list[BaseException] = []
        lock = threading.Lock()

        def counted(done: int) -> None:
            with lock:
                progress(done)

        def work() -> None:
            try:
                self._send_part(edition, counted)
            except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
                failures.append(error)

        _run_threads(work, count)
        if failures:
            raise failures[0]

    def _send_part(
        self, edition: Edition, progress: Progress, lasting: timedelta | None = None
    ) -> None:
        """What one session sends of an edition: here and in a cluster the same."""
        with self._transport(edition.transport).open() as session:
            worker = Worker(self._tools, edition, session, worker_name(), progress)
            worker.run(lasting)
        if worker.throttled_for is not None:
            self._leave_alone(edition.transport, worker.throttled_for)

    def _leave_alone(self, transport: str, length: timedelta) -> None:
        until = self._tools.clock.now() + length
        with self._lock:
            self._not_before[transport] = max(until, self._not_before.get(transport, until))

    def _finish(self, number: int) -> None:
        with self._tools.database.write() as session:
            if outbox.waiting(session, number):
                return
            try:
                editions.change_state(session, number, Act.FINISH)
            except Conflict:
                return
            editions.by_id(session, number).finished_at = self._tools.clock.now()
            counts = outbox.counts(session, number)
        log.info("edition sent", edition=number, **{k.value: v for k, v in counts.items()})

    def _halt(self, number: int, why: str) -> None:
        with self._tools.database.write() as session:
            try:
                editions.change_state(session, number, Act.STOP, note=why)
            except Conflict:
                return
        log.error("edition stopped", edition=number, reason=why)
        self._tools.alarm(
            Alarm(
                title=f"Edition {number} has stopped",
                text="Nothing more of it is sent until somebody has mended the cause.",
                details=(why, f"When it is mended: newsletter editions resume {number}"),
            )
        )


def worker_name() -> str:
    """A name no other worker has, on any machine."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"


def _run_threads(work: Callable[[], None], count: int) -> None:
    threads = [threading.Thread(target=work, name=f"worker-{n}") for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
