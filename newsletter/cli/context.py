"""The context of every command: the site, opened on first use, and output."""

import logging
import os
import pwd
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property, update_wrapper
from pathlib import Path
from typing import Any, Protocol

import click
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

from newsletter.app import Newsletter
from newsletter.clock import Clock
from newsletter.config.options import Config
from newsletter.database import Database
from newsletter.logging import log_to_stderr
from newsletter.private_files import restrict_to_owner
from newsletter.shown import shown
from newsletter.staff.actors import Actor, operator

USER_NAME = re.compile(r"[\w.][\w.-]{0,63}", re.ASCII)
# Without a terminal: the number of progress lines.
PLAIN_STEPS = 10


class Advance(Protocol):
    """Progress of long work."""

    def advance(self, count: int = 1) -> None: ...


class Program:
    """One run of the command."""

    def __init__(self, config_path: Path) -> None:
        self.config_path = config_path
        self.console = Console(highlight=False, soft_wrap=True)
        self.errors = Console(stderr=True, highlight=False, soft_wrap=True)

    @cached_property
    def app(self) -> Newsletter:
        app = Newsletter.from_file(self.config_path)
        click.get_current_context().find_root().call_on_close(app.close)
        for path in restrict_to_owner(app.private_paths()):
            self.warn(f"{path} could be read by others; from now on only by its owner.")
        return app

    @property
    def config(self) -> Config:
        return self.app.config

    @property
    def database(self) -> Database:
        return self.app.database

    @property
    def clock(self) -> Clock:
        return self.app.clock

    @cached_property
    def actor(self) -> Actor:
        """The operating-system user running this command."""
        return operator(_user())

    @property
    def is_terminal(self) -> bool:
        return self.console.is_terminal

    def say(self, text: str) -> None:
        """A line on standard output, without markup."""
        self.console.print(shown(text), markup=False)

    def warn(self, text: str) -> None:
        """A line on standard error."""
        self.errors.print(shown(text), markup=False)

    def progress(self, description: str, total: int | None) -> AbstractContextManager[Advance]:
        """A progress bar on a terminal, plain lines elsewhere; both on standard error."""
        if self.errors.is_terminal:
            return _bar(self.errors, description, total)
        return _lines(self.errors, description, total)


def _user() -> str:
    """The user of this process by its uid, not by the environment.

    Under sudo also SUDO_USER, as "ann as newsletter": a claim only, so it never replaces the uid.
    """
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:  # a container whose user has no entry
        name = f"uid {number}"
    asked_by = os.environ.get("SUDO_USER", "")
    return f"{asked_by} as {name}" if USER_NAME.fullmatch(asked_by) else name


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
def _bar(console: Console, description: str, total: int | None) -> Iterator[Advance]:
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
def _lines(console: Console, description: str, total: int | None) -> Iterator[Advance]:
    yield _Lines(console, description, total)


def pass_program(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command its `Program` as the first argument."""

    @click.pass_context
    def wrapped(ctx: click.Context, *args: Any, **kwargs: Any) -> Any:
        root = ctx.find_root()
        if not isinstance(root.obj, Program):
            # Commands print their results; only `serve` and `worker` log.
            log_to_stderr(logging.CRITICAL)
            root.obj = Program(root.obj)
        return ctx.invoke(command, root.obj, *args, **kwargs)

    return update_wrapper(wrapped, command)
