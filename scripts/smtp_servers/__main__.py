"""Send an edition to real mail servers in many settings; compare the stored mail with the ledger.

Exits 1 on a difference. `make servers` runs all; names select some ("exim", "haraka").
"""

import argparse
import logging
import sys

from newsletter.delivery.ledger.models import WAITING
from newsletter.logging import log_to_stderr
from smtp_servers import dovecot, exim, haraka, nodemailer, notqmail, opensmtpd, postfix, sendmail
from smtp_servers.chroots import can_be_made
from smtp_servers.trial import Result, trial

SERVERS = {
    "dovecot": dovecot,
    "exim": exim,
    "haraka": haraka,
    "nodemailer": nodemailer,
    "notqmail": notqmail,
    "opensmtpd": opensmtpd,
    "postfix": postfix,
    "sendmail": sendmail,
}
HEADER = (
    f"{'server and setting':46} {'sent':>5} {'failed':>6} {'left':>5} {'doubt':>5} "
    f"{'stored':>6} {'s':>6} {'waited':>8}"
)


def main() -> None:
    """Try the named servers, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("servers", nargs="*", help=", ".join(SERVERS))
    parser.add_argument("--mails", type=int, default=300)
    parser.add_argument("--setting", default="", help="only those whose name holds this")
    options = parser.parse_args()
    if unknown := set(options.servers) - set(SERVERS):
        parser.error(f"no such server: {', '.join(sorted(unknown))}")
    if not can_be_made():
        parser.error("root and mount namespaces are needed (unshare, dpkg)")
    log_to_stderr(logging.CRITICAL)
    print(HEADER)
    faults = 0
    for name in options.servers or SERVERS:
        if not SERVERS[name].SETTINGS:
            print(f"{name:46} left out: NOTQMAIL=FOLDER names its sources")
        for setting in SERVERS[name].SETTINGS:
            if options.setting in setting.name:
                faults += _print(f"{name}, {setting.name}", trial(setting, options.mails))
    sys.exit(faults > 0)


def _print(name: str, result: Result) -> int:
    counts = result.counts
    left = sum(counts[state] for state in WAITING)
    print(
        f"{name:46} {counts['sent']:5} {counts['failed']:6} {left:5} {counts['uncertain']:5} "
        f"{result.stored:6} {result.seconds:6.1f} {result.waited!s:>8}"
    )
    for fault in result.faults[:5]:
        print(f"    {fault}")
    if len(result.faults) > 5:
        print(f"    … and {len(result.faults) - 5} more")
    sys.stdout.flush()
    return len(result.faults)


if __name__ == "__main__":
    main()
