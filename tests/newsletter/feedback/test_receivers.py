"""Mailboxes that are read, and the port that listens."""

import smtplib
from collections.abc import Sequence
from pathlib import Path

import pytest
from reading.mails import ORDINARY, dsn
from servers import free_port

from newsletter.config.tables.feedback import MailboxOptions
from newsletter.errors import StorageError
from newsletter.feedback.receivers import mailboxes
from newsletter.feedback.receivers.base import MailboxPosition, MailboxUnreachable
from newsletter.feedback.receivers.lmtp import LmtpServer


def maildir(folder: Path, *mails: bytes) -> MailboxOptions:
    (folder / "new").mkdir()
    for number, mail in enumerate(mails):
        (folder / "new" / f"{number}.mx").write_bytes(mail)
    return MailboxOptions.model_validate({"kind": "maildir", "path": str(folder)})


def test_new_mails_of_a_maildir_are_taken_in_and_kept_as_seen(tmp_path: Path) -> None:
    options = maildir(tmp_path, dsn(), ORDINARY["a letter"])
    taken: list[bytes] = []
    mailboxes.read(options, MailboxPosition(), lambda mail: not taken.append(mail))
    assert taken == [dsn(), ORDINARY["a letter"]]
    assert sorted(path.name for path in (tmp_path / "cur").iterdir()) == ["0.mx:2,S", "1.mx:2,S"]


def test_a_mail_that_was_not_stored_stays_new(tmp_path: Path) -> None:
    options = maildir(tmp_path, dsn())

    def fail(_mail: bytes) -> bool:
        raise StorageError("the disk is full")

    with pytest.raises(StorageError):
        mailboxes.read(options, MailboxPosition(), fail)
    assert (tmp_path / "new" / "0.mx").exists()


@pytest.mark.parametrize("kind", ["imap", "pop3"])
def test_a_mailbox_whose_server_is_down_says_so(kind: str) -> None:
    values = {"kind": kind, "host": "127.0.0.1", "port": free_port(), "user": "bounces"}
    options = MailboxOptions.model_validate(values | {"security": "plain"})
    with pytest.raises(MailboxUnreachable, match="bounces at 127"):
        mailboxes.read(options, MailboxPosition(), lambda _mail: True)


@pytest.mark.parametrize(
    "values", [{"kind": "imap"}, {"kind": "maildir"}, {"kind": "maildir", "path": "relative"}]
)
def test_an_incomplete_mailbox_is_refused(values: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="needs"):
        MailboxOptions.model_validate(values)


def test_a_password_does_not_travel_unencrypted() -> None:
    values = {"kind": "pop3", "host": "mx.wexcombe.example", "user": "bounces"}
    with pytest.raises(ValueError, match="unencrypted"):
        MailboxOptions.model_validate(values | {"security": "plain"})


def test_the_port_takes_one_recipient_a_transaction() -> None:
    stored: list[tuple[bytes, Sequence[str]]] = []
    with (
        LmtpServer("127.0.0.1:0", lambda *mail: stored.append(mail)) as server,
        smtplib.LMTP("127.0.0.1", server.port, local_hostname="mx.example") as client,
    ):
        refused = client.sendmail("", ["b1@wexcombe.example", "b2@wexcombe.example"], dsn())
    assert refused == {"b2@wexcombe.example": (452, b"4.5.3 one recipient at a time")}
    assert [recipients for _, recipients in stored] == [["b1@wexcombe.example"]]


def test_the_port_answers_that_it_is_to_be_tried_again_where_nothing_was_stored() -> None:
    def fail(_mail: bytes, _recipients: Sequence[str]) -> None:
        raise StorageError("the disk is full")

    with (
        LmtpServer("127.0.0.1:0", fail) as server,
        smtplib.LMTP("127.0.0.1", server.port, local_hostname="mx.example") as client,
        pytest.raises(smtplib.SMTPDataError) as refused,
    ):
        client.sendmail("", ["b1@wexcombe.example"], dsn())
    assert refused.value.smtp_code == 451
