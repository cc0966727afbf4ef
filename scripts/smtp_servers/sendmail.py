"""Debian's Sendmail: its throttles."""

from collections.abc import Iterator
from contextlib import contextmanager

from servers import free_port, wait_for_port

from smtp_servers.backend import BUSY, UNKNOWN, Backend
from smtp_servers.certificates import Certificates
from smtp_servers.chroots import chroot
from smtp_servers.setting import Setting, Start

PACKAGES = ("sendmail-bin", "sendmail-base", "sendmail-cf", "m4", "liblockfile1", "libwrap0")
CONFIG = """divert(-1)
divert(0)dnl
include(`/usr/share/sendmail/cf/m4/cf.m4')dnl
OSTYPE(`debian')dnl
define(`confDOMAIN_NAME', `mx.wexcombe.example')dnl
define(`confPID_FILE', `/run/sendmail.pid')dnl
define(`confDONT_BLAME_SENDMAIL', `GroupReadableKeyFile')dnl
{more}
FEATURE(`no_default_msa')dnl
FEATURE(`nocanonify')dnl
FEATURE(`accept_unresolvable_domains')dnl
FEATURE(`promiscuous_relay')dnl
DAEMON_OPTIONS(`Family=inet, Name=MTA, Port={port}, Addr=127.0.0.1')dnl
define(`SMART_HOST', `relay:[127.0.0.1]')dnl
define(`RELAY_MAILER_ARGS', `TCP $h {backend}')dnl
MAILER(`smtp')dnl
LOCAL_CONFIG
Kunknown regex -a@UNKNOWN ^<?{unknown}
Kbusy regex -a@BUSY ^<?{busy}
LOCAL_RULESETS
SLocal_check_rcpt
R$*\t\t\t$: $1 $| $(unknown $1 $)
R$* $| $*@UNKNOWN\t$#error $@ 5.1.1 $: "550 no such user"
R$* $| $*\t\t$: $1 $| $(busy $1 $)
R$* $| $*@BUSY\t\t$#error $@ 4.2.1 $: "451 mailbox busy"
R$* $| $*\t\t$: $1
"""


def sendmail(more: str = "") -> Start:
    """Sendmail with these additional lines; an open relay, but on the loopback interface only."""

    @contextmanager
    def start(backend: Backend, _certificates: Certificates) -> Iterator[int]:
        port = free_port()
        with chroot(PACKAGES, {"smmta": 9109, "smmsp": 9110}) as made:
            made.folder("/var/spool/mqueue", mode=0o700)
            made.folder("/var/lib/sendmail")
            for name in ("local-host-names", "trusted-users", "aliases", "helpfile"):
                made.write(f"/etc/mail/{name}", "")
            text = CONFIG.format(
                port=port,
                backend=backend.port,
                unknown=UNKNOWN,
                busy=BUSY,
                more=more,
            )
            made.write("/etc/mail/sendmail.mc", text)
            compile_ = "m4 -D_CF_DIR_=/usr/share/sendmail/cf/ /etc/mail/sendmail.mc"
            made.write("/etc/mail/sendmail.cf", made.run("sh", "-c", compile_))
            with made.running("/usr/libexec/sendmail/sendmail", "-bD", "-q15s"):
                wait_for_port(port)
                yield port

    return start


SETTINGS = [
    Setting(name=name, start=sendmail(more), takes_utf8=False)
    for name, more in {
        "as it comes": "",
        "2 bad recipients, then slow": "define(`confBAD_RCPT_THROTTLE', `2')dnl",
        "3 children": "define(`confMAX_DAEMON_CHILDREN', `3')dnl",
        "2 connections a second": "define(`confCONNECTION_RATE_THROTTLE', `2')dnl",
    }.items()
]
