"""Debian's Postfix: error limits, postscreen, postgrey."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from servers import free_port, wait_for_port

from smtp_servers.backend import BUSY, UNKNOWN, Backend
from smtp_servers.certificates import Certificates
from smtp_servers.chroots import chroot
from smtp_servers.setting import Setting, Start

PACKAGES: tuple[str, ...] = ()  # installed: two of its files are made on installation
GREY = (
    "postgrey",
    "libnet-server-perl",
    "libnetaddr-ip-perl",
    "libberkeleydb-perl",
    "libio-multiplex-perl",
)
USERS = {"postfix": 9104, "postdrop": 9105, "postgrey": 9106}
MAIN = """
compatibility_level = 3.6
maillog_file = /var/log/postfix.log
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
myhostname = mx.wexcombe.example
mydestination =
alias_maps =
disable_dns_lookups = yes
smtp_dns_support_level = disabled
smtp_host_lookup = native
relayhost = [127.0.0.1]:{backend}
smtpd_peername_lookup = no
smtputf8_autodetect_classes = sendmail, verify
smtpd_recipient_restrictions = check_recipient_access regexp:/etc/postfix/mailboxes{restrictions}
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
{more}
"""
MAILBOXES = f"/^{UNKNOWN}/ 550 5.1.1 no such user\n/^{BUSY}/ 450 4.2.1 mailbox busy\n"
SERVICES = """
{front}
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
postlog unix-dgram n - n - 1 postlogd
"""
PLAIN = "127.0.0.1:{port} inet n - n - - smtpd"
POSTSCREEN = """127.0.0.1:{port} inet n - n - 1 postscreen
smtpd pass - - n - - smtpd
tlsproxy unix - - n - 0 tlsproxy
dnsblog unix - - n - 0 dnsblog"""
# Deep protocol tests after the greeting: they cost each new client one 450.
DEEP = """
postscreen_access_list =
postscreen_greet_wait = 1s
postscreen_greet_action = enforce
postscreen_pipelining_enable = yes
postscreen_pipelining_action = enforce
postscreen_non_smtp_command_enable = yes
postscreen_bare_newline_enable = yes
"""
# A client that postscreen refuses at every recipient, or before the greeting.
DENIED = """
postscreen_access_list = static:reject
postscreen_denylist_action = {action}
"""


def postfix(more: str = "", front: str = PLAIN, *, is_grey: bool = False) -> Start:
    """Postfix with these additional lines in main.cf."""

    @contextmanager
    def start(backend: Backend, certificates: Certificates) -> Iterator[int]:
        port, grey_port = free_port(), free_port()
        with chroot((*PACKAGES, *(GREY if is_grey else ())), USERS) as made:
            for folder, owner in {"queue": "root", "data": "postfix"}.items():
                made.folder(f"/var/spool/postfix-{folder}", owner)
            grey = f", check_policy_service inet:127.0.0.1:{grey_port}" if is_grey else ""
            folders = (
                "queue_directory = /var/spool/postfix-queue\n"
                "data_directory = /var/spool/postfix-data\n"
            )
            text = MAIN.format(backend=backend.port, restrictions=grey, more=more)
            made.write("/etc/postfix/main.cf", text + folders)
            made.write("/etc/postfix/mailboxes", MAILBOXES)
            made.write("/etc/postfix/server.pem", certificates.server.read_text())
            made.write("/etc/postfix/authority.pem", certificates.authority.read_text())
            made.write("/etc/postfix/master.cf", SERVICES.format(front=front.format(port=port)))
            made.folder("/var/spool/postgrey", "postgrey")
            listening = f"--inet=127.0.0.1:{grey_port}"
            options = ("--user=postgrey", "--group=postgrey", "--dbdir=/var/spool/postgrey")
            made.write("/etc/postgrey/whitelist", "")
            files = ("--whitelist-clients=/etc/postgrey/whitelist",)
            command = ("/usr/sbin/postgrey", listening, *options, *files, "--delay=2")
            with made.running(*command) if is_grey else nullcontext():
                if is_grey:
                    wait_for_port(grey_port)
                with made.running("/usr/sbin/postfix", "start-fg"):
                    wait_for_port(port)
                    yield port

    return start


TLS = (
    "smtpd_tls_security_level = may\nsmtpd_tls_cert_file = /etc/postfix/server.pem\n"
    "smtpd_tls_key_file = $smtpd_tls_cert_file\n"
)
DEMANDED = f"{TLS}smtpd_tls_req_ccert = yes\nsmtpd_tls_CAfile = /etc/postfix/authority.pem\n"
ENCRYPT = DEMANDED.replace("= may", "= encrypt")
SETTINGS = [
    Setting(name="as it comes", start=postfix()),
    Setting(
        name="3 errors a connection",
        start=postfix("smtpd_soft_error_limit = 1\nsmtpd_hard_error_limit = 3\n"),
    ),
    Setting(
        name="2 connections a client",
        start=postfix(
            "smtpd_client_connection_count_limit = 2\nsmtpd_client_event_limit_exceptions =\n"
        ),
    ),
    Setting(
        name="100 mails a minute",
        start=postfix(
            "smtpd_client_message_rate_limit = 100\nanvil_rate_time_unit = 5s\n"
            "smtpd_client_event_limit_exceptions =\n"
        ),
        pause_seconds=6,
    ),
    Setting(name="postscreen, deep tests", start=postfix(DEEP, POSTSCREEN)),
    Setting(
        name="postscreen, refused",
        start=postfix(DENIED.format(action="enforce"), POSTSCREEN),
        stops="550 5.3.2",
    ),
    Setting(
        name="postscreen, dropped",
        start=postfix(DENIED.format(action="drop"), POSTSCREEN),
        stops="521 5.3.2",
    ),
    Setting(
        name="postscreen, busy",
        start=postfix(f"{DEEP}postscreen_client_connection_count_limit = 1\n", POSTSCREEN),
    ),
    Setting(name="postgrey", start=postfix(is_grey=True), pause_seconds=3),
    Setting(
        name="client certificate demanded",
        start=postfix(ENCRYPT),
        options={"security": "starttls"},
        stops="client certificate",
    ),
    Setting(
        name="client certificate given",
        start=postfix(ENCRYPT),
        options={"security": "starttls", "client_certificate": "client.pem"},
    ),
    Setting(name="relaying refused", start=postfix("mynetworks = 192.0.2.1\n"), stops="elay"),
]
