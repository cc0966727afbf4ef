"""What a mail server's pipe is answered."""

from pathlib import Path

from support import Run

TRY_AGAIN = 75


def test_a_report_is_brought_again_whatever_fails(site: Path, run: Run) -> None:
    report = site / "report.eml"
    report.write_bytes(b"Subject: returned\n\nno such user\n")
    assert run("feedback", "receive", str(report)).status == 0
    (site / "newsletter.db").write_bytes(b"this is no database" * 1000)
    assert run("feedback", "receive", str(report)).status == TRY_AGAIN
