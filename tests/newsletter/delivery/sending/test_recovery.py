"""Crash recovery from journals and expired leases."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from support import RecordingTransport

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.delivery.ledger import store as ledger_store
from newsletter.delivery.sending import journal
from newsletter.delivery.sending.journal import Journal, boot_id
from newsletter.editions import store
from newsletter.editions.compose import compose_digest
from newsletter.editions.models import Edition
from newsletter.errors import StorageError
from newsletter.transports.base import Accepted, Deferred, InDoubt, Outcome, Refused

OUTCOMES: list[Outcome] = [
    Accepted(response="250 2.0.0 queued as 1\r\nmore"),
    Accepted(response="250 2.0.0 queued\0as 2"),
    Deferred(response="450 4.2.0 \u2028 later", retry_after=timedelta(seconds=30)),
    Deferred(response="421 4.7.0 too many", throttled=True),
    Refused(response="550 5.1.1 keine Mailbox für Sie"),
    InDoubt(response=""),
]


def claimed(app: Newsletter, worker: str) -> list[int]:
    """An edition under way whose two deliveries a worker has claimed."""
    with app.database.write() as session:
        edition = compose_digest(
            session, app.config, app.renderer, "friday", period=None, now=app.clock.now()
        )
    assert isinstance(edition, Edition)
    app.engine.prepare(edition.id)
    with app.database.write() as session:
        found = ledger_store.claim(
            session,
            store.by_id(session, edition.id),
            worker,
            limit=10,
            lease=timedelta(minutes=5),
            now=app.clock.now(),
        )
    return [delivery.id for delivery in found]


def counts(app: Newsletter) -> dict[str, int]:
    with app.database.read() as session:
        return {state.value: n for state, n in ledger_store.counts(session, 1).items()}


def test_recovery_settles_accepted_mails_and_requeues_untouched_ones(
    app: Newsletter, tmp_path: Path
) -> None:
    first, _ = claimed(app, "dead")
    written = Journal(tmp_path / "state", "dead")
    written.handing_over(first)
    written.settled(first, Accepted(response="250 ok"))
    written.abandon()
    app.engine.recover()
    assert counts(app) == {"sent": 1, "queued": 1}


def test_unanswered_mails_become_uncertain_and_are_not_resent(
    app: Newsletter, tmp_path: Path, transport: RecordingTransport
) -> None:
    first, second = claimed(app, "dead")
    written = Journal(tmp_path / "state", "dead")
    written.handing_over(first)
    written.abandon()
    app.engine.recover()
    app.engine.send_due()
    assert counts(app) == {"uncertain": 1, "sent": 1}
    assert [mail.key for mail in transport.taken] == [second]


def test_replaying_a_journal_again_changes_nothing(app: Newsletter, tmp_path: Path) -> None:
    first, _ = claimed(app, "dead")
    written = Journal(tmp_path / "state", "dead")
    written.handing_over(first)
    written.settled(first, Accepted(response="250 ok"))
    written.abandon()
    kept = written.path.read_bytes()
    app.engine.recover()
    app.engine.send_due()
    before = counts(app)
    written.path.write_bytes(kept)
    app.engine.recover()
    assert counts(app) == before == {"sent": 2}


def test_the_journal_of_a_running_worker_is_not_replayed(app: Newsletter, tmp_path: Path) -> None:
    claimed(app, "alive")
    living = Journal(tmp_path / "state", "alive")
    app.engine.recover()
    assert counts(app) == {"claimed": 2}
    living.close()


def test_after_a_reboot_mails_missing_from_the_journal_are_uncertain(
    app: Newsletter, tmp_path: Path
) -> None:
    claimed(app, "dead")
    written = Journal(tmp_path / "state", "dead")
    written.abandon()
    of_an_earlier_boot = written.path.read_text().replace(boot_id(), "0" * len(boot_id()))
    written.path.write_text(of_an_earlier_boot)
    app.engine.recover()
    assert counts(app) == {"uncertain": 2}


def test_claims_of_other_machines_become_uncertain_when_the_lease_expires(
    app: Newsletter, clock: FixedClock
) -> None:
    claimed(app, "on another machine")
    app.engine.recover()
    assert counts(app) == {"claimed": 2}
    clock.at += timedelta(minutes=6)
    app.engine.recover()
    assert counts(app) == {"uncertain": 2}


def test_an_incomplete_journal_line_is_ignored(tmp_path: Path) -> None:
    written = Journal(tmp_path, "dead")
    written.handing_over(1)
    written.settled(1, Accepted(response="250 ok"))
    written.abandon()
    whole = written.path.read_bytes().rstrip(b"\0")
    written.path.write_bytes(whole[:-1] + b"\0")
    (replay,) = journal.abandoned(tmp_path)
    assert replay.in_doubt == {1}


def test_with_a_damaged_journal_line_mails_without_one_are_uncertain(
    app: Newsletter, tmp_path: Path
) -> None:
    first, _ = claimed(app, "dead")
    written = Journal(tmp_path / "state", "dead")
    written.settled(first, Accepted(response="250 ok"))
    written.handing_over(99)
    written.abandon()
    written.path.write_bytes(written.path.read_bytes().replace(b"h 99\n", b"h ?9\n"))
    app.engine.recover()
    assert counts(app) == {"sent": 1, "uncertain": 1}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_round_trips_through_one_line(tmp_path: Path, outcome: Outcome) -> None:
    written = Journal(tmp_path, "dead")
    written.settled(7, outcome)
    written.abandon()
    (replay,) = journal.abandoned(tmp_path)
    response = outcome.response.replace("\r", " ").replace("\n", " ").replace("\0", " ")
    assert replay.outcomes == {7: replace(outcome, response=response)}


def test_a_journal_grows_beyond_its_initial_size(tmp_path: Path) -> None:
    written = Journal(tmp_path, "dead")
    for key in range(5000):
        written.settled(key, Accepted(response="250 2.0.0 " + "queued " * 10))
    written.abandon()
    (replay,) = journal.abandoned(tmp_path)
    assert set(replay.outcomes) == set(range(5000))


def test_a_journal_is_erased_after_recording(tmp_path: Path) -> None:
    written = Journal(tmp_path, "dead")
    written.handing_over(1)
    written.handing_over(3)
    written.forget()
    written.handing_over(2)
    written.abandon()
    (replay,) = journal.abandoned(tmp_path)
    assert replay.in_doubt == {2}


def test_an_unwritable_folder_error_names_the_option(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(StorageError, match=r"sending\.state_folder"):
        Journal(blocked / "state", "w")
