"""Bulletins as files: what front matter says of subject and time."""

from pathlib import Path

import pytest
from support import Run

MAIL = "---\ntitle: Flood at the harbour\n{more}---\nStay home.\n"


def sent(run: Run, site: Path, text: str, *options: str) -> str:
    (site / "b.md").write_text(text)
    ran = run("bulletin", "send", "b.md", "--yes", *options)
    assert ran.status == 0, ran.err
    return ran.out + ran.err


def shown(run: Run, site: Path, text: str, *options: str) -> str:
    (site / "b.md").write_text(text)
    return run("bulletin", "send", "b.md", "--preview", *options).out


def test_the_title_is_the_subject_and_no_text(run: Run, site: Path) -> None:
    preview = shown(run, site, MAIL.format(more=""))
    assert preview.startswith("Subject: Flood at the harbour\n")
    assert "title:" not in preview


def test_the_option_wins_over_the_title(run: Run, site: Path) -> None:
    preview = shown(run, site, MAIL.format(more=""), "--subject", "High water")
    assert "High water" in preview
    assert "Flood at the harbour" not in preview


def test_a_date_to_come_is_the_time_of_sending(run: Run, site: Path) -> None:
    assert "31 Dec 2099 18:00" in sent(run, site, MAIL.format(more="date: 2099-12-31 18:00\n"))


def test_a_date_that_has_passed_is_told_and_left_out(run: Run, site: Path) -> None:
    assert "2020-01-01 18:00, has passed" in sent(
        run, site, MAIL.format(more="date: 2020-01-01 18:00\n")
    )


def test_other_values_are_told_and_left_out(run: Run, site: Path) -> None:
    said = sent(run, site, MAIL.format(more="layout: post\n"))
    assert "layout of the front matter says nothing of a bulletin" in said


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Stay home.", "--subject"),
        (MAIL.format(more="date: soon\n"), "'soon' is not a date"),
        ("---\ntitle: One\nStay home.", "the front matter is not closed"),
    ],
    ids=["no subject", "no date", "not closed"],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_reason(
    run: Run, site: Path, text: str, told: str
) -> None:
    (site / "b.md").write_text(text)
    ran = run("bulletin", "send", "b.md", "--yes")
    assert ran.status in {1, 2}
    assert told in ran.err
