"""Progress of long work: in a terminal a bar (`progress_bar`), else some lines."""

from typing import Protocol

import click

# Without a terminal: the number of progress lines.
PLAIN_STEPS = 10


class Advance(Protocol):
    """Progress of long work."""

    def advance(self, count: int = 1) -> None: ...


class Lines:
    """Progress as lines on standard error."""

    def __init__(self, description: str, total: int | None) -> None:
        self._description, self._total = description, total
        self._done = self._printed = 0

    def advance(self, count: int = 1) -> None:
        self._done += count
        step = (self._total or 10_000) // PLAIN_STEPS or 1
        if self._done - self._printed >= step:
            self._printed = self._done
            self._print()

    def _print(self) -> None:
        of = f" of {self._total}" if self._total is not None else ""
        click.echo(f"{self._description}: {self._done}{of}", err=True)
