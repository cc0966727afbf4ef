"""A real Dovecot is read in every way that a mailbox can be configured."""

import smtplib
from collections.abc import Iterator

import mail_servers
import pytest
from certificates import Certificates

from newsletter.config.tables.feedback import MailboxOptions
from newsletter.feedback.receivers import mailboxes
from newsletter.feedback.receivers.base import MailboxPosition, MailboxUnreachable

pytestmark = pytest.mark.skipif(
    not mail_servers.may_run(), reason="Postfix and Dovecot must be started as root"
)
USER = f"bounces@{mail_servers.DOMAIN}"
WAYS = [
    ("imap", "imap", "plain"),
    ("imap", "imap", "starttls"),
    ("imap", "imaps", "tls"),
    ("pop3", "pop3", "plain"),
    ("pop3", "pop3", "starttls"),
    ("pop3", "pop3s", "tls"),
]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def dovecot(authority: Certificates) -> Iterator[mail_servers.Dovecot]:
    with mail_servers.dovecot(authority.server_file("localhost")) as started:
        yield started


@pytest.fixture(autouse=True)
def emptied(
    dovecot: mail_servers.Dovecot, authority: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty mailbox, whose authority this machine knows."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.authority))
    mail_servers.empty(dovecot.imap)


def deliver(dovecot: mail_servers.Dovecot, *lines: str) -> None:
    """Put a mail for each line into the mailbox."""
    with smtplib.LMTP("127.0.0.1", dovecot.lmtp) as client:
        for line in lines:
            client.sendmail("", [USER], f"Subject: x\r\n\r\n{line}\r\n".encode())


def options(
    dovecot: mail_servers.Dovecot, kind: str, listener: str, security: str
) -> MailboxOptions:
    return MailboxOptions.model_validate(
        {
            "kind": kind,
            "host": "localhost",
            "port": getattr(dovecot, listener),
            "security": security,
            "user": USER,
            "password": mail_servers.PASSWORD,
        }
    )


def read(chosen: MailboxOptions, position: MailboxPosition) -> list[str]:
    """The last line of each mail that is taken in."""
    taken: list[bytes] = []
    mailboxes.read(chosen, position, lambda mail: taken.append(mail) or False)
    return [mail.decode().split()[-1] for mail in taken]


@pytest.mark.parametrize(("kind", "listener", "security"), WAYS)
def test_each_mail_is_taken_in_once(
    dovecot: mail_servers.Dovecot, kind: str, listener: str, security: str
) -> None:
    chosen, position = options(dovecot, kind, listener, security), MailboxPosition()
    deliver(dovecot, "one", "two")
    assert read(chosen, position) == ["one", "two"]
    deliver(dovecot, "three")
    assert read(chosen, position) == ["three"]
    assert mail_servers.count_received(dovecot.imap) == 3


@pytest.mark.parametrize(("kind", "listener", "security"), WAYS[1:3] + WAYS[4:])
def test_a_certificate_of_an_unknown_authority_is_refused(
    dovecot: mail_servers.Dovecot,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    listener: str,
    security: str,
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(MailboxUnreachable, match="certificate"):
        read(options(dovecot, kind, listener, security), MailboxPosition())


@pytest.mark.parametrize(("kind", "listener"), [("imap", "imap"), ("pop3", "pop3")])
def test_a_line_of_any_length_stops_nothing(
    dovecot: mail_servers.Dovecot, kind: str, listener: str
) -> None:
    deliver(dovecot, "x" * 50_000, "after")
    found = read(options(dovecot, kind, listener, "plain"), MailboxPosition())
    assert [len(line) for line in found] == [50_000, 5]


def test_a_mailbox_made_anew_is_read_from_its_beginning(dovecot: mail_servers.Dovecot) -> None:
    chosen, position = options(dovecot, "imap", "imap", "plain"), MailboxPosition()
    deliver(dovecot, "one", "two")
    read(chosen, position)
    # As another server or a restored mailbox has it (RFC 9051, 2.3.1.1).
    position.validity += 1
    position.last += 1000
    assert read(chosen, position) == ["one", "two"]
    assert read(chosen, position) == []


@pytest.mark.parametrize(("kind", "listener"), [("imap", "imap"), ("pop3", "pop3")])
def test_a_wrong_password_is_said(dovecot: mail_servers.Dovecot, kind: str, listener: str) -> None:
    chosen = options(dovecot, kind, listener, "plain")
    wrong = chosen.model_copy(update={"password": type(chosen.password)("wrong")})
    with pytest.raises(MailboxUnreachable, match=USER):
        read(wrong, MailboxPosition())
