"""OpenSMTPD of Debian."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from servers import free_port, wait_for_port

from smtp_servers.backend import BUSY, UNKNOWN, Backend
from smtp_servers.certificates import Certificates
from smtp_servers.rooms import room
from smtp_servers.setting import Setting, Start

PACKAGES = ("opensmtpd", "libevent-2.1-7")
CONFIG = """
{more}
pki wexcombe cert "/etc/mail/server.pem"
pki wexcombe key "/etc/mail/server.pem"
filter busy phase rcpt-to match rcpt-to regex "^{busy}" reject "451 4.2.1 mailbox busy"
filter unknown phase rcpt-to match rcpt-to regex "^{unknown}" reject "550 5.1.1 no such user"
filter mailboxes chain {{ busy, unknown }}
table aliases file:/etc/mail/aliases
table logins file:/etc/mail/logins
listen on 127.0.0.1 port {port} hostname mx.wexcombe.example {listen} filter mailboxes
action out relay host smtp://127.0.0.1:{backend}
match {who} for any action out
"""


def opensmtpd(more: str = "", listen: str = "", who: str = "from any") -> Start:
    """One with so many lines more."""

    @contextmanager
    def start(backend: Backend, certificates: Certificates) -> Iterator[int]:
        port = free_port()
        with room(PACKAGES, {"opensmtpd": 9107, "opensmtpq": 9108}) as made:
            made.folder("/var/lib/opensmtpd/empty", mode=0o711)
            made.folder("/var/spool/smtpd", mode=0o711)
            made.write("/etc/mail/aliases", "")
            # crypt(3) of "secret".
            made.write("/etc/mail/logins", f"news {_hashed()}\n", 0o640)
            made.write("/etc/mail/server.pem", certificates.server.read_text(), 0o600)
            made.write("/etc/mailname", "mx.wexcombe.example\n")
            text = CONFIG.format(
                port=port,
                backend=backend.port,
                busy=BUSY,
                unknown=UNKNOWN,
                more=more,
                listen=listen,
                who=who,
            )
            made.write("/etc/smtpd.conf", text)
            with made.running("/usr/sbin/smtpd", "-d", "-f", "/etc/smtpd.conf"):
                wait_for_port(port)
                yield port

    return start


def _hashed() -> str:
    done = subprocess.run(
        ["openssl", "passwd", "-6", "secret"], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


SETTINGS = [
    Setting(name="as it comes", start=opensmtpd(), takes_utf8=False),
    Setting(
        name="login by TLS",
        start=opensmtpd(listen="tls-require pki wexcombe auth <logins>", who="auth from any"),
        options={"security": "starttls", "username": "news", "password": "secret"},
        takes_utf8=False,
    ),
    Setting(name="relaying refused", start=opensmtpd(who="from src 192.0.2.1"), stops="550"),
]
