"""An SMTP session: keeps a conversation going over as many connections as it takes."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from newsletter.transports.base import (
    ClosingSession,
    Deferred,
    Mail,
    Recorder,
    TransportStopped,
)
from newsletter.transports.smtp.connection import Connection, Unreachable
from newsletter.transports.smtp.conversation import Conversation
from newsletter.transports.smtp.envelope import stuffed
from newsletter.transports.smtp.wire import ConnectionLost

# So many connections in a row that carried nothing, and the rest of the mails waits: a server
# that hangs costs two timeouts, not one for each mail.
_FRUITLESS_CONNECTIONS = 2


class SmtpSession(ClosingSession):
    """Sends over one connection at a time.

    Args:
        dial: makes a connection; may raise Unreachable and TransportStopped.
        most: mails a connection; 0: without limit.
    """

    def __init__(self, dial: Callable[[], Connection], most: int) -> None:
        self._dial = dial
        self._most = most
        self._talk: Conversation | None = None

    def send(self, mails: Iterable[Mail], recorder: Recorder) -> None:
        queue = iter(mails)
        mail = next(queue, None)
        fruitless = 0
        try:
            while mail is not None:
                try:
                    talk = self._conversation()
                except Unreachable as error:
                    return _put_off(mail, queue, recorder, str(error))
                before = talk.mails
                mail = self._converse(talk, mail, queue, recorder)
                fruitless = fruitless + 1 if talk.mails == before else 0
                if mail is not None and fruitless == _FRUITLESS_CONNECTIONS:
                    return _put_off(mail, queue, recorder, "the server keeps breaking off")
        except BaseException:
            self._hang_up(politely=False)
            raise

    def close(self) -> None:
        self._hang_up(politely=True)

    def _conversation(self) -> Conversation:
        if self._talk is not None and (self._talk.is_over or self._talk.is_stale()):
            self._hang_up(politely=not self._talk.is_stale())
        if self._talk is None:
            self._talk = Conversation(self._dial(), self._most)
        return self._talk

    def _hang_up(self, *, politely: bool) -> None:
        talk, self._talk = self._talk, None
        if talk is not None:
            talk.close(politely=politely)

    def _converse(
        self, talk: Conversation, mail: Mail | None, queue: Iterator[Mail], recorder: Recorder
    ) -> Mail | None:
        """Send until mails or conversation end; the mail that is next on a new connection."""
        while mail is not None and not talk.is_over:
            try:
                answer = talk.admit(mail)
            except ConnectionLost as error:
                self._hang_up(politely=False)
                if talk.mails:
                    return mail  # the connection had its time; this mail gets a fresh one
                recorder.settled(mail.key, Deferred(response=str(error)))
                return next(queue, None)
            if answer is None:
                mail = _delivered(talk, mail, next(queue, None), recorder)
            else:
                recorder.settled(mail.key, answer)
                mail = next(queue, None)
        return mail


def _delivered(
    talk: Conversation, mail: Mail, following: Mail | None, recorder: Recorder
) -> Mail | None:
    """Send the content that the server waits for and settle the mail; the one that follows."""
    body = stuffed(mail)
    recorder.handing_over(mail.key)
    try:
        outcome = talk.deliver(body, following)
    except TransportStopped as error:
        recorder.settled(mail.key, Deferred(response=str(error), throttled=True))
        raise
    recorder.settled(mail.key, outcome)
    return following


def _put_off(mail: Mail, queue: Iterator[Mail], recorder: Recorder, response: str) -> None:
    """Settle the mails that are left without another try: the server cannot be spoken to."""
    for left in chain([mail], queue):
        recorder.settled(left.key, Deferred(response=response, throttled=True))
