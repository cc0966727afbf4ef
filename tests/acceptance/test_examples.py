"""The examples of the documentation run as they stand."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SUBSCRIBERS = 60


@pytest.mark.postgresql
def test_the_cluster_demonstration_mails_everybody_once() -> None:
    command = [sys.executable, "docs/examples/cluster/demo.py", str(SUBSCRIBERS)]
    environment = {**os.environ, "PYTHONPATH": "tests"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert f"{SUBSCRIBERS} of {SUBSCRIBERS} people got the mail, 0 of them twice." in done.stdout
