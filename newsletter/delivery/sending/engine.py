"""The delivery engine of one process: takes editions whose time has come and sends them.

Holds the transports and as many workers as their connections; keeps nothing that the ledger
does not, so any number of processes may do the same.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog

from newsletter.config.sending import UncertainPolicy
from newsletter.delivery.alarms import Alarm
from newsletter.delivery.control import settle_doubts
from newsletter.delivery.ledger import reasons, store
from newsletter.delivery.sending import held_editions
from newsletter.delivery.sending.circuit_breaker import Breaker
from newsletter.delivery.sending.context import GivesWay, Progress, Toolbox, to_nobody
from newsletter.delivery.sending.dispatch import Dispatcher
from newsletter.delivery.sending.edition_scheduler import Due, Turns
from newsletter.delivery.sending.fan_out import prepare
from newsletter.delivery.sending.recovery import recover
from newsletter.delivery.sending.session_slots import Connections
from newsletter.delivery.sending.worker_pool import Crew, Shard, TransportByName
from newsletter.editions import store as editions
from newsletter.editions.composing.preflight import Preflight
from newsletter.editions.life import Act
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
from newsletter.rendering.renderer import Renderer
from newsletter.transports.base import TransportStopped

# What may pass by itself, or is not about the edition: it is tried again, and not stopped.
PASSES = (StorageError, Conflict, ResourceNotFound)
# What stops an edition with its own words.
STOPS = (TransportStopped, TemplateError, SendingRefused, ConfigurationError, SendingFailed)

log = structlog.get_logger()


def no_progress(_count: int) -> None:
    """Nobody watches."""


class Engine:
    """Sends editions; call `send_due` again and again, or `send` for one."""

    def __init__(
        self,
        tools: Toolbox,
        renderer: Renderer,
        preflight: Preflight,
        transport: TransportByName,
    ) -> None:
        self._tools = tools
        self._renderer = renderer
        self._preflight = preflight
        self._transport = transport
        self._dispatcher = Dispatcher(tools)
        self._connections = Connections()
        self._turns = Turns(self._look)

    def stop(self) -> None:
        """Hand over nothing more; what is under way is finished. From any thread."""
        self._tools.stopping.set()

    def recover(self) -> None:
        recover(self._tools)

    def send_due(self) -> None:
        """Send every edition whose time has come, as far as it can be sent now."""
        turns = Turns(self._look)
        while not self._tools.stopping.is_set() and (turn := turns.next()) is not None:
            try:
                self.send(turn.number, gives_way=turn.is_over)
            except NewsletterError as error:
                log.error("edition held up", edition=turn.number, error=str(error))  # noqa: TRY400
            turn.end()

    def _look(self) -> list[Due]:
        now = self._tools.clock.now()
        with self._tools.database.read() as session:
            return [
                Due(
                    number=edition.id,
                    is_urgent=edition.kind is EditionKind.BULLETIN,
                    has_mail=edition.fanned_out_at is None
                    or store.count_due(session, edition.id, now, most=1) > 0,
                )
                for edition in editions.to_send(session, now)
            ]

    def prepare_due(self, most: int) -> dict[int, int]:
        """Prepare every edition whose time has come, and finish those of which nothing is left.

        Returns:
            By number, how many batches wait to be claimed now: at most so many of each.
        """
        found = {due.number: self._batches_due(due.number, most) for due in self._look()}
        return {number: batches for number, batches in found.items() if batches}

    def _batches_due(self, number: int, most: int) -> int:
        batch = self._tools.options.batch
        try:
            self.prepare(number)
        except NewsletterError as error:
            log.error("edition held up", edition=number, error=str(error))  # noqa: TRY400
            return 0
        with self._tools.database.read() as session:
            edition = editions.by_id(session, number)
            due = store.count_due(session, number, self._tools.clock.now(), most=most * batch)
        if not due:
            due = self._settle_doubts(edition)
            self._finish(number)
        return min(most, -(-due // batch))

    def send_shard(self, number: int, lasting: timedelta) -> None:
        """Send what one session can of a prepared edition in so long.

        Any process on any machine may do so at any time, and as often as it likes: what is not
        to be sent cannot be claimed.

        Raises:
            TransportStopped: the edition is stopped; its note says why.
        """
        turn = self._turns.of(number)
        with self._tools.database.read() as session:
            edition = editions.by_id(session, number)
        if turn is None or edition.state is not EditionState.SENDING:
            return
        done: list[int] = []
        crew = self._crew(edition, done.append, turn.is_over)
        crew.shard = Shard(lasting=lasting, connections=self._connections)
        with self._halting(number):
            self._dispatch(edition, crew)
        if not done:
            turn.end()
        self._finish(number)

    def prepare(self, number: int) -> None:
        """Write the deliveries of a queued edition; what must not go out stops it."""
        tools = self._tools
        with self._halting(number):
            prepare(tools.database, self._renderer, self._preflight, number, tools.clock.now())

    def send(
        self, number: int, progress: Progress = no_progress, gives_way: GivesWay = to_nobody
    ) -> None:
        """Send what is due of an edition, preparing it first.

        Returns when nothing is due any more, when it is held, or when the transport asks to be
        left alone for a while.

        Args:
            gives_way: whether another edition is to be sent first.

        Raises:
            TransportStopped, TemplateError, SendingRefused, SendingFailed: the edition is stopped;
                its note says why.
        """
        self.prepare(number)
        with self._tools.database.read() as session:
            edition = editions.by_id(session, number)
        if edition.state is not EditionState.SENDING:
            return
        crew = self._crew(edition, progress, gives_way)
        with self._halting(number):
            self._dispatch(edition, crew)
            if not gives_way() and self._settle_doubts(edition):
                self._dispatch(edition, crew)
        self._finish(number)

    def _crew(self, edition: Edition, progress: Progress, gives_way: GivesWay) -> Crew:
        with self._tools.database.read() as session:
            breaker = held_editions.breaker_of(session, edition.id)
        return Crew(
            tools=self._tools,
            edition=edition,
            transport=self._transport,
            progress=progress,
            breaker=breaker,
            gives_way=gives_way,
        )

    def _dispatch(self, edition: Edition, crew: Crew) -> None:
        """Send what is due.

        Raises:
            SendingFailed: so many were refused, or failed, that a person is to look.
        """
        self._dispatcher.send(edition.transport, crew)
        if crew.breaker.problem:
            with self._tools.database.write() as session:
                held_editions.note_held(session, edition.id, self._tools.clock.now())
            raise SendingFailed(crew.breaker.problem)
        if crew.breaker.faults or crew.breaker.blocked:
            self._tell_news(edition.id, crew.breaker)

    def _tell_news(self, number: int, breaker: Breaker) -> None:
        """Raise the alarms about single mails; an edition that stops has one of its own."""
        with self._tools.database.write() as session:
            alarms = held_editions.untold_alarms(session, number, breaker, self._tools.clock.now())
        for alarm in alarms:
            log.error("mails not sent", edition=number, what=alarm.title, why=alarm.details[0])
            self._tools.alarm(alarm)

    @contextmanager
    def _halting(self, number: int) -> Iterator[None]:
        """Stop an edition by what is raised, unless that passes by itself: never a loop in vain."""
        try:
            yield
        except PASSES:
            raise
        except STOPS as error:
            self._halt(number, str(error))
            raise
        except Exception as error:
            log.exception("an edition failed by a fault", edition=number)
            reason = f"a fault of newsletter's own: {reasons.fault(error)}"
            self._halt(number, reason)
            raise SendingFailed(f"edition {number} is stopped: {reason}") from error

    def _settle_doubts(self, edition: Edition) -> int:
        """What is in doubt by now, settled by the edition's policy; how many are sent again."""
        if edition.uncertain is UncertainPolicy.ASK or self._tools.stopping.is_set():
            return 0
        with self._tools.database.write() as session:
            if editions.state_of(session, edition.id) is not EditionState.SENDING:
                return 0
            return settle_doubts(session, edition, self._tools.clock.now())

    def _finish(self, number: int) -> None:
        with self._tools.database.write() as session:
            if store.waiting(session, number):
                return
            try:
                editions.change_state(session, number, Act.FINISH)
            except Conflict:
                return
            editions.by_id(session, number).finished_at = self._tools.clock.now()
            counts = store.counts(session, number)
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
                details=(
                    reasons.normalised(why),
                    f"When it is mended: newsletter editions resume {number}",
                    f"To try the refused ones again as well: newsletter editions retry {number}",
                ),
            )
        )
