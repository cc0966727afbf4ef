"""Every benchmark in a small size: it ends well, and prints its table."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# What makes each run short; a line for every benchmark of the Makefile.
SMALL = {
    "compiling": "--kilobytes 5 --runs 1",
    "fanning_out": "--subscribers 500",
    "feeds": "--seconds 1 --rounds 1 --entries 20 --builds 1",
    "importing": "--rows 500",
    "latency": "--mails 4 --connections 2",
    "parsing": "--kilobytes 1",
    "people": "--people 500 --editions 1",
    "sending": "--mails 200 --runs 1 --connections 2",
    "startup": "1",
    "visiting": "--people 200 --seconds 1 --runs 1",
}


def test_every_benchmark_has_a_small_size() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    listed = re.search(r"^BENCHMARKS \?= (.*)$", makefile, re.MULTILINE)
    assert listed
    assert set(listed[1].split()) == set(SMALL)


@pytest.mark.parametrize("name", SMALL)
def test_a_benchmark_runs_in_a_small_size(name: str, tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / f"{name}.py"), *SMALL[name].split()],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tests")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip()
