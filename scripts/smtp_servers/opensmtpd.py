"""Debian's OpenSMTPD."""

from collections.abc import Iterator
from contextlib import contextmanager

from servers import free_port, wait_for_port

from smtp_servers.backend import BUSY, UNKNOWN, Backend
from smtp_servers.certificates import Certificates
from smtp_servers.chroots import chroot
from smtp_servers.setting import Setting, Start

PACKAGES = ("opensmtpd", "libevent-2.1-7")
CONFIG = """
filter busy phase rcpt-to match rcpt-to regex "^{busy}" reject "451 4.2.1 mailbox busy"
filter unknown phase rcpt-to match rcpt-to regex "^{unknown}" reject "550 5.1.1 no such user"
filter mailboxes chain {{ busy, unknown }}
table aliases file:/etc/mail/aliases
listen on 127.0.0.1 port {port} hostname mx.wexcombe.example filter mailboxes
action out relay host smtp://127.0.0.1:{backend}
match {who} for any action out
"""


def opensmtpd(who: str = "from any") -> Start:
    """A server that relays for these clients."""

    @contextmanager
    def start(backend: Backend, _certificates: Certificates) -> Iterator[int]:
        port = free_port()
        with chroot(PACKAGES, {"opensmtpd": 9107, "opensmtpq": 9108}) as made:
            made.folder("/var/lib/opensmtpd/empty", mode=0o711)
            made.folder("/var/spool/smtpd", mode=0o711)
            made.write("/etc/mail/aliases", "")
            made.write("/etc/mailname", "mx.wexcombe.example\n")
            text = CONFIG.format(
                port=port,
                backend=backend.port,
                busy=BUSY,
                unknown=UNKNOWN,
                who=who,
            )
            made.write("/etc/smtpd.conf", text)
            with made.running("/usr/sbin/smtpd", "-d", "-f", "/etc/smtpd.conf"):
                wait_for_port(port)
                yield port

    return start


SETTINGS = [
    Setting(name="as it comes", start=opensmtpd(), takes_utf8=False),
    Setting(name="relaying refused", start=opensmtpd(who="from src 192.0.2.1"), stops="550"),
]
