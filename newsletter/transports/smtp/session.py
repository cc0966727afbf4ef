"""An SMTP session: keeps a conversation going over as many connections as it takes."""

import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from newsletter.transports.base import (
    ClosingSession,
    Deferred,
    Mail,
    Recorder,
    TransportStopped,
)
from newsletter.transports.smtp.connection import Unreachable
from newsletter.transports.smtp.conversation import Conversation, ServerClosing
from newsletter.transports.smtp.envelope import stuffed
from newsletter.transports.smtp.pool import ConnectionPool, PooledConnection
from newsletter.transports.smtp.wire import ConnectionLost

# So many connections in a row that carried nothing, and the rest of the mails waits: a server
# that hangs costs two timeouts, not one for each mail.
_FRUITLESS_CONNECTIONS = 2
# A mail that was taken from its queue is handed over within this time, or put off: whoever gave it
# may think us dead after the rest of its lease, and let another send it.
HELD_SECONDS = 120.0


class SmtpSession(ClosingSession):
    """Sends over one connection at a time.

    Args:
        reads_ahead: whether the next mail is taken while the one before is under way.
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
    """A mail that was taken from its queue and has no outcome yet."""

    mail: Mail
    taken_at: float
    handed_over: bool = False
    repeated: bool = False
    """Whether it went again because the server had ended a connection."""


class _Sending:
    """One call of `send`."""

    def __init__(self, queue: Iterator[Mail], recorder: Recorder, *, reads_ahead: bool) -> None:
        self._queue = queue
        self._recorder = recorder
        self._reads_ahead = reads_ahead
        self._waiting: deque[_Item] = deque()
        """Taken from the queue, and not under way."""

    def run(self, pooled: PooledConnection) -> None:
        """Send until there are no more mails, or the server keeps breaking off.

        Raises:
            Unreachable: no connection; what was not settled waits for `put_off`.
            TransportStopped: the server refuses us.
        """
        fruitless = 0
        try:
            # Connected before the first mail is taken, so that none waits for that in our hands.
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
        """Settle the mails that are left without another try: the server cannot be spoken to."""
        while self._has_more():
            item = self._waiting.popleft()
            self._recorder.settled(item.mail.key, Deferred(response=response, throttled=True))

    def _has_more(self) -> bool:
        """Whether a mail waits; one is taken from the queue if need be."""
        if not self._waiting and (mail := next(self._queue, None)) is not None:
            self._waiting.append(_Item(mail, time.monotonic()))
        return bool(self._waiting)

    def _converse(self, conversation: Conversation, pooled: PooledConnection) -> None:
        """Send until mails or conversation end."""
        while not conversation.is_over and self._has_more():
            item = self._waiting.popleft()
            try:
                answer = conversation.admit(item.mail)
            except ConnectionLost as error:
                pooled.hang_up()
                return self._lost(conversation, item, error)
            if answer is not None:
                self._recorder.settled(item.mail.key, answer)
            elif time.monotonic() - item.taken_at > HELD_SECONDS:
                pooled.hang_up()
                words = f"the server took more than {HELD_SECONDS:g} s before the content"
                self._recorder.settled(item.mail.key, Deferred(response=words, throttled=True))
                return None
            else:
                self._deliver(conversation, item)
        return None

    def _lost(self, conversation: Conversation, item: _Item, error: ConnectionLost) -> None:
        """What becomes of a mail whose connection ended before its content."""
        if conversation.mails:
            self._waiting.appendleft(item)  # the connection had its time; it gets a fresh one
        elif isinstance(error, ServerClosing) and not item.repeated:
            item.repeated = True
            self._waiting.appendleft(item)
        else:
            self._recorder.settled(item.mail.key, Deferred(response=str(error)))

    def _deliver(self, conversation: Conversation, item: _Item) -> None:
        """Send the content that the server waits for, and settle the mail or let it go again."""
        mail = item.mail
        body = stuffed(mail)
        if not item.handed_over:
            self._recorder.handing_over(mail.key)
            item.handed_over = True
        following = None
        if self._reads_ahead and self._has_more():
            following = self._waiting[0].mail
        try:
            outcome = conversation.deliver(body, following)
        except ServerClosing as error:
            if not item.repeated:
                item.repeated = True
                self._waiting.appendleft(item)
                return
            outcome = Deferred(response=str(error))
        except TransportStopped as error:
            self._recorder.settled(mail.key, Deferred(response=str(error), throttled=True))
            raise
        self._recorder.settled(mail.key, outcome)
