"""Real mail servers for a test run: Postfix accepts mail by SMTP, Dovecot serves it by IMAP.

Both start as root and give it up themselves; `may_run` says whether that is possible here.
"""

import imaplib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from servers import SBIN, free_port, sbin, wait_for_port

DOMAIN = "wexcombe.example"
PASSWORD = "only-the-tests-know-it"
PATIENCE_SECONDS = 20
# Every address of the domain is delivered to one mailbox, and anybody may log in to it. Dovecot 2.4
# (Debian 13) renamed most settings: https://doc.dovecot.org/latest/installation/upgrade/2.3-to-2.4.html
DOVECOT_SERVICES = """
protocols = imap lmtp pop3
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
{tls}
first_valid_uid = 1
service imap-login {{
  inet_listener imap {{
    {address} = 127.0.0.1
    port = {imap}
  }}
  inet_listener imaps {{
    {address} = 127.0.0.1
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    {address} = 127.0.0.1
    port = {pop3}
  }}
  inet_listener pop3s {{
    {address} = 127.0.0.1
    port = {pop3s}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    {address} = 127.0.0.1
    port = {lmtp}
  }}
}}
"""
DOVECOT_2_3 = """
disable_plaintext_auth = no
mail_location = maildir:{folder}/Maildir
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={folder}/home allow_all_users=yes
}}
"""
DOVECOT_2_4 = """
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = {folder}/Maildir
passdb static {{
  passdb_static_password = {password}
}}
userdb static {{
  userdb_static_allow_all_users = yes
  fields {{
    uid = mail
    gid = mail
    home = {folder}/home
  }}
}}
"""
QUOTA_2_3 = """
protocol lmtp {{
  mail_plugins = $mail_plugins quota
}}
plugin {{
  quota = maildir:Mailbox
  quota_rule = *:storage={quota_kib}K
  quota_grace = 0
}}
"""
QUOTA_2_4 = """
protocol lmtp {{
  mail_plugins = quota
}}
quota Mailbox {{
  driver = maildir
  storage_size = {quota_kib}K
  storage_grace = 0
}}
"""
# The first two settings of any file for it.
DOVECOT_2_4_VERSIONS = """
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
"""
POSTFIX = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
myhostname = mx.{domain}
mydestination =
alias_maps =
smtpd_relay_restrictions = permit_mynetworks, reject
virtual_mailbox_domains = {domain}
virtual_mailbox_maps =
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
"""
SERVICES = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
flush unix n - n 1000? 0 flush
pickup unix n - n 60 1 pickup
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True, kw_only=True)
class Dovecot:
    """The ports that it listens on."""

    imap: int
    lmtp: int
    pop3: int
    imaps: int = 0
    pop3s: int = 0


def may_run() -> bool:
    return os.geteuid() == 0


def is_new_dovecot(version: str) -> bool:
    """Whether `dovecot --version` tells of 2.4 or newer."""
    major, minor = version.split()[0].split(".")[:2]
    return (int(major), int(minor)) >= (2, 4)


@contextmanager
def dovecot(certificate: Path | None = None, *, quota_kib: int | None = None) -> Iterator[Dovecot]:
    """One mailbox for every address, filled by LMTP, and read by IMAP and POP3.

    Args:
        certificate: PEM file with key and certificate; None: nothing is encrypted.
        quota_kib: the mailbox is full with so many KiB; None: never.
    """
    names = ("imap", "lmtp", "pop3", *(("imaps", "pop3s") if certificate else ()))
    ports = Dovecot(**{name: free_port() for name in names})
    with open_folder("dovecot") as folder:
        for name in ("home", "Maildir"):
            (folder / name).mkdir()
            shutil.chown(folder / name, "mail", "mail")
        config = folder / "dovecot.conf"
        asked = subprocess.run([sbin("dovecot"), "--version"], stdout=subprocess.PIPE, check=True)
        if is_new := is_new_dovecot(asked.stdout.decode()):
            text = DOVECOT_2_4_VERSIONS + DOVECOT_SERVICES + DOVECOT_2_4
        else:
            text = DOVECOT_SERVICES + DOVECOT_2_3
        if quota_kib is not None:
            text += QUOTA_2_4 if is_new else QUOTA_2_3
        values = {"folder": folder, "password": PASSWORD, "quota_kib": quota_kib}
        values |= {"address": "listen" if is_new else "address"}
        values["tls"] = _dovecot_tls(certificate, folder, is_new=is_new)
        config.write_text(text.format(**values, **vars(ports)))
        process = subprocess.Popen([sbin("dovecot"), "-F", "-c", str(config)])
        try:
            wait_for_port(ports.imap)
            wait_for_port(ports.lmtp)
            yield ports
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)


def _dovecot_tls(certificate: Path | None, folder: Path, *, is_new: bool) -> str:
    if certificate is None:
        return "ssl = no"
    copy = shutil.copy(certificate, folder / "tls.pem")
    if is_new:
        return f"ssl = yes\nssl_server_cert_file = {copy}\nssl_server_key_file = {copy}"
    return f"ssl = yes\nssl_cert = <{copy}\nssl_key = <{copy}"


@dataclass(frozen=True, kw_only=True)
class Postfix:
    """A running Postfix: its port, and its folder of configuration and queue."""

    port: int
    folder: Path


@contextmanager
def postfix(lmtp_port: int, more: str = "", services: str = "") -> Iterator[int]:
    """An SMTP server that passes the domain's mail on by LMTP; its port.

    Args:
        more: further lines of main.cf.
        services: further lines of master.cf.
    """
    with running_postfix(lmtp_port, more, services) as running:
        yield running.port


@contextmanager
def running_postfix(lmtp_port: int, more: str = "", services: str = "") -> Iterator[Postfix]:
    """As `postfix`, with what asks for its queue."""
    port = free_port()
    with open_folder("postfix") as folder:
        (folder / "queue").mkdir()
        (folder / "data").mkdir()
        shutil.chown(folder / "data", "postfix")
        values = {"folder": folder, "domain": DOMAIN, "lmtp": lmtp_port}
        (folder / "main.cf").write_text(POSTFIX.format(**values) + more)
        (folder / "master.cf").write_text(SERVICES.format(port=port) + services)
        command = [sbin("postfix"), "-c", str(folder)]
        quiet = {"check": True, "capture_output": True, "env": os.environ | {"PATH": SBIN}}
        subprocess.run([*command, "start"], **quiet)
        try:
            wait_for_port(port)
            yield Postfix(port=port, folder=folder)
        finally:
            master = int((folder / "queue" / "pid" / "master.pid").read_text())
            subprocess.run([*command, "abort"], **quiet)
            _wait_until_gone(master)


def count_deferred(server: Postfix) -> int:
    """How many mails wait for another try."""
    return sum(path.is_file() for path in (server.folder / "queue" / "deferred").rglob("*"))


def deliver_queue(server: Postfix) -> None:
    """Have all that waits tried again, and wait until nothing is left in the queue."""
    queues = ("incoming", "active", "deferred")
    command = [sbin("postqueue"), "-c", str(server.folder), "-f"]
    end = time.monotonic() + PATIENCE_SECONDS
    while any(
        path.is_file() for name in queues for path in (server.folder / "queue" / name).rglob("*")
    ):
        assert time.monotonic() < end, "the queue of Postfix does not become empty"
        subprocess.run(command, check=True, timeout=PATIENCE_SECONDS)
        time.sleep(0.2)


def received(port: int) -> list[bytes]:
    """The mails in Dovecot's mailbox."""
    with imaplib.IMAP4("127.0.0.1", port) as imap:
        imap.login(f"anybody@{DOMAIN}", PASSWORD)
        imap.select("INBOX", readonly=True)
        _, parts = imap.fetch("1:*", "(BODY.PEEK[])")
    return [part[1] for part in parts if isinstance(part, tuple)]


def count_received(port: int) -> int:
    """How many mails are in it."""
    with imaplib.IMAP4("127.0.0.1", port) as imap:
        imap.login(f"anybody@{DOMAIN}", PASSWORD)
        _, count = imap.select("INBOX", readonly=True)
    return int(count[0] or 0)


def empty(port: int) -> None:
    """Delete all mails in it."""
    with imaplib.IMAP4("127.0.0.1", port) as imap:
        imap.login(f"anybody@{DOMAIN}", PASSWORD)
        _, count = imap.select("INBOX")
        if count != [b"0"]:
            imap.store("1:*", "+FLAGS", "\\Deleted")
            imap.expunge()


@contextmanager
def open_folder(name: str) -> Iterator[Path]:
    """A folder that the servers' own users can reach."""
    folder = Path(tempfile.mkdtemp(prefix=f"newsletter-{name}-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_gone(pid: int) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while Path(f"/proc/{pid}").exists() and time.monotonic() < end:
        time.sleep(0.02)
