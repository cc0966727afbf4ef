"""Through a real Postfix and Dovecot: what is refused comes back, and ends where it should."""

import io
import smtplib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import mail_servers
import pytest
from mail_servers import count_received, received
from processes import wait_until
from servers import free_port
from support import CONFIG, SECRET, TEMPLATES, add_subscriber

from newsletter.actions import feedback
from newsletter.app import Newsletter
from newsletter.cli.main import main
from newsletter.clock import FixedClock, SystemClock
from newsletter.config.loading import parse_config
from newsletter.editions.compose import BulletinDraft, compose_bulletin
from newsletter.feedback.receivers.lmtp import LmtpServer
from newsletter.queries import feedback as queries
from newsletter.scheduler import read_mailboxes
from newsletter.staff.actors import SCHEDULE
from subscribers import store as people
from subscribers.addresses import hash_address
from subscribers.models import SubscriberStatus

pytestmark = pytest.mark.skipif(
    not mail_servers.may_run(), reason="Postfix and Dovecot must be started as root"
)
# Three recipients that their own server refuses, each for another reason.
REFUSED = {
    "ghost@littlewexcombe.example": ("hard", "5.1.1 user unknown"),
    "full@littlewexcombe.example": ("full", "5.2.2 mailbox full"),
    "filter@littlewexcombe.example": ("blocked", "5.7.1 rejected by spam policy"),
}
BACK = "back.example"
TAKEN = f"ann@{mail_servers.DOMAIN}"
MORE = """
recipient_delimiter = +
transport_maps = inline:{{ {{ littlewexcombe.example = smtp:[127.0.0.1]:{theirs} }}{routes} }}
their_restrictions = check_recipient_access inline:{{ {refusals} }}, permit
"""
# Their server: another port of the same Postfix, with its own mind about recipients.
SERVICES = """
127.0.0.1:{theirs} inet n - n - - smtpd
  -o smtpd_recipient_restrictions=$their_restrictions
smtp unix - - n - - smtp
"""
OPTIONS = """
[feedback]
verp = true
[feedback.mailboxes.bounces]
kind = "imap"
host = "127.0.0.1"
port = {imap}
security = "plain"
user = "anybody@{domain}"
password = "{password}"
processed = "Done"
"""


@dataclass
class Site:
    """A site that sends by Postfix, and Dovecot where its bounces go."""

    app: Newsletter
    clock: FixedClock
    imap: int
    smtp: int
    config: Path

    def send(self) -> None:
        draft = BulletinDraft(subject="Flood warning", text="Move your car.")
        with self.app.database.write() as session:
            edition = compose_bulletin(session, self.app.config, draft, self.clock.now())
        self.clock.at += timedelta(minutes=10)
        self.app.engine.send(edition.id)

    def kinds(self) -> dict[str, str]:
        """The kind of event of each address."""
        with self.app.database.read() as session:
            found = queries.events(session)
        return {one.address: one.kind.value for one in found if one.address}

    def has_left(self, address: str) -> bool:
        """Whether an address has left, after reading the mailbox again."""
        self.clock.at += timedelta(minutes=2)
        read_mailboxes(self.app)
        with self.app.database.read() as session:
            return people.by_address(session, address).status is SubscriberStatus.ENDED

    def suppressed(self) -> set[str]:
        with self.app.database.read() as session:
            return {
                address
                for address in (*REFUSED, TAKEN)
                if people.suppression_reason(session, hash_address(SECRET, address))
            }


EXPECTED = {address: kind for address, (kind, _) in REFUSED.items()}


PORT = free_port()
"""Where mail to back.example is taken by LMTP."""


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[mail_servers.Dovecot, int]]:
    """Dovecot, and the port of Postfix."""
    refusals = ", ".join(f"{{ {a} = 550 {words} }}" for a, (_, words) in REFUSED.items())
    routes = f", {{ {BACK} = lmtp:inet:127.0.0.1:{PORT} }}"
    theirs = free_port()
    more = MORE.format(theirs=theirs, routes=routes, refusals=refusals)
    with (
        mail_servers.dovecot() as dovecot,
        mail_servers.postfix(dovecot.lmtp, more, SERVICES.format(theirs=theirs)) as port,
    ):
        yield dovecot, port


@pytest.fixture
def site(
    tmp_path: Path,
    sqlite_url: str,
    servers: tuple[mail_servers.Dovecot, int],
    request: pytest.FixtureRequest,
) -> Iterator[Site]:
    """Four subscribers; the parameter is the domain that bounces go to."""
    domain = getattr(request, "param", mail_servers.DOMAIN)
    dovecot, port = servers
    mail_servers.empty(dovecot.imap)
    text = CONFIG.format(secret=SECRET, database=sqlite_url).replace(
        'kind = "maildir"\npath = "mails"',
        f'kind = "smtp"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "plain"',
    )
    text = text.replace(
        'address = "news@wexcombe.example"',
        f'address = "news@wexcombe.example"\nbounces = "bounces@{domain}"',
    )
    text += OPTIONS.format(
        imap=dovecot.imap, domain=mail_servers.DOMAIN, password=mail_servers.PASSWORD
    )
    config = tmp_path / "newsletter.toml"
    config.write_text(text)
    for name, source in TEMPLATES.items():
        template = tmp_path / "templates" / name
        template.parent.mkdir(parents=True, exist_ok=True)
        template.write_text(source)
    clock = FixedClock(SystemClock().now())
    app = Newsletter(parse_config(text, config, {}), config, clock)
    with app.database.write() as session:
        for address in (*REFUSED, TAKEN):
            add_subscriber(session, address, clock.now())
    yield Site(app, clock, dovecot.imap, port, config)
    app.close()


def test_reports_come_back_by_imap_and_only_they_are_moved(site: Site) -> None:
    site.send()
    wait_until(lambda: count_received(site.imap) == len(REFUSED) + 1)
    read_mailboxes(site.app)
    assert site.kinds() == EXPECTED
    assert site.suppressed() == {"ghost@littlewexcombe.example"}
    # What was delivered to Ann is in the same mailbox: it is not a report, and stays.
    assert count_received(site.imap) == 1


def test_reports_come_back_by_a_pipe(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.send()
    wait_until(lambda: count_received(site.imap) == len(REFUSED) + 1)
    for mail in received(site.imap):
        if b"MAILER-DAEMON" in mail:
            monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(mail)))
            with pytest.raises(SystemExit) as ended:
                main(["--config", str(site.config), "feedback", "receive"])
            assert ended.value.code == 0
    assert site.kinds() == EXPECTED


@pytest.mark.parametrize("site", [BACK], indirect=True)
def test_reports_come_back_by_lmtp(site: Site) -> None:
    def store(content: bytes, recipients: Sequence[str]) -> None:
        feedback.receive(site.app, SCHEDULE, content, recipients)

    with LmtpServer(f"127.0.0.1:{PORT}", store):
        site.send()
        wait_until(lambda: len(site.kinds()) == len(REFUSED))
        # Ann's own; what comes late would be the next test's.
        wait_until(lambda: count_received(site.imap) == 1)
    assert site.kinds() == EXPECTED
    assert site.suppressed() == {"ghost@littlewexcombe.example"}


def test_a_mail_to_the_address_in_the_mail_ends_the_subscription(site: Site) -> None:
    site.send()
    wait_until(lambda: count_received(site.imap) == len(REFUSED) + 1)
    copy = next(mail for mail in received(site.imap) if b"To: ann@" in mail)
    header = " ".join(str(message_from_bytes(copy)["List-Unsubscribe"]).split())
    address = header.partition("<mailto:")[2].partition("?")[0]
    with smtplib.SMTP("127.0.0.1", site.smtp) as client:
        client.sendmail(TAKEN, [address], f"From: {TAKEN}\r\nTo: {address}\r\n\r\n".encode())
    wait_until(lambda: site.has_left(TAKEN))
