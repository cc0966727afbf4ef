"""Dovecot's submission service, which proxies each command to the server behind it."""

from collections.abc import Iterator
from contextlib import contextmanager

from mail_servers import DOVECOT_2_4_VERSIONS, is_new_dovecot
from servers import free_port, wait_for_port

from smtp_servers.backend import Backend
from smtp_servers.certificates import Certificates
from smtp_servers.chroots import chroot
from smtp_servers.setting import Setting, Start

PACKAGES = ("dovecot-core", "dovecot-submissiond")
SERVICE = """
protocols = submission
base_dir = /run/dovecot
state_dir = /var/lib/dovecot
log_path = /var/log/dovecot.log
ssl = no
auth_mechanisms = {mechanisms}
hostname = mx.wexcombe.example
submission_relay_host = 127.0.0.1
submission_relay_port = {backend}
submission_relay_trusted = no
first_valid_uid = 1
service submission-login {{
  inet_listener submission {{
    {address} = 127.0.0.1
    port = {port}
  }}
}}
"""
LOGINS_2_3 = """
disable_plaintext_auth = no
mail_location = maildir:/tmp/mail
passdb {{
  driver = static
  args = password={{PLAIN}}secret
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home=/tmp/mail allow_all_users=yes
}}
"""
LOGINS_2_4 = """
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = /tmp/mail
passdb static {{
  passdb_static_password = secret
}}
userdb static {{
  userdb_static_allow_all_users = yes
  fields {{
    uid = mail
    gid = mail
    home = /tmp/mail
  }}
}}
"""


def dovecot(mechanisms: str) -> Start:
    """A server with these SASL mechanisms."""

    @contextmanager
    def start(backend: Backend, _certificates: Certificates) -> Iterator[int]:
        port = free_port()
        with chroot(PACKAGES, {"dovecot": 9102, "dovenull": 9103}) as made:
            made.folder("/tmp/mail", "mail")
            if is_new := is_new_dovecot(made.run("/usr/sbin/dovecot", "--version")):
                text = DOVECOT_2_4_VERSIONS + SERVICE + LOGINS_2_4
            else:
                text = SERVICE + LOGINS_2_3
            values = {"mechanisms": mechanisms, "backend": backend.port, "port": port}
            values |= {"address": "listen" if is_new else "address"}
            made.write("/etc/dovecot/dovecot.conf", text.format(**values))
            with made.running("/usr/sbin/dovecot", "-F"):
                wait_for_port(port)
                yield port

    return start


LOGIN = {"username": "news", "password": "secret"}
SETTINGS = [
    Setting(name="submission, PLAIN", start=dovecot("plain"), options=LOGIN, takes_utf8=False),
    Setting(
        name="submission, SCRAM-SHA-256",
        start=dovecot("scram-sha-256"),
        options=LOGIN,
        takes_utf8=False,
    ),
]
