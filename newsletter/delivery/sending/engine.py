"""The delivery engine of one process: prepares and sends due editions.

All its state is in the ledger, so any number of processes may run one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from newsletter.config.tables.sending import UncertainPolicy
from newsletter.delivery.alarms import Alarm
from newsletter.delivery.control import resolve_by_policy
from newsletter.delivery.ledger import holds, reasons, store
from newsletter.delivery.sending import held_editions
from newsletter.delivery.sending.circuit_breaker import CircuitBreaker
from newsletter.delivery.sending.context import Progress, SendingContext, ShouldYield, never_yield
from newsletter.delivery.sending.dispatch import Dispatcher
from newsletter.delivery.sending.edition_scheduler import DueEdition, EditionScheduler
from newsletter.delivery.sending.fan_out import prepare
from newsletter.delivery.sending.recovery import recover
from newsletter.delivery.sending.session_slots import SessionSlots
from newsletter.delivery.sending.worker_pool import Shard, TransportByName, WorkerPool
from newsletter.editions import store as editions
from newsletter.editions.composing.preflight import Preflight
from newsletter.editions.lifecycle import Transition
from newsletter.editions.models import Edition, EditionKind, EditionState
from newsletter.errors import (
    ConfigurationError,
    Conflict,
    NewsletterError,
    ResourceNotFound,
    SendingFailed,
    SendingRefused,
    StorageError,
    TemplateError,
)
from newsletter.logging import EventLogger
from newsletter.rendering.renderer import Renderer
from newsletter.transports.base import TransportStopped

# Errors that may pass, or do not concern the edition: it is tried again, not stopped.
RETRYABLE = (StorageError, Conflict, ResourceNotFound)
# Errors that stop an edition; their message becomes its note.
FATAL = (TransportStopped, TemplateError, SendingRefused, ConfigurationError, SendingFailed)

log = EventLogger(__name__)


class EditionHeld(SendingFailed):
    """The circuit breaker holds an edition."""

    def __init__(self, why: str, doubtful_since: datetime) -> None:
        super().__init__(why)
        self.doubtful_since = doubtful_since


def no_progress(_count: int) -> None:
    """Ignore progress."""


class Engine:
    """Sends editions: `send_due` for all that are due (called repeatedly), `send` for one."""

    def __init__(
        self,
        context: SendingContext,
        renderer: Renderer,
        preflight: Preflight,
        transport: TransportByName,
    ) -> None:
        self._context = context
        self._renderer = renderer
        self._preflight = preflight
        self._transport = transport
        self._dispatcher = Dispatcher(context)
        self._session_slots = SessionSlots()
        self._scheduler = EditionScheduler(self._due_editions)

    def stop(self) -> None:
        """Hand over nothing more; mails under way are finished. Thread-safe."""
        self._context.stopping.set()

    def recover(self) -> None:
        recover(self._context)

    def send_due(self) -> None:
        """Send every due edition as far as it can be sent now."""
        scheduler = EditionScheduler(self._due_editions)
        while not self._context.stopping.is_set() and (time_slice := scheduler.next()) is not None:
            try:
                self.send(time_slice.number, should_yield=time_slice.is_over)
            except NewsletterError as error:
                log.error("edition postponed", edition=time_slice.number, error=str(error))  # noqa: TRY400
            time_slice.end()

    def _due_editions(self) -> list[DueEdition]:
        now = self._context.clock.now()
        with self._context.database.read() as session:
            return [
                DueEdition(
                    number=edition.id,
                    is_urgent=edition.kind is EditionKind.BULLETIN,
                    has_mail=edition.fanned_out_at is None
                    or store.count_due(session, edition.id, now, most=1) > 0,
                )
                for edition in editions.to_send(session, now)
            ]

    def prepare_due(self, most: int) -> dict[int, int]:
        """Prepare every due edition, and finish those with nothing left to send.

        Returns:
            By edition, how many batches are due now, up to `most` each.
        """
        due_batches = {
            due.number: self._batches_due(due.number, most) for due in self._due_editions()
        }
        return {number: batches for number, batches in due_batches.items() if batches}

    def _batches_due(self, number: int, most: int) -> int:
        batch = self._context.options.batch
        try:
            self.prepare(number)
        except NewsletterError as error:
            log.error("edition postponed", edition=number, error=str(error))  # noqa: TRY400
            return 0
        with self._context.database.read() as session:
            edition = editions.by_id(session, number)
            due = store.count_due(session, number, self._context.clock.now(), most=most * batch)
        if not due:
            due = self._resolve_by_policy(edition)
            self._finish(number)
        return min(most, -(-due // batch))

    def send_shard(self, number: int, lasting: timedelta) -> None:
        """Send part of a prepared edition, with one session per transport, for some time.

        Idempotent and safe from any process: a delivery that must not be sent cannot be claimed.

        Raises:
            TransportStopped: the edition is stopped; its note says why.
        """
        time_slice = self._scheduler.of(number)
        with self._context.database.read() as session:
            edition = editions.by_id(session, number)
        if time_slice is None or edition.state is not EditionState.SENDING:
            return
        done: list[int] = []
        pool = self._worker_pool(edition, done.append, time_slice.is_over)
        pool.shard = Shard(lasting=lasting, session_slots=self._session_slots)
        with self._stopping_on_error(number):
            self._dispatch(edition, pool)
        if not done:
            time_slice.end()
        self._finish(number)

    def prepare(self, number: int) -> None:
        """Write the deliveries of a queued edition; a failed preflight stops it."""
        context = self._context
        with self._stopping_on_error(number):
            prepare(context.database, self._renderer, self._preflight, number, context.clock.now())

    def send(
        self, number: int, progress: Progress = no_progress, should_yield: ShouldYield = never_yield
    ) -> None:
        """Prepare an edition and send what is due of it.

        Returns when nothing is due any more, when the edition is held, or when the transport
        throttles us.

        Args:
            should_yield: whether another edition preempts this one.

        Raises:
            TransportStopped, TemplateError, SendingRefused, SendingFailed: the edition is stopped;
                its note says why.
        """
        self.prepare(number)
        with self._context.database.read() as session:
            edition = editions.by_id(session, number)
        if edition.state is not EditionState.SENDING:
            return
        pool = self._worker_pool(edition, progress, should_yield)
        with self._stopping_on_error(number):
            self._dispatch(edition, pool)
            if not should_yield() and self._resolve_by_policy(edition):
                self._dispatch(edition, pool)
        self._finish(number)

    def _worker_pool(
        self, edition: Edition, progress: Progress, should_yield: ShouldYield
    ) -> WorkerPool:
        with self._context.database.read() as session:
            breaker = held_editions.breaker_of(session, edition.id, self._context.clock)
        return WorkerPool(
            context=self._context,
            edition=edition,
            transport=self._transport,
            progress=progress,
            breaker=breaker,
            should_yield=should_yield,
        )

    def _dispatch(self, edition: Edition, pool: WorkerPool) -> None:
        """Send what is due.

        Raises:
            EditionHeld: by its circuit breaker.
        """
        self._dispatcher.send(edition.transport, pool)
        if pool.breaker.problem:
            since = pool.breaker.doubtful_since or edition.created_at
            raise EditionHeld(pool.breaker.problem, since)
        if pool.breaker.faults or pool.breaker.blocked:
            self._raise_alarms(edition.id, pool.breaker)

    def _raise_alarms(self, number: int, breaker: CircuitBreaker) -> None:
        """Raise the alarms about single mails; a stopped edition has its own alarm."""
        with self._context.database.write() as session:
            alarms = held_editions.new_alarms(session, number, breaker, self._context.clock.now())
        for alarm in alarms:
            log.error("mails not sent", edition=number, what=alarm.title, why=alarm.details[0])
            self._context.alarm(alarm)

    @contextmanager
    def _stopping_on_error(self, number: int) -> Iterator[None]:
        """Stop an edition on any error that a retry would not mend."""
        try:
            yield
        except RETRYABLE:
            raise
        except EditionHeld as error:
            self._stop_edition(number, str(error), error.doubtful_since)
            raise
        except FATAL as error:
            self._stop_edition(number, str(error))
            raise
        except Exception as error:
            log.exception("edition failed by an internal error", edition=number)
            reason = f"an internal error of newsletter: {reasons.describe_error(error)}"
            self._stop_edition(number, reason)
            raise SendingFailed(f"edition {number} is stopped: {reason}") from error

    def _resolve_by_policy(self, edition: Edition) -> int:
        """Settle uncertain deliveries by the edition's policy; returns how many are resent."""
        if edition.uncertain is UncertainPolicy.ASK or self._context.stopping.is_set():
            return 0
        with self._context.database.write() as session:
            if editions.state_of(session, edition.id) is not EditionState.SENDING:
                return 0
            return resolve_by_policy(session, edition, self._context.clock.now())

    def _finish(self, number: int) -> None:
        """Finish an edition of which nothing is left, or hold it where everything was refused."""
        with self._context.database.write() as session:
            if store.count_unsettled(session, number):
                return
            counts = store.counts(session, number)
            why = held_editions.problem_at_end(session, number, counts)
            if not why and not self._is_finished(session, number):
                return
            began = editions.by_id(session, number).created_at
        if why:
            self._stop_edition(number, why, began)
            return
        log.info("edition sent", edition=number, **{k.value: v for k, v in counts.items()})

    def _is_finished(self, session: Session, number: int) -> bool:
        try:
            editions.change_state(session, number, Transition.FINISH)
        except Conflict:
            return False
        editions.by_id(session, number).finished_at = self._context.clock.now()
        return True

    def _stop_edition(self, number: int, why: str, doubtful_since: datetime | None = None) -> None:
        """Stop an edition, and in the same transaction note which failures are doubtful.

        Args:
            doubtful_since: when those that its circuit breaker holds it for began; None: none are.
        """
        with self._context.database.write() as session:
            try:
                editions.change_state(session, number, Transition.STOP, note=why)
            except Conflict:
                return
            if doubtful_since is not None:
                holds.record(session, number, doubtful_since)
        log.error("edition stopped", edition=number, reason=why)
        self._context.alarm(
            Alarm(
                title=f"Edition {number} has stopped",
                text="Nothing more of it is sent until somebody resumes it.",
                details=(
                    reasons.normalised(why),
                    f"When it is mended: newsletter editions resume {number}",
                    "The recipients whose refusals stopped it are tried once more then.",
                ),
            )
        )
