"""Start-up time of `newsletter --help` compared with a bare interpreter; target: below 6x."""

import sys
from pathlib import Path

from measuring import Cost, compare, print_table, run_process

COMMAND = str(Path(sys.executable).with_name("newsletter"))


def main() -> None:
    """Print the table."""

    def bare() -> Cost:
        return run_process([sys.executable, "-c", "pass"])

    def helping() -> Cost:
        return run_process([COMMAND, "--help"], {"PYTHONDONTWRITEBYTECODE": ""})

    costs = compare({"python -c pass": bare, "newsletter --help": helping}, runs=21)
    peer = costs["python -c pass"].wall
    print_table(
        "Start-up",
        ["command", "ms", "x bare"],
        [[name, cost.wall * 1000, cost.wall / peer] for name, cost in costs.items()],
    )


if __name__ == "__main__":
    main()
