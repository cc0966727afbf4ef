"""Write-ahead journal of one worker's hand-overs, on local disk.

One file per worker, locked with flock while the worker lives. One line is written before a mail is
in doubt and one with its outcome, so that after `kill -9` only the mail under way is uncertain. The
file is memory-mapped, since a system call per mail would release the GIL each time. A map survives
a killed process but not a power failure: the header holds the boot id, and after another boot every
claim without a line is uncertain.
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
# Initial size; the file grows with its lines.
ROOM_BYTES = 65_536
# Padding after the last line.
BLANK = b"\0"
HANDING_OVER = "h"
THROTTLED = "t"
NO_VERDICT = "-"
_ON_ONE_LINE = str.maketrans("\r\n\0", "   ")
LETTERS: dict[type, str] = {Accepted: "a", Deferred: "d", Refused: "r", InDoubt: "u"}


@dataclass(frozen=True, kw_only=True)
class Replay:
    """The content of a dead worker's journal."""

    path: Path
    worker: str
    same_boot: bool
    """Whether all its lines are certainly present and intact."""
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    in_doubt: frozenset[int] = frozenset()


class Journal:
    """The journal of one running worker; used by one thread."""

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
        """Record that a mail is about to be in doubt."""
        self._write(b"h %d\n" % key)

    def settled(self, key: int, outcome: Outcome) -> None:
        """Record an outcome."""
        response = outcome.response.translate(_ON_ONE_LINE)
        wait = outcome.retry_after if isinstance(outcome, Deferred) else None
        seconds = int(wait.total_seconds()) if wait else 0
        is_throttled = isinstance(outcome, Deferred) and outcome.throttled
        letter = THROTTLED if is_throttled else LETTERS[type(outcome)]
        verdict = outcome.verdict if isinstance(outcome, Deferred | Refused) else None
        line = f"{letter} {key} {seconds} {verdict or NO_VERDICT} {response}\n"
        self._write(line.encode(errors="replace"))

    def forget(self) -> None:
        """Erase all lines: the ledger has recorded them."""
        self._map[self._begin : self._end] = bytes(self._end - self._begin)
        self._end = self._begin

    def close(self) -> None:
        """Remove the file; the ledger has recorded everything in it."""
        self._map.close()
        self.path.unlink(missing_ok=True)
        os.close(self._file)

    def abandon(self) -> None:
        """Keep the file for recovery: the ledger could not be updated."""
        self._map.close()
        os.close(self._file)

    def _create(self, header: bytes) -> int:
        # Renamed only once locked, so that recovery never takes it for a dead worker's.
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
    """Write content, so that disk space is allocated before the file is mapped.

    Raises:
        OSError: the disk is full.
    """
    if os.pwrite(file, content, place) != len(content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def abandoned(folder: Path) -> Iterator[Replay]:
    """The journals of dead workers, each locked while it is replayed."""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        with _unless_locked(path) as is_ours:
            if is_ours and path.exists():
                yield _read(path)


def living(folder: Path) -> list[str]:
    """The running workers of this machine."""
    paths = []
    for path in folder.glob(f"*{SUFFIX}"):
        with _unless_locked(path) as is_ours:
            if not is_ours and path.exists():
                paths.append(path.name.removesuffix(SUFFIX))
    return paths


@contextmanager
def _unless_locked(path: Path) -> Iterator[bool]:
    """Hold the lock of a journal; yields False where its worker holds it, or it is gone."""
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
    """The kernel's id of this boot; empty where unknown."""
    try:
        return BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _read(path: Path) -> Replay:
    text = path.read_bytes().decode("utf-8", "replace")
    text = text.partition(BLANK.decode())[0]
    # Text after the last line end is an incomplete write.
    header, *lines = text[: text.rfind("\n") + 1].split("\n")[:-1] or [""]
    _, _, boot = header.partition(" ")
    outcomes: dict[int, Outcome] = {}
    begun: set[int] = set()
    is_whole = True
    for line in lines:
        try:
            _read_line(line, begun, outcomes)
        except ValueError:
            is_whole = False  # the damaged line may have been any outcome
    return Replay(
        path=path,
        worker=path.name.removesuffix(SUFFIX),
        same_boot=is_whole and bool(boot) and boot == boot_id(),
        outcomes=outcomes,
        in_doubt=frozenset(begun - set(outcomes)),
    )


def _read_line(line: str, begun: set[int], outcomes: dict[int, Outcome]) -> None:
    """Parse one line; raises ValueError where it is damaged."""
    letter, _, rest = line.partition(" ")
    if letter == HANDING_OVER:
        begun.add(int(rest))
        return
    key, seconds, code, response = (*rest.split(" ", 3), "")[:4]
    verdict = None if code == NO_VERDICT else Verdict(code)
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
