"""Through a real Postfix into a real Dovecot mailbox: mails arrive unchanged."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import dkim
import mail_servers
import pytest
from judges.sample_mails import make_key
from processes import wait_until
from support import add_article, add_subscriber, smtp_config

from newsletter.app import Newsletter
from newsletter.clock import SystemClock
from newsletter.config.loading import parse_config
from newsletter.delivery.ledger import store
from newsletter.editions.compose import compose_digest
from newsletter.editions.models import Edition
from newsletter.rendering.encoding.dkim import DkimKey

pytestmark = pytest.mark.skipif(
    not mail_servers.may_run(), reason="Postfix and Dovecot must be started as root"
)
SUBSCRIBERS = 300
CONNECTIONS = 4
SELECTOR = "test"


@pytest.fixture
def mailbox() -> Iterator[mail_servers.Dovecot]:
    with mail_servers.dovecot() as dovecot:
        yield dovecot


@pytest.fixture
def key() -> DkimKey:
    return make_key()


@pytest.fixture
def app(
    tmp_path: Path, sqlite_url: str, mailbox: mail_servers.Dovecot, key: DkimKey
) -> Iterator[Newsletter]:
    """A site whose mail is signed, with an edition that is due."""
    with mail_servers.postfix(mailbox.lmtp) as port:
        text = smtp_config(sqlite_url, port, CONNECTIONS)
        site = Newsletter(parse_config(text, tmp_path / "newsletter.toml"), tmp_path)
        site.dkim_keys = {"news@wexcombe.example": key}
        now = SystemClock().now()
        with site.database.write() as session:
            add_article(session, "The library stays open", now)
            for number in range(SUBSCRIBERS):
                address = f"p{number}@{mail_servers.DOMAIN}"
                add_subscriber(session, address, now, name=f"Zoë Ward-{number}")
            made = compose_digest(
                session, site.config, site.renderer, "friday", period=None, now=now
            )
            assert isinstance(made, Edition)
        yield site
        site.close()


def test_every_mail_arrives_once_and_unchanged(
    app: Newsletter, mailbox: mail_servers.Dovecot, key: DkimKey
) -> None:
    app.engine.send_due()
    wait_until(lambda: mail_servers.count_received(mailbox.imap) >= SUBSCRIBERS)
    mails = mail_servers.received(mailbox.imap)
    with app.database.read() as session:
        assert {k.value: n for k, n in store.counts(session, 1).items()} == {"sent": SUBSCRIBERS}
    parsed: list[EmailMessage] = [message_from_bytes(m, policy=policy.default) for m in mails]
    people = sorted(f"p{number}@{mail_servers.DOMAIN}" for number in range(SUBSCRIBERS))
    assert sorted(mail["To"].addresses[0].addr_spec for mail in parsed) == people
    assert len({mail["Message-ID"] for mail in parsed}) == SUBSCRIBERS
    # The signature covers headers and body: it is valid only if no byte was changed.
    record = key.record.encode()
    assert all(dkim.verify(mail, dnsfunc=lambda _name, timeout=5: record) for mail in mails)
    for mail in parsed:
        number = mail["To"].addresses[0].username.removeprefix("p")
        body = mail.get_body(("plain",))
        assert body is not None
        assert f"Zoë Ward-{number}" in body.get_content()
