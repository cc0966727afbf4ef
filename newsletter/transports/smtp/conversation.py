"""SMTP transactions over one connection (RFC 5321, 3.3), pipelined where offered (RFC 2920).

Pipelining stays within one envelope unless the transport allows it across the final dot: then the
next mail's envelope is in the same write as the previous content. At most one content is ever
unanswered. `session` decides when to reconnect and reports outcomes.
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
from newsletter.transports.smtp.envelope import Command, UnsupportedRecipient, commands
from newsletter.transports.smtp.limits import ServerLimits
from newsletter.transports.smtp.replies import (
    CONTENT_TAKEN,
    ENVELOPE_TAKEN,
    Reply,
    SmtpCommand,
    outcome_of,
)
from newsletter.transports.smtp.timing import Timeout
from newsletter.transports.smtp.transcript import SmtpTranscript
from newsletter.transports.smtp.wire import ConnectionLost

_EXPECTED = {SmtpCommand.RSET: 2, SmtpCommand.MAIL: 2, SmtpCommand.RCPT: 2, SmtpCommand.DATA: 3}
_RSET: Command = (SmtpCommand.RSET, b"RSET\r\n")
_CLOSING = 421  # RFC 5321, 3.8: the server closes the connection
_BAD_SEQUENCE = 503
# After so many refusals DATA is no longer pipelined after RCPT: Postfix counts the reply to a DATA
# without recipients as an error too (smtpd_hard_error_limit).
_ERRORS_WITH_DATA = 2


class ServerClosing(ConnectionLost):
    """The server closes the connection without having accepted the current mail."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.response, closed=True)
        self.reply = reply


class Conversation:
    """The state of one connection.

    Args:
        limits: the server's known limits; updated with what this connection meets.
    """

    def __init__(self, connection: Connection, limits: ServerLimits) -> None:
        self._connection = connection
        self._wire = connection.wire
        self._timeouts = connection.timeouts
        self._limits = limits
        self.transcript = SmtpTranscript(connection)
        """What was said of the mail under way."""
        self._begun: tuple[Mail, list[Command]] | None = None  # an envelope sent, not answered
        self._half_open = False  # the server still holds an unfinished envelope, to be reset
        self.mails = 0  # answered
        self.errors = 0  # refusals received
        self.ended = False
        if connection.max_mails:
            limits.announced(connection.max_mails)

    @property
    def is_over(self) -> bool:
        """Whether the next mail needs a new connection."""
        most = self._limits.mails
        return self.ended or 0 < most <= self.mails or self.errors >= self._limits.errors

    def is_stale(self) -> bool:
        return self._wire.is_stale()

    def admit(self, mail: Mail) -> Outcome | None:
        """Send a mail's envelope; None when the server now waits for the content.

        Raises:
            ConnectionLost: no reply; nothing of the content was sent.
            TransportStopped: the server refuses us.
        """
        begun, self._begun = self._begun, None
        self.transcript.begin()
        try:
            if begun is not None and begun[0] is mail:
                self.transcript.note(begun[1])
                verdict = self._pipelined(begun[1])
            else:
                try:
                    verdict = self._send_envelope(mail)
                except UnsupportedRecipient as reason:
                    return Refused(response=str(reason))
                except Unsupported as error:
                    return error.outcome
        except ConnectionLost as lost:
            if not isinstance(lost, ServerClosing):
                self.transcript.note(str(lost))
            if lost.closed:
                self._limits.connection_closed(str(lost), self.mails, self.errors)
            raise
        if verdict is None and self._wire.has_unread:
            # Out of sync: the next reply would be taken for the one to the content.
            raise ConnectionLost("more replies than commands")
        self.mails += verdict is not None and not self.ended
        return verdict

    def deliver(self, body: tuple[bytes, bytes], following: Mail | None) -> Outcome:
        """Send the admitted mail's content; returns its outcome.

        Args:
            body: the content and its end, from `stuffed`.
            following: the mail whose envelope may be pipelined.

        Raises:
            ServerClosing: not accepted because of the connection; may be retried at once.
            TransportStopped: the server refuses us, in its reply to this mail.
        """
        group = self._pipelined_envelope(following)
        try:
            # Two buffers, to avoid copying the content.
            content, end = body
            self.transcript.note(len(content))
            rest = b"".join((end, *(text for _, text in group)))
            self._wire.send(self._timeouts.block, content, rest)
        except ConnectionLost as lost:
            return self._content_interrupted(lost, len(content) + len(end))
        try:
            taken = self._wire.take(CONTENT_TAKEN, self._timeouts.final_dot)
            if taken:
                self._mail_done(following, group)
                return Accepted(response=taken[1].decode().strip())
            reply = self._wire.reply(self._timeouts.final_dot)
        except ConnectionLost as lost:
            self.ended = True
            self.transcript.note(str(lost))
            if group:
                self._limits.report_pipelining(worked=False)
            return InDoubt(response=f"no answer to the content: {lost}")
        return self._content_outcome(reply, following, group)

    def close(self, *, politely: bool) -> None:
        """Close the connection, after a QUIT where the server expects a command."""
        is_listening = not self.ended and self._begun is None
        self.ended = True
        if politely and is_listening:
            self._connection.hang_up()
        else:
            self._wire.close()

    def _send_envelope(self, mail: Mail) -> Outcome | None:
        """Send an envelope; None where it is accepted."""
        group = commands(mail, self._connection)
        group = [_RSET, *group] if self._half_open else group
        if not self._connection.pipelining:
            return self._step_by_step(group)
        if self.errors < _ERRORS_WITH_DATA:
            self._send(group)
            is_taken = group[0] is not _RSET and self._is_envelope_taken()
            return None if is_taken else self._answers(group)
        self._send(group[:-1])
        verdict = self._answers(group[:-1])
        return self._step_by_step(group[-1:]) if verdict is None else verdict

    def _pipelined(self, group: list[Command]) -> Outcome | None:
        """Read the replies to an envelope pipelined with the previous content."""
        before = self.errors
        try:
            verdict = None if self._is_envelope_taken() else self._answers(group)
        except ConnectionLost:
            self._limits.report_pipelining(worked=False)
            raise
        # A refused recipient is normal; a server that refused all three commands lost them.
        self._limits.report_pipelining(worked=self.errors - before < len(group))
        return verdict

    def _is_envelope_taken(self) -> bool:
        """Whether the usual replies to MAIL, RCPT and DATA came at once; consumes just those."""
        taken = self._wire.take(ENVELOPE_TAKEN, self._timeouts.mail)
        if taken:
            self.transcript.note(taken)
        return taken is not None

    def _content_outcome(
        self, reply: Reply, following: Mail | None, group: list[Command]
    ) -> Outcome:
        """The outcome of a reply to the content other than the usual 250."""
        self.transcript.note(reply)
        if group and reply.code in {_BAD_SEQUENCE, _CLOSING}:
            self._limits.report_pipelining(worked=False)
            self.ended = True
            raise ServerClosing(reply)
        self.ended = reply.code == _CLOSING or 300 <= reply.code < 400
        if reply.code < 400 and self.ended:
            return InDoubt(response=f"unexpected answer to the content: {reply.response}")
        if self.ended:
            self._limits.connection_closed(reply.response, self.mails, self.errors)
            if self.mails:
                raise ServerClosing(reply)
        else:
            self.errors += reply.code >= 400
            self._mail_done(following, group)
        return outcome_of(reply, SmtpCommand.CONTENT)

    def _mail_done(self, following: Mail | None, group: list[Command]) -> None:
        self.mails += 1
        if group and following:
            self._begun = (following, group)
        elif self._wire.has_unread:
            self.ended = True  # out of sync

    def _send(self, group: list[Command]) -> None:
        self.transcript.note(group)
        self._wire.send(self._timeouts.mail, b"".join([text for _, text in group]))

    def _pipelined_envelope(self, following: Mail | None) -> list[Command]:
        """The commands to pipeline with the previous content; empty: none."""
        if following is None or not self._connection.pipelining:
            return []
        is_last = 0 < self._limits.mails <= self.mails + 1
        if is_last or self.errors + _ERRORS_WITH_DATA >= self._limits.errors:
            return []
        try:
            group = commands(following, self._connection)
        except (UnsupportedRecipient, Unsupported):
            return []  # reported when it is sent itself
        return group if self._limits.may_pipeline() else []

    def _answers(self, group: list[Command]) -> Outcome | None:
        """Read the replies to pipelined commands; the first refusal decides."""
        verdict: Outcome | None = None
        for step, _ in group:
            try:
                reply = self._wire.reply(self._wait(step))
            except ConnectionLost:
                if verdict is None:
                    raise
                self.ended = True
                return verdict
            if verdict is None:
                verdict = self._evaluate(reply, step)
            else:
                self.transcript.note(reply)
                self.errors += reply.code >= 400
            if self.ended:
                return verdict
        self._half_open = verdict is not None
        # A server that asks for content after refusing the envelope needs a new connection.
        self.ended = verdict is not None and reply.code == 354
        return verdict

    def _step_by_step(self, group: list[Command]) -> Outcome | None:
        for step, text in group:
            self._send([(step, text)])
            verdict = self._evaluate(self._wire.reply(self._wait(step)), step)
            if verdict:
                self._half_open = True
                return verdict
        self._half_open = False
        return None

    def _evaluate(self, reply: Reply, step: SmtpCommand) -> Outcome | None:
        """The outcome of a reply; None where it is the expected one.

        Raises:
            ServerClosing: the server closes the connection for reasons of its own.
        """
        self.transcript.note(reply)
        if reply.code // 100 == _EXPECTED[step]:
            return None
        self.errors += reply.code >= 400
        self.ended = reply.code == _CLOSING
        if (self.ended and self.mails) or self._is_postscreen_retry(reply):
            self.ended = True
            raise ServerClosing(reply)
        if reply.code < 400 or (step is SmtpCommand.RSET and not self.ended):
            raise ConnectionLost(f"unexpected answer to {step}: {reply.response}")
        return outcome_of(reply, step)

    def _is_postscreen_retry(self, reply: Reply) -> bool:
        """Whether a new connection is likely to be accepted.

        Postfix's postscreen replies so once to a client that has just passed its tests.
        """
        return not self.mails and reply.code == 450 and reply.enhanced == "4.3.2"

    def _wait(self, step: SmtpCommand) -> Timeout:
        return self._timeouts.data if step is SmtpCommand.DATA else self._timeouts.mail

    def _content_interrupted(self, lost: ConnectionLost, size: int) -> Outcome:
        """The outcome of a mail whose content could not be sent completely."""
        self.ended = True
        self.transcript.note(str(lost))
        if lost.out >= size:
            return InDoubt(response=f"no answer to the content: {lost}")
        try:
            reply = self._wire.reply(self._timeouts.last_words)
            self.transcript.note(reply)
            if reply.code >= 400:
                return outcome_of(reply, SmtpCommand.CONTENT)
        except (ConnectionLost, TransportStopped):
            pass  # without its final dot the mail was not accepted
        return Deferred(response=str(lost))
