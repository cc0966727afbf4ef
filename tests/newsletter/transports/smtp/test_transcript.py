"""The conversation is kept of a mail that was not simply taken, bounded and without credentials."""

import pytest
from faulty_smtp import CLOSE, Reaction, say, say_and_close
from outcome_recorder import OutcomeRecorder, mail, mails
from smtp_helpers import Load, Start, send

from newsletter.transports.base import Accepted
from newsletter.transports.transcript_lines import MAX_BYTES

MAIL = "> MAIL FROM:<bounces@wexcombe.example>"
RCPT = "> RCPT TO:<ada@wexcombe.example>"


def lines(ledger: OutcomeRecorder, key: int = 1) -> list[str]:
    outcome = ledger.outcomes[key]
    assert not isinstance(outcome, Accepted)
    return outcome.transcript.splitlines()


def test_a_refused_recipient(faulty_smtp: Start, load: Load) -> None:
    server = faulty_smtp({"RCPT": say("550 5.1.1 no such user")}, features=["8BITMIME"])
    assert lines(send(load, server, [mail()])) == [
        "* mail.wexcombe.example, not encrypted",
        MAIL,
        "< 250 2.1.0 ok",
        RCPT,
        "< 550 5.1.1 no such user",
    ]


def test_commands_sent_together_stand_before_their_replies(faulty_smtp: Start, load: Load) -> None:
    server = faulty_smtp(
        {"RCPT": say("550-5.1.1 no\r\n550 5.1.1 such user")}, features=["PIPELINING"]
    )
    assert lines(send(load, server, [mail()]))[1:] == [
        MAIL,
        RCPT,
        "> DATA",
        "< 250 2.1.0 ok",
        "< 550-5.1.1 no",
        "< 550 5.1.1 such user",
        "< 503 no RCPT",
    ]


def test_refused_content(faulty_smtp: Start, load: Load) -> None:
    server = faulty_smtp({"content": say("554 5.7.1 looks like spam")})
    assert lines(send(load, server, [mail()]))[-3:] == [
        "< 354 go on",
        f"> (the message, {len(mail().content)} bytes)",
        "< 554 5.7.1 looks like spam",
    ]


@pytest.mark.parametrize("pipelining", ["off", "envelope", "across"])
def test_each_mail_has_its_own(faulty_smtp: Start, load: Load, pipelining: str) -> None:
    answers = [None, say("450 4.2.1 busy"), None]
    server = faulty_smtp({"RCPT": answers})
    ledger = send(load, server, mails(3), pipelining=pipelining)
    assert ledger.kinds == ["Accepted", "Deferred", "Accepted"]
    found = lines(ledger, 2)
    assert sum(line.startswith("> MAIL") for line in found) == 1
    assert "< 450 4.2.1 busy" in found


def test_a_failure_without_a_reply_is_described(faulty_smtp: Start, load: Load) -> None:
    ledger = send(load, faulty_smtp({"content": CLOSE}), [mail()])
    assert ledger.kinds == ["InDoubt"]
    assert lines(ledger)[-1] == "* the server closed the connection after the final dot"


def test_a_server_that_closes_says_so_once(faulty_smtp: Start, load: Load) -> None:
    server = faulty_smtp({"RCPT": say_and_close("421 4.3.2 closing")}, features=["8BITMIME"])
    assert lines(send(load, server, [mail()]))[-2:] == [RCPT, "< 421 4.3.2 closing"]


def test_no_credentials(faulty_smtp: Start, load: Load) -> None:
    server = faulty_smtp({"RCPT": say("550 no")}, features=["AUTH PLAIN LOGIN"])
    ledger = send(load, server, [mail()], username="forward", password="open sesame")
    assert lines(ledger)[0] == "* mail.wexcombe.example, not encrypted, logged in by PLAIN"
    assert not any("AUTH" in line or "forward" in line for line in lines(ledger))


def test_it_is_bounded(faulty_smtp: Start, load: Load) -> None:
    long = "\r\n".join(f"550-{number} " + "ü" * 400 for number in range(90))
    server = faulty_smtp({"RCPT": Reaction(say=f"{long}\r\n550 the end\r\n".encode())})
    found = lines(send(load, server, [mail()]))
    assert len("\n".join(found).encode()) <= MAX_BYTES
    assert found[1] == "… (earlier lines are left out)"
    assert "< 550 the end" in found
