"""Runs commands in this process, where one of their own says nothing more and takes a second."""

import os
from collections.abc import Sequence
from contextlib import chdir
from pathlib import Path

from newsletter.cli.main import main


def status_of(arguments: Sequence[str]) -> int:
    """Run a command in this process, which keeps its umask; its exit status."""
    before = os.umask(0)
    os.umask(before)
    try:
        main(arguments)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    finally:
        os.umask(before)
    return 0


def run_in(folder: Path, *arguments: str) -> None:
    """Run a command in a folder; it must succeed."""
    with chdir(folder):
        assert status_of(arguments) == 0, arguments
