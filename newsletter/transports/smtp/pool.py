"""Connection pool of an SMTP transport, sized by the server's limits."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from newsletter.transports.smtp.connection import Connection, ConnectionRejected, Unreachable
from newsletter.transports.smtp.conversation import Conversation
from newsletter.transports.smtp.limits import ServerLimits

# How long a session waits for a connection before its mails are deferred.
_MAX_WAIT_SECONDS = 600.0


class ConnectionPool:
    """Lends connections to sessions; thread-safe.

    Where the server allows fewer connections than there are sessions, sessions wait.

    Args:
        dial: opens a connection; may raise Unreachable and TransportStopped.
    """

    def __init__(self, dial: Callable[[], Connection], limits: ServerLimits) -> None:
        self._dial = dial
        self._limits = limits
        self._idle: list[Conversation] = []
        self._lent = 0
        self._sessions = 0
        self._changed = threading.Condition()

    def attach(self) -> None:
        """Register a session."""
        with self._changed:
            self._sessions += 1

    def detach(self) -> None:
        """Unregister a session; the last one closes the idle connections."""
        with self._changed:
            self._sessions -= 1
            closing = [] if self._sessions else self._idle
            self._idle = self._idle if self._sessions else []
        for conversation in closing:
            conversation.close(politely=not conversation.is_stale())

    @contextmanager
    def acquire(self) -> Iterator["PooledConnection"]:
        """Hold one connection while the block runs.

        Raises:
            Unreachable: none became free in time.
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
                lambda: self._lent < self._limits.connections, _MAX_WAIT_SECONDS
            )
            if not is_free:
                raise Unreachable(
                    f"the server allows {self._limits.connections} connections at once, "
                    "and none of them became free"
                )
            self._lent += 1

    def take_idle(self) -> Conversation | None:
        """An idle connection, if any."""
        with self._changed:
            return self._idle.pop() if self._idle else None

    def open_new(self) -> Conversation:
        """A new connection; where the server rejects it as one too many, waits for another.

        Raises:
            Unreachable, TransportStopped: the connection failed.
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
        """Give up this place where other sessions hold connections; returns whether they do."""
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
                self._lent += 1  # `acquire` releases it once
            raise


class PooledConnection:
    """The connection that a session holds; replaced where it has ended."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        self.current: Conversation | None = None

    def conversation(self) -> Conversation:
        """A conversation that is ready for the next mail.

        Raises:
            Unreachable, TransportStopped: the connection failed.
        """
        conversation = self.current or self._pool.take_idle()
        if conversation is not None and (conversation.is_over or conversation.is_stale()):
            conversation.close(politely=not conversation.is_stale())
            conversation = None
        self.current = None  # `open_new` may raise
        self.current = conversation or self._pool.open_new()
        return self.current

    def hang_up(self) -> None:
        """Close the connection without QUIT."""
        conversation, self.current = self.current, None
        if conversation is not None:
            conversation.close(politely=False)
