"""The mail catcher, met by a real SMTP client."""

import mailbox
import smtplib
from email.message import EmailMessage
from pathlib import Path

import pytest

from newsletter.demo.catcher import MailCatcher
from newsletter.errors import StorageError


def message(subject: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "news@wexcombe.example"
    mail["To"] = "list@wexcombe.example"
    mail["Subject"] = subject
    mail.set_content("A line\n.a dot\n")
    return mail


def test_a_mail_is_stored_with_its_envelope(tmp_path: Path) -> None:
    with MailCatcher(tmp_path / "new" / "mails") as catcher:
        with smtplib.SMTP("127.0.0.1", catcher.port) as smtp:
            smtp.send_message(message("Hello"), "bounce@wexcombe.example", ["ann@example.org"])
        (kept,) = mailbox.Maildir(catcher.folder)
    assert kept["Subject"] == "Hello"
    assert kept["Delivered-To"] == kept["X-RcptTo"] == "ann@example.org"
    assert kept["Return-Path"] == "<bounce@wexcombe.example>"
    assert kept.get_payload() == "A line\n.a dot\n"


def test_mails_of_one_session_are_stored_separately(tmp_path: Path) -> None:
    with MailCatcher(tmp_path) as catcher:
        with smtplib.SMTP("127.0.0.1", catcher.port) as smtp:
            for number in range(20):
                smtp.send_message(message(str(number)))
        subjects = {mail["Subject"] for mail in mailbox.Maildir(tmp_path)}
    assert subjects == {str(number) for number in range(20)}


def test_it_stops_while_a_connection_is_open(tmp_path: Path) -> None:
    with MailCatcher(tmp_path) as catcher:
        smtp = smtplib.SMTP("127.0.0.1", catcher.port)
        smtp.ehlo()
    smtp.close()
    with pytest.raises(OSError, match="refused"):
        smtplib.SMTP("127.0.0.1", catcher.port)


def test_two_catchers_run_concurrently(tmp_path: Path) -> None:
    with MailCatcher(tmp_path / "a") as first, MailCatcher(tmp_path / "b") as second:
        assert first.port != second.port


def test_a_port_in_use_is_a_clear_error(tmp_path: Path) -> None:
    with (
        MailCatcher(tmp_path / "a") as first,
        pytest.raises(StorageError, match=f"127.0.0.1:{first.port}"),
        MailCatcher(tmp_path / "b", port=first.port),
    ):
        pass


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with (
        pytest.raises(StorageError, match="taken"),
        MailCatcher(tmp_path / "taken" / "mails"),
    ):
        pass
