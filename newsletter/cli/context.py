"""The context of every command: the site, opened on first use, and output."""

import logging
import os
import pwd
import re
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property, update_wrapper
from pathlib import Path
from typing import Any

import click

from newsletter.app import Newsletter
from newsletter.cli.progress import Advance, Lines
from newsletter.clock import Clock
from newsletter.config.options import Config
from newsletter.database import Database
from newsletter.logging import log_to_stderr
from newsletter.printable import printable
from newsletter.private_files import restrict_to_owner
from newsletter.staff.actors import Actor, operator

USER_NAME = re.compile(r"[\w.][\w.-]{0,63}", re.ASCII)


class Invocation:
    """One run of the command."""

    def __init__(self, config_path: Path) -> None:
        self.config_path = config_path

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

    def say(self, text: str) -> None:
        """A line on standard output."""
        click.echo(printable(text))

    def warn(self, text: str) -> None:
        """A line on standard error."""
        click.echo(printable(text), err=True)

    def ask(self, question: str) -> bool:
        """Whether the user says yes; asked on standard error."""
        return click.confirm(printable(question), err=True)

    def progress(self, description: str, total: int | None) -> AbstractContextManager[Advance]:
        """A progress bar on a terminal, plain lines elsewhere; both on standard error."""
        if not sys.stderr.isatty():
            return nullcontext(Lines(description, total))
        from newsletter.cli.progress_bar import bar

        return bar(description, total)


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


def pass_program(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command its `Program` as the first argument."""

    @click.pass_context
    def wrapped(ctx: click.Context, *args: Any, **kwargs: Any) -> Any:
        root = ctx.find_root()
        if not isinstance(root.obj, Invocation):
            # Commands print their results; only `serve` and `worker` log.
            log_to_stderr(logging.CRITICAL)
            root.obj = Invocation(root.obj)
        return ctx.invoke(command, root.obj, *args, **kwargs)

    return update_wrapper(wrapped, command)
