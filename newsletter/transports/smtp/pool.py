"""The connections of a transport, lent to its sessions as far as the server's limits allow."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from newsletter.transports.smtp.connection import Connection, TurnedAway, Unreachable
from newsletter.transports.smtp.conversation import Conversation
from newsletter.transports.smtp.limits import Limits

# A turn is waited for so long at most before what waits for it is put off.
_LONGEST_WAIT_SECONDS = 600.0


class Pool:
    """Used by all threads of a process.

    Where the server allows fewer connections at once than there are sessions, these take turns.

    Args:
        dial: makes a connection; may raise Unreachable and TransportStopped.
    """

    def __init__(self, dial: Callable[[], Connection], limits: Limits) -> None:
        self._dial = dial
        self._limits = limits
        self._idle: list[Conversation] = []
        self._lent = 0
        self._sessions = 0
        self._changed = threading.Condition()

    def enter(self) -> None:
        """One more session."""
        with self._changed:
            self._sessions += 1

    def leave(self) -> None:
        """One session less; the last one hangs up."""
        with self._changed:
            self._sessions -= 1
            closing = [] if self._sessions else self._idle
            self._idle = self._idle if self._sessions else []
        for talk in closing:
            talk.close(politely=not talk.is_stale())

    @contextmanager
    def turn(self) -> Iterator["Turn"]:
        """The right to one connection while the block runs.

        Raises:
            Unreachable: none became free.
        """
        self._wait()
        turn = Turn(self)
        try:
            yield turn
        finally:
            with self._changed:
                self._lent -= 1
                if turn.talk is not None:
                    self._idle.append(turn.talk)
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

    def idle(self) -> Conversation | None:
        """A connection that another session has left."""
        with self._changed:
            return self._idle.pop() if self._idle else None

    def opened(self) -> Conversation:
        """A new connection; where the server turns it away for being one too many, a later one.

        Raises:
            Unreachable, TransportStopped: there is none.
        """
        while True:
            try:
                return Conversation(self._dial(), self._limits)
            except TurnedAway:
                if not self._step_back():
                    raise
                self._step_forward()
            if talk := self.idle():
                return talk

    def _step_back(self) -> bool:
        """Give the turn back where others have connections; whether they do."""
        with self._changed:
            others = self._lent - 1
            if not others:
                return False
            self._lent -= 1
        self._limits.crowded(others)
        return True

    def _step_forward(self) -> None:
        try:
            self._wait()
        except Unreachable:
            with self._changed:
                self._lent += 1  # the turn still ends once
            raise


class Turn:
    """The one connection that a session may have; it is kept or replaced."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.talk: Conversation | None = None

    def conversation(self) -> Conversation:
        """One that is ready for the next mail.

        Raises:
            Unreachable, TransportStopped: there is none.
        """
        talk = self.talk or self._pool.idle()
        if talk is not None and (talk.is_over or talk.is_stale()):
            talk.close(politely=not talk.is_stale())
            talk = None
        self.talk = None  # none is kept where there will be none
        self.talk = talk or self._pool.opened()
        return self.talk

    def hang_up(self) -> None:
        """Leave the connection without a word."""
        talk, self.talk = self.talk, None
        if talk is not None:
            talk.close(politely=False)
