"""Connection pool of an SMTP transport, sized by the server's limits."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from newsletter.transports.base import TransportStopped
from newsletter.transports.smtp.connection import Connection, ConnectionRejected, Unreachable
from newsletter.transports.smtp.conversation import Conversation
from newsletter.transports.smtp.limits import ServerLimits

# How long a session waits for a connection before its mails are deferred.
_MAX_WAIT_SECONDS = 600.0
# A connection that is not ready after this time may wait until the server ends another one.
_SLOW_DIAL_SECONDS = 1.0

Dial = Callable[[Callable[[socket.socket], None]], Connection]
"""Opens a connection; passes its socket to its argument before the greeting."""


class ConnectionPool:
    """Lends connections to sessions; thread-safe.

    Where the server allows fewer connections than there are sessions, sessions wait. Some servers
    reject a connection beyond that; others leave it without a greeting until another one ends
    (tcpserver's -c, Postfix's process limit), so that a session that waits for a greeting gets the
    next connection that becomes free.

    Args:
        dial: may raise Unreachable and TransportStopped.
    """

    def __init__(self, dial: Dial, limits: ServerLimits) -> None:
        self._dial = dial
        self._limits = limits
        self._idle: list[Conversation] = []
        self._slow_dials: list[_PendingDial] = []
        """Oldest first."""
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
            _close(conversation)

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
            self._release(pooled)

    def _release(self, pooled: "PooledConnection") -> None:
        try:
            pooled.close_if_over()
        finally:
            with self._changed:
                self._lent -= 1
                if pooled.current is not None:
                    self._idle.append(pooled.current)
                    self._replace_slow_dials()
                self._changed.notify()

    def _replace_slow_dials(self) -> None:
        """Give idle connections to the sessions that have dialled longest."""
        while self._slow_dials and self._idle:
            self._slow_dials.pop(0).replace(self._idle.pop())

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
                return self._open()
            except ConnectionRejected:
                if not self._yield_turn():
                    raise
                self._wait_again()
            if conversation := self.take_idle():
                return conversation

    def _open(self) -> Conversation:
        """A new connection, or one that became free meanwhile."""
        dial = _PendingDial()
        timer = threading.Timer(_SLOW_DIAL_SECONDS, self._mark_as_slow, [dial])
        timer.daemon = True
        timer.start()
        try:
            opened = Conversation(self._dial(dial.connected), self._limits)
        except (Unreachable, TransportStopped):
            if replacement := self._end(dial):
                return replacement
            raise
        finally:
            timer.cancel()
            self._end(dial)
        if dial.replacement is None:
            return opened
        opened.close(politely=False)
        return dial.replacement

    def _mark_as_slow(self, dial: "_PendingDial") -> None:
        with self._changed:
            if dial.is_waiting:
                self._slow_dials.append(dial)
                self._replace_slow_dials()

    def _end(self, dial: "_PendingDial") -> Conversation | None:
        """No longer replace this dial; returns the connection that has replaced it."""
        with self._changed:
            if dial in self._slow_dials:
                self._slow_dials.remove(dial)
            dial.close()
        return dial.replacement

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


class _PendingDial:
    """A connection that is being opened; guarded by the pool's lock but for `connected`."""

    def __init__(self) -> None:
        self.replacement: Conversation | None = None
        self._socket: socket.socket | None = None

    def connected(self, connection: socket.socket) -> None:
        # TLS takes the socket object over; a duplicate still reaches the connection.
        self._socket = connection.dup()

    @property
    def is_waiting(self) -> bool:
        """Whether TCP is connected, and the server is to answer."""
        return self._socket is not None

    def replace(self, conversation: Conversation) -> None:
        """Break the dial off in favour of this connection."""
        self.replacement = conversation
        if self._socket is not None:
            with suppress(OSError):  # the server was quicker
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


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
            _close(conversation)
            conversation = None
        self.current = None  # `open_new` may raise
        self.current = conversation or self._pool.open_new()
        return self.current

    def close_if_over(self) -> None:
        """Close a connection that takes no further mail: the server's place becomes free."""
        conversation = self.current
        if conversation is not None and conversation.is_over:
            self.current = None
            _close(conversation)

    def hang_up(self) -> None:
        """Close the connection without QUIT."""
        conversation, self.current = self.current, None
        if conversation is not None:
            conversation.close(politely=False)


def _close(conversation: Conversation) -> None:
    conversation.close(politely=not conversation.is_stale())
