"""Every fault at every moment of a session, and what becomes of the mail: the whole catalogue."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from certificates import Certificates
from faulty_smtp import CLOSE, FEATURES, HANG, FaultySmtp, Reaction, Script, say, say_and_close
from hypothesis import given
from hypothesis import strategies as st
from outcome_recorder import OutcomeRecorder, mail, mails

from newsletter.transports.base import Accepted, Transport, TransportStopped
from newsletter.transports.smtp.transport import SmtpOptions
from newsletter.transports.smtp.transport import Transport as SmtpTransport

Load = Callable[..., Any]

STOPPED = "stopped"
FAULTS: dict[str, Reaction] = {
    "hangs up": CLOSE,
    "says 4xx": say("451 4.3.0 not now"),
    "says 4xx and hangs up": say_and_close("451 4.3.0 not now"),
    "says 421": say_and_close("421 4.3.2 shutting down"),
    "says 5xx": say("554 5.7.0 no"),
    "says nonsense": say("what?"),
    "says bytes": Reaction(b"\x00\xff\xfe\r\n"),
    "breaks off in an answer": Reaction(b"250-half of", then="close"),
    "talks without end": Reaction(b"250-more\r\n", then="repeat"),
    "says a line without end": Reaction(b"x" * 4096, then="repeat"),
    "says an answer of many lines": say("\r\n".join(["451-4.3.0 so"] * 50 + ["451 4.3.0 it is"])),
}
BEFORE_MAIL = ("greeting", "EHLO", "STARTTLS", "AUTH")
LATER = {"hangs up", "breaks off in an answer", "says nonsense", "says bytes"} | {
    fault for fault in FAULTS if "without end" in fault
}


def expected(moment: str, fault: str) -> str:
    """What becomes of a mail."""
    if moment == "content" and fault in LATER:
        return "InDoubt"
    if fault != "says 5xx":
        return "Deferred"
    return STOPPED if moment in (*BEFORE_MAIL, "MAIL") else "Refused"


@pytest.fixture(scope="module")
def start(certificates: Certificates) -> Iterator[Callable[..., FaultySmtp]]:
    """Starts servers that encrypt, ask for a login, and misbehave as told."""
    running: list[FaultySmtp] = []
    features = [*FEATURES, "STARTTLS", "AUTH PLAIN"]
    tls = certificates.server("localhost")

    def start(script: Script, offered: Sequence[str] = features) -> FaultySmtp:
        running.append(FaultySmtp(script, features=offered, tls=tls))
        return running[-1]

    yield start
    for server in running:
        server.stop()


@pytest.fixture(scope="module")
def way(certificates: Certificates) -> Callable[[FaultySmtp], Transport]:
    def transport(server: FaultySmtp) -> Transport:
        return SmtpTransport(
            SmtpOptions(
                host="localhost",
                port=server.port,
                username="news",
                password="secret",  # type: ignore[arg-type]
                ca_file=str(certificates.authority),
                timeout="1s",  # type: ignore[arg-type]
                answer_timeout="1s",  # type: ignore[arg-type]
                final_dot_timeout="1s",  # type: ignore[arg-type]
            )
        )

    return transport


def outcome(way: Transport, count: int = 1) -> tuple[OutcomeRecorder, bool]:
    """What became of mails, and whether the transport stopped."""
    ledger = OutcomeRecorder()
    with way.open() as session:
        try:
            session.send(mails(count), ledger)
        except TransportStopped:
            return ledger, True
    return ledger, False


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("moment", [*BEFORE_MAIL, "MAIL", "RCPT", "DATA", "content"])
def test_each_fault_at_each_command(start: Any, way: Any, moment: str, fault: str) -> None:
    ledger, stopped = outcome(way(start({moment: FAULTS[fault]})))
    assert ledger.kinds == ([] if stopped else [expected(moment, fault)])
    assert stopped is (expected(moment, fault) == STOPPED)
    assert ledger.handed_over == ([1] if moment == "content" else [])


def test_a_timeout_at_each_command(start: Any, way: Any) -> None:
    moments = [*BEFORE_MAIL, "MAIL", "RCPT", "DATA", "content"]
    servers = [start({moment: HANG}) for moment in moments]
    with ThreadPoolExecutor(len(moments)) as pool:
        found = list(pool.map(outcome, [way(server) for server in servers]))
    kinds = [ledger.kinds for ledger, _ in found]
    assert kinds == [["Deferred"]] * 7 + [["InDoubt"]]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_between_mails_affects_neither(start: Any, way: Any, fault: str) -> None:
    server = start({"RCPT": [say("550 5.1.1 no such user")], "RSET": [FAULTS[fault]]})
    ledger, _ = outcome(way(server), 2)
    assert ledger.kinds == ["Refused", "Accepted"]


def test_answers_in_front_of_the_encrypted_ones_are_refused(start: Any, way: Any) -> None:
    server = start({"STARTTLS": Reaction(b"220 go on\r\n250 already yours\r\n")})
    assert outcome(way(server))[1]
    assert "AUTH" not in server.verbs()


def test_a_minimal_server_accepts_every_mail(start: Any, way: Any) -> None:
    server = start({}, ["STARTTLS", "AUTH PLAIN"])
    content = b"Subject: x\r\n\r\nx\r\n"
    ledger = OutcomeRecorder()
    with way(server).open() as session:
        session.send([mail(key, content=content) for key in (1, 2, 3)], ledger)
    assert ledger.kinds == ["Accepted"] * 3


SCRIPTS = st.dictionaries(
    st.sampled_from(["greeting", "EHLO", "MAIL", "RCPT", "DATA", "RSET", "content"]),
    st.lists(st.none() | st.sampled_from(list(FAULTS.values())), max_size=6),
)


@given(script=SCRIPTS, pipelining=st.booleans())
def test_accepted_mails_are_exactly_those_the_server_received(
    script: Script, pipelining: bool
) -> None:
    copied = {moment: list(faults) for moment, faults in script.items()}  # type: ignore[arg-type]
    server = FaultySmtp(copied, features=FEATURES if pipelining else ["8BITMIME"])  # type: ignore[arg-type]
    options = SmtpOptions(host="127.0.0.1", port=server.port, security="plain")
    try:
        ledger, stopped = outcome(SmtpTransport(options), 8)
    finally:
        server.stop()
    accepted = [key for key, found in ledger.outcomes.items() if isinstance(found, Accepted)]
    caught = [int(m.recipient.removeprefix("reader").split("@")[0]) for m in server.mails]
    assert sorted(accepted) == sorted(caught)
    assert len(set(caught)) == len(caught)
    assert stopped or len(ledger.outcomes) == 8
