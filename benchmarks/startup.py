"""Start-up time of every listing command on an empty database, beside importing our models alone.

Target: below 1.3x of that; `newsletter --help` below 5x a bare interpreter.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from measuring import Cost, compare, print_table, run_process

COMMAND = str(Path(sys.executable).with_name("newsletter"))
MODELS = "import newsletter.schema, newsletter.config.loading"
COMMANDS = (
    *("articles list", "articles topics", "audit list", "db status", "digest list"),
    *("editions list", "feeds list", "limits", "media list", "settings list"),
    *("subscribers imports", "subscribers list", "templates list"),
)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--commands", type=int, default=len(COMMANDS), help="only so many of them")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        run_process([COMMAND, "init", "--address", "news@wexcombe.example"])
        _compare("Help", [sys.executable, "-c", "pass"], ["--help"], chosen.runs)
        commands = COMMANDS[: chosen.commands]
        _compare("Commands", [sys.executable, "-c", MODELS], commands, chosen.runs)


def _compare(title: str, peer: list[str], commands: tuple[str, ...] | list[str], runs: int) -> None:
    contenders: dict[str, Callable[[], Cost]] = {" ".join(peer[1:]): partial(_run, peer)}
    contenders |= {name: partial(_run, [COMMAND, *name.split()]) for name in commands}
    costs = compare(contenders, runs)
    base = costs[" ".join(peer[1:])].cpu
    rows = [[name, cost.cpu * 1000, cost.cpu / base] for name, cost in costs.items()]
    print_table(title, ["command", "ms of CPU", "x"], rows)


def _run(command: list[str]) -> Cost:
    return run_process(command, {"PYTHONDONTWRITEBYTECODE": ""})


if __name__ == "__main__":
    main()
