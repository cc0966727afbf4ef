"""Encoding of pictures in a process of its own, one after the other, with a deadline.

Decoders are large programs in C; one that fails on a crafted file must not take the site, or the
sender, with it (decision 147 says the same of parsers). One at a time also bounds the memory.
"""

import resource
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from threading import Lock

from newsletter.fork_server import fork_server
from newsletter.media.decoding import SlowPicture, UnusablePicture
from newsletter.media.encoding import EncodedPicture, encode_picture

TIME = timedelta(seconds=40)
# Largest picture, its converted copy, and what the decoders themselves take.
MEMORY_BYTES = 3 * 1024**3


class EncodingProcess:
    """A subprocess that encodes one picture after another; replaced after it ended."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._running: tuple[BaseProcess, Connection] | None = None

    def encode(self, content: bytes, time: timedelta = TIME) -> list[EncodedPicture]:
        """The files of an uploaded picture, the widest first.

        Raises:
            UnusablePicture: it cannot be decoded, is too large, or takes too long.
        """
        with self._lock:
            answer = self._answer_to(content, time)
        if isinstance(answer, UnusablePicture):
            raise answer
        return answer

    def _answer_to(self, content: bytes, time: timedelta) -> list[EncodedPicture] | UnusablePicture:
        _, connection = self._running = self._running or _started()
        result: list[EncodedPicture] | UnusablePicture = SlowPicture(
            "the picture takes too long to read; save it again in a picture program"
        )
        try:
            connection.send_bytes(content)
            if connection.poll(time.total_seconds()):
                return connection.recv()  # type: ignore[no-any-return]
        except (EOFError, ConnectionError):
            result = UnusablePicture(
                "the picture cannot be read within the memory for it; make it smaller"
            )
        self._end()
        return result

    def _end(self) -> None:
        if self._running is None:
            return
        process, connection = self._running
        self._running = None
        connection.close()
        process.kill()
        process.join()
        process.close()


SHARED = EncodingProcess()
"""That of this process."""


def _started() -> tuple[BaseProcess, Connection]:
    server = fork_server()
    ours, theirs = server.Pipe()
    process = server.Process(target=_answer, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def _answer(connection: Connection) -> None:
    """Send back the files of each picture, or why there are none, until nobody asks any more."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    while True:
        try:
            content = connection.recv_bytes()
        except EOFError:
            return
        try:
            connection.send(encode_picture(content))
        except UnusablePicture as error:
            connection.send(error)
