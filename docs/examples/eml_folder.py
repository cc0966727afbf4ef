"""An example of one's own transport: each mail becomes a file that mail programs open.

In newsletter.toml, with the folder of this file in PYTHONPATH:

    [transports.archive]
    kind = "eml_folder:EmlFolder"
    folder = "outbox"
"""

from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, Field

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


class EmlFolderOptions(OptionTable):
    """A folder of .eml files."""

    folder: ConfigRelativePath = Field(description="Where the files go; made where it is missing")


class EmlFolder:
    """The transport: made from its checked options, it opens sessions."""

    Options: type[BaseModel] = EmlFolderOptions
    connections = 1

    def __init__(self, options: EmlFolderOptions) -> None:
        self._folder = Path(options.folder)

    def open(self) -> Session:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TransportStopped(f"{self._folder} cannot be made: {error.strerror}") from error
        return EmlSession(self._folder)


class EmlSession(ClosingSession):
    """Writes the files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, mails: Iterable[Mail], recorder: Recorder) -> None:
        for mail in mails:
            file = self._folder / f"{mail.key}.eml"
            recorder.handing_over(mail.key)
            try:
                file.write_bytes(mail.content)
            except OSError as error:
                recorder.settled(mail.key, Deferred(response=f"{file}: {error.strerror}"))
            else:
                recorder.settled(mail.key, Accepted(response=file.name))
