"""SMTP session: sends mails over one connection at a time, reconnecting as needed."""

import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from newsletter.transports.base import (
    Accepted,
    ClosingSession,
    Deferred,
    Mail,
    Outcome,
    Recorder,
    TransportStopped,
    Unsupported,
)
from newsletter.transports.smtp.connection import Unreachable
from newsletter.transports.smtp.conversation import Conversation, ServerClosing
from newsletter.transports.smtp.envelope import stuffed
from newsletter.transports.smtp.pool import ConnectionPool, PooledConnection
from newsletter.transports.smtp.wire import ConnectionLost

# Consecutive connections without an answered mail before the other mails are deferred: a server
# that hangs costs two timeouts, not one per mail.
_FRUITLESS_CONNECTIONS = 2
# A mail taken from the queue is handed over within this time or deferred: after its lease other
# workers may consider this one dead.
HELD_SECONDS = 120.0


class SmtpSession(ClosingSession):
    """Sends over one connection at a time.

    Args:
        reads_ahead: whether the next mail is taken before the previous one is settled.
    """

    def __init__(self, pool: ConnectionPool, *, reads_ahead: bool) -> None:
        self._pool = pool
        self._reads_ahead = reads_ahead
        self._is_open = True
        pool.attach()

    def send(self, mails: Iterable[Mail], recorder: Recorder) -> None:
        sending = _Sending(iter(mails), recorder, reads_ahead=self._reads_ahead)
        try:
            with self._pool.acquire() as pooled:
                sending.run(pooled)
        except Unreachable as error:
            sending.put_off(str(error))

    def close(self) -> None:
        if self._is_open:
            self._is_open = False
            self._pool.detach()


@dataclass(slots=True)
class _Item:
    """A mail taken from the queue, without an outcome yet."""

    mail: Mail
    body: tuple[bytes, bytes]
    """From `stuffed`."""
    taken_at: float
    handed_over: bool = False
    repeated: bool = False
    """Whether it was retried because the server closed a connection."""


class _Sending:
    """One call of `send`."""

    def __init__(self, queue: Iterator[Mail], recorder: Recorder, *, reads_ahead: bool) -> None:
        self._queue = queue
        self._recorder = recorder
        self._reads_ahead = reads_ahead
        self._waiting: deque[_Item] = deque()
        """Taken from the queue and not under way."""

    def run(self, pooled: PooledConnection) -> None:
        """Send until there are no more mails, or the server keeps disconnecting.

        Raises:
            Unreachable: no connection; call `put_off` for the unsettled mails.
            TransportStopped: the server refuses us.
        """
        fruitless = 0
        try:
            # Connect before taking the first mail: it must not wait for that.
            conversation = pooled.conversation()
            while self._has_more():
                conversation = pooled.conversation()
                before = conversation.mails
                self._converse(conversation, pooled)
                fruitless = fruitless + 1 if conversation.mails == before else 0
                if fruitless == _FRUITLESS_CONNECTIONS:
                    return self.put_off("the server keeps breaking off")
        except BaseException:
            pooled.hang_up()
            raise

    def put_off(self, response: str) -> None:
        """Defer the remaining mails without an attempt."""
        while self._has_more():
            item = self._waiting.popleft()
            self._recorder.settled(item.mail.key, Deferred(response=response, throttled=True))

    def _has_more(self) -> bool:
        """Whether a mail waits; takes one from the queue if needed."""
        while not self._waiting and (mail := next(self._queue, None)) is not None:
            try:
                # Before its envelope: a server that waits for content must get it.
                self._waiting.append(_Item(mail, stuffed(mail), time.monotonic()))
            except Unsupported as error:
                self._recorder.settled(mail.key, error.outcome)
        return bool(self._waiting)

    def _converse(self, conversation: Conversation, pooled: PooledConnection) -> None:
        """Send until the mails or the connection end."""
        while not conversation.is_over and self._has_more():
            item = self._waiting.popleft()
            try:
                answer = conversation.admit(item.mail)
            except ConnectionLost as error:
                pooled.hang_up()
                return self._lost(conversation, item, error)
            if answer is not None:
                self._settle(conversation, item, answer)
            elif time.monotonic() - item.taken_at > HELD_SECONDS:
                pooled.hang_up()
                words = f"the server took more than {HELD_SECONDS:g} s before the content"
                self._settle(conversation, item, Deferred(response=words, throttled=True))
                return None
            else:
                self._deliver(conversation, item)
        return None

    def _lost(self, conversation: Conversation, item: _Item, error: ConnectionLost) -> None:
        """Retry or defer a mail whose connection ended before its content."""
        if conversation.mails:
            self._waiting.appendleft(item)  # a used connection may end; retry on a new one
        elif isinstance(error, ServerClosing) and not item.repeated:
            item.repeated = True
            self._waiting.appendleft(item)
        else:
            self._settle(conversation, item, Deferred(response=str(error)))

    def _deliver(self, conversation: Conversation, item: _Item) -> None:
        """Send the content; settles the mail, or queues it for one retry."""
        if not item.handed_over:
            self._recorder.handing_over(item.mail.key)
            item.handed_over = True
        following = None
        if self._reads_ahead and self._has_more():
            following = self._waiting[0].mail
        try:
            outcome = conversation.deliver(item.body, following)
        except ServerClosing as error:
            if not item.repeated:
                item.repeated = True
                self._waiting.appendleft(item)
                return
            outcome = Deferred(response=str(error))
        except TransportStopped as error:
            self._settle(conversation, item, Deferred(response=str(error), throttled=True))
            raise
        self._settle(conversation, item, outcome)

    def _settle(self, conversation: Conversation, item: _Item, outcome: Outcome) -> None:
        """Report an outcome, with the conversation unless the mail was simply taken."""
        if not isinstance(outcome, Accepted):
            outcome = replace(outcome, transcript=conversation.transcript.text())
        self._recorder.settled(item.mail.key, outcome)
