"""Debian's Exim: limits by connection and host, authentication, TLS, slow content scanning."""

from collections.abc import Iterator
from contextlib import contextmanager

from servers import free_port, wait_for_port

from smtp_servers.backend import BUSY, UNKNOWN, Backend
from smtp_servers.certificates import Certificates
from smtp_servers.chroots import chroot
from smtp_servers.setting import Setting, Start

PACKAGES = ("exim4-daemon-light", "exim4-base", "libidn12")
CONFIG = """
primary_hostname = mx.wexcombe.example
daemon_smtp_ports = {port}
local_interfaces = 127.0.0.1
spool_directory = /var/spool/exim
log_file_path = /var/log/exim/%slog
pid_file_path = /run/exim.pid
host_lookup =
keep_environment =
smtp_accept_queue_per_connection = 0
queue_run_in_order = false
acl_smtp_rcpt = rcpt
acl_smtp_data = data
{globals}
begin acl
rcpt:
  deny local_parts = ^{unknown}
       message = no such user here
  defer local_parts = ^{busy}
        message = mailbox busy
  accept {accepts}
  deny message = relay not permitted
data:
  accept {data}
begin routers
out:
  driver = manualroute
  transport = out
  route_list = * 127.0.0.1 byname
  self = send
begin transports
out:
  driver = smtp
  port = {backend}
  allow_localhost
  hosts_avoid_tls = *
begin authenticators
{authenticators}
"""
CRAM = """
cram:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = ${if eq{$auth1}{news}{secret}fail}
  server_set_id = $auth1
"""
TLS = "tls_advertise_hosts = *\ntls_certificate = /etc/exim4/server.pem\n"
NO_TLS = "tls_advertise_hosts =\n"


def exim(globals_: str = NO_TLS, *, accepts: str = "", data: str = "", auth: str = "") -> Start:
    """Exim with these additional lines."""

    @contextmanager
    def start(backend: Backend, certificates: Certificates) -> Iterator[int]:
        port = free_port()
        with chroot(PACKAGES, {"Debian-exim": 9101}) as made:
            made.folder("/var/spool/exim", "Debian-exim")
            made.folder("/var/log/exim", "Debian-exim")
            made.write("/etc/exim4/server.pem", certificates.server.read_text())
            made.write("/etc/exim4/authority.pem", certificates.authority.read_text())
            text = CONFIG.format(
                port=port,
                backend=backend.port,
                unknown=UNKNOWN,
                busy=BUSY,
                globals=globals_,
                accepts=accepts,
                data=data,
                authenticators=auth,
            )
            made.write("/etc/exim4/exim4.conf", text)
            with made.running("/usr/sbin/exim4", "-bdf", "-q15s"):
                wait_for_port(port)
                yield port

    return start


LOGIN = {"username": "news", "password": "secret"}
SETTINGS = [
    Setting(name="as it comes", start=exim()),
    Setting(
        name="20 mails a connection", start=exim(f"{NO_TLS}smtp_accept_max_per_connection = 20")
    ),
    Setting(name="2 connections a host", start=exim(f"{NO_TLS}smtp_accept_max_per_host = 2")),
    Setting(
        name="no SMTPUTF8",
        start=exim(f"{NO_TLS}smtputf8_advertise_hosts ="),
        takes_utf8=False,
    ),
    Setting(name="1 s at the final dot", start=exim(data="delay = 1s")),
    Setting(
        name="CRAM-MD5 only", start=exim(accepts="authenticated = *", auth=CRAM), options=LOGIN
    ),
    Setting(name="STARTTLS", start=exim(TLS), options={"security": "starttls"}),
    Setting(
        name="client certificate demanded",
        start=exim(
            f"{TLS}tls_verify_hosts = *\ntls_verify_certificates = /etc/exim4/authority.pem\n"
        ),
        options={"security": "starttls"},
        stops="client certificate",
    ),
    Setting(name="relaying refused", start=exim(accepts="hosts = 192.0.2.1"), stops="relay"),
]
