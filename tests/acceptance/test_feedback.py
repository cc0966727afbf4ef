"""Through a real Postfix and Dovecot: what is refused comes back, and ends where it should."""

import asyncio
import json
import smtplib
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import mail_servers
import pytest
import returned_mail
from console_support import Console
from processes import wait_until
from returned_mail import DOMAINS, GHOST, KINDS, TAKEN, Servers, Site

from newsletter.scheduling.feedback_jobs import read_mailboxes
from newsletter.staff.permissions import Role
from subscribers import store as people
from subscribers.models import SubscriberStatus

pytestmark = pytest.mark.skipif(
    not mail_servers.may_run(), reason="Postfix and Dovecot must be started as root"
)
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    python = returned_mail.python_of_others()
    if python is None:
        pytest.skip("no interpreter that anybody but root may start")
    with returned_mail.servers(python) as running:
        yield running


@pytest.mark.parametrize("way", sorted(DOMAINS))
def test_reports_end_in_ledger_suppressions_console_and_list(
    servers: Servers, sqlite_template: Path, newsletter: Run, way: str
) -> None:
    with returned_mail.site(servers, sqlite_template, way) as site:
        site.send_and_wait(way)
        assert site.kinds() == KINDS
        # Each is told once, of the mail that it speaks of.
        assert site.ledger() == {address: ["sent"] for address in KINDS}
        assert site.suppressed() == {GHOST}
        # Ann's own copy stands in the mailbox that is read: it is no report, and stays.
        assert site.count_in_mailbox() == 1
        page = shown_by_console(site)
        assert all(address in page for address in KINDS)
        assert page.count("No more mail to this address") == 1
        assert listed_by_command(site, newsletter) == {
            address: (kind, address == GHOST) for address, kind in KINDS.items()
        }


def shown_by_console(site: Site) -> str:
    """The page of what came back, without the places where long addresses may break."""
    with asyncio.Runner() as runner:
        owner = Console(app=site.app, runner=runner).as_role(Role.OWNER)
        return owner.get("/feedback").text.replace("<wbr>", "")


def listed_by_command(site: Site, newsletter: Run) -> dict[str, tuple[str, bool]]:
    """Kind of the event of each address, and whether it was suppressed."""
    listed = newsletter(site.servers.folder, "feedback", "list", "--json")
    found = [one for one in json.loads(listed.stdout) if one["address"]]
    return {one["address"]: (one["kind"], bool(one["suppressed"])) for one in found}


def test_a_pipe_that_is_killed_before_it_answers_is_asked_again_and_counts_once(
    servers: Servers, sqlite_template: Path
) -> None:
    with returned_mail.site(servers, sqlite_template, "pipe") as site:
        kill = servers.folder / "kill"
        kill.touch()
        site.send_and_wait("pipe")
        wait_until(lambda: not kill.exists())
        mail_servers.deliver_queue(servers.postfix)
        assert site.ledger() == {address: ["sent"] for address in KINDS}


def test_a_pipe_without_a_database_loses_nothing(servers: Servers, sqlite_template: Path) -> None:
    with returned_mail.site(servers, sqlite_template, "pipe") as site:
        config = servers.folder / "newsletter.toml"
        right = config.read_text()
        config.write_text(right.replace("newsletter.db", "missing/newsletter.db"))
        site.send()
        wait_until(lambda: mail_servers.count_deferred(servers.postfix) == len(KINDS))
        config.write_text(right)
        mail_servers.deliver_queue(servers.postfix)
        assert site.kinds() == KINDS


def test_a_mail_to_the_address_in_the_mail_ends_the_subscription(
    servers: Servers, sqlite_template: Path
) -> None:
    with returned_mail.site(servers, sqlite_template, "imap") as site:
        site.send()
        wait_until(lambda: site.count_in_mailbox() == len(KINDS) + 1)
        received = mail_servers.received(servers.dovecot.imap)
        copy = next(mail for mail in received if b"To: ann@" in mail)
        header = " ".join(str(message_from_bytes(copy)["List-Unsubscribe"]).split())
        address = header.partition("<mailto:")[2].partition("?")[0]
        with smtplib.SMTP("127.0.0.1", servers.smtp) as client:
            client.sendmail(TAKEN, [address], f"From: {TAKEN}\r\nTo: {address}\r\n\r\n".encode())
        wait_until(lambda: has_left(site, TAKEN))


def has_left(site: Site, address: str) -> bool:
    """Whether an address has left, after reading the mailbox again."""
    site.clock.at += timedelta(minutes=2)
    read_mailboxes(site.app)
    with site.app.database.read() as session:
        return people.by_address(session, address).status is SubscriberStatus.ENDED
