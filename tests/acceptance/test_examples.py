"""The examples of the documentation run as they stand."""

from pathlib import Path

import pytest
from processes import run

ROOT = Path(__file__).resolve().parents[2]
SUBSCRIBERS = 60


@pytest.mark.postgresql
def test_the_cluster_demonstration_mails_everybody_once() -> None:
    done = run(ROOT, ROOT / "docs" / "examples" / "cluster" / "demo.py", str(SUBSCRIBERS))
    assert done.returncode == 0, done.stderr
    assert f"{SUBSCRIBERS} of {SUBSCRIBERS} people got the mail, 0 of them twice." in done.stdout
