"""The connections of a transport, lent to its sessions as far as the server's limits allow."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from newsletter.transports.smtp.connection import Connection, ConnectionRejected, Unreachable
from newsletter.transports.smtp.conversation import Conversation
from newsletter.transports.smtp.limits import ServerLimits

# A turn is waited for so long at most before what waits for it is put off.
_LONGEST_WAIT_SECONDS = 600.0


class ConnectionPool:
    """Used by all threads of a process.

    Where the server allows fewer connections at once than there are sessions, these take turns.

    Args:
        dial: makes a connection; may raise Unreachable and TransportStopped.
    """

    def __init__(self, dial: Callable[[], Connection], limits: ServerLimits) -> None:
        self._dial = dial
        self._limits = limits
        self._idle: list[Conversation] = []
        self._lent = 0
        self._sessions = 0
        self._changed = threading.Condition()

    def attach(self) -> None:
        """One more session."""
        with self._changed:
            self._sessions += 1

    def detach(self) -> None:
        """One session less; the last one hangs up."""
        with self._changed:
            self._sessions -= 1
            closing = [] if self._sessions else self._idle
            self._idle = self._idle if self._sessions else []
        for conversation in closing:
            conversation.close(politely=not conversation.is_stale())

    @contextmanager
    def acquire(self) -> Iterator["PooledConnection"]:
        """The right to one connection while the block runs.

        Raises:
            Unreachable: none became free.
        """
        self._wait()
        pooled = PooledConnection(self)
        try:
            yield pooled
        finally:
            with self._changed:
                self._lent -= 1
                if pooled.current is not None:
                    self._idle.append(pooled.current)
                self._changed.notify()

    def _wait(self) -> None:
        with self._changed:
            is_free = self._changed.wait_for(
                lambda: self._lent < self._limits.connections, _LONGEST_WAIT_SECONDS
            )
            if not is_free:
                raise Unreachable(
                    f"the server allows {self._limits.connections} connections at once, "
                    "and none of them became free"
                )
            self._lent += 1

    def take_idle(self) -> Conversation | None:
        """A connection that another session has left."""
        with self._changed:
            return self._idle.pop() if self._idle else None

    def open_new(self) -> Conversation:
        """A new connection; where the server turns it away for being one too many, a later one.

        Raises:
            Unreachable, TransportStopped: there is none.
        """
        while True:
            try:
                return Conversation(self._dial(), self._limits)
            except ConnectionRejected:
                if not self._yield_turn():
                    raise
                self._wait_again()
            if conversation := self.take_idle():
                return conversation

    def _yield_turn(self) -> bool:
        """Give the turn back where others have connections; whether they do."""
        with self._changed:
            others = self._lent - 1
            if not others:
                return False
            self._lent -= 1
        self._limits.connection_rejected(others)
        return True

    def _wait_again(self) -> None:
        try:
            self._wait()
        except Unreachable:
            with self._changed:
                self._lent += 1  # the turn still ends once
            raise


class PooledConnection:
    """The one connection that a session may have; it is kept or replaced."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        self.current: Conversation | None = None

    def conversation(self) -> Conversation:
        """One that is ready for the next mail.

        Raises:
            Unreachable, TransportStopped: there is none.
        """
        conversation = self.current or self._pool.take_idle()
        if conversation is not None and (conversation.is_over or conversation.is_stale()):
            conversation.close(politely=not conversation.is_stale())
            conversation = None
        self.current = None  # none is kept where there will be none
        self.current = conversation or self._pool.open_new()
        return self.current

    def hang_up(self) -> None:
        """Leave the connection without a word."""
        conversation, self.current = self.current, None
        if conversation is not None:
            conversation.close(politely=False)
