"""Maildir transport: for development and local delivery.

Files have LF line ends, as other delivery agents write them to a Maildir.
"""

import errno
import os
import socket
from collections.abc import Iterable
from itertools import count
from pathlib import Path

from pydantic import BaseModel, Field

from newsletter.clock import Clock, SystemClock
from newsletter.config.kinds import OptionTable
from newsletter.transports.base import (
    Accepted,
    ClosingSession,
    ConfigRelativePath,
    Deferred,
    Mail,
    Recorder,
    Session,
    TransportStopped,
)

_FULL = {errno.ENOSPC, errno.EDQUOT}


class MaildirOptions(OptionTable):
    """A Maildir."""

    path: ConfigRelativePath = Field(
        min_length=1, description="Folder of the Maildir; made where it is missing"
    )
    durable: bool = Field(
        True, description="true: a mail counts as delivered when the disk holds it; false: faster"
    )


class Transport:
    """A Maildir."""

    Options: type[BaseModel] = MaildirOptions
    connections = 1

    def __init__(self, options: MaildirOptions, clock: Clock | None = None) -> None:
        self._folder = Path(options.path)
        self._durable = options.durable
        self._clock = clock or SystemClock()

    def open(self) -> Session:
        """A session; creates the Maildir.

        Raises:
            TransportStopped: the folder cannot be created.
        """
        try:
            for name in ("tmp", "new", "cur"):
                (self._folder / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TransportStopped(
                f"the Maildir {self._folder} cannot be made: {error.strerror}"
            ) from error
        return MaildirSession(self._folder, self._clock, durable=self._durable)


class MaildirSession(ClosingSession):
    """Writes each mail to tmp/ and renames it into new/."""

    # Shared, so that the sessions of one process never choose the same name.
    _numbers = count(1)

    def __init__(self, folder: Path, clock: Clock, *, durable: bool) -> None:
        self._folder = folder
        self._clock = clock
        self._durable = durable
        self._host = socket.gethostname().replace("/", "_").replace(":", "_")

    def send(self, mails: Iterable[Mail], recorder: Recorder) -> None:
        for mail in mails:
            draft = self._folder / "tmp" / self._name()
            try:
                self._write(draft, mail.content.replace(b"\r\n", b"\n"))
            except OSError as error:
                draft.unlink(missing_ok=True)
                if error.errno not in _FULL:
                    raise TransportStopped(_words(draft, error)) from error
                recorder.settled(mail.key, Deferred(response=_words(draft, error), throttled=True))
                continue
            self._hand_over(mail, draft, recorder)

    def _name(self) -> str:
        """A unique file name of time, process and host (cr.yp.to/proto/maildir.html)."""
        now = self._clock.now()
        process = f"M{now.microsecond:06}P{os.getpid()}Q{next(self._numbers)}"
        return f"{int(now.timestamp())}.{process}.{self._host}"

    def _write(self, draft: Path, content: bytes) -> None:
        with draft.open("xb") as file:
            file.write(content)
            if self._durable:
                file.flush()
                os.fsync(file.fileno())

    def _hand_over(self, mail: Mail, draft: Path, recorder: Recorder) -> None:
        recorder.handing_over(mail.key)
        target = self._folder / "new" / draft.name
        try:
            draft.rename(target)
        except OSError as error:
            recorder.settled(mail.key, Deferred(response=_words(target, error)))
            return
        recorder.settled(mail.key, Accepted(response=f"new/{draft.name}"))


def _words(path: Path, error: OSError) -> str:
    return f"{path} cannot be written: {error.strerror}"
