"""Progress of long work: a bar in a terminal, else some lines."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

# Without a terminal: the number of progress lines.
PLAIN_STEPS = 10


class Advance(Protocol):
    """Progress of long work."""

    def advance(self, count: int = 1) -> None: ...


class _Bar:
    def __init__(self, progress: Progress, description: str, total: int | None) -> None:
        self._progress = progress
        self._task = progress.add_task(description, total=total)

    def advance(self, count: int = 1) -> None:
        self._progress.advance(self._task, count)


class _Lines:
    def __init__(self, console: Console, description: str, total: int | None) -> None:
        self._console, self._description, self._total = console, description, total
        self._done = self._printed = 0

    def advance(self, count: int = 1) -> None:
        self._done += count
        step = (self._total or 10_000) // PLAIN_STEPS or 1
        if self._done - self._printed >= step:
            self._printed = self._done
            self._print()

    def _print(self) -> None:
        of = f" of {self._total}" if self._total is not None else ""
        self._console.print(f"{self._description}: {self._done}{of}", markup=False)


class _Rate(ProgressColumn):
    """Items per second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f}/s" if task.speed else "")


@contextmanager
def bar(console: Console, description: str, total: int | None) -> Iterator[Advance]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield _Bar(progress, description, total)


@contextmanager
def lines(console: Console, description: str, total: int | None) -> Iterator[Advance]:
    yield _Lines(console, description, total)
