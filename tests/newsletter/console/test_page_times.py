"""The benchmark of the console's pages: it knows every page, and every page answers."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
SMALL = "--people 200 --editions 30 --large 2 --articles 40 --runs 1 --first --only SQLite"


def test_every_page_that_reads_data_is_measured() -> None:
    ran = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "console.py"), *SMALL.split()],
        env={**os.environ, "PYTHONPATH": str(ROOT / "tests")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "/people/{number}" in ran.stdout
