"""notqmail, built from its sources: it takes every recipient of its hosts and reports later.

Debian has no package of it; without NOTQMAIL, the folder of its sources, it is left out.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from servers import free_port, wait_for_port

from smtp_servers.backend import Backend
from smtp_servers.certificates import Certificates
from smtp_servers.chroots import chroot
from smtp_servers.setting import Setting, Start

SOURCES = os.environ.get("NOTQMAIL", "")
PACKAGES = ("ucspi-tcp",)
# notqmail names its groups apart from its users.
USERS = ("alias", "qmaild", "qmaill", "qmailp", "qmailq", "qmailr", "qmails", "qmail", "nofiles")
PATH = "PATH=/var/qmail/bin:/usr/bin:/bin"
HOSTS = "wexcombe.example\n.wexcombe.example\n"


def notqmail(hosts: str = HOSTS, connections: int = 40) -> Start:
    """A server for these hosts with so many connections at once."""

    @contextmanager
    def start(backend: Backend, _certificates: Certificates) -> Iterator[int]:
        port = free_port()
        subprocess.run(["make", "-s", "-C", SOURCES, "it", "man"], check=True)
        users = {user: number for number, user in enumerate(USERS, 9120)}
        with chroot(PACKAGES, users) as made:
            shutil.copytree(SOURCES, made.path("/tmp/notqmail"))
            made.run("make", "-s", "-C", "/tmp/notqmail", "setup")
            control = {
                "me": "mx.wexcombe.example\n",
                "rcpthosts": hosts,
                "smtproutes": f":127.0.0.1:{backend.port}\n",
            }
            for name, text in control.items():
                made.write(f"/var/qmail/control/{name}", text)
            listen = ("/usr/bin/tcpserver", "-H", "-R", "-c", str(connections), "127.0.0.1")
            with (
                made.running("env", PATH, "qmail-start", "./Mailbox"),
                made.running(*listen, str(port), "/var/qmail/bin/qmail-smtpd"),
            ):
                wait_for_port(port)
                yield port

    return start


SETTINGS = [
    Setting(name="as it comes", start=notqmail(), takes_utf8=False, knows_mailboxes=False),
    Setting(
        name="2 connections", start=notqmail(connections=2), takes_utf8=False, knows_mailboxes=False
    ),
    Setting(name="relaying refused", start=notqmail("elsewhere.example\n"), stops="rcpthosts"),
] * bool(SOURCES)
