"""The command as a process, beside real servers."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from processes import run

# The support of the console's tests is imported by name.
sys.path.append(str(Path(__file__).parents[1] / "newsletter" / "console"))


@pytest.fixture(scope="session")
def newsletter() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command in a folder and wait for it."""

    def run_newsletter(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        done = run(folder, *arguments)
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return run_newsletter
