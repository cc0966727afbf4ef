"""A scripted SMTP server on plain sockets, for fault injection.

It speaks RFC 5321 with pipelining until its script says otherwise. A script maps a moment
("greeting", a verb, "content-start", "content") to one reaction, or to a list of reactions
that are used up one by one; without a reaction the server behaves.
"""

import socket
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Reaction:
    """Bytes to send, and what to do then."""

    say: bytes = b""
    then: Literal["go on", "close", "hang", "repeat"] = "go on"


CLOSE = Reaction(then="close")
HANG = Reaction(then="hang")


def say(text: str) -> Reaction:
    return Reaction(say=text.encode() + b"\r\n")


def say_and_close(text: str) -> Reaction:
    return Reaction(say=text.encode() + b"\r\n", then="close")


Script = dict[str, Reaction | list[Reaction | None]]
FEATURES = ("PIPELINING", "8BITMIME", "SIZE 10485760", "ENHANCEDSTATUSCODES")


@dataclass(frozen=True)
class Caught:
    """An accepted mail."""

    sender: str
    recipient: str
    content: bytes


@dataclass
class _Connection:
    """One connection."""

    socket: socket.socket
    lines: bytes = b""
    envelope: list[str] = field(default_factory=list)


class _ConnectionEnded(Exception):
    """The connection is over."""


class FaultySmtp:
    """Listens on its own port once created."""

    def __init__(
        self,
        script: Script | None = None,
        *,
        features: Sequence[str] = FEATURES,
        tls: ssl.SSLContext | None = None,
        implicit: bool = False,
    ) -> None:
        self._script = dict(script or {})
        self._features = features
        self._tls = tls
        self._implicit = implicit
        self.commands: list[str] = []
        self.mails: list[Caught] = []
        self.connections = 0
        self._stopped = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def stop(self) -> None:
        if self._stopped.is_set():
            return
        self._stopped.set()
        # Closing alone does not wake a thread that waits in accept.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def verbs(self) -> list[str]:
        """The verb of each command received."""
        return [line.split(" ")[0].split(":")[0] for line in self.commands]

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        talk = _Connection(connection)
        try:
            if self._implicit and self._tls:
                talk.socket = self._tls.wrap_socket(connection, server_side=True)
            self._answer(talk, "greeting", "220 mail.wexcombe.example ESMTP")
            while True:
                self._command(talk)
        except (OSError, _ConnectionEnded):
            pass
        finally:
            talk.socket.close()

    def _command(self, talk: _Connection) -> None:
        line = self._line(talk).decode("utf-8")
        self.commands.append(line)
        verb = line.split(" ")[0].upper()
        if verb == "EHLO":
            offered = ["mail.wexcombe.example", *self._features]
            marks = ["-"] * (len(offered) - 1) + [" "]
            text = "\r\n".join(f"250{m}{w}" for m, w in zip(marks, offered, strict=True))
            self._answer(talk, verb, text)
        elif verb == "STARTTLS":
            self._start_tls(talk)
        elif verb == "AUTH":
            self._answer(talk, verb, "235 2.7.0 welcome")
        elif verb == "MAIL":
            nested = bool(talk.envelope)
            code = self._answer(talk, verb, "503 nested MAIL" if nested else "250 2.1.0 ok")
            talk.envelope += [line.partition(":<")[2].partition(">")[0]] if code == 2 else []
        elif verb == "RCPT":
            ready = len(talk.envelope) == 1
            code = self._answer(talk, verb, "250 2.1.5 ok" if ready else "503 no MAIL")
            talk.envelope += [line.partition(":<")[2].partition(">")[0]] if code == 2 else []
        elif verb == "DATA":
            ready = len(talk.envelope) == 2
            if self._answer(talk, verb, "354 go on" if ready else "503 no RCPT") == 3:
                self._content(talk)
        elif verb == "RSET":
            talk.envelope = []
            self._answer(talk, verb, "250 ok")
        elif verb == "QUIT":
            self._answer(talk, verb, "221 bye")
            raise _ConnectionEnded
        else:
            self._answer(talk, verb, "250 ok")

    def _content(self, talk: _Connection) -> None:
        lines: list[bytes] = []
        while (line := self._line(talk)) != b".":
            if not lines:
                self._answer(talk, "content-start", "")
            lines.append(line.removeprefix(b".") + b"\r\n")
        sender, recipient, *_ = [*talk.envelope, "", ""]
        talk.envelope = []
        # Stored before replying: a test may check it as soon as the reply arrives.
        caught, code = Caught(sender, recipient, b"".join(lines)), 0
        self.mails.append(caught)
        try:
            code = self._answer(talk, "content", "250 2.0.0 taken")
        finally:
            if code != 2:
                self.mails.remove(caught)

    def _start_tls(self, talk: _Connection) -> None:
        self._answer(talk, "STARTTLS", "220 go on")
        if self._tls:
            talk.socket = self._tls.wrap_socket(talk.socket, server_side=True)
            talk.lines = b""

    def _answer(self, talk: _Connection, moment: str, usual: str) -> int:
        """Send the scripted reply; returns its first digit."""
        reaction = self._script.get(moment)
        if isinstance(reaction, list):
            reaction = reaction.pop(0) if reaction else None
        if reaction is None:
            reaction = say(usual) if usual else Reaction()
        if reaction.say:
            talk.socket.sendall(reaction.say)
        while reaction.then == "repeat":
            talk.socket.sendall(reaction.say)
        if reaction.then == "hang":
            self._stopped.wait(10)
        if reaction.then != "go on":
            raise _ConnectionEnded
        return int(reaction.say[:1] or b"0") if reaction.say[:1].isdigit() else 0

    def _line(self, talk: _Connection) -> bytes:
        while b"\r\n" not in talk.lines:
            data = talk.socket.recv(65_536)
            if not data:
                raise _ConnectionEnded
            talk.lines += data
        line, _, talk.lines = talk.lines.partition(b"\r\n")
        return line
