"""A site that sends by a real Postfix, whose refused mails come back in one of three ways.

Its operator's lines for Postfix are those of docs/feedback.md.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import mail_servers
from processes import wait_until
from servers import free_port
from sqlalchemy import select
from support import CONFIG, SECRET, TEMPLATES, add_subscriber

from newsletter.actions import feedback
from newsletter.app import Newsletter
from newsletter.clock import FixedClock, SystemClock
from newsletter.config.loading import parse_config
from newsletter.delivery.ledger.models import Delivery
from newsletter.editions.compose import BulletinDraft, compose_bulletin
from newsletter.feedback.receivers.lmtp import LmtpServer
from newsletter.queries import feedback as queries
from newsletter.scheduling.feedback_jobs import read_mailboxes
from newsletter.staff.actors import SCHEDULE
from subscribers import store as people
from subscribers.addresses import hash_address

PROJECT = Path(__file__).parents[1]
GHOST = "ghost@littlewexcombe.example"
FULL = "full@littlewexcombe.example"
# Recipients that their own server refuses, by its words; FULL's is a Dovecot with a quota.
ANSWERS = {
    GHOST: "550 5.1.1 user unknown",
    "filter@littlewexcombe.example": "550 5.7.1 rejected by spam policy",
}
KINDS = {GHOST: "hard", FULL: "full", "filter@littlewexcombe.example": "blocked"}
TAKEN = f"ann@{mail_servers.DOMAIN}"
DOMAINS = {"imap": mail_servers.DOMAIN, "lmtp": "lmtp.example", "pipe": "pipe.example"}
"""Where bounces go, by the way that they take from there."""
PIPE_USER = "mail"
MAIN = """
recipient_delimiter = +
newsletter_destination_recipient_limit = 1
transport_maps = inline:{{ {{ {full_address} = lmtp:inet:127.0.0.1:{full} }},
  {{ littlewexcombe.example = smtp:[127.0.0.1]:{theirs} }},
  {{ lmtp.example = lmtp:inet:127.0.0.1:{lmtp} }}, {{ pipe.example = newsletter: }} }}
their_restrictions = check_recipient_access inline:{{ {refusals} }}, permit
"""
# Their server: another port of the same Postfix, with its own mind about recipients.
MASTER = """
127.0.0.1:{theirs} inet n - n - - smtpd
  -o smtpd_recipient_restrictions=$their_restrictions
smtp unix - - n - - smtp
{pipe}
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
# Ends by a kill, between storing and answering, as long as a file says so.
RECEIVER = """#!/bin/sh
PYTHONPATH={path} {python} -m newsletter "$@"
status=$?
if [ -e {folder}/kill ]; then rm {folder}/kill; kill -9 $$; fi
exit $status
"""


def python_of_others() -> str | None:
    """An interpreter that pipe(8) can start with our modules; it starts nothing as root."""
    for candidate in (sys.executable, "/usr/bin/python3"):
        command = ["runuser", "-u", PIPE_USER, "--", "env", f"PYTHONPATH={_path()}", candidate]
        command += ["-c", "import newsletter.cli.main, pydantic_core, sqlalchemy"]
        if subprocess.run(command, capture_output=True, cwd="/", timeout=60).returncode == 0:
            return candidate
    return None


def _path() -> str:
    return ":".join([str(PROJECT), *(found for found in sys.path if "site-packages" in found)])


@dataclass(frozen=True, kw_only=True)
class Servers:
    """Postfix and Dovecot.

    Args:
        folder: the site's, which Postfix's pipe(8) can read and write.
        lmtp: the port to which Postfix hands mail for lmtp.example.
    """

    folder: Path
    dovecot: mail_servers.Dovecot
    postfix: mail_servers.Postfix
    lmtp: int

    @property
    def smtp(self) -> int:
        """The port of Postfix."""
        return self.postfix.port


@contextmanager
def servers(python: str) -> Iterator[Servers]:
    """Both, until the block ends.

    Args:
        python: the interpreter that Postfix starts for the pipe.
    """
    refusals = ", ".join(f"{{ {address} = {answer} }}" for address, answer in ANSWERS.items())
    ports = {"theirs": free_port(), "lmtp": free_port()}
    with (
        mail_servers.open_folder("site") as folder,
        mail_servers.dovecot() as dovecot,
        mail_servers.dovecot(quota_kib=1) as full,
    ):
        receiver = folder / "receive"
        receiver.write_text(RECEIVER.format(path=_path(), python=python, folder=folder))
        receiver.chmod(0o755)
        main = MAIN.format(refusals=refusals, full=full.lmtp, full_address=FULL, **ports)
        master = MASTER.format(pipe=_documented_pipe(receiver, folder), **ports)
        with mail_servers.running_postfix(dovecot.lmtp, main, master) as postfix:
            yield Servers(folder=folder, dovecot=dovecot, postfix=postfix, lmtp=ports["lmtp"])


def _documented_pipe(receiver: Path, folder: Path) -> str:
    page = (PROJECT / "docs" / "feedback.md").read_text()
    found = re.search(r"^newsletter unix .*\n  argv=.*$", page, re.MULTILINE)
    assert found, "docs/feedback.md has no lines for master.cf"
    return (
        found[0]
        .replace("user=newsletter", f"user={PIPE_USER}")
        .replace("/usr/bin/newsletter", str(receiver))
        .replace("/etc/newsletter.toml", str(folder / "newsletter.toml"))
    )


@dataclass(frozen=True, kw_only=True)
class Site:
    """Four subscribers, of whom three are refused by their server."""

    app: Newsletter
    clock: FixedClock
    servers: Servers

    def send(self) -> None:
        draft = BulletinDraft(subject="Flood warning", text="Move your car.")
        with self.app.database.write() as session:
            edition = compose_bulletin(session, self.app.config, draft, self.clock.now())
        self.clock.at += timedelta(minutes=10)
        self.app.engine.send(edition.id)

    def send_and_wait(self, way: str) -> None:
        """Send, and wait until all is back and Ann's copy has arrived."""
        with LmtpServer(f"127.0.0.1:{self.servers.lmtp}", self._store):
            self.send()
            arrived = 1 + (len(KINDS) if way == "imap" else 0)
            wait_until(lambda: self.count_in_mailbox() == arrived)
            if way == "imap":
                read_mailboxes(self.app)
            wait_until(lambda: len(self.kinds()) == len(KINDS))

    def _store(self, content: bytes, recipients: Sequence[str]) -> None:
        feedback.receive(self.app, SCHEDULE, content, recipients)

    def count_in_mailbox(self) -> int:
        return mail_servers.count_received(self.servers.dovecot.imap)

    def kinds(self) -> dict[str, str]:
        """The kind of event of each address."""
        return {str(one.address): one.kind.value for one in self.events()}

    def events(self) -> list[queries.EventView]:
        with self.app.database.read() as session:
            return [one for one in queries.events(session) if one.address]

    def ledger(self) -> dict[str, list[str]]:
        """The states of the deliveries of which events speak, by the address of the event."""
        told: dict[str, list[str]] = {}
        with self.app.database.read() as session:
            for one in self.events():
                query = select(Delivery.state).where(
                    Delivery.id == one.delivery, Delivery.subscriber_id == one.subscriber
                )
                told.setdefault(str(one.address), []).extend(session.scalars(query))
        return told

    def suppressed(self) -> set[str]:
        with self.app.database.read() as session:
            return {
                address
                for address in (*KINDS, TAKEN)
                if people.suppression_reason(session, hash_address(SECRET, address))
            }


@contextmanager
def site(running: Servers, template: Path, way: str) -> Iterator[Site]:
    """A new site, whose reports come back in one of the ways.

    Args:
        template: a migrated, empty SQLite database.
    """
    mail_servers.empty(running.dovecot.imap)
    folder = running.folder
    for name in ("newsletter.db", "newsletter.db-wal", "newsletter.db-shm"):
        (folder / name).unlink(missing_ok=True)
    shutil.copy(template, folder / "newsletter.db")
    text = CONFIG.format(secret=SECRET, database=f"sqlite:///{folder / 'newsletter.db'}").replace(
        'kind = "maildir"\npath = "mails"',
        f'kind = "smtp"\nhost = "127.0.0.1"\nport = {running.smtp}\nsecurity = "plain"',
    )
    text = text.replace(
        'address = "news@wexcombe.example"',
        f'address = "news@wexcombe.example"\nbounces = "bounces@{DOMAINS[way]}"',
    )
    text += OPTIONS.format(
        imap=running.dovecot.imap, domain=mail_servers.DOMAIN, password=mail_servers.PASSWORD
    )
    config = folder / "newsletter.toml"
    config.write_text(text)
    for name, source in TEMPLATES.items():
        place = folder / "templates" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(source)
    clock = FixedClock(SystemClock().now())
    app = Newsletter(parse_config(text, config, {}), config, clock)
    with app.database.write() as session:
        for address in (*KINDS, TAKEN):
            add_subscriber(session, address, clock.now())
    # The site belongs to the user that the pipe runs as; root may go on using it.
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, PIPE_USER)
    try:
        yield Site(app=app, clock=clock, servers=running)
        # A pipe that has recorded a report but not ended yet would find the files of the next site,
        # be killed for it, and record that report there, which has the same numbers.
        mail_servers.deliver_queue(running.postfix)
    finally:
        app.close()
