"""The status report of unhealthy transports and domains."""

from datetime import timedelta

import pytest
from support import RecordingTransport

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.delivery.limits import domain_backoff, transport_health
from newsletter.delivery.limits.transport_health import Failure
from newsletter.delivery.monitoring.status_report import transport_statuses


def notes(app: Newsletter) -> dict[str, str]:
    with app.database.read() as session:
        found = transport_statuses(session, app.config, app.clock.now())
        return {s.domain or s.transport: s.note for s in found}


@pytest.mark.parametrize(
    ("failure", "minutes", "told"),
    [
        (Failure(reason="535 no", refuses_us=True), 0, "refuses us: 535 no"),
        (Failure(reason="421 busy"), 0, "rests until 27 Nov 09:01 UTC: 421 busy"),
        (Failure(reason="421 busy"), 1, "is tried again: 421 busy"),
    ],
)
def test_an_unhealthy_transport_shows_its_reason(
    app: Newsletter, clock: FixedClock, failure: Failure, minutes: int, told: str
) -> None:
    with app.database.write() as session:
        transport_health.record(session, "default", failure, clock.now())
    clock.at += timedelta(minutes=minutes)
    assert notes(app) == {"default": told}


def test_a_refusing_domain_is_shown_until_it_accepts_mail(
    app: Newsletter, clock: FixedClock, transport: RecordingTransport
) -> None:
    with app.database.write() as session:
        use = domain_backoff.lock_usages(session, "default", ["big.example"], clock.now())[
            "big.example"
        ]
        use.reason = "451 no"
        domain_backoff.back_off(use, clock.now())
    assert notes(app)["big.example"].startswith("rests until 27 Nov 09:0")
    clock.at += timedelta(hours=1)
    assert notes(app)["big.example"] == "451 no"
    with app.database.write() as session:
        use = domain_backoff.lock_usages(session, "default", ["big.example"], clock.now())[
            "big.example"
        ]
        domain_backoff.mark_working(use, clock.now())
    assert "big.example" not in notes(app)


def test_rests_double_up_to_a_limit_and_restart_after_an_accepted_mail(
    app: Newsletter, clock: FixedClock
) -> None:
    rests = []
    for is_responding in (False,) * 6 + (True,):
        with app.database.write() as session:
            failure = Failure(reason="421 busy", is_responding=is_responding)
            transport_health.record(session, "default", failure, clock.now())
            health = transport_health.unhealthy(session, ["default"])["default"]
            rests.append((health.rests_until - clock.now()) // timedelta(minutes=1))
            clock.at = health.rests_until
    assert rests == [1, 2, 4, 8, 15, 15, 1]
