"""The command as a process, beside real servers."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

# The support of the console's tests is imported by name.
sys.path.append(str(Path(__file__).parents[1] / "newsletter" / "console"))


@pytest.fixture(scope="session")
def newsletter() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command in a folder and wait for it."""

    def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "newsletter", *arguments]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return run
