"""`newsletter media`."""

from pathlib import Path

import pytest
from pictures import gradient, saved
from support import Run


@pytest.fixture
def picture(site: Path) -> str:
    (site / "quay.jpg").write_bytes(saved(gradient(80, 60), "JPEG"))
    return "quay.jpg"


def test_a_picture_is_added_described_and_found(run: Run, picture: str) -> None:
    assert "https://wexcombe.example/media/" in run("media", "add", picture).out
    run("media", "describe", "1", "The quay at low tide")
    assert "The quay at low tide" in run("media", "list", "low tide").out


def test_a_file_that_is_no_picture_is_named(site: Path, run: Run) -> None:
    (site / "plan.svg").write_text("<svg/>")
    ran = run("media", "add", "plan.svg")
    assert ran.status == 1
    assert "plan.svg: it is no picture of a supported format" in ran.err


def test_nothing_new_is_pruned(run: Run, picture: str) -> None:
    run("media", "add", picture)
    assert run("media", "prune").out == "0 pictures removed\n"
