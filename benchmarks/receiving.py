"""Providers' calls while an edition is sent: events a minute, and mails a second beside them.

The real `newsletter serve`, which records and sends in one process. A call is answered once its
events are recorded; after each run every event must stand in the database once. The peers are the
same calls while nothing is sent, and the same edition without calls.
"""

import argparse
import http.client
import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import stage
from databases import Server, create_database, postgresql_server
from measuring import print_table
from servers import free_port, smtp_sink
from serving import running
from sqlalchemy import func, select, update

from newsletter.app import Newsletter
from newsletter.clock import SystemClock
from newsletter.delivery.ledger.models import Delivery, DeliveryState
from newsletter.editions.compose import BulletinDraft, compose_bulletin
from newsletter.editions.models import Edition, EditionState
from newsletter.feedback.models import FeedbackEvent
from newsletter.logging import log_to_stderr
from newsletter.transports.api.standard_webhooks import key_of, signature

SECRET = "whsec_YmVuY2htYXJrcyBhbG9uZSBrbm93IHRoaXMga2V5"
PROVIDER = '[transports.provider]\nkind = "http"\napi_url = "http://127.0.0.1:9"\nsecret = "{}"\n'
# Most events tell of an arrival; the rest is what a poor list brings.
KINDS = ("success", "success", "success", "success", "soft", "hard")


@dataclass(frozen=True, kw_only=True)
class Run:
    """Events a minute and mails a second; nan: not part of the run."""

    events: float
    mails: float


@dataclass(frozen=True, kw_only=True)
class RunSize:
    """Events in calls of so many, callers at once, and mails sent meanwhile."""

    events: int
    batch: int
    mails: int
    callers: int


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--mails", type=int, default=20_000)
    parser.add_argument("--callers", type=int, default=16, help="calls at once")
    parser.add_argument("--only", nargs="*", metavar="ROW", help="rows of the table by name")
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    chosen = parser.parse_args()
    log_to_stderr(40)
    rows, database = [], "PostgreSQL" if chosen.postgresql else "SQLite"
    with ExitStack() as stack:
        sink = stack.enter_context(smtp_sink())
        server = stack.enter_context(postgresql_server()) if chosen.postgresql else None
        for name, events, size, mails in (
            ("the edition alone", 0, 1, chosen.mails),
            ("calls of one event alone", chosen.events, 1, 0),
            ("calls of one event, and the edition", chosen.events, 1, chosen.mails),
            ("calls of 100 events, and the edition", chosen.events, 100, chosen.mails),
        ):
            if chosen.only and name not in chosen.only:
                continue
            size_of_run = RunSize(events=events, batch=size, mails=mails, callers=chosen.callers)
            run = _run(sink, server, size_of_run)
            rows.append([name, run.events, run.mails])
    print_table(
        f"{chosen.events:,} events by {chosen.callers} callers, {chosen.mails:,} mails, {database}",
        ["", "events/minute", "mails/s"],
        rows,
    )


def _run(sink: int, server: Server | None, size: RunSize) -> Run:
    events, mails = size.events, size.mails
    with tempfile.TemporaryDirectory(prefix="newsletter-bench-") as folder:
        url = create_database(server) if server else f"sqlite:///{folder}/newsletter.db"
        config = stage.site(Path(folder), url, sink, subscribers=max(events, mails))
        config.write_text(config.read_text() + PROVIDER.format(SECRET))
        told = _arrived(config, events)
        edition = _prepared(config) if mails else 0
        port = free_port()
        command = [sys.executable, "-m", "newsletter", "--config", str(config), "serve"]
        with running([*command, "--port", str(port)], f"http://127.0.0.1:{port}/"):
            before, start = _sent(config, edition), time.monotonic()
            calls = [told[n : n + size.batch] for n in range(0, len(told), size.batch)]
            took = _call(port, calls, size.callers)
            if not events:
                _wait_until_sent(config, edition)
            sent, until = _sent(config, edition) - before, time.monotonic() - start
        _require_all(config, events)
    return Run(
        events=events / took * 60 if events else float("nan"),
        mails=sent / until if mails else float("nan"),
    )


@contextmanager
def _app(config: Path) -> Iterator[Newsletter]:
    app = Newsletter.from_file(config)
    try:
        yield app
    finally:
        app.close()


def _arrived(config: Path, events: int) -> list[dict[str, Any]]:
    """Events of a bulletin that was sent before."""
    draft = BulletinDraft(subject="Flood warning", text="Stay home.")
    with _app(config) as app:
        with app.database.write() as session:
            number = compose_bulletin(session, app.config, draft, app.clock.now()).id
        app.engine.prepare(number)
        now = app.clock.now()
        with app.database.write() as session:
            session.execute(update(Delivery).values(state=DeliveryState.SENT, settled_at=now))
            session.execute(update(Edition).values(state=EditionState.SENT, finished_at=now))
            keys = session.scalars(select(Delivery.id).order_by(Delivery.id).limit(events)).all()
    return [_event(number, key) for key in keys]


def _event(edition: int, key: int) -> dict[str, Any]:
    kind = KINDS[key % len(KINDS)]
    return {
        "kind": kind,
        "id": f"event {key}",
        "message_id": f"<e{edition}.0.{key}@wexcombe.example>",
        "reason": "250 ok" if kind == "success" else "550 5.1.1 no such user",
        "at": SystemClock().now().isoformat(),
    }


def _prepared(config: Path) -> int:
    """An edition that is ready to be sent."""
    with _app(config) as app:
        number = stage.edition(app)
        app.engine.prepare(number)
    return number


def _sent(config: Path, edition: int) -> int:
    query = select(func.count()).where(
        Delivery.edition_id == edition, Delivery.state == DeliveryState.SENT
    )
    with _app(config) as app, app.database.read() as session:
        return session.scalars(query).one()


def _wait_until_sent(config: Path, edition: int) -> None:
    with _app(config) as app:
        while True:
            with app.database.read() as session:
                if session.get_one(Edition, edition).state is EditionState.SENT:
                    return
            time.sleep(0.2)


def _call(port: int, calls: Sequence[Sequence[dict[str, Any]]], callers: int) -> float:
    """Make the calls, several at once; how many seconds that took."""
    left, lock = iter(enumerate(calls)), threading.Lock()
    failures: list[str] = []

    def caller() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while not failures:
            with lock:
                number, events = next(left, (0, None))
            if events is None:
                return
            body = json.dumps({"events": list(events)}).encode()
            connection.request("POST", "/webhooks/provider", body, _signed(number, body))
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                failures.append(f"HTTP {answer.status}")

    start = time.monotonic()
    threads = [threading.Thread(target=caller) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(600)
    assert not failures, failures
    return time.monotonic() - start


def _signed(number: int, body: bytes) -> dict[str, str]:
    name, moment = f"call-{number}", f"{SystemClock().now().timestamp():.0f}"
    return {
        "webhook-id": name,
        "webhook-timestamp": moment,
        "webhook-signature": signature(key_of(SECRET), name, moment, body),
    }


def _require_all(config: Path, events: int) -> None:
    with _app(config) as app, app.database.read() as session:
        found = session.scalars(select(func.count()).select_from(FeedbackEvent)).one()
    assert found == events, (found, events)


if __name__ == "__main__":
    main()
