"""The Maildir transport, beyond the contract."""

import mailbox
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from outcome_recorder import OutcomeRecorder, mail, mails

from newsletter.clock import FixedClock
from newsletter.transports import maildir
from newsletter.transports.base import Deferred, TransportStopped

Load = Callable[..., Any]


def test_mails_are_readable_by_the_mailbox_module(load: Load, tmp_path: Path) -> None:
    with load("maildir", path="caught").open() as session:
        session.send(mails(3), OutcomeRecorder())
    box = mailbox.Maildir(tmp_path / "caught", create=False)
    recipients = sorted(str(message["To"]) for message in box)
    assert recipients == [f"reader{key}@wexcombe.example" for key in (1, 2, 3)]
    assert not list((tmp_path / "caught" / "tmp").iterdir())


def test_line_ends_are_lf(load: Load, tmp_path: Path) -> None:
    with load("maildir", path="caught").open() as session:
        session.send([mail()], OutcomeRecorder())
    (file,) = (tmp_path / "caught" / "new").iterdir()
    assert b"\r" not in file.read_bytes()


def test_concurrent_sessions_choose_different_names(tmp_path: Path) -> None:
    options = maildir.MaildirOptions(path=str(tmp_path / "caught"))
    still = maildir.Transport(options, FixedClock(datetime(2026, 11, 27, tzinfo=UTC)))
    for _ in range(2):
        with still.open() as session:
            session.send(mails(2), OutcomeRecorder())
    assert len(list((tmp_path / "caught" / "new").iterdir())) == 4


def test_a_folder_that_cannot_be_created_stops_the_transport(load: Load, tmp_path: Path) -> None:
    (tmp_path / "caught").write_text("a file", encoding="utf-8")
    with pytest.raises(TransportStopped, match="cannot be made"):
        load("maildir", path="caught").open()


def test_a_deleted_folder_stops_the_transport(load: Load, tmp_path: Path) -> None:
    session = load("maildir", path="caught").open()
    (tmp_path / "caught" / "tmp").rmdir()
    ledger = OutcomeRecorder()
    with pytest.raises(TransportStopped, match="cannot be written"):
        session.send([mail()], ledger)
    assert not ledger.handed_over


def test_a_mail_that_cannot_be_moved_is_deferred(load: Load, tmp_path: Path) -> None:
    session = load("maildir", path="caught").open()
    (tmp_path / "caught" / "new").rmdir()
    ledger = OutcomeRecorder()
    session.send([mail()], ledger)
    assert isinstance(ledger.outcomes[1], Deferred)
