"""Spam filters: SpamAssassin and rspamd, without network."""

import json
import re
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from judges.sample_mails import SampleMail
from judges.verdicts import Verdict
from newsletter.rendering.encoding.dkim import DkimKey

SPAMASSASSIN_BELOW = 0.5
RSPAMD_BELOW = 4.0
_STATUS = re.compile(
    rb"X-Spam-Status: \S+ score=(-?[\d.]+).*?tests=([\w,\s]*?)\s(?:\w+=)", re.DOTALL
)
# The Received header of the receiving server.
PEER = {
    "Ip": "192.0.2.25",
    "Helo": "mail.wexcombe.example",
    "Hostname": "mail.wexcombe.example",
    "From": "news@wexcombe.example",
    "Rcpt": "zoe@example.org",
}
RECEIVED = (
    b"Received: from mail.wexcombe.example (mail.wexcombe.example [192.0.2.25])\r\n"
    b"\tby mx.example.org with ESMTPS id 1; Fri, 27 Nov 2026 09:00:01 +0000\r\n"
)


def spamassassin(mails: Sequence[SampleMail]) -> list[Verdict]:
    """Debian's SpamAssassin with its own rules (-L: no network)."""
    return [_spamassassin_verdict(mail) for mail in mails]


def _spamassassin_verdict(mail: SampleMail) -> Verdict:
    run = subprocess.run(
        ["spamassassin", "-L", "-t"], input=mail.message, capture_output=True, check=True
    )
    found = _STATUS.search(run.stdout)
    if found is None:
        return Verdict(judge="spamassassin", about=mail.name, faults=("it gave no score",))
    score, tests = float(found[1]), b"".join(found[2].split()).decode()
    faults = () if score < SPAMASSASSIN_BELOW else (f"{score}: {tests}",)
    return Verdict(judge="spamassassin", about=mail.name, faults=faults, note=f"{score}")


def rspamd(mails: Sequence[SampleMail], key: DkimKey) -> list[Verdict]:
    """A temporary rspamd without Redis, with fake DNS records of the sample domain."""
    with _rspamd(key) as address:
        return [_ask(address, mail) for mail in mails]


def _ask(address: str, mail: SampleMail) -> Verdict:
    request = urllib.request.Request(
        f"{address}/checkv2", data=RECEIVED + mail.message, headers=PEER
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        result = json.load(answer)
    score = result["score"]
    symbols = ", ".join(
        f"{name} {symbol['score']:g}"
        for name, symbol in result["symbols"].items()
        if symbol["score"] > 0
    )
    faults = () if score < RSPAMD_BELOW else (f"{score:g}: {symbols}",)
    return Verdict(judge="rspamd", about=mail.name, faults=faults, note=f"{score:g}")


@contextmanager
def _rspamd(key: DkimKey) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="rspamd-") as folder:
        port = _free_port()
        config = Path(folder) / "rspamd.conf"
        config.write_text(_config(folder, port, key), encoding="utf-8")
        process = subprocess.Popen(
            ["rspamd", "-f", "-i", "-c", str(config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address)
            yield address
        finally:
            process.terminate()
            process.wait(30)


def _config(folder: str, port: int, key: DkimKey) -> str:
    records = {
        ("mail.wexcombe.example", "a"): "192.0.2.25",
        ("25.2.0.192.in-addr.arpa", "ptr"): "mail.wexcombe.example",
        ("wexcombe.example", "a"): "192.0.2.25",
        ("wexcombe.example", "mx"): "10 mail.wexcombe.example",
        ("wexcombe.example", "txt"): "v=spf1 ip4:192.0.2.25 -all",
        ("_dmarc.wexcombe.example", "txt"): "v=DMARC1; p=reject",
        (key.record_name, "txt"): key.record,
    }
    fake = ", ".join(
        f'{{ name = "{name}"; type = "{kind}"; replies = ["{value}"]; }}'
        for (name, kind), value in records.items()
    )
    return f"""
.include "$CONFDIR/common.conf"
options {{
  filters = "chartable,dkim,regexp";
  local_addrs = ["127.0.0.0/8"];
  pidfile = "{folder}/pid";
  tempdir = "{folder}";
  rundir = "{folder}";
  dns {{ nameserver = ["127.0.0.1:9"]; timeout = 0.1s; retransmits = 1; fake_records = [{fake}]; }}
}}
logging {{ type = "file"; filename = "{folder}/log"; level = "error"; }}
worker "normal" {{ bind_socket = "127.0.0.1:{port}"; count = 1; }}
"""


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def _wait_for(address: str, seconds: int = 90) -> None:
    for _ in range(seconds):
        try:
            with urllib.request.urlopen(f"{address}/ping", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(1)
    raise SystemExit("rspamd does not answer")
