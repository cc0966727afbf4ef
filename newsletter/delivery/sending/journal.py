"""The local journal: what a worker handed over and what it was answered, ahead of the database.

One file for each worker, locked while it lives. A line is written before a mail is in doubt, and
one with its outcome, so that after `kill -9` the next start knows of every mail but the one under
way what the ledger does not. The file is mapped into memory, since a system call for each mail
would have all other workers wait for the interpreter; whatever stands in the map survives a killed
process, though not a machine that loses power: the file names the boot it was written in, and after
another boot whatever it says nothing of is in doubt too.
"""

import errno
import fcntl
import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from newsletter.errors import StorageError
from newsletter.transports.base import Accepted, Deferred, InDoubt, Outcome, Refused
from newsletter.transports.verdicts import Verdict

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
SUFFIX = ".journal"
# Room for a usual batch; it grows with the lines.
ROOM_BYTES = 65_536
# What stands in the file behind its last line.
BLANK = b"\0"
HANDING_OVER = "h"
THROTTLED = "t"
NO_VERDICT = "-"
_ON_ONE_LINE = str.maketrans("\r\n\0", "   ")
LETTERS: dict[type, str] = {Accepted: "a", Deferred: "d", Refused: "r", InDoubt: "u"}


@dataclass(frozen=True, kw_only=True)
class Replay:
    """What a dead worker's journal tells."""

    path: Path
    worker: str
    same_boot: bool
    """Whether every line it wrote is surely there and whole."""
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    in_doubt: frozenset[int] = frozenset()


class Journal:
    """The journal of one living worker; use from one thread."""

    def __init__(self, folder: Path, worker: str) -> None:
        """
        Raises:
            StorageError: the folder cannot be written to.
        """
        self.worker = worker
        self.path = folder / f"{worker}{SUFFIX}"
        header = f"{worker} {boot_id()}\n".encode()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = self._create(header)
            self._map = mmap.mmap(self._file, ROOM_BYTES)
        except OSError as error:
            raise StorageError(
                f"the journal folder {folder} cannot be written to ({error.strerror}); "
                "see sending.state_folder"
            ) from error
        self._begin = self._end = len(header)

    def handing_over(self, key: int) -> None:
        """Write that a mail is about to be in doubt."""
        self._write(b"h %d\n" % key)

    def settled(self, key: int, outcome: Outcome) -> None:
        """Write an outcome."""
        response = outcome.response.translate(_ON_ONE_LINE)
        wait = outcome.retry_after if isinstance(outcome, Deferred) else None
        seconds = int(wait.total_seconds()) if wait else 0
        is_throttled = isinstance(outcome, Deferred) and outcome.throttled
        letter = THROTTLED if is_throttled else LETTERS[type(outcome)]
        given = outcome.verdict if isinstance(outcome, Deferred | Refused) else None
        line = f"{letter} {key} {seconds} {given or NO_VERDICT} {response}\n"
        self._write(line.encode(errors="replace"))

    def forget(self) -> None:
        """Begin anew: the ledger has recorded everything so far."""
        self._map[self._begin : self._end] = bytes(self._end - self._begin)
        self._end = self._begin

    def close(self) -> None:
        """Remove the file: nothing in it is unrecorded."""
        self._map.close()
        self.path.unlink(missing_ok=True)
        os.close(self._file)

    def abandon(self) -> None:
        """Leave the file for the next start: the ledger could not be told."""
        self._map.close()
        os.close(self._file)

    def _create(self, header: bytes) -> int:
        # Named as a journal only once it is locked: nobody may take it for a dead worker's.
        unnamed = self.path.with_suffix(".new")
        file = os.open(unnamed, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        _fill(file, header.ljust(ROOM_BYTES, BLANK), 0)
        os.fsync(file)
        unnamed.rename(self.path)
        return file

    def _write(self, line: bytes) -> None:
        end = self._end + len(line)
        while end > len(self._map):
            self._grow()
        self._map[self._end : end] = line
        self._end = end

    def _grow(self) -> None:
        size = len(self._map)
        try:
            _fill(self._file, BLANK * size, size)
            larger = mmap.mmap(self._file, 2 * size)
        except OSError as error:
            raise StorageError(f"{self.path} cannot be written: {error.strerror}") from error
        self._map.close()
        self._map = larger


def _fill(file: int, content: bytes, place: int) -> None:
    """Write so much, so that the disk surely has room for what the map will hold.

    Raises:
        OSError: it has not.
    """
    if os.pwrite(file, content, place) != len(content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def abandoned(folder: Path) -> Iterator[Replay]:
    """The journals whose workers are dead, each locked while it is being replayed."""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        with _unless_locked(path) as is_ours:
            if is_ours and path.exists():
                yield _read(path)


def living(folder: Path) -> list[str]:
    """The workers of this machine that are alive now."""
    found = []
    for path in folder.glob(f"*{SUFFIX}"):
        with _unless_locked(path) as is_ours:
            if not is_ours and path.exists():
                found.append(path.name.removesuffix(SUFFIX))
    return found


@contextmanager
def _unless_locked(path: Path) -> Iterator[bool]:
    """Hold the lock of a journal; False where its worker holds it, or it is gone."""
    try:
        file = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        yield False
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(file)


def boot_id() -> str:
    """What tells this boot of the machine from any other; empty where unknown."""
    try:
        return BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _read(path: Path) -> Replay:
    text = path.read_bytes().decode("utf-8", "replace")
    text = text.partition(BLANK.decode())[0]
    # What stands after the last line end was cut off while it was written.
    header, *lines = text[: text.rfind("\n") + 1].split("\n")[:-1] or [""]
    _, _, boot = header.partition(" ")
    outcomes: dict[int, Outcome] = {}
    begun: set[int] = set()
    is_whole = True
    for line in lines:
        try:
            _read_line(line, begun, outcomes)
        except ValueError:
            is_whole = False  # of what the damage hides nothing is known
    return Replay(
        path=path,
        worker=path.name.removesuffix(SUFFIX),
        same_boot=is_whole and bool(boot) and boot == boot_id(),
        outcomes=outcomes,
        in_doubt=frozenset(begun - set(outcomes)),
    )


def _read_line(line: str, begun: set[int], outcomes: dict[int, Outcome]) -> None:
    """Raises ValueError for what no worker wrote."""
    letter, _, rest = line.partition(" ")
    if letter == HANDING_OVER:
        begun.add(int(rest))
        return
    key, seconds, given, response = (*rest.split(" ", 3), "")[:4]
    verdict = None if given == NO_VERDICT else Verdict(given)
    outcomes[int(key)] = _outcome(letter, int(seconds), verdict, response)


def _outcome(letter: str, seconds: int, verdict: Verdict | None, response: str) -> Outcome:
    match letter:
        case "a":
            return Accepted(response=response)
        case "r":
            return Refused(response=response, verdict=verdict)
        case "d" | "t":
            return Deferred(
                response=response,
                retry_after=timedelta(seconds=seconds) if seconds else None,
                throttled=letter == THROTTLED,
                verdict=verdict,
            )
        case "u":
            return InDoubt(response=response)
        case _:
            raise ValueError(letter)
