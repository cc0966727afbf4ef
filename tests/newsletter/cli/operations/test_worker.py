"""`newsletter worker` without a usable cluster configuration."""

from pathlib import Path

import pytest
from support import Run


def test_a_worker_without_a_broker_says_what_is_missing(site: Path, run: Run) -> None:
    ran = run("worker")
    assert ran.status == 1
    assert "cluster.broker is not set" in ran.err


@pytest.mark.parametrize("command", [("worker",), ("serve",), ("check",)])
def test_a_cluster_on_sqlite_is_refused(
    site: Path, run: Run, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_CLUSTER_BROKER", "redis://127.0.0.1:1")
    ran = run(*command)
    assert ran.status
    assert "use PostgreSQL, or leave cluster.broker empty" in ran.err
