"""Mail after mail over one SMTP connection (RFC 5321, 3.3), pipelined where offered (RFC 2920).

The envelope of the next mail rides in the same write as the content of the one before, so each
mail costs one round trip; only one content is ever without its answer. When to reconnect and
whom to tell is the session's.
"""

from newsletter.transports.base import (
    Accepted,
    Deferred,
    InDoubt,
    Mail,
    Outcome,
    Refused,
    TransportStopped,
    Unsupported,
)
from newsletter.transports.smtp.connection import Connection
from newsletter.transports.smtp.envelope import CannotCarry, Command, commands
from newsletter.transports.smtp.replies import (
    CONTENT_TAKEN,
    ENVELOPE_TAKEN,
    Reply,
    Step,
    outcome_of,
)
from newsletter.transports.smtp.wire import ConnectionLost

_WISHED = {Step.RSET: 2, Step.MAIL: 2, Step.RCPT: 2, Step.DATA: 3}
_RSET: Command = (Step.RSET, b"RSET\r\n")
_LAST_WORDS_SECONDS = 1.0
_FAREWELL_SECONDS = 5.0


class Conversation:
    """One connection and where the talk stands.

    Args:
        most: after so many mails it ends; 0: never.
    """

    def __init__(self, connection: Connection, most: int) -> None:
        self._connection = connection
        self._wire = connection.wire
        self._most = most
        self._begun: tuple[Mail, list[Command]] | None = None  # an envelope sent, not answered
        self._half_open = False  # the server still holds an envelope that came to nothing
        self.mails = 0  # heard out
        self.ended = False

    @property
    def is_over(self) -> bool:
        """Whether the next mail needs a new connection."""
        return self.ended or 0 < self._most <= self.mails

    def is_stale(self) -> bool:
        return self._wire.is_stale()

    def admit(self, mail: Mail) -> Outcome | None:
        """Offer a mail's envelope; None when the server now waits for the content.

        Raises:
            ConnectionLost: no answer; nothing of the content has left.
            TransportStopped: the server refuses us.
        """
        if self._begun is None or self._begun[0] is not mail:
            try:
                group = commands(mail, self._connection)
            except CannotCarry as reason:
                return Refused(response=str(reason))
            group = [_RSET, *group] if self._half_open else group
            verdict = self._answers(group) if self._pipelined(group) else self._step_by_step(group)
        else:
            verdict = None if self._wire.take(ENVELOPE_TAKEN) else self._answers(self._begun[1])
        self._begun = None
        if verdict is None and self._wire.has_unread:
            # Out of step: the next answer would be taken for the one to the content.
            raise ConnectionLost("more answers than questions")
        self.mails += verdict is not None and not self.ended
        return verdict

    def deliver(self, body: tuple[bytes, bytes], following: Mail | None) -> Outcome:
        """Send the admitted mail's content; its outcome, whatever happens.

        Args:
            body: the content and its end, as `stuffed` makes them.
            following: the mail whose envelope may be sent along.

        Raises:
            TransportStopped: refused for our sake, after this mail was heard out.
        """
        group = self._ahead(following)
        try:
            # Two pieces: the content is not copied once more.
            content, end = body
            self._wire.send(content, b"".join((end, *(text for _, text in group))))
        except ConnectionLost as lost:
            return self._cut_short(lost, len(content) + len(end))
        try:
            taken = self._wire.take(CONTENT_TAKEN)
            if taken:
                self._heard_out(following, group)
                return Accepted(response=taken[1].decode().strip())
            reply = self._wire.reply()
        except ConnectionLost as lost:
            self.ended = True
            return InDoubt(response=f"no answer to the content: {lost}")
        self.ended = reply.code == 421 or 300 <= reply.code < 400
        if reply.code < 400 and self.ended:
            return InDoubt(response=f"unexpected answer to the content: {reply.response}")
        if not self.ended:
            self._heard_out(following, group)
        return outcome_of(reply, Step.CONTENT)

    def _heard_out(self, following: Mail | None, group: list[Command]) -> None:
        self.mails += 1
        if group and following:
            self._begun = (following, group)
        elif self._wire.has_unread:
            self.ended = True  # out of step

    def close(self, *, politely: bool) -> None:
        """Hang up, after a QUIT where the server still listens."""
        try:
            if politely and not self.ended:
                self._wire.send(b"QUIT\r\n")
                self._wire.reply(_FAREWELL_SECONDS)
        except ConnectionLost:
            pass  # it was to end anyway
        finally:
            self.ended = True
            self._wire.close()

    def _pipelined(self, group: list[Command]) -> bool:
        if self._connection.pipelining:
            self._wire.send(b"".join(text for _, text in group))
        return self._connection.pipelining

    def _ahead(self, following: Mail | None) -> list[Command]:
        """The envelope that may go out with the content before it."""
        last = 0 < self._most <= self.mails + 1
        if following is None or last or not self._connection.pipelining:
            return []
        try:
            return commands(following, self._connection)
        except (CannotCarry, Unsupported):
            return []  # said when its own turn comes

    def _answers(self, group: list[Command]) -> Outcome | None:
        """The answers to a group that was sent whole; the first bad one decides."""
        verdict: Outcome | None = None
        for step, _ in group:
            try:
                reply = self._wire.reply()
            except ConnectionLost:
                if verdict is None:
                    raise
                self.ended = True
                return verdict
            verdict = verdict or self._judged(reply, step)
            if self.ended:
                return verdict
        self._half_open = verdict is not None
        # It may want content although it refused the envelope; that needs a fresh start.
        self.ended = verdict is not None and reply.code == 354
        return verdict

    def _step_by_step(self, group: list[Command]) -> Outcome | None:
        for step, text in group:
            self._wire.send(text)
            verdict = self._judged(self._wire.reply(), step)
            if verdict:
                self._half_open = True
                return verdict
        self._half_open = False
        return None

    def _judged(self, reply: Reply, step: Step) -> Outcome | None:
        """None for the answer wished for."""
        self.ended = reply.code == 421  # RFC 5321, 3.8: it closes the connection
        if reply.code // 100 == _WISHED[step]:
            return None
        if reply.code < 400 or (step is Step.RSET and not self.ended):
            raise ConnectionLost(f"unexpected answer to {step}: {reply.response}")
        return outcome_of(reply, step)

    def _cut_short(self, lost: ConnectionLost, size: int) -> Outcome:
        """The outcome of a mail whose content could not be sent whole."""
        self.ended = True
        if lost.out >= size:
            return InDoubt(response=f"no answer to the content: {lost}")
        try:
            reply = self._wire.reply(_LAST_WORDS_SECONDS)
            if reply.code >= 400:
                return outcome_of(reply, Step.CONTENT)
        except (ConnectionLost, TransportStopped):
            pass  # without its final dot the mail was not taken: nothing is in doubt
        return Deferred(response=str(lost))
