"""Measuring and printing: processes, interleaved runs, medians, ratios to a peer."""

import os
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

RUNS = 5


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Cost of one run: wall seconds and CPU seconds."""

    wall: float
    cpu: float


def run_process(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """The cost of a command, including its children.

    Raises:
        subprocess.CalledProcessError: it failed; a failed run measures nothing.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(
        command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **(environment or {})}
    )
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall=wall, cpu=cpu)


def run_function(function: Callable[[], object]) -> Cost:
    """The cost of a call in this process, including threads."""
    wall, cpu = time.perf_counter(), time.process_time()
    function()
    return Cost(wall=time.perf_counter() - wall, cpu=time.process_time() - cpu)


def compare(contenders: Mapping[str, Callable[[], Cost]], runs: int = RUNS) -> dict[str, Cost]:
    """The median cost of each; runs are interleaved, so that noise affects all alike."""
    costs: dict[str, list[Cost]] = {name: [] for name in contenders}
    for _ in range(runs):
        for name, run in contenders.items():
            costs[name].append(run())
    return {name: median(of) for name, of in costs.items()}


def median(costs: Sequence[Cost]) -> Cost:
    """The medians of wall and CPU seconds."""
    return Cost(
        wall=statistics.median(cost.wall for cost in costs),
        cpu=statistics.median(cost.cpu for cost in costs),
    )


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table in plain text: the first column to the left, the others to the right."""
    cells = [list(columns), *([_shown(cell) for cell in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(columns))]
    print(f"\n{title}")
    for row in cells:
        first, *others = (
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join([first, *others]).rstrip())


def _shown(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:,.3g}" if abs(cell) < 100 else f"{cell:,.0f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
