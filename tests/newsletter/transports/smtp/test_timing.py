"""How long each answer is waited for, and how it is told that none came."""

from datetime import timedelta

import pytest
from faulty_smtp import HANG
from outcome_recorder import mails
from smtp_helpers import Load, Start, send

from newsletter.transports.smtp.timing import attended, timeouts


def test_the_default_timeouts_are_the_minima_of_rfc_5321(load: Load) -> None:
    options = type(load("smtp", host="localhost")).Options(host="localhost")
    waits = timeouts(options.timeout, options.answer_timeout, options.final_dot_timeout)
    minutes = {
        "greeting": waits.greeting.seconds / 60,
        "MAIL, RCPT": waits.mail.seconds / 60,
        "DATA": waits.data.seconds / 60,
        "block": waits.block.seconds / 60,
        "final dot": waits.final_dot.seconds / 60,
    }
    # RFC 5321, 4.5.3.2.1 to 4.5.3.2.6.
    assert minutes == {"greeting": 5, "MAIL, RCPT": 5, "DATA": 2, "block": 3, "final dot": 10}


def test_the_connect_timeout_does_not_shorten_others() -> None:
    waits = timeouts(timedelta(seconds=1), timedelta(minutes=5), timedelta(minutes=10))
    assert waits.connecting.seconds == 1
    assert waits.mail.seconds == 300


def test_a_check_waits_40_s_for_a_greeting_because_somebody_waits_for_it() -> None:
    waits = timeouts(timedelta(seconds=30), timedelta(minutes=5), timedelta(minutes=10))
    assert (
        attended(waits).greeting.describe()
        == "the server was silent instead of greeting us for 40 s"
    )
    assert attended(waits).final_dot == waits.final_dot


def test_a_check_waits_no_longer_than_is_configured() -> None:
    waits = timeouts(timedelta(seconds=30), timedelta(seconds=5), timedelta(minutes=10))
    assert attended(waits) == waits


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("greeting", "silent instead of greeting us for 1 s (the option answer_timeout)"),
        ("EHLO", "silent before the first mail for 1 s (the option answer_timeout)"),
        ("RCPT", "silent at MAIL or RCPT for 1 s (the option answer_timeout)"),
        ("content", "silent after the final dot for 1 s (the option final_dot_timeout)"),
    ],
)
def test_a_timeout_error_names_the_command_and_the_option(
    faulty_smtp: Start, load: Load, moment: str, told: str
) -> None:
    ledger = send(load, faulty_smtp({moment: HANG}), mails(1))
    assert told in ledger.outcomes[1].response


def test_a_disconnect_error_names_the_command(faulty_smtp: Start, load: Load) -> None:
    from faulty_smtp import CLOSE

    ledger = send(load, faulty_smtp({"content": [CLOSE]}), mails(1))
    told = "the server closed the connection after the final dot"
    assert told in ledger.outcomes[1].response


def test_the_final_dot_has_its_own_timeout(faulty_smtp: Start, load: Load) -> None:
    server = faulty_smtp({"content": HANG})
    waiting = {"answer_timeout": "1m", "final_dot_timeout": "1s"}
    assert send(load, server, mails(1), **waiting).kinds == ["InDoubt"]
