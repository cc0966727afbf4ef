"""One edition against one server setting, with the results of both sides."""

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import dkim
from judges.sample_mails import make_key
from sqlalchemy import select
from support import add_article, add_subscriber, make_app

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.delivery.ledger.models import WAITING, Delivery
from newsletter.editions.compose import compose_digest
from newsletter.editions.models import Edition
from newsletter.migrations.running import upgrade
from newsletter.rendering.encoding.dkim import DkimKey
from smtp_servers import certificates
from smtp_servers.backend import BUSY, UNKNOWN, backend
from smtp_servers.setting import Setting
from subscribers.models import Subscriber

SENDER = "news@wexcombe.example"
BEGINS = datetime(2026, 11, 26, 9, tzinfo=UTC)
STEP = timedelta(minutes=1)
LONGEST = timedelta(hours=2)
ARRIVAL_SECONDS = 60
SIGNATURES_CHECKED = 10
UTF8 = "jörg@wexcombe.example"
OPEN = {state.value for state in WAITING}


@dataclass(frozen=True, kw_only=True)
class Result:
    """The ledger's counts, the server's count, and the differences."""

    counts: Counter[str]
    stored: int
    seconds: float
    waited: timedelta
    reasons: Sequence[tuple[str, int]]
    faults: Sequence[str]


def people(count: int) -> list[str]:
    """Recipients: one in twenty unknown, one in fifty busy, one not in ASCII."""
    found = [UTF8]
    for number in range(count - 1):
        kind = UNKNOWN if number % 20 == 7 else BUSY if number % 50 == 11 else "reader"
        found.append(f"{kind}{number}@d{number % 7}.wexcombe.example")
    return found


def trial(setting: Setting, count: int = 300) -> Result:
    """Send an edition and compare."""
    with tempfile.TemporaryDirectory(prefix="newsletter-trial-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        given = certificates.make(folder)
        with backend(folder) as behind, setting.start(behind, given) as port:
            clock = FixedClock(BEGINS)
            app = _site(folder, setting, port, clock)
            key = make_key()
            app.dkim_keys = {SENDER: key}
            number = _edition(app, people(count), clock.at)
            begun = time.monotonic()
            stopped = _send(app, number, clock, setting)
            seconds = time.monotonic() - begun
            ledger = _ledger(app, number)
            stored = _arrived(behind.stored, len(_relayed(ledger)))
            app.close()
    return Result(
        counts=Counter(state for state, _ in ledger.values()),
        stored=len(stored),
        seconds=seconds,
        waited=clock.at - BEGINS,
        reasons=Counter(
            f"{state}: {reason}" for state, reason in ledger.values() if state != "sent"
        ).most_common(4),
        faults=[*_faults(setting, ledger, stored, stopped), *_damaged(stored, key)],
    )


def _site(folder: Path, setting: Setting, port: int, clock: FixedClock) -> Newsletter:
    options = {"host": '"127.0.0.1"', "port": port, "security": '"plain"'}
    options |= {
        name: f'"{value}"' if isinstance(value, str) else value
        for name, value in setting.options.items()
    }
    options |= {"ca_file": '"authority.pem"'}
    lines = "\n".join(f"{name} = {value}" for name, value in options.items())
    extra = (
        f'[transports.judged]\nkind = "smtp"\n{lines}\n'
        '[sending]\ntransport = "judged"\nbatch = 50\n'
    )
    return make_app(folder, f"sqlite:///{folder}/newsletter.db", clock, extra)


def _edition(app: Newsletter, addresses: Sequence[str], now: datetime) -> int:
    upgrade(app.database)
    with app.database.write() as session:
        add_article(session, "The library stays open", now)
        for address in addresses:
            add_subscriber(session, address, now, name="Zoë Ward")
        made = compose_digest(session, app.config, app.renderer, "friday", period=None, now=now)
        assert isinstance(made, Edition)
        return made.id


def _send(app: Newsletter, number: int, clock: FixedClock, setting: Setting) -> str:
    """Send until only busy mailboxes are left; the reason if it stopped."""
    while True:
        app.engine.send_due()
        with app.database.read() as session:
            edition = session.get_one(Edition, number)
            if edition.note:
                return edition.note
        ledger = _ledger(app, number)
        left = [a for a, (state, _) in ledger.items() if state in OPEN and not a.startswith(BUSY)]
        if not left or clock.at > BEGINS + LONGEST:
            return ""
        time.sleep(setting.pause_seconds)
        clock.at += STEP


def _ledger(app: Newsletter, number: int) -> dict[str, tuple[str, str]]:
    query = (
        select(Subscriber.address, Delivery.state, Delivery.reason)
        .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .where(Delivery.edition_id == number)
    )
    with app.database.read() as session:
        return {a: (state.value, reason or "") for a, state, reason in session.execute(query)}


def _arrived(
    stored: Callable[[], Sequence[tuple[str, bytes]]], count: int
) -> list[tuple[str, bytes]]:
    """The stored mail but reports to the sender, once all accepted mail has had time to arrive."""
    end = time.monotonic() + ARRIVAL_SECONDS
    while len(stored()) < count and time.monotonic() < end:
        time.sleep(0.2)
    time.sleep(0.5)
    return [(recipient, content) for recipient, content in stored() if recipient != SENDER]


def _relayed(ledger: dict[str, tuple[str, str]]) -> set[str]:
    """Who is sent to and has a mailbox at the next hop."""
    sent = {address for address, (state, _) in ledger.items() if state == "sent"}
    return {address for address in sent if not address.startswith((UNKNOWN, BUSY))}


def _faults(
    setting: Setting,
    ledger: dict[str, tuple[str, str]],
    stored: Sequence[tuple[str, bytes]],
    stopped: str,
) -> list[str]:
    if setting.stops:
        told = [] if setting.stops in stopped else [f"did not stop, or not so: {stopped!r}"]
        return told + ([f"{len(stored)} were stored"] if stored else [])
    faults = [f"stopped: {stopped}"] if stopped else []
    sent = _relayed(ledger)
    arrived = Counter(address for address, _ in stored)
    faults += [f"{a} was stored {n} times" for a, n in arrived.items() if n > 1]
    faults += [f"{a} is sent but not stored" for a in sorted(sent - set(arrived))]
    faults += [f"{a} is stored but not sent" for a in sorted(set(arrived) - sent)]
    for address, (state, reason) in ledger.items():
        if _expected(setting, address) != ("open" if state in OPEN else state):
            faults.append(f"{address} is {state}: {reason}")
    return faults


def _expected(setting: Setting, address: str) -> str:
    if address == UTF8:
        return "sent" if setting.takes_utf8 else "failed"
    if not setting.knows_mailboxes:
        return "sent"
    if address.startswith(BUSY):
        return "open"
    return "failed" if address.startswith(UNKNOWN) else "sent"


def _damaged(stored: Sequence[tuple[str, bytes]], key: DkimKey) -> list[str]:
    """Mails with a broken signature; a sample, and the one in UTF-8."""
    record = key.record.encode()
    picked = [m for m in stored if m[0] == UTF8] + list(stored[:SIGNATURES_CHECKED])
    return [
        f"the mail to {address} was changed: {message_from_bytes(content)['To']}"
        for address, content in picked
        if not dkim.verify(content, dnsfunc=lambda _name, timeout=5: record)
    ]
